package views

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui/uitest"
)

// scaled lets Application Auto Scaling move the service under test.
func scaled(f *shopfloor) {
	f.account.Edit(func(d *awsxtest.Data) {
		if d.ScalableTargets == nil {
			d.ScalableTargets = map[string]awsx.ScalableTarget{}
		}
		d.ScalableTargets[f.service.ARN] = awsx.ScalableTarget{Service: f.service, Min: 2, Max: 8,
			Policies: []awsx.ScalingPolicy{{Name: "cpu", Type: "TargetTrackingScaling", Metric: "ECSServiceAverageCPUUtilization", Target: 60}}}
	})
}

// scaling opens the question for a count.
func scaling(t *testing.T, change func(*shopfloor)) *shopfloor {
	f := prepared(t, uitest.Look{W: 120, H: 30}, change, tables).read()
	f.Press("/").Type("api-orders").Press("enter")
	return f.keys("s")
}

func TestACountIsTypedBesideWhatScalingDoesToIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := scaling(t, scaled)
		f.Shows("Scaling of payments/api-orders", "2 to 8 tasks", "scaling active by ECSServiceAverageCPUUtilization at 60", "Scale payments/api-orders", "4 now")
		f.Type("9").Shows("9 is above the maximum of 8")
		f.keys("backspace")
		f.Type("6").Shows("6 is undone at the next evaluation").Hides("9 is above")
		f.keys("enter").Shows("scale payments/api-orders", "6 tasks")
		f.keys("esc").Shows("SERVICE")
	})
}

func TestBoundsAreSetAndScalingIsSuspendedAndResumed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := scaling(t, scaled)
		f.keys("esc", "r").Shows("resume scaling: scaling is active already")
		f.keys("m").Shows("Bounds of payments/api-orders", "empty leaves it at 2")
		f.answer("3").answer("").Shows("scaling payments/api-orders", "2 to 8 tasks, scaling active", "3 to 8 tasks, scaling active")
		f.keys("enter", "y").Shows("+ done")
		f.keys("esc").Shows("3 to 8 tasks")
		f.keys("p").Shows("3 to 8 tasks, scaling suspended")
		f.keys("enter").answer("api-orders").Shows("+ done")
		f.keys("esc").Shows("scaling suspended")
		f.keys("p").Shows("suspend scaling: scaling is suspended already")
		f.keys("r").Shows("scaling active")
	})
}

func TestAServiceThatNothingScalesSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := scaling(t, untouched)
		f.Shows("Application Auto Scaling does not know the service: a count stays as it is set")
		f.keys("esc").Shows("SERVICE")
	})
}

func TestScalingThatCannotBeReadLeavesTheCountToBeSet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := scaling(t, func(f *shopfloor) {
			f.account.Fail(awsxtest.ScalableTarget, fault.Errorf(fault.Denied, "application-autoscaling:DescribeScalableTargets", "api-orders", "no"))
		})
		f.Shows("? not known: application-autoscaling:DescribeScalableTargets")
		f.answer("5").Shows("scale payments/api-orders", "5 tasks")
	})
}

func TestTheCircuitBreakerIsSetFromThePalette(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 120, H: 40}, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys(":")
		f.answer("circuit breaker").Shows("Circuit breaker of payments/api-orders", "set like this now")
		f.answer("what it left stays").Shows("breaker payments/api-orders", "circuit breaker is on and does not roll back")
		f.keys("enter").answer("api-orders").Shows("+ done")
		if b := f.now().Breaker; !b.Enabled || b.Rollback {
			t.Errorf("the circuit breaker is %+v", b)
		}
	})
}
