package change_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/sim"
	"gantry/internal/fault"
)

// A call may have to be sent again, and must not be when gantry is told to end or the
// service moved.

// TestACallThatIsTurnedAwayIsSentAgain: a throttle says that nothing was done, on the way
// back too.
func TestACallThatIsTurnedAwayIsSentAgain(t *testing.T) {
	for _, c := range everyCall() {
		t.Run(c.name+", "+c.operation, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				s := c.carry(t, w, sim.Fault{Kind: sim.Throttle, Times: 3})
				if s.Err != nil || !s.Result.State.Applied {
					t.Errorf("ended with %v", s.Err)
				}
				if n := w.times(c.operation); n != 4 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
	t.Run("the way back", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("catalog")
			before, _ := w.running(t, "catalog")
			if v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", image(":good"))}); !v.Good() {
				t.Fatalf("%+v", v)
			}
			back := w.plan(t, "catalog", deploy.RollBack{})
			w.sim.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.Throttle, Times: 4})
			if v := w.verdict(t, change.Job{Plan: back}); !v.Good() {
				t.Errorf("%+v", v)
			}
			if after, _ := w.running(t, "catalog"); after.TaskDefinition != before.TaskDefinition {
				t.Errorf("the service runs %s", after.TaskDefinition)
			}
		})
	})
}

// TestSendingAgainHasABound: half a minute, or as long as the whole change may take.
func TestSendingAgainHasABound(t *testing.T) {
	for _, timeout := range []time.Duration{0, 5 * time.Second} {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("catalog")
			p := w.plan(t, "catalog", image(":good"))
			w.sim.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.Throttle})
			began := time.Now()
			s := w.finish(t, change.Job{Plan: p, Timeout: timeout})
			took, bound := time.Since(began), 30*time.Second
			if timeout > 0 {
				bound = timeout
			}
			if took > bound || took < bound/4 || w.times("UpdateService") < 2 {
				t.Errorf("sent %d times in %s", w.times("UpdateService"), took)
			}
			if fault.ClassOf(s.Err) != fault.Throttled || !strings.Contains(s.Err.Error(), "was registered and is not in use") || !strings.Contains(s.Err.Error(), "sent ") {
				t.Errorf("ended with %v", s.Err)
			}
		})
	}
}

// TestACallIsNotSentAgainAfterTheServiceMoved: what was turned away is looked at anew.
func TestACallIsNotSentAgainAfterTheServiceMoved(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		p := w.plan(t, "catalog", deploy.Restart{})
		w.sim.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.Throttle, Times: 1})
		res, err := deploy.Run(t.Context(), w.runOptions(p, meddled{Account: w.account, updated: func() { w.others(t, "catalog", "v3.3.0") }}))
		if fault.ClassOf(err) != fault.Drift || res.Sent != 1 {
			t.Errorf("sent %d (%v)", res.Sent, err)
		}
	})
}

// TestNoCallFollowsTheWordToEnd: a shutdown in the middle of a call, or of the pause
// before it is sent again, is the end of the change.
func TestNoCallFollowsTheWordToEnd(t *testing.T) {
	for name, wrong := range map[string]sim.Fault{
		"in the first call": {Operation: "RegisterTaskDefinition", Kind: sim.Stall, Delay: 5 * time.Second, Times: 1},
		"in a pause":        {Operation: "UpdateService", Kind: sim.Throttle},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				w.images("catalog")
				p := w.plan(t, "catalog", image(":good"))
				w.sim.Inject(wrong)
				id := w.start(t, change.Job{Plan: p})
				time.Sleep(2500 * time.Millisecond)
				sent := w.times("UpdateService")
				w.shutdown(t)
				s, _ := w.runner.Status(id)
				if s.Err == nil || s.Result.Left == nil || !strings.Contains(s.Err.Error(), awsx.ARNName(s.Result.Left.ARN)+" was registered and is not in use") {
					t.Errorf("left %v: %v", s.Result.Left, s.Err)
				}
				if n := w.times("UpdateService"); n != sent || len(w.bodies(t, "RegisterTaskDefinition")) != 1 {
					t.Errorf("%d updates before and %d after", sent, n)
				}
				end := w.records(t)[len(w.records(t))-1].Outcome
				if !strings.Contains(end, "left "+awsx.ARNName(s.Result.Left.ARN)) {
					t.Errorf("the journal ends with %q", end)
				}
			})
		})
	}
}

