package measured

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
)

// Board is a dashboard as it stands: the charts of its widgets, and what cannot be drawn.
type Board struct {
	Name     string
	From, To time.Time
	Charts   []metrics.Drawn
	// Undrawn are widgets that are not drawn, each with the reason.
	Undrawn []metrics.Widget
	// Requested is how many metrics one reading requests, InRun how many this run did.
	Requested, InRun int
}

// ReadBoard reads a dashboard and the values of its metric widgets, a call for each, so
// that one which CloudWatch refuses costs the others nothing. It is charged for.
func ReadBoard(ctx context.Context, r inquiry.Reader, account awsx.Reader, name string, over metrics.Range) (Board, error) {
	b := Board{Name: name}
	body, err := account.DashboardBody(ctx, name)
	if err != nil {
		return b, err
	}
	widgets, err := metrics.Widgets(body, r.Context.Region)
	if err != nil {
		return b, fault.Errorf(fault.Failed, "cloudwatch:GetDashboard", name, "%w", err)
	}
	b.From, b.To = over.Window(r.Now())
	for _, w := range widgets {
		if w.Undrawn == "" {
			b.Requested += awsx.MetricCount(w.Queries)
			answers, err := account.MetricData(ctx, w.Queries, b.From, b.To)
			switch class := fault.ClassOf(err); {
			case err == nil:
				b.Charts = append(b.Charts, w.Over(answers, b.From, b.To))
				continue
			case class == fault.Denied, class == fault.Throttled, class == fault.Expired, class == fault.Offline, ctx.Err() != nil:
				return b, err // the others would fare no better
			}
			w.Undrawn = err.Error()
		}
		b.Undrawn = append(b.Undrawn, w)
	}
	b.InRun = account.MetricsRequested()
	return b, nil
}
