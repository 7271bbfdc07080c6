package changes

import (
	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.cancelCommand)

func (p program) cancelCommand() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "cancel CLUSTER/SERVICE",
		Short: "Stop the deployment in progress and have ECS roll it back",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.changeService(cmd.Context(), args[0], deploy.Cancel{}, f)
		},
	}
	f.add(cmd, false)
	return cmd
}

var _ = commands.Add(program.continueCommand)

func (p program) continueCommand() *cobra.Command {
	var f changeFlags
	var back bool
	cmd := &cobra.Command{
		Use:   "continue CLUSTER/SERVICE",
		Short: "Let a deployment go on that a lifecycle hook has paused",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.changeService(cmd.Context(), args[0], deploy.Continue{RollBack: back}, f)
		},
	}
	f.add(cmd, false)
	cmd.Flags().BoolVar(&back, "roll-back", false, "end the pause by rolling the deployment back")
	return cmd
}
