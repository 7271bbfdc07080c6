package views

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/ui/uitest"
)

func TestFrameOfImages(t *testing.T) { changeFrame(t, untouched, images, leave) }

func TestFrameOfRevisions(t *testing.T) { changeFrame(t, history, revisions, leave) }

func TestFrameOfAPlan(t *testing.T) { changeFrame(t, untouched, onPlan(image("v3")), leave) }

func TestFrameOfABlockedPlan(t *testing.T) {
	changeFrame(t, func(f *shopfloor) {
		f.edit(func(s *awsx.Service) { s.Breaker.Enabled = false })
	}, onPlan(image("v9")), leave)
}

func TestFrameOfAPlanForTheEnvironment(t *testing.T) {
	intent := deploy.SetEnv{Containers: map[string]deploy.EnvEdit{"": {
		Set:   []awsx.EnvVar{{Name: "DB_PASSWORD", Value: "canary"}, {Name: "REGION", Value: "eu-west-1"}},
		Unset: []string{"LOG_LEVEL"},
	}}}
	changeFrame(t, untouched, onPlan(intent), leave)
}

func TestFrameOfAQuestion(t *testing.T) {
	changeFrame(t, untouched, onPlan(image("v3")), func(f *shopfloor) { f.keys("enter") })
}

func TestFrameOfTheEnvironment(t *testing.T) {
	changeFrame(t, untouched, env, func(f *shopfloor) {
		f.keys("a").answer("REGION").answer("eu-west-1")
		f.keys("k", "enter")
		f.Advance(time.Second)
		f.Type("!")
	})
}

// begun carries the plan on the screen out and lets half of it happen.
func begun(f *shopfloor) {
	f.keys("enter")
	f.answer("api-orders")
	f.stop(1, "CannotPullContainerError: failed to resolve ref api-orders:v3: not found")
	f.edit(func(s *awsx.Service) { s.Deployments[0].Running, s.Deployments[0].Pending = 2, 1 })
	f.read()
}

func TestFrameOfAFollow(t *testing.T) { changeFrame(t, untouched, onPlan(image("v3")), begun) }

func TestFrameOfASuccess(t *testing.T) {
	changeFrame(t, untouched, onPlan(image("v3")), func(f *shopfloor) {
		begun(f)
		f.account.FinishRollout("api-orders")
	})
}

func TestFrameOfARollback(t *testing.T) {
	changeFrame(t, untouched, onPlan(image("v3")), func(f *shopfloor) {
		begun(f)
		f.account.FailRollout("api-orders", true)
		f.read()
		f.account.FinishRollout("api-orders")
		f.read().read() // a bad verdict waits a while for what explains it
	})
}

func TestFrameOfARollBackOfAMovedTag(t *testing.T) {
	changeFrame(t, recorded, onPlan(deploy.RollBack{}), leave)
}

func TestFrameOfDeployments(t *testing.T) { changeFrame(t, recorded, past, leave) }

// shiftsTraffic makes the service deploy by canary between two groups.
func shiftsTraffic(f *shopfloor) {
	f.account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			s := &d.Services[i]
			if s.Ref != f.service {
				continue
			}
			s.Strategy = "CANARY"
			lb := &s.LoadBalancers[0]
			lb.Alternate = strings.Replace(lb.TargetGroup, "api-orders/", "api-orders-alt/", 1)
			d.TargetGroups = append(d.TargetGroups, awsx.TargetGroup{ARN: lb.Alternate, Name: "api-orders-alt", TargetType: "instance"})
			d.Health[lb.Alternate] = awsx.GroupHealth{TargetGroup: lb.Alternate, Targets: []awsx.TargetHealth{
				{ID: "i-1", Port: 1, State: "healthy"}, {ID: "i-2", Port: 1, State: "healthy"},
				{ID: "i-3", Port: 1, State: "healthy"}, {ID: "i-4", Port: 1, State: "initial"}}}
		}
	})
}

