package changes_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/edits"
	"gantry/ui/uitest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func TestFrameOfImages(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, changestest.Images, changestest.Leave)
}

func TestFrameOfRevisions(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.History, changestest.Revisions, changestest.Leave)
}

func TestFrameOfAPlan(t *testing.T) {
	changestest.ChangeFrame(t, uitest.MainLooks(), changestest.Untouched, changestest.OnPlan(changestest.Image("v3")), changestest.Leave)
}

func TestFrameOfABlockedPlan(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), func(f *changestest.Shopfloor) {
		f.Edit(func(s *awsx.Service) { s.Breaker.Enabled = false })
	}, changestest.OnPlan(changestest.Image("v9")), changestest.Leave)
}

func TestFrameOfAPlanForTheEnvironment(t *testing.T) {
	intent := deploy.SetEnv{Containers: map[string]edits.Env{"": {
		Set:   []awsx.EnvVar{{Name: "DB_PASSWORD", Value: "canary"}, {Name: "REGION", Value: "eu-west-1"}},
		Unset: []string{"LOG_LEVEL"},
	}}}
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, changestest.OnPlan(intent), changestest.Leave)
}

func TestFrameOfAQuestion(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, changestest.OnPlan(changestest.Image("v3")), func(f *changestest.Shopfloor) { f.Keys("enter") })
}

func TestFrameOfTheEnvironment(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, changestest.Env, func(f *changestest.Shopfloor) {
		f.Keys("a").Answer("REGION").Answer("eu-west-1")
		f.Keys("k", "enter")
		f.Advance(time.Second)
		f.Type("!")
	})
}

// begun carries the plan on the screen out and lets half of it happen.
func begun(f *changestest.Shopfloor) {
	f.Keys("enter")
	f.Answer("api-orders")
	f.Stop(1, "CannotPullContainerError: failed to resolve ref api-orders:v3: not found")
	f.Edit(func(s *awsx.Service) { s.Deployments[0].Running, s.Deployments[0].Pending = 2, 1 })
	f.Read()
}

func TestFrameOfAFollow(t *testing.T) {
	changestest.ChangeFrame(t, uitest.MainLooks(), changestest.Untouched, changestest.OnPlan(changestest.Image("v3")), begun)
}

func TestFrameOfASuccess(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, changestest.OnPlan(changestest.Image("v3")), func(f *changestest.Shopfloor) {
		begun(f)
		f.Account.Settle("api-orders")
	})
}

func TestFrameOfARollback(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, changestest.OnPlan(changestest.Image("v3")), func(f *changestest.Shopfloor) {
		begun(f)
		f.FailRollout("api-orders", true)
		f.Read()
		f.Account.Settle("api-orders")
		f.Read().Read() // a bad verdict waits a while for what explains it
	})
}

func TestFrameOfARollBackOfAMovedTag(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Recorded, changestest.OnPlan(deploy.RollBack{}), changestest.Leave)
}

func TestFrameOfDeployments(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Recorded, changestest.Past, changestest.Leave)
}

// shiftsTraffic makes the service deploy by canary between two groups.
func shiftsTraffic(f *changestest.Shopfloor) {
	f.Account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			s := &d.Services[i]
			if s.Ref != f.Service {
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
func halfway(f *changestest.Shopfloor) {
	f.Keys("enter")
	f.Answer("api-orders")
	record := f.Account.Record("api-orders")
	f.Account.Edit(func(d *awsxtest.Data) {
		for i := range d.Deployments[f.Service.ARN] {
			r := &d.Deployments[f.Service.ARN][i]
			if r.ARN != record {
				continue
			}
			r.Strategy, r.Stage, r.BreakerThreshold = "CANARY", "POST_PRODUCTION_TRAFFIC_SHIFT", 3
			r.Target.Requested, r.Target.Running, r.Target.Production, r.Target.Test = 4, 4, 10, 100
			r.Sources[0].Requested, r.Sources[0].Running, r.Sources[0].Production, r.Sources[0].Test = 4, 4, 90, 0
			r.Hooks = []awsx.LifecycleHook{{ID: "hook-1", Type: "PAUSE", Status: "AWAITING_ACTION", TimeoutAction: "ROLLBACK", ExpiresAt: awsxtest.Now.Add(time.Hour)}}
			for j := range d.Revisions {
				for _, s := range d.Services {
					if s.Ref != f.Service {
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
	f.Edit(func(s *awsx.Service) { s.Deployments[0].Running = 4 })
	f.Read().Read().Read()
}

func TestFrameOfACanaryThatPauses(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), shiftsTraffic, changestest.OnPlan(changestest.Image("v3")), halfway)
}

func TestAPauseIsContinuedOrTurnedBack(t *testing.T) {
	for _, c := range []struct{ key, plan, asks, answer, hook string }{
		{"enter", "the deployment goes on", "type the service's name", "api-orders", "SUCCEEDED"},
		{"u", "rolled back to api-orders:1", "[ No ]", "y", "FAILED"},
	} {
		viewstest.Bubble(t, func(t *testing.T) {
			f := changestest.Prepared(t, uitest.Look{W: 100, H: 40}, shiftsTraffic, changestest.OnPlan(changestest.Image("v3"))).Read()
			halfway(f)
			f.Shows("~ paused at post production traffic shift until 10:26, then ECS rolls it back",
				"enter plans to continue it, u plans the way back", "post production traffic shift (9 of 11)",
				"10% of production, 100% of test", "90% of production", "api-orders-alt: 1 initial, 3 healthy")
			f.Keys(c.key).Shows("continue payments/api-orders", c.plan)
			f.Keys("enter").Shows(c.asks)
			f.Advance(400 * time.Millisecond)
			f.Type(c.answer)
			if c.key == "enter" {
				f.Press("enter")
			}
			f.Read().Shows("Rollout")
			f.Account.Edit(func(d *awsxtest.Data) {
				if got := d.Deployments[f.Service.ARN][0].Hooks[0].Status; got != c.hook {
					t.Errorf("%s: the hook is %s", c.key, got)
				}
			})
		})
	}
}

func TestADeploymentIsCancelledFromItsFollow(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, uitest.Look{W: 100, H: 40}, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Keys("enter")
		f.Answer("api-orders").Shows("Rollout", "<x>cancel")
		f.Keys("enter").Shows("continue: no hook holds the deployment up")
		f.Keys("x").Shows("cancel payments/api-orders", "rolled back to api-orders:1", "asks yes or no")
		f.Keys("enter", "y")
		f.Advance(2*time.Minute).Shows("+ succeeded", "runs api-orders:1 again")
		if n := f.World.Count("StopServiceDeployment"); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}
