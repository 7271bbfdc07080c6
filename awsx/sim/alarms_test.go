package sim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarm "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/alarms"
	registry "gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
)

func (w *world) alarms(in *cloudwatch.DescribeAlarmsInput) *cloudwatch.DescribeAlarmsOutput {
	w.t.Helper()
	client := cloudwatch.NewFromConfig(config(w.account.RoundTripper()))
	return must[*cloudwatch.DescribeAlarmsOutput](w)(client.DescribeAlarms(w.ctx, in))
}

func (w *world) setAlarm(name, state string) {
	w.t.Helper()
	if err := w.account.SetAlarm(name, state); err != nil {
		w.t.Fatal(err)
	}
}

func names(alarms []alarm.MetricAlarm) (all []string) {
	for _, a := range alarms {
		all = append(all, *a.AlarmName)
	}
	return all
}

func bothTypes() []alarm.AlarmType {
	return []alarm.AlarmType{alarm.AlarmTypeMetricAlarm, alarm.AlarmTypeCompositeAlarm}
}

func TestAlarmsAreDescribedOverCBOR(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		time.Sleep(time.Hour)
		w.setAlarm("api-orders-cpu-high", alarms.Firing)
		out := w.alarms(&cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"api-orders-cpu-high", "no-such-alarm"}})
		if len(out.MetricAlarms) != 1 {
			t.Fatalf("%d alarms, want the one that exists", len(out.MetricAlarms))
		}
		got := out.MetricAlarms[0]
		if got.StateValue != alarm.StateValueAlarm || !got.StateUpdatedTimestamp.Equal(time.Now()) || *got.Threshold != 85 || *got.Period != 60 {
			t.Errorf("%s since %s, above %v in %d s", got.StateValue, got.StateUpdatedTimestamp, *got.Threshold, *got.Period)
		}
		dimensions := map[string]string{}
		for _, d := range got.Dimensions {
			dimensions[*d.Name] = *d.Value
		}
		if dimensions["ClusterName"] != "prod" || dimensions["ServiceName"] != "api-orders" {
			t.Errorf("dimensions %v", dimensions)
		}
		firing := w.alarms(&cloudwatch.DescribeAlarmsInput{StateValue: alarm.StateValueAlarm})
		if got := names(firing.MetricAlarms); !slices.Equal(got, []string{"api-orders-cpu-high"}) {
			t.Errorf("firing: %v", got)
		}
	})
}

func TestMetricMathsAndDimensionsAreThoseOfTheResources(t *testing.T) {
	w := newWorld(t, sim.Options{})
	out := w.alarms(&cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("api-checkout-")})
	if got := names(out.MetricAlarms); !slices.Equal(got, []string{"api-checkout-errors", "api-checkout-unhealthy"}) {
		t.Fatalf("alarms %v", got)
	}
	group := *w.service("api-checkout").LoadBalancers[0].TargetGroupArn
	maths := out.MetricAlarms[0].Metrics
	if len(maths) != 3 || *maths[0].Expression != "100 * errors / requests" || maths[0].MetricStat != nil {
		t.Fatalf("maths %+v", maths)
	}
	for _, d := range maths[1].MetricStat.Metric.Dimensions {
		if *d.Name == "TargetGroup" && !strings.HasSuffix(group, ":"+*d.Value) {
			t.Errorf("dimension %s is not the end of %s", *d.Value, group)
		}
		if *d.Name == "LoadBalancer" && !strings.HasPrefix(*d.Value, "app/prod-public/") {
			t.Errorf("dimension %s, want app/prod-public/…", *d.Value)
		}
	}
}

