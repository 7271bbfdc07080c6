package awsx_test

import (
	"testing"

	"gantry/awsx"
)

func TestMetricsRequestedAreCountedAsTheyAreCharged(t *testing.T) {
	ask := func(name string, stats ...string) (out []awsx.MetricQuery) {
		for _, s := range stats {
			out = append(out, awsx.MetricQuery{Metric: awsx.Metric{Namespace: "AWS/ECS", Name: name, Dimensions: []awsx.Dimension{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}}, Stat: s})
		}
		return out
	}
	turned := awsx.MetricQuery{Metric: awsx.Metric{Namespace: "AWS/ECS", Name: "x", Dimensions: []awsx.Dimension{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}}}, Stat: "Sum"}
	other := awsx.MetricQuery{Metric: awsx.Metric{Namespace: "AWS/ECS", Name: "x", Dimensions: []awsx.Dimension{{Name: "a", Value: "1"}}}, Stat: "Sum"}
	for name, c := range map[string]struct {
		queries []awsx.MetricQuery
		want    int
	}{
		"nothing":                              {nil, 0},
		"one statistic":                        {ask("x", "Sum"), 1},
		"five of one metric are one":           {ask("x", "Sum", "Average", "p50", "p90", "p99"), 1},
		"each further one is another":          {ask("x", "Sum", "Average", "p50", "p90", "p99", "Minimum", "Maximum"), 3},
		"two metrics":                          {append(ask("x", "Sum"), ask("y", "Sum")...), 2},
		"dimensions in another order are none": {append(ask("x", "Average"), turned), 1},
		"other dimensions are another":         {append(ask("x", "Average"), other), 2},
		"expressions are free":                 {append(ask("x", "Sum"), awsx.MetricQuery{ID: "e", Expression: "m1 * 2"}), 1},
	} {
		if got := awsx.MetricCount(c.queries); got != c.want {
			t.Errorf("%s: %d metrics, want %d", name, got, c.want)
		}
	}
	if got := awsx.MetricPrice(1000); got != 0.01 {
		t.Errorf("a thousand metrics cost $%v, want $0.01", got)
	}
}
