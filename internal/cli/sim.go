package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/cli/command"
)

func (p program) simCommand() *cobra.Command {
	o := app.SimOptions{}
	var from string
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve the simulated account on an address",
		Long: `Serve the account of the demo over HTTP, for gantry, the AWS CLI and any SDK:
point AWS_ENDPOINT_URL at the first address it prints, and gantry's log endpoint
(logs.endpoints in the configuration file) at the second: beside each stands what sets it.

Any of --clusters, --services and --tasks makes a generated account of that size
instead of the demo's. With --from it is a snapshot that is served: calls that read are
answered from it, all others refused; the log lines that it has are served as well.

` + scenarioWords() + `
`,
		Args: command.Arguments(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ready := func(s app.SimAddresses) {
				fmt.Fprintf(p.Out, "aws   %s   (AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_ACCESS_KEY_ID=sim AWS_SECRET_ACCESS_KEY=sim)\n", s.AWS, s.AWS, s.Region)
				if s.Logs == "" {
					fmt.Fprintln(p.Out, "logs  none   (the snapshot holds no log lines: take it with --logs)")
					return
				}
				fmt.Fprintf(p.Out, "logs  %s   (Elasticsearch; index %s; echo 'logs: {endpoints: [%s]}' > sim.yaml; export GANTRY_CONFIG=sim.yaml)\n", s.Logs, s.Index, s.Logs)
			}
			var err error
			if from != "" {
				for _, name := range []string{"latency", "clusters", "services", "tasks", "scenario", "speed", "seed"} {
					if cmd.Flags().Changed(name) {
						return command.Usagef("--%s is about an account that lives: it cannot go with --from", name)
					}
				}
				err = app.SimulateSnapshot(cmd.Context(), from, o.Listen, ready)
			} else {
				if p.Roomy != nil {
					p.Roomy()
				}
				err = app.Simulate(cmd.Context(), o, ready)
			}
			if context.Cause(cmd.Context()) != nil {
				return nil // told to stop
			}
			return err
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&o.Listen, "listen", "127.0.0.1:4566", "`address` of the account; the log store takes the next port, or any with port 0")
	fs.StringVar(&from, "from", "", "serve a snapshot, by its `file`")
	command.DurationVar(cmd, &o.Latency, "latency", 0, "time added to each answer, such as 30ms")
	fs.IntVar(&o.Clusters, "clusters", 0, "number of generated clusters")
	fs.IntVar(&o.Services, "services", 0, "number of generated services per cluster")
	fs.IntVar(&o.Tasks, "tasks", 0, "desired tasks of each generated service")
	fs.StringVar(&o.Scenario, "scenario", "", "what is wrong, one of those above (default: the demo's mix)")
	fs.Float64Var(&o.Speed, "speed", 1, "how much faster than real time the account lives")
	fs.Uint64Var(&o.Seed, "seed", 1, "seed of everything that is random")
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if strings.Contains(err.Error(), "--scenario") {
			return command.Usagef("%v\n%s", err, scenarioWords())
		}
		return cmd.Root().FlagErrorFunc()(cmd, err)
	})
	// What is served is looked up when somebody asks for help: it takes an account.
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if served, err := servedWords(); err == nil {
			cmd.Long += "\n" + served
		}
		help(cmd, args)
	})
	return cmd
}

// scenarioWords lists the scenarios, a line a subject.
func scenarioWords() string {
	var b strings.Builder
	b.WriteString("Scenarios, for --scenario:")
	for _, g := range app.ScenarioGroups() {
		fmt.Fprintf(&b, "\n  %-25s%s", g.Subject, strings.Join(g.Names, ", "))
	}
	return b.String()
}

// servedWords lists what is answered, each service's operations in lines that fit.
func servedWords() (string, error) {
	services, err := app.Served()
	var b strings.Builder
	b.WriteString("What is answered; everything else is refused as an operation that is none:")
	for _, s := range services {
		fmt.Fprintf(&b, "\n  %s", s[0])
		width := maxHelp
		for i, operation := range s[1:] {
			if width+len(operation)+2 > maxHelp {
				b.WriteString("\n   ")
				width = 3
			}
			b.WriteString(" " + operation)
			if width += 1 + len(operation); i < len(s)-2 {
				b.WriteString(",")
				width++
			}
		}
	}
	return b.String(), err
}

// maxHelp is how wide the lines of a list are in the help.
const maxHelp = 80
