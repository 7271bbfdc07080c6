package reports

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry/measured"
)

var _ = commands.Add(program.metricsCommand)

func (p program) metricsCommand() *cobra.Command {
	var output, span string
	var byTask bool
	cmd := &cobra.Command{
		Use:   "metrics CLUSTER/SERVICE",
		Short: "Show what CloudWatch measures of a service, beside its deployments and changes",
		Long: `Show what CloudWatch measures of a service: CPU, memory, and what its load balancers see of
it, beside its deployments and what was changed from here. CloudWatch charges for each
metric that is requested; how many they were and what they cost is told.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			over, err := metrics.RangeNamed(span)
			if err != nil {
				return command.Usagef("%w", err)
			}
			return p.WithService(cmd.Context(), args[0], func(a *app.App, target command.Found) error {
				return p.metrics(cmd.Context(), a, target, over, byTask, output)
			})
		},
	}
	cmd.Flags().StringVar(&span, "range", "3h", "how far back: 30m, 1h, 3h, 12h or 24h")
	cmd.Flags().BoolVar(&byTask, "tasks", false, "each task too, where Container Insights measures them")
	command.OutputFlag(cmd, &output, "table", "json")
	return cmd
}

// measuredChart is a chart in metrics -o json.
type measuredChart struct {
	Title  string           `json:"title"`
	Unit   string           `json:"unit"`
	Series []measuredSeries `json:"series"`
}

// measuredSeries has a value for each period from the beginning, null where there is none.
type measuredSeries struct {
	Name    string     `json:"name"`
	Values  []*float64 `json:"values"`
	Trouble string     `json:"trouble,omitempty"`
}

type measuredMark struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

// metricsDocument is what metrics -o json prints.
type metricsDocument struct {
	Context   string          `json:"context"`
	Cluster   string          `json:"cluster"`
	Service   string          `json:"service"`
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
	Period    int             `json:"periodSeconds"`
	Requested int             `json:"metricsRequested"`
	Dollars   float64         `json:"dollars"`
	Charts    []measuredChart `json:"charts"`
	Marks     []measuredMark  `json:"marks"`
	completeness
}

var _ = schema.Add("metrics", "gantry metrics", metricsDocument{})

func (p program) metrics(ctx context.Context, a *app.App, target command.Found, over metrics.Range, byTask bool, output string) error {
	service := target.Ref
	account, err := a.Store.Account(ctx, service.Context)
	if err != nil {
		return err
	}
	charting := measured.Charting{
		Reader: a.Reader, Service: service, Over: over, ByTask: byTask, Short: func(id string) string { return id }, Made: a.Changes.Made,
	}
	found, err := charting.Read(ctx, account)
	if err == nil {
		err = found.Denied
	}
	if err != nil {
		return err
	}
	p.Partial(found.Unread)
	if output == "json" {
		return printing.JSON(p.Out, metricsDocument{a.Context.String(), service.ClusterName(), service.Name(), found.From.UTC(), found.To.UTC(), int(over.Period / time.Second),
			found.InRun, awsx.MetricPrice(found.InRun), chartsOf(found), marksOf(found.Marks), completenessOf(a, found.Unread)})
	}
	var rows [][]string
	for _, c := range found.Charts {
		for _, s := range c.Series {
			sum := metrics.Summarize(s.Values)
			rows = append(rows, []string{c.Title, printing.Shown(s.Name), c.Unit.Say(sum.Last), c.Unit.Say(sum.Low), c.Unit.Say(sum.Mean), c.Unit.Say(sum.High),
				printing.Shown(cmp.Or(s.Trouble, map[bool]string{true: "no data"}[sum.Values == 0]))})
		}
	}
	if err := printing.Table(p.Out, []string{"METRIC", "SERIES", "LAST", "LOW", "MEAN", "HIGH", "NOTE"}, rows); err != nil {
		return err
	}
	if len(found.Marks) > 0 {
		rows = nil
		for _, m := range found.Marks {
			rows = append(rows, []string{m.At.UTC().Format(time.RFC3339), m.Kind.String(), printing.Shown(m.Text)})
		}
		fmt.Fprintln(p.Out)
		if err := printing.Table(p.Out, []string{"AT", "WHAT", "OF"}, rows); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.Err, "%s of CloudWatch requested, from %s to %s\n", metrics.Cost(found.InRun), found.From.UTC().Format(time.RFC3339), found.To.UTC().Format(time.RFC3339))
	return nil
}

func chartsOf(m measured.Charted) []measuredChart {
	charts := []measuredChart{}
	for _, c := range m.Charts {
		out := measuredChart{Title: c.Title, Unit: cmp.Or(c.Unit.String(), "count")}
		for _, s := range c.Series {
			series := measuredSeries{Name: s.Name, Values: make([]*float64, len(s.Values)), Trouble: s.Trouble}
			for i, v := range s.Values {
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					series.Values[i] = &v
				}
			}
			out.Series = append(out.Series, series)
		}
		charts = append(charts, out)
	}
	return charts
}

func marksOf(marks []metrics.Mark) []measuredMark {
	out := []measuredMark{}
	for _, m := range marks {
		out = append(out, measuredMark{m.At.UTC(), m.Kind.String(), m.Text})
	}
	return out
}
