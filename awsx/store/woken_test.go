package store_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// TestAWakeRefreshes puts the machine to sleep while one poller rests, one is covered and
// one has stopped for want of credentials that are renewed meanwhile.
func TestAWakeRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		c.Service("api")
		var asleep atomic.Int64
		began := time.Now()
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a), Clocks: func() (time.Time, time.Duration) {
			return time.Now().Add(time.Duration(asleep.Load())), time.Since(began)
		}})
		t.Cleanup(s.Close)
		a.Fail(awsxtest.Tasks, &fault.Error{Class: fault.Expired})
		services, tasks := s.Services(c.Ref), s.Tasks(c.Ref)
		services.Need(store.Need{Idle: true})
		until(t, services, complete)
		until(t, tasks, func(x *store.Snapshot[awsx.Task]) bool { return x.Err != nil })
		a.Fail(awsxtest.Tasks, nil)
		pass(12 * time.Second)
		before, denied := a.Count(awsxtest.Services), a.Count(awsxtest.Tasks)
		pass(12 * time.Second)
		if a.Count(awsxtest.Services) != before || a.Count(awsxtest.Tasks) != denied {
			t.Fatal("both are read without a sleep")
		}
		asleep.Store(int64(40 * time.Second))
		pass(6 * time.Second)
		if a.Count(awsxtest.Services) == before {
			t.Error("a covered list is not read after the sleep")
		}
		if x := tasks.Snapshot(); x.Err != nil {
			t.Errorf("polling stays stopped after the sleep: %v", x.Err)
		}
	})
}
