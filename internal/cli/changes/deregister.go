package changes

import (
	"context"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.deregisterCommand)

func (p program) deregisterCommand() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "deregister FAMILY:REVISION",
		Short: "End a revision of a task definition that nothing uses",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := command.ParseRevision(args[0], false); err != nil {
				return err
			}
			find := func(_ context.Context, a *app.App) (command.Found, error) {
				return command.Found{Ref: awsx.Ref{Context: a.Context, ARN: args[0]}}, nil
			}
			return p.change(cmd.Context(), find, deploy.Deregister{}, f)
		},
	}
	f.add(cmd, false)
	return cmd
}