// TestAServiceThatIsBeingDeletedTakesNoChange: before a revision is registered for it, and
// whatever is overridden.
func TestAServiceThatIsBeingDeletedTakesNoChange(t *testing.T) {
	for name, intent := range map[string]deploy.Intent{
		"deploy": image(":good"), "scale up": deploy.Scale{Count: 9}, "restart": deploy.Restart{}, "roll back": deploy.UseRevision{Revision: "3"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				w.images("catalog")
				early := w.plan(t, "catalog", intent)
				ref := early.Target
				if err := w.sim.DeleteService("prod", "catalog"); err != nil {
					t.Fatal(err)
				}
				late := w.planOf(t, ref, intent)
				if b := late.Blocking(check.Names()...); len(b) != 1 || b[0].Name != check.Status || !strings.Contains(b[0].Text, "DRAINING") {
					t.Errorf("blocked by %+v", b)
				}
				for when, p := range map[string]deploy.Plan{"before": early, "after": late} {
					s := w.finish(t, change.Job{Plan: p, Override: check.Names()})
					if !errors.Is(s.Err, deploy.ErrRefused) || s.Result.Sent != 0 {
						t.Errorf("planned %s it was deleted: sent %d (%v)", when, s.Result.Sent, s.Err)
					}
				}
				if sent := w.sent(); slices.Contains(sent, "RegisterTaskDefinition") || slices.Contains(sent, "UpdateService") {
					t.Errorf("sent %v", sent)
				}
			})
		})
	}
}

// TestARunWhoseTasksCannotBeListedIsAskedForByItsToken: the answer comes again, and no
// task more is started.
func TestARunWhoseTasksCannotBeListedIsAskedForByItsToken(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		cluster := w.service(t, "catalog").ClusterRef()
		before := len(items(t, w.account.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster})))
		p := w.planOf(t, cluster.In("orders-migrate"), deploy.RunTask{Count: 2})
		w.sim.Inject(sim.Fault{Operation: "RunTask", Kind: sim.ResetAfter, Times: 1})
		remove := w.sim.Inject(sim.Fault{Operation: "ListTasks", Kind: sim.Deny})
		s := w.finish(t, change.Job{Plan: p, NoFollow: true})
		remove()
		if s.Err != nil || len(s.Result.State.Tasks) != 2 {
			t.Errorf("started %v (%v)", s.Result.State.Tasks, s.Err)
		}
		if after := len(items(t, w.account.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster}))); after != before+2 {
			t.Errorf("%d tasks ran, %d do", before, after)
		}
	})
}

// TestWhoLeavesLetsAChangeComeToItsLastCall: quitting is no signal.
func TestWhoLeavesLetsAChangeComeToItsLastCall(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("catalog")
		p := w.plan(t, "catalog", image(":good"))
		w.sim.Inject(sim.Fault{Operation: "RegisterTaskDefinition", Kind: sim.Stall, Delay: 5 * time.Second, Times: 1})
		id := w.start(t, change.Job{Plan: p})
		w.runner.Settle(t.Context())
		w.shutdown(t)
		if s, _ := w.runner.Status(id); !errors.Is(s.Err, change.ErrShutDown) || !s.Result.State.Applied {
			t.Errorf("applied is %v (%v)", s.Result.State.Applied, s.Err)
		}
	})
}

// TestACallThatTheNetworkSentTwiceIsNoFailure: what is asked for is so, and the refusal is
// of the second.
func TestACallThatTheNetworkSentTwiceIsNoFailure(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.finish(t, change.Job{Plan: w.plan(t, "catalog", deploy.Restart{}), NoFollow: true})
		time.Sleep(20 * time.Second)
		p := w.plan(t, "catalog", deploy.Cancel{})
		res, err := deploy.Run(t.Context(), w.runOptions(p, doubled{w.account}))
		if err != nil || !res.State.Applied {
			t.Errorf("applied is %v (%v)", res.State.Applied, err)
		}
	})
}

// doubled is an account behind a network that sends what stops a deployment twice.
type doubled struct{ awsx.Account }

func (d doubled) StopServiceDeployment(ctx context.Context, arn string) error {
	if err := d.Account.StopServiceDeployment(ctx, arn); err != nil {
		return err
	}
	return d.Account.StopServiceDeployment(ctx, arn)
}

// TestACallThatHangsIsGivenUpWithTheTimeout: and then looked for.
func TestACallThatHangsIsGivenUpWithTheTimeout(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("catalog")
		p := w.plan(t, "catalog", image(":good"))
		w.sim.Inject(sim.Fault{Operation: "RegisterTaskDefinition", Kind: sim.Stall})
		began := time.Now()
		s := w.finish(t, change.Job{Plan: p, Timeout: 5 * time.Second})
		if took := time.Since(began); took > 12*time.Second || s.Err == nil || !strings.Contains(s.Err.Error(), "no trace of it") {
			t.Errorf("after %s: %v", took, s.Err)
		}
	})
}

// TestALookThatFailsHoldsNothingUp: of two calls the second is made although the service
// cannot be read in between.
func TestALookThatFailsHoldsNothingUp(t *testing.T) {
	for _, kind := range []sim.FaultKind{sim.Deny, sim.Reset, sim.Stall} {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("catalog")
			p := w.plan(t, "catalog", image(":good"))
			account := meddled{Account: w.account, registered: func() { w.sim.Inject(sim.Fault{Operation: "DescribeServices", Kind: kind}) }}
			began := time.Now()
			res, err := deploy.Run(t.Context(), w.runOptions(p, account))
			if took := time.Since(began); err != nil || !res.State.Applied || took > 5*time.Second {
				t.Errorf("applied is %v after %s (%v)", res.State.Applied, took, err)
			}
		})
	}
}
