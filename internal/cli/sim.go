package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gantry/internal/app"
)

func (p *program) simCommand() *cobra.Command {
	o := app.SimOptions{}
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve the simulated account on an address",
		Long: `Serve the account of the demo over HTTP, for gantry, the AWS CLI and any SDK:
point AWS_ENDPOINT_URL at the first address it prints, and gantry's log endpoint
(logs.endpoints in the configuration file) at the second.

Any of --clusters, --services and --tasks makes a generated account of that size
instead of the demo's.`,
		Args: arguments(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := app.Simulate(cmd.Context(), o, func(s app.SimAddresses) {
				fmt.Fprintf(p.Out, "aws   %s   (AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_ACCESS_KEY_ID=sim AWS_SECRET_ACCESS_KEY=sim)\n", s.AWS, s.AWS, s.Region)
				fmt.Fprintf(p.Out, "logs  %s   (Elasticsearch; index %s)\n", s.Logs, s.Index)
			})
			if context.Cause(cmd.Context()) != nil {
				return nil // told to stop
			}
			return err
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&o.Listen, "listen", "127.0.0.1:4566", "`address` of the account; the log store takes the next port, or any with port 0")
	fs.DurationVar(&o.Latency, "latency", 0, "time added to each answer, such as 30ms")
	fs.IntVar(&o.Clusters, "clusters", 0, "number of generated clusters")
	fs.IntVar(&o.Services, "services", 0, "number of generated services per cluster")
	fs.IntVar(&o.Tasks, "tasks", 0, "desired tasks of each generated service")
	fs.StringVar(&o.Scenario, "scenario", "", "what is wrong: "+strings.Join(app.Scenarios(), ", ")+" (default: the demo's mix)")
	fs.Float64Var(&o.Speed, "speed", 1, "how much faster than real time the account lives")
	fs.Uint64Var(&o.Seed, "seed", 1, "seed of everything that is random")
	return cmd
}
