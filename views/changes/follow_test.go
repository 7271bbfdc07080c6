package changes_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// deploying brings the follow of a deployment of v3 on the screen.
func deploying(t *testing.T, look uitest.Look, change func(*changestest.Shopfloor)) *changestest.Shopfloor {
	t.Helper()
	f := changestest.Prepared(t, look, change, changestest.OnPlan(changestest.Image("v3"))).Read()
	f.Keys("enter")
	f.Answer("api-orders").Shows("Rollout")
	return f
}

func occurrences(f *changestest.Shopfloor, part string) int { return strings.Count(f.Text(), part) }

func TestARollbackIsNeverSuccess(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, uitest.Look{W: 80, H: 40}, changestest.Untouched)
		f.Stop(2, "CannotPullContainerError: no such tag")
		f.Stop(1, "OutOfMemoryError: killed")
		f.Read().Shows("~ rolling: 0 of 4 tasks running", "3 failed", "3 of 3 failures", "2 x", "CannotPullContainerError: no such tag", "1 x", "OutOfMemoryError")
		f.FailRollout("api-orders", true)
		f.Read().Shows("~ rolling back")
		f.Account.Settle("api-orders")
		f.Read().Read().Read().Shows("x rolled back: ECS gave api-orders:2 up and runs api-orders:1 again", "what was asked for does not run; l reads the logs").Hides("succeeded")
		for _, once := range []string{"CannotPullContainerError", "has reached a steady state"} {
			if n := occurrences(f, once); n != 1 {
				t.Errorf("%q stands there %d times:\n%s", once, n, f.Text())
			}
		}
		f.Read().Shows("What is wrong", "ECS went back to api-orders:1")
		f.Keys("l")
		if len(f.Visited.Calls) != 1 || f.Visited.Calls[0] != "logs api-orders" {
			t.Errorf("l led to %v", f.Visited.Calls)
		}
		f.Keys("u").Shows("REVISION", "api-orders:2", "no deployment that succeeded before this one is on record: choose")
	})
}

func TestACancelNeedsTheRecordOfTheDeployment(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, changestest.Untouched)
		f.Keys("x").Shows("cancel: no record of a deployment in progress was read")
	})
}

func TestAFailureWithoutRollbackOffersTheWayBack(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, changestest.Untouched)
		f.FailRollout("api-orders", false)
		f.Read().Shows("x failed: ECS gave the deployment up", "u plans the way back, l reads the logs")
	})
}

func TestSomebodyElsesDeploymentIsNamed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, changestest.Untouched)
		f.Edit(func(s *awsx.Service) {
			s.TaskDefinition = strings.Replace(s.TaskDefinition, ":2", ":1", 1)
			old := s.Deployments[0]
			old.Status = "ACTIVE"
			s.Deployments = []awsx.Deployment{{ID: "ecs-svc/theirs", Status: "PRIMARY", TaskDefinition: s.TaskDefinition, CreatedAt: time.Now(), RolloutState: "IN_PROGRESS"}, old}
		})
		f.Read().Shows("! superseded: the deployment lost its place: ecs-svc/theirs deploys", "somebody else changed the service meanwhile: look before")
	})
}

func TestNoEndIsTold(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, changestest.Untouched)
		f.Advance(2*time.Hour).Shows("! timed out: no end after", "gantry stopped watching, ECS goes on")
	})
}

func TestTargetsAreCountedByGroupAndStateAndTheSickStandOut(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			second := "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/api-orders-grpc/2"
			f.Edit(func(s *awsx.Service) {
				s.LoadBalancers = append(s.LoadBalancers, awsx.LoadBalancer{TargetGroup: second, Container: "api-orders", ContainerPort: 8080})
			})
			f.Account.Edit(func(d *awsxtest.Data) {
				d.TargetGroups = append(d.TargetGroups, awsx.TargetGroup{ARN: second, Name: "api-orders-grpc", TargetType: "instance"})
				d.Health[second] = awsx.GroupHealth{TargetGroup: second, Targets: []awsx.TargetHealth{
					{ID: "i-1", Port: 1, State: "unhealthy"}, {ID: "i-2", Port: 1, State: "initial"}, {ID: "i-3", Port: 1, State: "draining"}}}
			})
		})
		f.Read().Shows("targets  api-orders: 4 healthy", "targets  api-orders-grpc: 1 initial, x 1 unhealthy, 1 draining")
	})
}

func TestABreakerThatIsOffIsSaid(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			f.Edit(func(s *awsx.Service) { s.Breaker.Enabled = false })
		})
		f.Shows("breaker  ! off: tasks that fail are tried again for ever")
	})
}

