package metrics_test

import (
	"math"
	"slices"
	"strconv"
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
	charts "gantry/views/metrics"
	"gantry/views/viewstest"
)

const front = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/0c1"

// measured puts a load balancer before the services of the shop, has CloudWatch measure
// each of them for a day, and has api-checkout deployed an hour ago and rolled back.
func measured(a *awsxtest.Account) {
	a.Edit(func(d *awsxtest.Data) {
		for i := range d.TargetGroups {
			d.TargetGroups[i].LoadBalancers = []string{front}
		}
		for n, s := range d.Services {
			var groups []awsx.Group
			for _, g := range d.TargetGroups {
				if slices.Contains(s.TargetGroups(), g.ARN) {
					groups = append(groups, awsx.Group{ARN: g.ARN, Settings: g})
				}
			}
			for _, q := range metrics.Queries(metrics.OfService(s, groups), time.Minute) {
				d.Metrics[awsxtest.MetricName(q.Metric, q.Stat)] = curve(q, float64(n))
			}
			if s.Name != "api-checkout" {
				continue
			}
			revision := func(arn, number string) {
				d.Revisions = append(d.Revisions, awsx.ServiceRevision{ARN: arn, TaskDefinition: "arn:aws:ecs:eu-west-1:123456789012:task-definition/api-checkout:" + number})
			}
			revision("arn:revision/1", "1")
			revision("arn:revision/2", "2")
			d.Deployments[s.Ref.ARN] = []awsx.ServiceDeployment{{
				ARN: "arn:deployment/1", Status: "ROLLBACK_SUCCESSFUL", Target: awsx.RevisionShare{ARN: "arn:revision/2"},
				StartedAt: awsxtest.Now.Add(-time.Hour), FinishedAt: awsxtest.Now.Add(-50 * time.Minute),
				Rollback: &awsx.RollbackRecord{At: awsxtest.Now.Add(-55 * time.Minute), Revision: "arn:revision/1"},
			}}
		}
	})
}

// curve is what CloudWatch has of a query: a value each minute, but for ten of them two
// hours ago.
func curve(q awsx.MetricQuery, shift float64) (points []awsx.MetricPoint) {
	scale := map[string]float64{"CPUUtilization": 40, "MemoryUtilization": 55, "RequestCount": 900, "HTTPCode_Target_5XX_Count": 3, "TargetResponseTime": 0.08, "HealthyHostCount": 4}[q.Metric.Name]
	if q.Stat == "Maximum" {
		scale *= 1.2
	}
	if q.Stat == "p99" {
		scale *= 5
	}
	began := awsxtest.Now.Add(5 * time.Minute).Truncate(time.Minute)
	for minute := -24 * 60; minute < 60; minute++ {
		if minute >= -125 && minute < -115 {
			continue
		}
		v := scale
		if q.Metric.Name != "HealthyHostCount" && q.Metric.Name != "UnHealthyHostCount" {
			v *= 1 + 0.3*math.Sin(float64(minute)/25+shift)
		}
		points = append(points, awsx.MetricPoint{At: began.Add(time.Duration(minute) * time.Minute), Value: v})
	}
	return points
}

func refs(a *awsxtest.Account, names ...string) (all []awsx.Ref) {
	a.Edit(func(d *awsxtest.Data) {
		for _, name := range names {
			for _, s := range d.Services {
				if s.Name == name {
					all = append(all, s.Ref)
				}
			}
		}
	})
	return all
}

// on opens the charts of services, with a change of the first one that was made from here.
func on(names ...string) func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(a *awsxtest.Account, _ *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		measured(a)
		return func(deps *views.Deps) ui.Screen {
			services := refs(a, names...)
			deps.Made = func(service awsx.Ref) ([]metrics.Mark, error) {
				if service != services[0] {
					return nil, nil
				}
				return []metrics.Mark{{At: awsxtest.Now.Add(-20 * time.Minute), Kind: metrics.Changed, Text: "scale: 2 tasks -> 4 tasks by eve@ws as ops"}}, nil
			}
			return charts.New(deps, services...)
		}
	}
}

func sit(t *testing.T, look uitest.Look, names ...string) *viewstest.Desk {
	t.Helper()
	a, cluster := viewstest.Shop()
	return viewstest.Sit(t, a, look, on(names...)(a, cluster)).Read()
}

func TestFrames(t *testing.T) {
	looks := append(uitest.Looks(), uitest.Look{W: 200, H: 50}, uitest.Look{W: 80, H: 24, Plain: true}, uitest.Look{W: 80, H: 24, ASCII: true})
	t.Run("charts", func(t *testing.T) { viewstest.Frame(t, looks, on("api-checkout")) })
	t.Run("alone", func(t *testing.T) { viewstest.Frame(t, uitest.Looks(), on("api-checkout"), "2", "j", "j", "enter") })
	t.Run("together", func(t *testing.T) { viewstest.Frame(t, uitest.Looks(), on("api-checkout", "front")) })
	t.Run("small", func(t *testing.T) {
		viewstest.Frame(t, []uitest.Look{{W: 60, H: 15}}, on("api-checkout"))
	})
}

