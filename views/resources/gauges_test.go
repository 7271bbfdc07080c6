package resources_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/metrics"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

// busy has CloudWatch measure the services of an account: each is twice as busy at the end
// of a half hour as at its beginning.
func busy(a *awsxtest.Account) {
	a.Edit(func(d *awsxtest.Data) {
		for n, s := range d.Services {
			for i, l := range metrics.Gauges(s.Ref) {
				var points []awsx.MetricPoint
				for minute := range 240 {
					at := awsxtest.Now.Truncate(time.Minute).Add(time.Duration(minute-120) * time.Minute)
					points = append(points, awsx.MetricPoint{At: at, Value: float64(10*n+5*i) * (1 + float64(minute%30)/29)})
				}
				d.Metrics[awsxtest.MetricName(l.Query.Metric, l.Query.Stat)] = points
			}
		}
	})
}

func services(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	busy(a)
	return func(deps *views.Deps) ui.Screen { return resources.NewServices(deps, c.Ref) }
}

// TestGaugesCostNothingUntilTheyAreAskedFor, then they say what they cost and are read for the
// visible rows in one call a minute.
func TestGaugesCostNothingUntilTheyAreAskedFor(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 40}, services(a, cluster)).Read()
		d.Advance(2 * time.Minute)
		d.Read().Shows("IMAGE").Hides("CPU", "MEM")
		if n := a.Count(awsxtest.MetricData); n != 0 {
			t.Fatalf("%d readings that nobody asked for", n)
		}
		d.Press("ctrl+w").Shows("CPU and MEM request 2 metrics for each visible row every 1m: a cent a thousand (ctrl+w ends it)")
		d.Read().Shows("IMAGE", "CPU", "MEM", "12 metrics, $0.00012 every 1m, this run $0.00012")
		if n := a.Count(awsxtest.MetricData); n != 1 {
			t.Errorf("%d calls for the visible rows, want one for all of them", n)
		}
		d.Advance(time.Minute)
		if d.Read(); a.Count(awsxtest.MetricData) != 2 {
			t.Errorf("%d calls after a minute, want 2", a.Count(awsxtest.MetricData))
		}
		d.Press("ctrl+w").Shows("IMAGE").Hides("CPU", "MEM")
		before := a.Count(awsxtest.MetricData)
		d.Advance(5 * time.Minute)
		if d.Read(); a.Count(awsxtest.MetricData) != before {
			t.Errorf("%d calls after they were put away", a.Count(awsxtest.MetricData)-before)
		}
	})
}

// TestOnlyVisibleRowsAreMeasured: what is scrolled to is read when it is seen.
func TestOnlyVisibleRowsAreMeasured(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		cluster := a.Cluster("payments")
		for _, name := range strings.Fields("a b c d e f g h i j k l m n o p q r s t u v w x y z") {
			cluster.Service("svc-" + name)
		}
		d := viewstest.Sit(t, a, viewstest.Standard, services(a, cluster)).Read()
		d.Press("ctrl+w")
		d.Read()
		account := func() int { return a.MetricsRequested() }
		first := account()
		if first == 0 || first >= 2*26 {
			t.Fatalf("%d metrics requested for 26 services, want those of the visible ones", first)
		}
		d.Press("G")
		if d.Read(); account() <= first || account() > 2*26+first {
			t.Errorf("%d metrics requested once the last ones were seen, %d before", account(), first)
		}
	})
}

// TestDeniedGaugesLeaveTheTable and name what is missing.
func TestDeniedGaugesLeaveTheTable(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.MetricData, &fault.Error{Class: fault.Denied, Op: "cloudwatch:GetMetricData"})
		d := viewstest.Sit(t, a, uitest.Look{W: 160, H: 40}, services(a, cluster)).Read()
		d.Press("ctrl+w")
		d.Read().Shows("denied: cloudwatch:GetMetricData is missing", "api-checkout", "?")
		calls := a.Count(awsxtest.MetricData)
		d.Advance(20 * time.Second)
		if d.Read(); a.Count(awsxtest.MetricData) != calls {
			t.Errorf("asked again within a minute")
		}
	})
}

func TestGaugeFrames(t *testing.T) {
	viewstest.Frame(t, slices.Concat(uitest.Looks(), []uitest.Look{{W: 200, H: 50}, {W: 80, H: 24, ASCII: true}}), services, "ctrl+w")
}
