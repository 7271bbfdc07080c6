package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

const scalingTarget = "AnyScaleFrontendService."

func (w *world) autoscaling() *autoscaling.Client {
	return autoscaling.NewFromConfig(config(w.account.RoundTripper()))
}

func (w *world) scalable(service string) scaling.ScalableTarget {
	w.t.Helper()
	out := must[*autoscaling.DescribeScalableTargetsOutput](w)(w.autoscaling().DescribeScalableTargets(w.ctx, &autoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ResourceIds: []string{"service/prod/" + service},
	}))
	if len(out.ScalableTargets) != 1 {
		w.t.Fatalf("%d scalable targets of %s", len(out.ScalableTargets), service)
	}
	return out.ScalableTargets[0]
}

func (w *world) setScaling(service string, edit func(*autoscaling.RegisterScalableTargetInput)) {
	w.t.Helper()
	in := &autoscaling.RegisterScalableTargetInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
		ResourceId: aws.String("service/prod/" + service),
	}
	edit(in)
	must[*autoscaling.RegisterScalableTargetOutput](w)(w.autoscaling().RegisterScalableTarget(w.ctx, in))
}

func (w *world) activities(service string) []scaling.ScalingActivity {
	w.t.Helper()
	return must[*autoscaling.DescribeScalingActivitiesOutput](w)(w.autoscaling().DescribeScalingActivities(w.ctx, &autoscaling.DescribeScalingActivitiesInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ResourceId: aws.String("service/prod/" + service), IncludeNotScaledActivities: aws.Bool(true),
	})).ScalingActivities
}

func (w *world) demand(service string, tasks int) {
	w.t.Helper()
	if err := w.account.SetDemand("prod", service, tasks); err != nil {
		w.t.Fatal(err)
	}
}

func TestAServicesScalingIsDescribed(t *testing.T) {
	w := newWorld(t, sim.Options{})
	if target := w.scalable("sessions"); *target.MinCapacity != 2 || *target.MaxCapacity != 8 || *target.SuspendedState.DynamicScalingInSuspended {
		t.Errorf("bounds %d to %d, suspended %+v", *target.MinCapacity, *target.MaxCapacity, *target.SuspendedState)
	}
	policies := must[*autoscaling.DescribeScalingPoliciesOutput](w)(w.autoscaling().DescribeScalingPolicies(w.ctx, &autoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ResourceId: aws.String("service/prod/sessions"),
	})).ScalingPolicies
	if len(policies) != 1 || policies[0].PolicyType != scaling.PolicyTypeTargetTrackingScaling ||
		policies[0].TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType != scaling.MetricTypeECSServiceAverageCPUUtilization ||
		len(policies[0].Alarms) != 2 {
		t.Errorf("policies %+v", policies)
	}
	all := must[*autoscaling.DescribeScalableTargetsOutput](w)(w.autoscaling().DescribeScalableTargets(w.ctx, &autoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, MaxResults: aws.Int32(1),
	}))
	if len(all.ScalableTargets) != 1 || all.NextToken == nil {
		t.Errorf("a page of one has %d targets and token %v", len(all.ScalableTargets), all.NextToken)
	}
	if other := must[*autoscaling.DescribeScalableTargetsOutput](w)(w.autoscaling().DescribeScalableTargets(w.ctx, &autoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: scaling.ServiceNamespaceDynamodb,
	})); len(other.ScalableTargets) != 0 {
		t.Errorf("targets of another namespace: %v", other.ScalableTargets)
	}
}

func TestAManualCountIsUndoneAtTheNextEvaluation(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		for _, count := range []int32{5, 12, 0} { // inside its bounds, above and below them
			w.update(&ecs.UpdateServiceInput{Service: aws.String("sessions"), DesiredCount: aws.Int32(count)})
			time.Sleep(50 * time.Second)
			if got := w.service("sessions").DesiredCount; got != count {
				t.Errorf("count %d before the evaluation, want %d", got, count)
			}
			time.Sleep(20 * time.Second)
			if got := w.service("sessions").DesiredCount; got != 2 {
				t.Errorf("count %d after the evaluation of %d, want the 2 that the load asks for", got, count)
			}
		}
		if done := w.activities("sessions"); len(done) != 3 || *done[0].Description != "Setting desired count to 2." ||
			!strings.Contains(*done[0].Cause, "AlarmHigh") || !strings.Contains(*done[1].Cause, "AlarmLow") {
			t.Errorf("activities %+v", done)
		}
	})
}