func TestACompositeAlarmFollowsItsRule(t *testing.T) {
	w := newWorld(t, sim.Options{})
	if err := w.account.PutAlarm(alarms.Alarm{Name: "all-quiet", Rule: `NOT (ALARM("api-checkout-down") OR ALARM("api-orders-cpu-high")) AND TRUE`}); err != nil {
		t.Fatal(err)
	}
	state := func(name string) alarm.StateValue {
		out := w.alarms(&cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}, AlarmTypes: bothTypes()})
		return out.CompositeAlarms[0].StateValue
	}
	if down, quiet := state("api-checkout-down"), state("all-quiet"); down != "OK" || quiet != "ALARM" {
		t.Errorf("down %s, quiet %s at the start", down, quiet)
	}
	w.setAlarm("api-checkout-errors", alarms.Firing)
	if down, quiet := state("api-checkout-down"), state("all-quiet"); down != "ALARM" || quiet != "OK" {
		t.Errorf("down %s, quiet %s, want the layers to follow", down, quiet)
	}
	if out := w.alarms(&cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"api-checkout-down"}}); len(out.CompositeAlarms) != 0 {
		t.Error("a composite alarm was given without being asked for")
	}
	children := w.alarms(&cloudwatch.DescribeAlarmsInput{ChildrenOfAlarmName: aws.String("api-checkout-down")})
	if got := names(children.MetricAlarms); !slices.Equal(got, []string{"api-checkout-errors", "api-checkout-unhealthy"}) {
		t.Errorf("children %v", got)
	}
	parents := w.alarms(&cloudwatch.DescribeAlarmsInput{ParentsOfAlarmName: aws.String("api-checkout-down")})
	if len(parents.CompositeAlarms) != 1 || *parents.CompositeAlarms[0].AlarmName != "all-quiet" {
		t.Errorf("parents %v", parents.CompositeAlarms)
	}
	for _, rule := range []string{`ALARM(`, `ALARM("nope")`, `OK("api-orders-cpu-high") OK("api-orders-cpu-high")`, `(TRUE`, `MAYBE("x")`, `NOT`} {
		if err := w.account.PutAlarm(alarms.Alarm{Name: "x", Rule: rule}); err == nil {
			t.Errorf("the rule %s was taken", rule)
		}
	}
	if err := w.account.SetAlarm("api-checkout-down", alarms.OK); err == nil {
		t.Error("the state of a composite alarm was set")
	}
}

func TestPagesOfAlarmsHoldEachOnce(t *testing.T) {
	w := newWorld(t, sim.Options{})
	var seen []string
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(config(w.account.RoundTripper())),
		&cloudwatch.DescribeAlarmsInput{AlarmTypes: bothTypes(), MaxRecords: aws.Int32(2)})
	for pages.HasMorePages() {
		page := must[*cloudwatch.DescribeAlarmsOutput](w)(pages.NextPage(w.ctx))
		seen = append(seen, names(page.MetricAlarms)...)
		for _, c := range page.CompositeAlarms {
			seen = append(seen, *c.AlarmName)
		}
	}
	if len(seen) != 9 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 9 {
		t.Errorf("alarms %v, want 9 different ones", seen)
	}
}

// The command line speaks JSON 1.0 where the SDK speaks CBOR.
func TestAlarmsAreDescribedOverJSON10(t *testing.T) {
	account := newWorld(t, sim.Options{}).account
	call := func(operation, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+operation)
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		w := httptest.NewRecorder()
		account.ServeHTTP(w, r)
		return w
	}
	var out struct {
		MetricAlarms []struct {
			AlarmName             string
			StateUpdatedTimestamp float64
		}
	}
	got := call("DescribeAlarms", `{"AlarmNames":["api-orders-cpu-high"]}`)
	if err := json.Unmarshal(got.Body.Bytes(), &out); err != nil || len(out.MetricAlarms) != 1 || out.MetricAlarms[0].StateUpdatedTimestamp < 1e9 {
		t.Errorf("%s: %v", got.Body, err)
	}
	if kind := got.Header().Get("Content-Type"); kind != "application/x-amz-json-1.0" {
		t.Errorf("content type %s", kind)
	}
	for _, tc := range []struct{ operation, body, want string }{
		{"DescribeAlarms", `{"NextToken":"x"}`, "InvalidNextToken"},
		{"DescribeAlarms", `{"MaxRecords":101}`, "ValidationError"},
		{"DescribeAlarms", `{"StateValue":"LOUD"}`, "ValidationError"},
		{"DescribeAlarms", `{"AlarmNames":["a"],"AlarmNamePrefix":"a"}`, "ValidationError"},
		{"DescribeAlarms", `{"ChildrenOfAlarmName":"a","StateValue":"OK"}`, "ValidationError"},
		{"MakeCoffee", `{}`, "UnknownOperationException"},
	} {
		got := call(tc.operation, tc.body)
		if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), tc.want) ||
			got.Header().Get("X-Amzn-Query-Error") != tc.want+";Sender" {
			t.Errorf("%s: %d %s %v, want %s", tc.body, got.Code, got.Body, got.Header(), tc.want)
		}
	}
}

