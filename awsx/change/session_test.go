package change_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/session"
)

// shell plans a shell in the first task of the first service.
func (b *bench) shell(t *testing.T) deploy.Plan {
	t.Helper()
	var ref awsx.Ref
	b.account.Edit(func(data *awsxtest.Data) {
		for i := range data.Tasks {
			task := &data.Tasks[i]
			if task.Group != "service:api" || task.LastStatus != "RUNNING" {
				continue
			}
			task.ExecEnabled, ref = true, task.Ref
			task.Containers = []awsx.Container{{Name: "app", RuntimeID: "0123456789abcdef", LastStatus: "RUNNING", ExecAgent: awsx.ManagedAgent{Status: "RUNNING"}}}
		}
	})
	in := deploy.OpenShell{Plugin: session.Plugin{Path: "/p", Version: "1.2.707.0"}}
	cur, err := deploy.Read(t.Context(), b.account, ref, in, read.Held{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := deploy.Build(cur, in, policy.Policy{NonProduction: policy.DefaultNonProduction()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// untilEnded holds a session until its context ends.
func untilEnded(ctx context.Context, _ awsx.Session, tell func(string)) (deploy.Held, error) {
	tell("listening")
	<-ctx.Done()
	return deploy.Held{Words: "stopped", Open: true}, nil
}

// TestASessionIsHeldUntilItIsReleasedOrTheRunnerEnds, and is ended in the account then.
func TestASessionIsHeldUntilItIsReleasedOrTheRunnerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		p := b.shell(t)
		one, two := b.start(t, change.Job{Plan: p, Hold: untilEnded}), ""
		synctest.Wait()
		two = b.start(t, change.Job{Plan: p, Hold: untilEnded}) // another at the same task
		synctest.Wait()
		for _, id := range []string{one, two} {
			if s, _ := b.runner.Status(id); s.Stage != change.Open || s.Step != "listening" || s.Intent != p.Intent {
				t.Fatalf("%+v", s)
			}
		}
		time.Sleep(time.Minute)
		b.runner.Release(one)
		b.runner.Release("chg-nothing")
		s, err := b.runner.Wait(t.Context(), one)
		if err != nil || s.Err != nil || s.Result.Outcome != "ended after 1m0s, stopped" || b.account.Count(awsxtest.TerminateSession) != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
		if s, _ := b.runner.Status(two); s.Stage != change.Ended || s.Err != nil || b.account.Count(awsxtest.TerminateSession) != 2 {
			t.Errorf("%+v", s)
		}
		if _, err := b.runner.Start(change.Job{Plan: p, Hold: untilEnded}); err == nil {
			t.Error("a runner that ended opens a session")
		}
	})
}

// TestASessionThatIsReleasedWhileItOpensIsNotLeftOpen.
func TestASessionThatIsReleasedWhileItOpensIsNotLeftOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(noAudit{})
		opens := b.account.Block(awsxtest.ExecuteCommand)
		id := b.start(t, change.Job{Plan: b.shell(t), Hold: untilEnded})
		synctest.Wait()
		b.runner.Release(id)
		opens()
		s, err := b.runner.Wait(t.Context(), id)
		if err != nil || s.Err != nil || b.account.Count(awsxtest.TerminateSession) != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		if err := b.shutdown(t, time.Minute); err != nil {
			t.Error(err)
		}
	})
}