// halfway carries the plan on the screen out, up to the pause of a canary that has
// a tenth of the traffic.
func halfway(f *shopfloor) {
	f.keys("enter")
	f.answer("api-orders")
	record := f.account.Record("api-orders")
	f.account.Edit(func(d *awsxtest.Data) {
		for i := range d.Deployments[f.service.ARN] {
			r := &d.Deployments[f.service.ARN][i]
			if r.ARN != record {
				continue
			}
			r.Strategy, r.Stage, r.BreakerThreshold = "CANARY", "POST_PRODUCTION_TRAFFIC_SHIFT", 3
			r.Target.Requested, r.Target.Running, r.Target.Production, r.Target.Test = 4, 4, 10, 100
			r.Sources[0].Requested, r.Sources[0].Running, r.Sources[0].Production, r.Sources[0].Test = 4, 4, 90, 0
			r.Hooks = []awsx.LifecycleHook{{ID: "hook-1", Type: "PAUSE", Status: "AWAITING_ACTION", TimeoutAction: "ROLLBACK", ExpiresAt: awsxtest.Now.Add(time.Hour)}}
			for j := range d.Revisions {
				for _, s := range d.Services {
					if s.Ref != f.service {
						continue
					}
					switch d.Revisions[j].ARN {
					case r.Target.ARN:
						d.Revisions[j].TargetGroups = []string{s.LoadBalancers[0].Alternate}
					case r.Sources[0].ARN:
						d.Revisions[j].TargetGroups = []string{s.LoadBalancers[0].TargetGroup}
					}
				}
			}
		}
	})
	f.edit(func(s *awsx.Service) { s.Deployments[0].Running = 4 })
	f.read().read().read()
}

func TestFrameOfACanaryThatPauses(t *testing.T) {
	changeFrame(t, shiftsTraffic, onPlan(image("v3")), halfway)
}

func TestAPauseIsContinuedOrTurnedBack(t *testing.T) {
	for _, c := range []struct{ key, plan, asks, answer, hook string }{
		{"enter", "the deployment goes on", "type the service's name", "api-orders", "SUCCEEDED"},
		{"u", "rolled back to api-orders:1", "[ No ]", "y", "FAILED"},
	} {
		bubble(t, func(t *testing.T) {
			f := prepared(t, uitest.Look{W: 100, H: 40}, shiftsTraffic, onPlan(image("v3"))).read()
			halfway(f)
			f.Shows("~ paused at post production traffic shift until 10:26, then ECS rolls it back",
				"enter plans to continue it, u plans the way back", "post production traffic shift (9 of 11)",
				"10% of production, 100% of test", "90% of production", "api-orders-alt: 1 initial, 3 healthy")
			f.keys(c.key).Shows("continue payments/api-orders", c.plan)
			f.keys("enter").Shows(c.asks)
			f.Advance(400 * time.Millisecond)
			f.Type(c.answer)
			if c.key == "enter" {
				f.Press("enter")
			}
			f.read().Shows("Rollout")
			f.account.Edit(func(d *awsxtest.Data) {
				if got := d.Deployments[f.service.ARN][0].Hooks[0].Status; got != c.hook {
					t.Errorf("%s: the hook is %s", c.key, got)
				}
			})
		})
	}
}

func TestADeploymentIsCancelledFromItsFollow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := deploying(t, uitest.Look{W: 100, H: 40}, untouched)
		f.keys("x").Shows("cancel: no record of a deployment in progress was read")
		f.account.Record("api-orders")
		f.read().read().read().Shows("<x>cancel")
		f.keys("enter").Shows("continue: no hook holds the deployment up")
		f.keys("x").Shows("cancel payments/api-orders", "rolled back to api-orders:1", "asks yes or no")
		f.keys("enter", "y")
		f.account.FinishRollout("api-orders")
		f.read().read().read().Shows("+ succeeded", "runs api-orders:1 again")
		if n := f.account.Count(awsxtest.StopServiceDeployment); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}
