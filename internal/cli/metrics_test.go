package cli_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
)

// TestMetricsOfAService beside what was done to it, with what they cost.
func TestMetricsOfAService(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		time.Sleep(10 * time.Minute) // of the bubble
		r := a.run(t, "metrics", "prod/catalog").wants(t, 0, "CPU             average", "Requests        requests", "p99", "healthy    ")
		if strings.Contains(r.out, "no data") || !strings.Contains(r.err, "7 metrics, $0.00007 of CloudWatch requested") {
			t.Errorf("got %s\n%s", r.out, r.err)
		}
		a.run(t, "scale", "prod/catalog", "5", "--confirm", "catalog").wants(t, 0)
		time.Sleep(2 * time.Minute)
		a.run(t, "metrics", "prod/catalog", "--range", "30m").wants(t, 0, "changed here  scale: ", "5 tasks by ")

		o := a.run(t, "metrics", "prod/catalog", "--range", "24h", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "periodSeconds") != 300.0 || at(t, o, "metricsRequested") != 7.0 || at(t, o, "charts", 0, "title") != "CPU" ||
			len(at(t, o, "charts", 0, "series", 0, "values").([]any)) != 288 || at(t, o, "marks", 0, "kind") != "changed here" || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
	})
}

// TestMetricsOfTasksSayWhereNobodyMeasuresThem.
func TestMetricsOfTasksSayWhereNobodyMeasuresThem(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "metrics", "prod/catalog", "--tasks").wants(t, 0, "CPU by task", "Memory by task")
		for cluster, why := range map[string]string{"preprod": "without enhanced observability", "staging": "Container Insights is off"} {
			if r := a.run(t, "metrics", cluster+"/web", "--tasks").wants(t, 0, "CPU"); strings.Contains(r.out, "by task") || !strings.Contains(r.err, why) {
				t.Errorf("%s: %s\n%s", cluster, r.out, r.err)
			}
		}
	})
}

// TestDeniedMetricsNameWhatIsMissing, and a target group that cannot be read leaves the rest.
func TestDeniedMetricsNameWhatIsMissing(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		if r := a.run(t, "metrics", "prod/catalog", "--range", "2h"); r.code != 2 || !strings.Contains(r.err, "want 30m, 1h, 3h, 12h, 24h") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
		lift := a.Inject(sim.Fault{Service: "elbv2", Kind: sim.Deny})
		if r := a.run(t, "metrics", "prod/catalog").wants(t, 0, "CPU"); strings.Contains(r.out, "Requests") || !strings.Contains(r.err, "DescribeTargetGroups") {
			t.Errorf("got %s\n%s", r.out, r.err)
		}
		lift()
		a.Inject(sim.Fault{Service: "cloudwatch", Operation: "GetMetricData", Kind: sim.Deny})
		if r := a.run(t, "metrics", "prod/catalog"); r.code != 1 || !strings.Contains(r.err, "needs cloudwatch:GetMetricData") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
	})
}
