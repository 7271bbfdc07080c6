package awsx

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Metric names a metric of CloudWatch: other dimensions are another metric.
type Metric struct {
	Namespace, Name string
	Dimensions      []Dimension
}

// Key tells metrics apart, whatever the order of their dimensions.
func (m Metric) Key() string {
	parts := []string{}
	for _, d := range m.Dimensions {
		parts = append(parts, d.Name+"="+d.Value)
	}
	slices.Sort(parts)
	return m.Namespace + " " + m.Name + " " + strings.Join(parts, " ")
}

// Dimension returns the value of one of its dimensions, empty without it.
func (m Metric) Dimension(name string) string {
	for _, d := range m.Dimensions {
		if d.Name == name {
			return d.Value
		}
	}
	return ""
}

// MetricQuery asks for a statistic of a metric, or for metric maths over other queries of
// the same list, which it knows by their IDs.
type MetricQuery struct {
	ID     string // as CloudWatch wants them; may be empty where no expression names it
	Metric Metric
	Stat   string // Average, Sum, Minimum, Maximum, SampleCount, p99 …
	Period time.Duration
	// Expression is metric maths; Metric and Stat are empty then.
	Expression string
	// Hidden is true for one that is there for expressions alone.
	Hidden bool
}

// MetricPoint is the value of a period, by when that began.
type MetricPoint struct {
	At    time.Time
	Value float64
}

// MetricSeries is the answer to one query.
type MetricSeries struct {
	Label string
	// Points are the values that there are, the oldest first.
	Points []MetricPoint
	// Trouble is what CloudWatch says where it could not tell all, empty where it could.
	Trouble string
}

// MetricCount is how many metrics CloudWatch charges for when it is asked these queries in
// one call. Up to five statistics of a metric are one metric requested, each further one
// is another; expressions cost nothing beside the metrics that they are over (Amazon
// CloudWatch pricing, API requests: "metrics requested using GetMetricData").
func MetricCount(queries []MetricQuery) int {
	const together = 5
	stats := map[string]int{}
	for _, q := range queries {
		if q.Expression == "" {
			stats[q.Metric.Key()]++
		}
	}
	n := 0
	for _, s := range stats {
		n += 1 + max(0, s-together)
	}
	return n
}

// MetricPrice is what a number of metrics requested costs, in US dollars: one cent a
// thousand, none of them free (Amazon CloudWatch pricing, GetMetricData; the list price of
// most regions).
func MetricPrice(requested int) float64 { return float64(requested) * 0.01 / 1000 }

// MetricReader reads CloudWatch metrics. Reading them costs money.
type MetricReader interface {
	// MetricData answers queries, in their order, over a span whose end is exclusive: 500 a
	// call. Hidden ones have an empty answer. With expressions among them there may be no
	// more than go into one call.
	MetricData(ctx context.Context, queries []MetricQuery, from, to time.Time) ([]MetricSeries, error)
	// Metrics lists the metrics of a namespace and a name that had data in the last three
	// hours and have the dimensions, any value of those whose value is empty: 500 a call.
	Metrics(ctx context.Context, like Metric) ([]Metric, error)
	// MetricsRequested is how many metrics were requested of the context since it was
	// opened, by MetricCount. Calls that failed count: nothing says that they are free.
	MetricsRequested() int
}

// Dashboard is a CloudWatch dashboard in a list.
type Dashboard struct {
	Name, ARN string
	Modified  time.Time
	Size      int // of its body, in bytes
}

// DashboardReader reads the CloudWatch dashboards of the account.
type DashboardReader interface {
	// Dashboards lists them all.
	Dashboards(ctx context.Context) Pages[Dashboard]
	// DashboardBody returns what a dashboard shows, as JSON in the form of its own; NotFound
	// when there is none of the name.
	DashboardBody(ctx context.Context, name string) (json.RawMessage, error)
}
