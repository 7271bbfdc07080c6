package changes

import (
	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.breakerCommand)

func (p program) breakerCommand() *cobra.Command {
	var f changeFlags
	var rollback, noRollback bool
	cmd := &cobra.Command{
		Use:   "breaker CLUSTER/SERVICE on|off",
		Short: "Switch a service's deployment circuit breaker",
		Long: `Switch the circuit breaker of a service's deployments: whether ECS gives up one whose
tasks keep failing, and whether it then rolls it back, which it does unless
--no-rollback is given.`,
		Args:      command.Arguments(2),
		ValidArgs: []string{"on", "off"},
		RunE: func(cmd *cobra.Command, args []string) error {
			on := args[1] == "on"
			switch {
			case !on && args[1] != "off":
				return command.Usagef("%q: expected on or off", args[1])
			case rollback && noRollback:
				return command.Usagef("--rollback and --no-rollback exclude each other")
			case !on && (rollback || noRollback):
				return command.Usagef("a circuit breaker that is off rolls nothing back: --rollback and --no-rollback go with on")
			}
			return p.changeService(cmd.Context(), args[0], deploy.SetBreaker{Enabled: on, Rollback: on && !noRollback}, f)
		},
	}
	f.add(cmd, false)
	cmd.Flags().BoolVar(&rollback, "rollback", false, "roll a deployment back that is given up (the default)")
	cmd.Flags().BoolVar(&noRollback, "no-rollback", false, "leave a deployment where it is that is given up")
	return cmd
}