func TestLeavingKeepsTheFollowInTheStatusLine(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, viewstest.Standard, changestest.Images).Read()
		f.Keys("enter", "enter")
		f.Answer("api-orders").Keys("esc").Shows("deploy api-orders: 4/4 new", "TAG")
		f.Keys("]").Shows("Rollout")
		f.Keys("[")
		f.Keys("ctrl+c").Shows("Quit gantry?", "1 deployment is followed; it goes on in ECS without gantry")
		f.Keys("n")
		f.Advance(3 * time.Minute).Shows("deploy api-orders: succeeded")
		f.Keys("ctrl+c")
		if !f.Quit {
			t.Error("nothing runs, and leaving still asks")
		}
	})
}

func TestReadingsThatFailKeepWhatWasSeen(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, changestest.Untouched)
		f.Account.Fail(awsxtest.DescribeServices, fault.Errorf(fault.Throttled, "ecs:DescribeServices", "", "Rate exceeded"))
		f.Read().Shows("0/4 running", "not read", "Rate exceeded", "◐ throttled")
		f.Account.Fail(awsxtest.DescribeServices, nil)
		f.Account.Settle("api-orders")
		for range 20 {
			f.Read()
		}
		f.Shows("+ succeeded").Hides("not read")
	})
}

// ticking is read again and again of a deployment that only gets older.
type ticking struct {
	service awsx.Service
	wake    chan struct{}
}

func (s *ticking) Changed() <-chan struct{} { return s.wake }

func (s *ticking) Observe() (follow.Observation, bool) {
	return follow.Observation{Service: s.service, At: time.Now()}, true
}

func (s *ticking) tick(d time.Duration) {
	time.Sleep(d)
	s.wake <- struct{}{}
}

func TestTheSecondsOfAFollowCostAFewBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:service/payments/api"}
		src := &ticking{wake: make(chan struct{}, 1), service: awsx.Service{Ref: service, Name: "api", Desired: 4, Running: 1,
			Deployments: []awsx.Deployment{{ID: "ecs-svc/1", Status: "PRIMARY", Desired: 4, Running: 1, RolloutState: "IN_PROGRESS"}}}}
		runner := change.New(change.Options{Source: func(follow.Spec) (follow.Source, func()) { return src, func() {} }})
		defer func() { _ = runner.Shutdown(t.Context()) }()
		id, err := runner.Resume(follow.Spec{Service: service, Deployment: "ecs-svc/1", Started: time.Now(), Timeout: 14 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener()})
		defer st.Close()
		wire := uitest.Dial(t, ui.Options{
			Terminal: viewstest.Standard.Terminal(),
			Root: func(h *ui.Host) ui.Screen {
				all := &changes.Changes{Desk: &change.Desk{Runner: runner}, Deps: &views.Deps{Host: h, Now: time.Now, Store: st, Policy: viewstest.ExceptStaging{}}}
				return changes.NewFollow(all, id, changes.Proposal{Service: service, Intent: deploy.Restart{}})
			},
		}, 80, 24)
		if text := wire.Text(); !strings.Contains(text, "1 of 4 tasks running") {
			t.Fatalf("the follow is not drawn:\n%s", text)
		}
		bytes := 0
		for range 20 { // readings within a minute, in which nothing but the time moves
			src.tick(time.Second)
			bytes += wire.Idle(time.Second)
		}
		if bytes == 0 || bytes > 20*20 {
			t.Errorf("20 readings cost %d bytes", bytes)
		}
		if n := wire.Idle(10 * time.Second); n > 0 {
			t.Errorf("%d bytes are written between readings", n)
		}
	})
}

// TestTheLinesOfTasksLiveBesideTheStoryWhereThereIsRoom, and below it where there is none; the
// targets of the old tasks and of the new ones are counted apart.
func TestTheLinesOfTasksLiveBesideTheStoryWhereThereIsRoom(t *testing.T) {
	for look, beside := range map[uitest.Look]bool{{W: 80, H: 24}: false, {W: 200, H: 50}: true} {
		viewstest.Bubble(t, func(t *testing.T) {
			f := deploying(t, look, changestest.Untouched)
			f.Edit(func(s *awsx.Service) { s.Deployments[0].Running = 2 })
			f.Stop(1, "CannotPullContainerError: failed to resolve ref api-orders:v3: not found")
			f.Read().Read()
			f.Shows("Last lines of", "old      4 tasks still running, 4 of 4 targets healthy")
			if row := f.Row("Last lines of"); strings.HasPrefix(row, "Last lines of") == beside {
				t.Errorf("at %d columns the lines stand in %q", look.W, row)
			}
		})
	}
}
