package metrics_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	charts "gantry/views/metrics"
	"gantry/views/viewstest"
)

// boards gives the account two dashboards: one of charts, and one of which nothing is drawn.
func boards(a *awsxtest.Account, _ *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	measured(a)
	a.Edit(func(d *awsxtest.Data) {
		d.Dashboards["shop"] = `{"widgets":[
			{"type":"text","x":0,"y":0,"properties":{"markdown":"# on call"}},
			{"type":"metric","x":0,"y":1,"properties":{"title":"CPU of the shop","period":60,"metrics":[
				["AWS/ECS","CPUUtilization","ClusterName","payments","ServiceName","api-checkout",{"label":"checkout"}],["...","front"]]}},
			{"type":"metric","x":12,"y":1,"properties":{"title":"Twice","period":60,"metrics":[
				["AWS/ECS","CPUUtilization","ClusterName","payments","ServiceName","front",{"id":"m","visible":false}],[{"expression":"m * 2","id":"twice"}]]}},
			{"type":"metric","x":0,"y":8,"properties":{"title":"Shares","view":"pie","metrics":[["AWS/ECS","CPUUtilization"]]}},
			{"type":"log","x":12,"y":8,"properties":{"title":"Errors"}}]}`
		d.Dashboards["wall"] = `{"widgets":[{"type":"text","properties":{"markdown":"x"}}]}`
		d.Metrics["m * 2"] = curve(awsx.MetricQuery{Metric: awsx.Metric{Name: "CPUUtilization"}}, 3)
	})
	return func(deps *views.Deps) ui.Screen { return charts.NewDashboards(deps, a.ID) }
}

func TestDashboardFrames(t *testing.T) {
	t.Run("list", func(t *testing.T) { viewstest.Frame(t, uitest.Looks(), boards) })
	t.Run("charts", func(t *testing.T) {
		viewstest.Frame(t, append(uitest.Looks(), uitest.Look{W: 200, H: 50}), boards, "enter")
	})
}

// TestADashboardsChartsAreDrawn, and what cannot be drawn is named.
func TestADashboardsChartsAreDrawn(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 160, H: 40}, boards(a, cluster)).Read()
		d.Shows("shop", "wall").Press("enter")
		d.Read().Shows("dashboard shop", "CPU of the shop", "a checkout", "b CPUUtilization front", "Twice", "3 metrics, $0.00003 every 1m",
			"not drawn: text (a text), Shares (shown as a pie), Errors (a query of logs)")
		d.Press("1")
		d.Read().Shows(" 30m")
		d.Press("l", "enter").Shows("twice", "mean").Hides("CPU of the shop")
		d.Press("esc").Shows("CPU of the shop").Press("esc").Shows("wall")
		d.Press("j", "enter")
		d.Read().Shows("the dashboard has no widget that is drawn here", "text (a text)")
	})
}

// TestOneWidgetThatIsRefusedCostsTheOthersNothing, and one that is denied says what is missing.
func TestOneWidgetThatIsRefusedCostsTheOthersNothing(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.FailOnce(awsxtest.MetricData, &fault.Error{Class: fault.Invalid, Op: "cloudwatch:GetMetricData", Fix: "wrong maths"})
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 40}, boards(a, cluster)).Read()
		d.Press("enter")
		d.Read().Shows("Twice", "CPU of the shop (", "cloudwatch:GetMetricData").Hides("a checkout")
		a.Fail(awsxtest.MetricData, &fault.Error{Class: fault.Denied, Op: "cloudwatch:GetMetricData"})
		d.Advance(time.Minute)
		d.Read().Shows("denied: cloudwatch:GetMetricData is missing", "Twice")
	})
}

func TestDeniedDashboardsNameTheAction(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.Dashboards, &fault.Error{Class: fault.Denied, Op: "cloudwatch:ListDashboards"})
		viewstest.Sit(t, a, viewstest.Standard, boards(a, cluster)).Read().Shows("cloudwatch:ListDashboards")
	})
}
