package changes

import (
	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.restartCommand)

func (p program) restartCommand() *cobra.Command {
	var f changeFlags
	var keepGoing bool
	cmd := &cobra.Command{
		Use:   "restart CLUSTER/SERVICE ...",
		Short: "Start every task of services anew, on the same revision",
		Long: `Start every task of one or more services anew, on the revision that they run.

Several services are planned one by one, confirmed once, and restarted a few at a
time. When one ends badly the rest is not begun, unless --keep-going is given.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return command.Usagef("expected: gantry %s", command.UsageOf(cmd))
			case 1:
				return p.changeService(cmd.Context(), args[0], deploy.Restart{}, f)
			}
			return p.changeServices(cmd.Context(), args, deploy.Restart{}, f, keepGoing)
		},
	}
	f.add(cmd, true)
	cmd.Flags().BoolVar(&keepGoing, "keep-going", false, "of several services: begin the rest even after one ended badly")
	return cmd
}
