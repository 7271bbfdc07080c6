package cli

import (
	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
)

var _ = commands.Add((*program).stopCommand)

func (p *program) stopCommand() *cobra.Command {
	var f changeFlags
	var reason string
	cmd := &cobra.Command{
		Use:   "stop CLUSTER/TASK",
		Short: "Stop one task; its service, if it has one, starts another",
		Long: `Stop one task, by its id, the beginning of it, or its ARN. A service starts another
in its place; a task that was run by hand does not come back.`,
		Args: arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			find, err := taskNamed(args[0])
			if err != nil {
				return err
			}
			return p.change(cmd.Context(), find, deploy.StopTask{Reason: reason}, f)
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&reason, "reason", "", "why, in `words` that ECS keeps with the task")
	return cmd
}
