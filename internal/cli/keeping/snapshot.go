package keeping

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
)

var _ = commands.Add(program.snapshotCommand)

func (p program) snapshotCommand() *cobra.Command {
	var o app.SnapshotOptions
	cmd := &cobra.Command{
		Use:   "snapshot [CLUSTER[/SERVICE]] -o FILE",
		Short: "Save what the account says now, to look at it later",
		Long: `Save what the account, a cluster or a service answers now, as the API answers it, to a
file that only you can read. gantry --replay FILE opens the console on it, every command
that reads takes --replay, and gantry sim --from FILE serves it to other clients.

Secrets are masked, wherever they stand, unless --reveal is given.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || o.File == "" {
				return command.Usagef("expected: gantry %s", command.UsageOf(cmd))
			}
			if len(args) == 0 {
				return nil
			}
			o.Cluster = args[0]
			var err error
			if strings.Contains(args[0], "/") {
				o.Cluster, o.Service, err = command.ParseService(args[0])
			} else {
				err = command.NoARN(args[0])
			}
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.Record = true
			return p.With(cmd.Context(), func(a *app.App) error {
				summary, partial, err := a.Snapshot(cmd.Context(), o)
				p.Partial(partial)
				if err == nil {
					fmt.Fprintf(p.Err, "%s: %s\n", printing.Shown(o.File), summary)
				}
				return err
			})
		},
	}
	fs := cmd.Flags()
	fs.StringVarP(&o.File, "output", "o", "", "the `file` to write")
	fs.BoolVar(&o.Logs, "logs", false, "with the last lines of tasks that failed")
	fs.BoolVar(&o.Reveal, "reveal", false, "leave secrets as they are")
	fs.BoolVar(&o.Anonymous, "anonymous", false, "replace account numbers, each by the same one wherever it stands")
	return cmd
}
