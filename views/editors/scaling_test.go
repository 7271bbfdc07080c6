package editors_test

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui/uitest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// scaled lets Application Auto Scaling move the service under test.
func scaled(f *changestest.Shopfloor) {
	f.Account.Edit(func(d *awsxtest.Data) {
		if d.ScalableTargets == nil {
			d.ScalableTargets = map[string]awsx.ScalableTarget{}
		}
		d.ScalableTargets[f.Service.ARN] = awsx.ScalableTarget{Service: f.Service, Min: 2, Max: 8,
			Policies: []awsx.ScalingPolicy{{Name: "cpu", Type: "TargetTrackingScaling", Metric: "ECSServiceAverageCPUUtilization", Target: 60}}}
	})
}

// scaling opens the question for a count.
func scaling(t *testing.T, change func(*changestest.Shopfloor)) *changestest.Shopfloor {
	f := changestest.Prepared(t, uitest.Look{W: 120, H: 30}, change, changestest.Tables).Read()
	f.Press("/").Type("api-orders").Press("enter")
	return f.Keys("s")
}

func TestACountIsTypedBesideWhatScalingDoesToIt(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := scaling(t, scaled)
		f.Shows("Scaling of payments/api-orders", "2 to 8 tasks", "scaling active by ECSServiceAverageCPUUtilization at 60", "Scale payments/api-orders", "4 now")
		f.Type("9").Shows("9 is above the maximum of 8")
		f.Keys("backspace")
		f.Type("6").Shows("6 is undone at the next evaluation").Hides("9 is above")
		f.Keys("enter").Shows("scale payments/api-orders", "6 tasks")
		f.Keys("esc").Shows("SERVICE")
	})
}

func TestBoundsAreSetAndScalingIsSuspendedAndResumed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := scaling(t, scaled)
		f.Keys("esc", "r").Shows("resume scaling: scaling is active already")
		f.Keys("m").Shows("Bounds of payments/api-orders", "empty leaves it at 2")
		f.Answer("3").Answer("").Shows("scaling payments/api-orders", "2 to 8 tasks, scaling active", "3 to 8 tasks, scaling active")
		f.Keys("enter", "y").Shows("+ done")
		f.Keys("esc").Shows("3 to 8 tasks")
		f.Keys("p").Shows("3 to 8 tasks, scaling suspended")
		f.Keys("enter").Answer("api-orders").Shows("+ done")
		f.Keys("esc").Shows("scaling suspended")
		f.Keys("p").Shows("suspend scaling: scaling is suspended already")
		f.Keys("r").Shows("scaling active")
	})
}

func TestAServiceThatNothingScalesSaysSo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := scaling(t, changestest.Untouched)
		f.Shows("Application Auto Scaling does not know the service: a count stays as it is set")
		f.Keys("esc").Shows("SERVICE")
	})
}

func TestScalingThatCannotBeReadLeavesTheCountToBeSet(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := scaling(t, func(f *changestest.Shopfloor) {
			f.Account.Fail(awsxtest.ScalableTarget, fault.Errorf(fault.Denied, "application-autoscaling:DescribeScalableTargets", "api-orders", "no"))
		})
		f.Shows("? not known: application-autoscaling:DescribeScalableTargets")
		f.Answer("5").Shows("scale payments/api-orders", "5 tasks")
	})
}

func TestTheCircuitBreakerIsSetFromThePalette(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, uitest.Look{W: 120, H: 40}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys(":")
		f.Answer("circuit breaker").Shows("Circuit breaker of payments/api-orders", "set like this now")
		f.Answer("what it left stays").Shows("breaker payments/api-orders", "circuit breaker is on and does not roll back")
		f.Keys("enter").Answer("api-orders").Shows("+ done")
		if b := f.Now().Breaker; !b.Enabled || b.Rollback {
			t.Errorf("the circuit breaker is %+v", b)
		}
	})
}

func TestTheCapacityProviderStrategyIsSetFromThePalette(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 40}, func(f *changestest.Shopfloor) {
			f.Account.Edit(func(d *awsxtest.Data) {
				for i := range d.Clusters {
					d.Clusters[i].CapacityProviders = []string{"blue", "green"}
				}
				for _, name := range []string{"blue", "green"} {
					d.Providers = append(d.Providers, awsx.CapacityProvider{Name: name, Status: "ACTIVE"})
				}
			})
		}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys(":")
		f.Answer("capacity provider strategy").Shows("Capacity provider strategy of payments/api-orders", "launch type EC2 now")
		f.Type("blue")
		f.Keys("enter").Shows("expected PROVIDER=WEIGHT[,BASE]")
		f.Answer("=1,2 green=3").Shows("strategy payments/api-orders", "blue weight 1, base 2; green weight 3, by a new deployment", "all are attached to the cluster and usable")
	})
}
