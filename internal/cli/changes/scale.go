package changes

import (
	"strconv"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.scaleCommand)

func (p program) scaleCommand() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "scale CLUSTER/SERVICE COUNT",
		Short: "Set the number of tasks that a service runs",
		Args:  command.Arguments(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[1])
			if err != nil || n < 0 {
				return command.Usagef("count %q: expected a whole number, 0 or more", args[1])
			}
			return p.changeService(cmd.Context(), args[0], deploy.Scale{Count: n}, f)
		},
	}
	f.add(cmd, false)
	return cmd
}
