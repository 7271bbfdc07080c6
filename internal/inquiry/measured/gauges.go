package measured

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/metrics"
)

// Gauge is how busy a service was over the last half hour, a value a minute, in percent;
// NaN where there is none.
type Gauge struct{ CPU, Memory []float64 }

// gaugeRange is what a gauge shows.
func gaugeRange() metrics.Range { return metrics.Ranges()[0] }

// Cost is what one reading of the gauges of so many services requests, in metrics, and
// how often it is worth to be repeated.
func Cost(services int) (requested int, every time.Duration) {
	return services * len(metrics.Gauges(awsx.Ref{})), gaugeRange().Period
}

// Gauges reads those of services together, 250 a call. It is charged for.
func Gauges(ctx context.Context, r awsx.MetricReader, services []awsx.Ref, now time.Time) (map[string]Gauge, error) {
	over := gaugeRange()
	from, to := over.Window(now)
	var lines []metrics.Line
	for _, s := range services {
		lines = append(lines, metrics.Gauges(s)...)
	}
	answers, err := r.MetricData(ctx, metrics.Queries([]metrics.Chart{{Lines: lines}}, over.Period), from, to)
	if err != nil {
		return nil, err
	}
	all := make(map[string]Gauge, len(services))
	for i, s := range services {
		values := func(n int) []float64 { return metrics.Align(answers[2*i+n].Points, over.Period, from, to) }
		all[s.ARN] = Gauge{CPU: values(0), Memory: values(1)}
	}
	return all, nil
}
