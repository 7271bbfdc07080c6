package changes

import (
	"context"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/session"
	"gantry/internal/cli/command"
	"gantry/internal/plugin"
)

var _ = commands.Add(program.forwardCommand)

func (p program) forwardCommand() *cobra.Command {
	var f sessionFlags
	cmd := &cobra.Command{
		Use:   "forward CLUSTER/SERVICE|TASK [LOCAL]:[HOST:]PORT",
		Short: "Forward a local port to a container, or through it to another host",
		Long: `Forward a port of this machine to one of a container, such as 8080:80, or through the
container to one that it can reach, such as 5432:db.internal:5432, until it is interrupted.
Without LOCAL a free port is taken and named. It listens on localhost alone.`,
		Args: command.Arguments(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			find, err := shellTarget(args[0])
			if err != nil {
				return err
			}
			ports, err := session.ParseForwarding(args[1])
			if err != nil {
				return err
			}
			if err := plugin.Free(ports.Local); err != nil {
				return err
			}
			in := deploy.Forward{Container: f.container, Ports: ports}
			return p.session(cmd.Context(), f, find, func(j plugin.Joiner) deploy.Intent { in.Plugin = j.Plugin; return in },
				func(j plugin.Joiner) joining {
					return func(ctx context.Context, s awsx.Session, tell func(string)) (deploy.Held, error) {
						return j.Hold(ctx, s, ports, tell)
					}
				})
		},
	}
	f.add(cmd, true)
	return cmd
}
