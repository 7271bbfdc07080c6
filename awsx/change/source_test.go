package change_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/store"
	"gantry/internal/crash"
)

// A task that was run is followed by looking at that task alone, and what was
// seen of it outlives a look that failed.
func TestTasksAreFollowedWithoutTheClustersOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := awsxtest.New(awsx.ContextID{Profile: "main"})
		service := account.Cluster("staging").Service("api")
		var task awsx.Ref
		account.Edit(func(d *awsxtest.Data) { task = d.Tasks[0].Ref })
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(account), Refresh: time.Minute})
		defer s.Close()
		src, closeSource := change.StoreSource(s)(follow.Spec{Tasks: []awsx.Ref{task}})
		defer closeSource()

		<-src.Changed()
		o, ok := src.Observe()
		if !ok || len(o.Tasks) != 1 || o.Tasks[0].Ref != task || service.Cluster != task.Cluster {
			t.Fatalf("observed %+v", o)
		}
		account.Fail(awsxtest.Tasks, errors.New("throttled"))
		<-src.Changed()
		if o, _ := src.Observe(); o.Err == nil || len(o.Tasks) != 1 {
			t.Errorf("a failed look leaves %+v", o)
		}
		for _, c := range account.Calls() {
			if c.Op != awsxtest.Tasks {
				t.Errorf("it called %v", c)
			}
		}
	})
}

// faulty is an account whose answers bring whoever asks down.
type faulty struct{ awsx.Account }

func (faulty) Open(context.Context, awsx.ContextID) (awsx.Account, error) { panic("token=lime-41") }

// TestAFaultBesideAFollowIsRaisedInTheFollow, whatever it reads: it ends no process, and the
// job that follows ends with the report.
func TestAFaultBesideAFollowIsRaisedInTheFollow(t *testing.T) {
	for name, spec := range map[string]follow.Spec{
		"tasks":     {Tasks: []awsx.Ref{{ARN: "task"}}, Exits: true, Timeout: time.Hour},
		"a service": {Service: awsx.Ref{Cluster: "c", ARN: "s"}, Count: 2, Timeout: time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := store.New(t.Context(), store.Options{Opener: faulty{}, Refresh: time.Minute})
			defer s.Close()
			spec.Started = time.Now()
			runner := change.New(change.Options{Source: change.StoreSource(s)})
			id, err := runner.Resume(spec)
			if err != nil {
				t.Fatal(err)
			}
			ended, err := runner.Wait(t.Context(), id)
			var report *crash.Report
			if err != nil || !errors.As(ended.Err, &report) || strings.Contains(report.Error(), "lime") {
				t.Errorf("%s: %v (%v)", name, ended.Err, err)
			}
			if err := runner.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