func TestAnErrorOverCBORHasItsCode(t *testing.T) {
	w := newWorld(t, sim.Options{})
	client := cloudwatch.NewFromConfig(config(w.account.RoundTripper()))
	if _, err := client.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{NextToken: aws.String("x")}); code(err) != "InvalidNextToken" {
		t.Errorf("error %v, want an invalid token", err)
	}
	w.account.Inject(sim.Fault{Service: "cloudwatch", Kind: sim.Throttle, Times: 1})
	if _, err := client.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{}); code(err) != "Throttling" {
		t.Errorf("error %v, want throttling", err)
	}
	calls := w.account.Calls()
	if got := calls[0]; got.Service != "cloudwatch" || got.Operation != "DescribeAlarms" || string(got.Body) != `{"NextToken":"x"}` {
		t.Errorf("recorded %s %s %s", got.Service, got.Operation, got.Body)
	}
}

// watch has deployments of the service fail on alarms.
func (w *world) watch(service string, rollback bool, alarms ...string) {
	w.t.Helper()
	w.update(&ecs.UpdateServiceInput{Service: &service, DeploymentConfiguration: &types.DeploymentConfiguration{
		Alarms: &types.DeploymentAlarms{Enable: true, Rollback: rollback, AlarmNames: alarms},
	}})
}

func TestAnAlarmRollsADeploymentBack(t *testing.T) {
	for _, phase := range []struct {
		name string
		wait time.Duration
	}{{"while tasks start", 10 * time.Second}, {"while it bakes", 2 * time.Minute}} {
		t.Run(phase.name, func(t *testing.T) {
			live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
				w.watch("api-orders", true, "api-orders-cpu-high", "api-orders-memory-high")
				before := w.service("api-orders")
				id := w.deploy("api-orders", w.reviseImage("api-orders", "v2.32.1"))
				arn := *w.service("api-orders").CurrentServiceDeployment
				time.Sleep(phase.wait)
				if d := w.serviceDeployment(arn); d.Status != types.ServiceDeploymentStatusInProgress ||
					d.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusMonitoring {
					t.Fatalf("deployment is %s, alarms %s", d.Status, d.Alarms.Status)
				}
				w.setAlarm("api-orders-cpu-high", alarms.Firing)
				s := w.until(5*time.Minute, "api-orders", "the rollback", settled(*before.Deployments[0].Id))
				if *s.TaskDefinition != *before.TaskDefinition || !hasEvent(s, "(deployment "+id+") deployment failed: alarm detected.") {
					t.Errorf("it runs %s; events %s", *s.TaskDefinition, events(s, 6))
				}
				d := w.serviceDeployment(arn)
				if d.Status != types.ServiceDeploymentStatusRollbackSuccessful || d.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered ||
					!slices.Equal(d.Alarms.TriggeredAlarmNames, []string{"api-orders-cpu-high"}) {
					t.Errorf("deployment is %s, alarms %+v", d.Status, d.Alarms)
				}
			})
		})
	}
}

func TestAQuietAlarmLetsADeploymentEndAfterItsBakeTime(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.watch("api-orders", true, "api-orders-cpu-high")
		id := w.deploy("api-orders", w.reviseImage("api-orders", "v2.32.1"))
		w.until(2*time.Minute, "api-orders", "everything in place", func(s types.Service) bool {
			return s.Deployments[0].RunningCount == 4 && s.RunningCount == 4
		})
		time.Sleep(2 * time.Minute)
		if s := w.service("api-orders"); s.Deployments[0].RolloutState != types.DeploymentRolloutStateInProgress {
			t.Errorf("rollout is %s, want it to bake", s.Deployments[0].RolloutState)
		}
		w.until(3*time.Minute, "api-orders", "the end of the bake time", settled(id))
		w.setAlarm("api-orders-cpu-high", alarms.Firing) // too late
		time.Sleep(time.Minute)
		if s := w.service("api-orders"); !settled(id)(s) {
			t.Errorf("an alarm after the end moved it: %s", deployments(s))
		}
	})
}