// TestChartsKeepUpdating, and what was done in the range is marked and told. A covered
// screen costs less.
func TestChartsKeepUpdating(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, uitest.Look{W: 120, H: 40}, "api-checkout")
		d.Shows("CPU", "Memory", "Requests", "5xx of targets", "Response time", "Healthy hosts", "06:31", "09:31",
			"7 metrics, $0.00007 every 1m", "this run 7, $0.00007", "C 09:06 changed here scale: 2 tasks -> 4 tasks by eve@ws as ops",
			"B 08:31 rolled back api-checkout:1", "D 08:26 deployment began api-checkout:2")
		before := d.Account.Count(awsxtest.MetricData)
		d.Advance(time.Minute)
		d.Read().Shows("06:32", "09:32")
		if n := d.Account.Count(awsxtest.MetricData); n != before+1 {
			t.Errorf("%d readings in a minute, want 1", n-before)
		}
	})
}

func TestARangeIsChosenByAKey(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, viewstest.Standard, "api-checkout")
		d.Advance(10 * time.Second) // well before a minute is over
		for i, r := range metrics.Ranges() {
			if r.Name == "3h" {
				continue // it is shown
			}
			d.Press(strconv.Itoa(i + 1))
			from, to := r.Window(time.Now())
			d.Read().Shows(from.UTC().Format("15:04"), "─"+to.UTC().Format("15:04"), " "+r.Name)
		}
		d.Press("5")
		d.Shows("this is the range shown")
	})
}

// TestOneChartIsLookedAtAlone with what its series come to, and esc leads back.
func TestOneChartIsLookedAtAlone(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, viewstest.Standard, "api-checkout")
		d.Press("j", "j", "enter").Shows("Response time", "last", "mean", "a p50", "b p99").Hides("Memory")
		d.Press("esc").Shows("Memory", "Response time").Hides("mean")
	})
}

// TestAServiceIsLaidOverAnother by a key, and taken off by the way back.
func TestAServiceIsLaidOverAnother(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 160, H: 40}, func(deps *views.Deps) ui.Screen {
			known := deps.Store.Services(cluster.Ref)
			t.Cleanup(known.Close)
			return on("api-checkout")(a, cluster)(deps)
		}).Read()
		d.Press("=").Shows("Lay which service over api-checkout?", "legacy")
		d.Read()
		d.Type("front").Press("enter")
		d.Read().Shows("api-checkout and front metrics", "a api-checkout average", "b front average", "14 metrics").Hides("highest")
		d.Press("esc")
		d.Read().Shows("a average", "b highest").Hides("front average")
	})
}

// TestDeniedMetricsLeaveTheRest: what was done to the service is told, and what is missing.
func TestDeniedMetricsLeaveTheRest(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.MetricData, &fault.Error{Class: fault.Denied, Op: "cloudwatch:GetMetricData"})
		d := viewstest.Sit(t, a, viewstest.Standard, on("api-checkout")(a, cluster)).Read()
		d.Shows("denied: cloudwatch:GetMetricData is missing", "D 08:26 deployment began api-checkout:2", "C 09:06 changed here")
		a.Fail(awsxtest.MetricData, nil)
		d.Press("ctrl+r")
		d.Read().Shows("CPU", "Healthy hosts").Hides("denied")
	})
}

// TestWhatIsMissingBesideTheChartsIsSaid, and the charts that there are stay.
func TestWhatIsMissingBesideTheChartsIsSaid(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Edit(func(d *awsxtest.Data) { d.Clusters[1].Insights, d.Clusters[0].Insights = "disabled", "disabled" })
		a.Fail(awsxtest.TargetGroups, &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeTargetGroups"})
		d := viewstest.Sit(t, a, viewstest.Standard, on("api-checkout")(a, cluster)).Read()
		d.Shows("CPU", "Memory", "denied: elasticloadbalancing:DescribeTargetGroups is missing").Hides("Requests")
		a.Fail(awsxtest.TargetGroups, nil)
		d.Press("t")
		d.Read().Shows("Requests", "Container Insights is off in this cluster: nothing measures each task", "each task")
	})
}

// TestChartsSaveAsTables.
func TestChartsSaveAsTables(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		var s ui.Screen
		viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			s = on("api-checkout")(a, cluster)(deps)
			return s
		}).Read()
		got := s.(ui.Texter).Text()
		for _, want := range []string{"CPU\n", "a average", "Healthy hosts\n", "rolled back  api-checkout:1"} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
	})
}