func TestTheCountFollowsTheLoadWithinItsBounds(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		for _, step := range []struct{ demand, want int }{{5, 5}, {40, 8}, {3, 3}, {0, 2}} {
			w.demand("sessions", step.demand)
			time.Sleep(61 * time.Second)
			if got := int(w.service("sessions").DesiredCount); got != step.want {
				t.Errorf("count %d for a load of %d, want %d", got, step.demand, step.want)
			}
		}
		w.demand("sessions", 40)
		w.setScaling("sessions", func(in *autoscaling.RegisterScalableTargetInput) { in.MaxCapacity = aws.Int32(10) })
		w.until(3*time.Minute, "sessions", "the new bound", func(s types.Service) bool { return s.RunningCount == 10 })
		if low := *w.scalable("sessions").MinCapacity; low != 2 {
			t.Errorf("the minimum became %d, though it was not sent", low)
		}
	})
}

func TestSuspendedScalingLeavesTheCountAlone(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		suspend := func(in, out bool) {
			w.setScaling("sessions", func(i *autoscaling.RegisterScalableTargetInput) {
				i.SuspendedState = &scaling.SuspendedState{DynamicScalingInSuspended: &in, DynamicScalingOutSuspended: &out}
			})
		}
		count := func() int32 { time.Sleep(5 * time.Minute); return w.service("sessions").DesiredCount }
		suspend(true, true)
		w.demand("sessions", 6)
		if got := count(); got != 2 {
			t.Errorf("count %d, though scaling out is suspended", got)
		}
		suspend(true, false)
		if got := count(); got != 6 {
			t.Errorf("count %d once scaling out is resumed, want 6", got)
		}
		w.demand("sessions", 2)
		if got := count(); got != 6 {
			t.Errorf("count %d, though scaling in is suspended", got)
		}
		suspend(false, false)
		if got := count(); got != 2 {
			t.Errorf("count %d once scaling in is resumed, want 2", got)
		}
	})
}

func TestScalingInWaitsForADeploymentAndScalingOutDoesNot(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		if err := w.account.Autoscale("prod", "api-orders", 2, 10); err != nil {
			t.Fatal(err)
		}
		w.deploy("api-orders", w.reviseImage("api-orders", "v2.32.0")) // crashes for ever: no breaker
		w.demand("api-orders", 2)
		time.Sleep(10 * time.Minute)
		if got := w.service("api-orders").DesiredCount; got != 4 {
			t.Errorf("scaled in to %d during a deployment", got)
		}
		if held := w.activities("api-orders"); len(held) != 1 || len(held[0].NotScaledReasons) != 1 || *held[0].NotScaledReasons[0].Code != "TargetServicePutResourceAsUnscalable" {
			t.Errorf("activities %+v, want one that was not done", held)
		}
		w.demand("api-orders", 6)
		s := w.until(5*time.Minute, "api-orders", "the scale-out", func(s types.Service) bool { return s.DesiredCount == 6 })
		w.until(5*time.Minute, "api-orders", "more tasks of what works", func(s types.Service) bool { return s.Deployments[1].RunningCount == 6 })
		must[*ecs.StopServiceDeploymentOutput](w)(w.ecs.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: s.CurrentServiceDeployment}))
		w.demand("api-orders", 3)
		w.until(10*time.Minute, "api-orders", "the scale-in after the deployment", func(s types.Service) bool {
			return len(s.Deployments) == 1 && s.DesiredCount == 3 && s.RunningCount == 3
		})
	})
}

func TestAWrongScalingCallIsRefused(t *testing.T) {
	account := newWorld(t, sim.Options{}).account
	service := `"ServiceNamespace":"ecs","ScalableDimension":"ecs:service:DesiredCount","ResourceId":"service/prod/`
	for _, tc := range []struct{ name, op, body, want string }{
		{"no namespace", "DescribeScalableTargets", `{}`, "ValidationException"},
		{"page too large", "DescribeScalingPolicies", `{"ServiceNamespace":"ecs","MaxResults":11}`, "ValidationException"},
		{"bad token", "DescribeScalingActivities", `{"ServiceNamespace":"ecs","NextToken":"x"}`, "InvalidNextTokenException"},
		{"no service", "RegisterScalableTarget", `{` + service + `nope","MinCapacity":1,"MaxCapacity":2}`, "ECS service doesn't exist: service/prod/nope"},
		{"new without bounds", "RegisterScalableTarget", `{` + service + `web","MinCapacity":1}`, "ValidationException"},
		{"bounds in the wrong order", "RegisterScalableTarget", `{` + service + `sessions","MinCapacity":9}`, "ValidationException"},
		{"negative", "RegisterScalableTarget", `{` + service + `sessions","MinCapacity":-1}`, "ValidationException"},
		{"unknown operation", "PutScalingPolicy", `{}`, "UnknownOperationException"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := post(t, account, scalingTarget+tc.op, tc.body)
			if status != http.StatusBadRequest || !strings.Contains(body, tc.want) {
				t.Errorf("%d %s\nwant 400 with %q", status, body, tc.want)
			}
		})
	}
}
