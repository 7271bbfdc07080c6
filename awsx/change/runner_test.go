package change_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// noAudit is an audit that keeps nothing; fault makes it panic.
type noAudit struct{ fault string }

func (a noAudit) Begin(string, deploy.Plan, []string) error {
	if a.fault != "" {
		panic(a.fault)
	}
	return nil
}
func (noAudit) Call(string, deploy.Plan, awsx.Call) error         { return nil }
func (noAudit) End(string, deploy.Plan, string, step.State) error { return nil }

// quiet is a source that has nothing to tell, ever.
type quiet struct{ changed chan struct{} }

func (q quiet) Changed() <-chan struct{}          { return q.changed }
func (quiet) Observe() (follow.Observation, bool) { return follow.Observation{}, false }

type bench struct {
	account  *awsxtest.Account
	services []awsx.Ref
	runner   *change.Runner
	unopened error        // why accounts cannot be opened
	closed   atomic.Int32 // sources that were let go of
}

// newBench makes a runner in the bubble of the calling test, with two services.
func newBench(audit deploy.Audit) *bench {
	b := &bench{account: awsxtest.New(awsx.ContextID{Profile: "main"})}
	cluster := b.account.Cluster("staging")
	b.services = []awsx.Ref{cluster.Service("api"), cluster.Service("web")}
	b.runner = change.New(change.Options{
		Account: b.open, Gate: change.NewArming(false, time.Minute), Audit: audit,
		Source: func(follow.Spec) (follow.Source, func()) {
			return quiet{make(chan struct{})}, func() { b.closed.Add(1) }
		},
	})
	return b
}

// open opens the account of any context.
func (b *bench) open(context.Context, awsx.ContextID) (awsx.Account, error) {
	return b.account, b.unopened
}

func (b *bench) scale(t *testing.T, service awsx.Ref, n int) change.Job {
	t.Helper()
	cur, err := deploy.Read(t.Context(), b.account, service, deploy.Scale{Count: n}, read.Held{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := deploy.Build(cur, deploy.Scale{Count: n}, policy.Policy{NonProduction: policy.DefaultNonProduction()})
	if err != nil {
		t.Fatal(err)
	}
	return change.Job{Plan: p}
}

func (b *bench) start(t *testing.T, j change.Job) string {
	t.Helper()
	id, err := b.runner.Start(j)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b *bench) shutdown(t *testing.T, within time.Duration) error {
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	return b.runner.Shutdown(ctx)
}

func TestAShutdownLetsCallsFinishAndEndsFollowsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		following := b.start(t, b.scale(t, b.services[0], 3))
		synctest.Wait()
		release := b.account.Block(awsxtest.UpdateService)
		calling := b.start(t, b.scale(t, b.services[1], 3))
		synctest.Wait()
		if s, _ := b.runner.Status(following); s.Stage != change.Following {
			t.Fatalf("the first job is %s", s.Stage)
		}
		if s, _ := b.runner.Status(calling); s.Stage != change.Executing || !strings.Contains(s.Step, "desired count to 3") {
			t.Fatalf("the second job is %s: %s", s.Stage, s.Step)
		}
		go func() {
			time.Sleep(5 * time.Second)
			release()
		}()
		began := time.Now()
		if err := b.shutdown(t, time.Minute); err != nil || time.Since(began) != 5*time.Second {
			t.Errorf("shutdown took %s (%v)", time.Since(began), err)
		}
		for _, id := range []string{following, calling} {
			s, ok := b.runner.Status(id)
			if !ok || s.Stage != change.Ended || !errors.Is(s.Err, change.ErrShutDown) || !s.Result.State.Applied {
				t.Errorf("job ended as %+v", s)
			}
		}
		if n := b.closed.Load(); n != 2 {
			t.Errorf("%d of 2 sources were let go of", n)
		}
		if _, err := b.runner.Start(b.scale(t, b.services[0], 9)); !errors.Is(err, deploy.ErrRefused) {
			t.Errorf("after the shutdown a change starts: %v", err)
		}
	})
}

func TestAShutdownsDeadlineCancelsACallThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		b.account.Block(awsxtest.UpdateService)
		id := b.start(t, b.scale(t, b.services[0], 3))
		synctest.Wait()
		if err := b.shutdown(t, 10*time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown gives %v", err)
		}
		if s, _ := b.runner.Status(id); s.Stage != change.Ended || s.Err == nil {
			t.Errorf("job ended as %+v", s)
		}
	})
}

func TestOneTargetIsCalledByOneChangeAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		release := b.account.Block(awsxtest.UpdateService)
		first := b.start(t, b.scale(t, b.services[0], 3))
		synctest.Wait()
		if _, err := b.runner.Start(b.scale(t, b.services[0], 4)); !errors.Is(err, deploy.ErrRefused) || !strings.Contains(err.Error(), first) {
			t.Errorf("a second change of the same service gives %v", err)
		}
		other := b.start(t, b.scale(t, b.services[1], 4))
		release()
		synctest.Wait()
		// The first is only followed now, and its correction may start.
		third := b.start(t, b.scale(t, b.services[0], 4))
		synctest.Wait()
		var ids []string
		for _, s := range b.runner.Running() {
			ids = append(ids, s.ID)
		}
		for _, id := range []string{first, other, third} {
			if !strings.Contains(strings.Join(ids, " "), id) {
				t.Errorf("%s does not run among %v", id, ids)
			}
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
		if left := b.runner.Running(); len(left) > 0 {
			t.Errorf("still running: %+v", left)
		}
	})
}

func TestSubscribersAreWokenAndNeverWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		asleep, stopAsleep := b.runner.Subscribe()
		gone, stopGone := b.runner.Subscribe()
		stopGone()
		b.start(t, b.scale(t, b.services[0], 3))
		synctest.Wait() // several changes went by with nobody receiving
		select {
		case <-asleep:
		default:
			t.Error("a subscriber missed that something changed")
		}
		select {
		case <-asleep:
			t.Error("wake-ups pile up")
		case <-gone:
			t.Error("a subscriber that left is woken")
		default:
		}
		stopAsleep()
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestWaitingEndsWithTheContextAndTheJobGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		id := b.start(t, b.scale(t, b.services[0], 3))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := b.runner.Wait(ctx, id); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait gives %v", err)
		}
		if len(b.runner.Running()) != 1 {
			t.Error("the job ended with the waiting")
		}
		if _, err := b.runner.Wait(t.Context(), "chg-none"); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("an unknown id gives %v", err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestTheTimeoutOfAJobReplacesTheDerivedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		j := b.scale(t, b.services[0], 3)
		j.Timeout = 90 * time.Second
		began := time.Now()
		s, err := b.runner.Wait(t.Context(), b.start(t, j))
		if err != nil || s.Result.Verdict.Outcome != follow.TimedOut || time.Since(began) != j.Timeout {
			t.Errorf("after %s: %+v (%v)", time.Since(began), s.Result.Verdict, err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestAPanicEndsItsJobAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{fault: "password=boom"})
		s, err := b.runner.Wait(t.Context(), b.start(t, b.scale(t, b.services[0], 3)))
		if err != nil || s.Stage != change.Ended || s.Err == nil || !strings.Contains(s.Err.Error(), "internal fault in a change: ") || strings.Contains(s.Err.Error(), "boom") {
			t.Errorf("job ended as %+v (%v)", s, err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestOldJobsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		var ids []string
		for i := range 60 {
			j := b.scale(t, b.services[0], 3+i%2)
			j.NoFollow = true
			id := b.start(t, j)
			if _, err := b.runner.Wait(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		if _, ok := b.runner.Status(ids[0]); ok {
			t.Error("the first of 60 jobs is still kept")
		}
		if _, ok := b.runner.Status(ids[59]); !ok {
			t.Error("the last job is forgotten")
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}