func TestAnAlarmThatFiresAlreadyIsIgnored(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.watch("api-orders", true, "api-orders-cpu-high")
		w.setAlarm("api-orders-cpu-high", alarms.Firing)
		id := w.deploy("api-orders", w.reviseImage("api-orders", "v2.32.1"))
		time.Sleep(10 * time.Second)
		w.setAlarm("api-orders-cpu-high", alarms.OK)
		w.setAlarm("api-orders-cpu-high", alarms.Firing)
		w.until(10*time.Minute, "api-orders", "the rollout", settled(id))
	})
}

func TestAnAlarmWithoutRollbackFailsTheDeployment(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.watch("api-orders", false, "api-orders-cpu-high")
		id := w.deploy("api-orders", w.reviseImage("api-orders", "v2.32.1"))
		time.Sleep(8 * time.Second)
		w.setAlarm("api-orders-cpu-high", alarms.Firing)
		s := w.until(time.Minute, "api-orders", "the failure", func(s types.Service) bool {
			return s.Deployments[0].RolloutState == types.DeploymentRolloutStateFailed
		})
		if *s.Deployments[0].Id != id || hasEvent(s, "rolling back") {
			t.Errorf("it was rolled back: %s", deployments(s))
		}
	})
}

// TestAnAlarmFollowsTheHealthOfTargets: it fires once some have failed for as long as it
// evaluates, and recovers when they are well again.
func TestAnAlarmFollowsTheHealthOfTargets(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		group := *w.service("api-checkout").LoadBalancers[0].TargetGroupArn
		any := alarms.Alarm{Name: "any-unhealthy", Threshold: 0.5, Namespace: "AWS/ApplicationELB", Metric: "UnHealthyHostCount",
			Dimensions: map[string]string{"TargetGroup": group[strings.LastIndex(group, ":")+1:]}}
		if err := w.account.PutAlarm(any); err != nil {
			t.Fatal(err)
		}
		w.account.PushImage("api-checkout", "silent", registry.Behaviour{Health: registry.NeverAnswers})
		before := *w.service("api-checkout").TaskDefinition
		// Within their grace period ECS leaves tasks alone that fail their checks.
		w.update(&ecs.UpdateServiceInput{Service: aws.String("api-checkout"), HealthCheckGracePeriodSeconds: aws.Int32(1200)})
		w.deploy("api-checkout", w.reviseImage("api-checkout", "silent"))
		becomes := func(state alarm.StateValue) (got alarm.MetricAlarm) {
			for range 200 {
				time.Sleep(20 * time.Second)
				if got = w.alarms(&cloudwatch.DescribeAlarmsInput{AlarmNames: []string{any.Name}}).MetricAlarms[0]; got.StateValue == state {
					return got
				}
			}
			t.Fatalf("never %s: %s", state, got.StateValue)
			return got
		}
		if got := becomes(alarm.StateValueAlarm); !strings.Contains(*got.StateReason, "3 out of the last 3 datapoints [") || !strings.Contains(*got.StateReason, "] were greater") {
			t.Errorf("because %s", *got.StateReason)
		}
		w.deploy("api-checkout", before)
		if got := becomes(alarm.StateValueOk); !strings.Contains(*got.StateReason, "were not greater") {
			t.Errorf("because %s", *got.StateReason)
		}
	})
}

func TestThePoliciesThatAlarmsSetOffAreTheirActions(t *testing.T) {
	w := newWorld(t, sim.Options{})
	out := w.alarms(&cloudwatch.DescribeAlarmsInput{ActionPrefix: aws.String("arn:aws:autoscaling:")})
	if len(out.MetricAlarms) == 0 || !strings.Contains(out.MetricAlarms[0].AlarmActions[0], ":resource/ecs/service/prod/") {
		t.Errorf("%+v", out.MetricAlarms)
	}
}
