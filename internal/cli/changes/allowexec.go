package changes

import (
	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.allowExecCommand)

func (p program) allowExecCommand() *cobra.Command {
	var f changeFlags
	var off bool
	cmd := &cobra.Command{
		Use:   "allow-exec CLUSTER/SERVICE",
		Short: "Turn ECS Exec on for a service, which starts its tasks anew, or off",
		Long: `Turn ECS Exec on for a service, so that its tasks take shells and forwards, or off.
A task keeps what it was started with: a deployment is forced, which starts all tasks anew
on the revision in use. The plan says whether the task role lets the agent do its work.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.changeService(cmd.Context(), args[0], deploy.AllowExec{Off: off}, f)
		},
	}
	f.add(cmd, true)
	cmd.Flags().BoolVar(&off, "off", false, "turn it off")
	return cmd
}
