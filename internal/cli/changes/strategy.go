package changes

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = commands.Add(program.strategyCommand)

func (p program) strategyCommand() *cobra.Command {
	var f changeFlags
	var launchType bool
	cmd := &cobra.Command{
		Use:   "strategy CLUSTER/SERVICE [PROVIDER=WEIGHT[,BASE] ...]",
		Short: "Show or change over which capacity providers a service's tasks are spread",
		Long: `Show a service's capacity provider strategy; with PROVIDER=WEIGHT[,BASE], set all of
it: BASE tasks go to that provider first, and the others by weight. With --launch-type
the service goes back to its launch type. Either starts a new deployment.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return command.Usagef("expected: gantry %s", command.UsageOf(cmd))
			}
			strategy, err := awsx.ParseStrategy(args[1:])
			switch {
			case err != nil:
				return command.Usagef("%w", err)
			case launchType && len(strategy) > 0:
				return command.Usagef("--launch-type goes without capacity providers")
			case !launchType && len(strategy) == 0:
				return p.showStrategy(cmd.Context(), args[0], f.output)
			}
			return p.changeService(cmd.Context(), args[0], deploy.SetStrategy{Strategy: strategy}, f)
		},
	}
	f.add(cmd, true)
	cmd.Flags().BoolVar(&launchType, "launch-type", false, "use no capacity providers, but the launch type again")
	return cmd
}

var _ = schema.Add("strategy", "gantry strategy", strategy{})

// strategy is what strategy -o json prints. A service without one has a launch type.
type strategy struct {
	Context    string          `json:"context"`
	Cluster    string          `json:"cluster"`
	Service    string          `json:"service"`
	LaunchType string          `json:"launchType,omitempty"`
	Strategy   []strategyShare `json:"strategy"`
}

type strategyShare struct {
	Provider string `json:"capacityProvider"`
	Weight   int    `json:"weight"`
	Base     int    `json:"base"`
}

func (p program) showStrategy(ctx context.Context, target, output string) error {
	return p.WithService(ctx, target, func(a *app.App, svc command.Found) error {
		s := strategy{svc.Ref.Context.String(), svc.Ref.ClusterName(), svc.Ref.Name(), svc.Service.LaunchType, []strategyShare{}}
		rows := [][]string{}
		for _, share := range svc.Service.CapacityProviders {
			s.Strategy = append(s.Strategy, strategyShare{share.Provider, share.Weight, share.Base})
			rows = append(rows, []string{share.Provider, strconv.Itoa(share.Weight), strconv.Itoa(share.Base)})
		}
		switch {
		case output == "json":
			return printing.JSON(p.Out, s)
		case len(rows) == 0:
			return printing.Table(p.Out, []string{"SERVICE", "LAUNCH TYPE"}, [][]string{{s.Service, s.LaunchType}})
		}
		return printing.Table(p.Out, []string{"PROVIDER", "WEIGHT", "BASE"}, rows)
	})
}
