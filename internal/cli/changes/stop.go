package changes

import (
	"context"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.stopCommand)

func (p program) stopCommand() *cobra.Command {
	var f changeFlags
	var reason string
	cmd := &cobra.Command{
		Use:   "stop CLUSTER/TASK",
		Short: "Stop one task; its service, if it has one, starts another",
		Long: `Stop one task, by its id, the beginning of it, or its ARN. A service starts another
in its place; a task that was run by hand does not come back.`,
		Args: command.Arguments(1),
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

// taskNamed looks CLUSTER/TASK up.
func taskNamed(target string) (command.Finder, error) {
	cluster, name, err := parseMember(target, "task", "CLUSTER/TASK, such as prod/2f1c9a7b")
	return func(ctx context.Context, a *app.App) (command.Found, error) {
		task, err := a.FindTask(ctx, cluster, name)
		return command.Found{Ref: task.Ref}, err
	}, err
}
