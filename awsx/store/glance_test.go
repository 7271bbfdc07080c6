package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// thousands is an account whose listing of services takes 40 seconds.
type thousands struct {
	awsx.Account
	cluster  awsx.Ref
	desired  atomic.Int64 // of every service
	broken   atomic.Bool  // the last page of a sweep fails
	sweeps   atomic.Int32
	sweeping atomic.Int64 // how long, all together
	glanced  atomic.Pointer[[]string]
}

func (a *thousands) Open(context.Context, awsx.ContextID) (awsx.Account, error) { return a, nil }

func (a *thousands) service(i int) *awsx.Service {
	s := &awsx.Service{Ref: a.cluster.In(fmt.Sprintf("arn:service/%04d", i)), Name: fmt.Sprintf("s%04d", i), Desired: int(a.desired.Load()), Running: 2}
	if i == 700 {
		s.Running = 1 // always below what is desired
	}
	return s
}

func (a *thousands) Services(context.Context, awsx.Ref) awsx.Pages[awsx.Service] {
	return func(yield func(awsx.Page[awsx.Service], error) bool) {
		a.sweeps.Add(1)
		for page := range 40 {
			time.Sleep(time.Second)
			a.sweeping.Add(int64(time.Second))
			if page == 39 && a.broken.Load() {
				yield(awsx.Page[awsx.Service]{}, fault.Errorf(fault.Failed, "ecs:DescribeServices", "", "internal"))
				return
			}
			var items []*awsx.Service
			for i := range 25 {
				items = append(items, a.service(25*page+i))
			}
			if !yield(awsx.Page[awsx.Service]{Items: items, Total: 1000, Complete: true}, nil) {
				return
			}
		}
	}
}

func (a *thousands) DescribeServices(_ context.Context, _ awsx.Ref, arns []string) awsx.Pages[awsx.Service] {
	return func(yield func(awsx.Page[awsx.Service], error) bool) {
		a.glanced.Store(&arns)
		var items []*awsx.Service
		for _, arn := range arns {
			var i int
			_, _ = fmt.Sscanf(arn, "arn:service/%d", &i)
			s := a.service(i)
			items = append(items, s)
		}
		yield(awsx.Page[awsx.Service]{Items: items, Total: len(items), Complete: true}, nil)
	}
}

// TestAListingThatTakesLongLeavesTheAccountAloneAsLong, and reads meanwhile what is on
// screen and what is moving.
func TestAListingThatTakesLongLeavesTheAccountAloneAsLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &thousands{cluster: awsx.Ref{Cluster: "arn:cluster/prod", ARN: "arn:cluster/prod"}}
		a.desired.Store(2)
		s := store.New(t.Context(), store.Options{Opener: a, Refresh: 10 * time.Second})
		defer s.Close()
		w := s.Services(a.cluster)
		w.Need(store.Need{Visible: []string{"arn:service/0003", "arn:service/0900"}})
		first := until(t, w, complete)
		begun := time.Now()
		changed, told := first.Rev, w.Snapshot().Seq
		pass(15 * time.Second)
		if got := a.glanced.Load(); got == nil || !slices.Equal(*got, []string{"arn:service/0003", "arn:service/0700", "arn:service/0900"}) {
			t.Fatalf("looked at %v", got)
		}
		if s := w.Snapshot(); s.Rev != changed || s.Seq != told {
			t.Error("a glance at what stands still is news")
		}
		a.desired.Store(3)
		pass(11 * time.Second)
		for i, x := range w.Snapshot().Items {
			if seen := x.Desired == 3; seen != (i == 3 || i == 700 || i == 900) {
				t.Errorf("%s wants %d tasks", x.Name, x.Desired)
			}
		}
		if at := w.Snapshot().At; !at.Equal(first.At) {
			t.Errorf("after a glance the whole is said to be of %s, and is of %s", at, first.At)
		}
		// Neither stale between two sweeps nor sweeping all the time.
		swept, before := a.sweeps.Load(), a.sweeping.Load()
		for time.Since(begun) < 20*time.Minute {
			pass(time.Second)
			if f := w.Snapshot().State(time.Now()); f.State != store.Fresh {
				t.Fatalf("%s after %s", f.State, f.Age)
			}
		}
		busy := float64(a.sweeping.Load()-before) / float64(20*time.Minute)
		if busy > 0.55 || a.sweeps.Load()-swept < 10 {
			t.Errorf("%d sweeps in 20 minutes, %.0f %% of the time", a.sweeps.Load()-swept, 100*busy)
		}
		w.Refresh()
		pass(time.Second)
		before = a.sweeping.Load()
		pass(10 * time.Second)
		if a.sweeping.Load() == before {
			t.Error("who asks for all is given a glance")
		}
	})
}

// TestASweepThatWasNotWholeIsMadeAgain, for what a glance looks at would be all of it.
func TestASweepThatWasNotWholeIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &thousands{cluster: awsx.Ref{Cluster: "arn:cluster/prod", ARN: "arn:cluster/prod"}}
		a.broken.Store(true)
		s := store.New(t.Context(), store.Options{Opener: a, Refresh: 10 * time.Second})
		defer s.Close()
		w := s.Services(a.cluster)
		w.Need(store.Need{Visible: []string{"arn:service/0003"}})
		until(t, w, complete)
		a.broken.Store(false)
		pass(43 * time.Second)
		if a.sweeps.Load() != 2 || len(w.Snapshot().Items) != 1000 {
			t.Errorf("of a sweep in part %d services are known 43 s later, after %d sweeps", len(w.Snapshot().Items), a.sweeps.Load())
		}
	})
}

// TestWhatIsOnScreenIsReadWhileASweepTakesItsTime: it is not to get as old as the sweep is long.
func TestWhatIsOnScreenIsReadWhileASweepTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &thousands{cluster: awsx.Ref{Cluster: "arn:cluster/prod", ARN: "arn:cluster/prod"}}
		s := store.New(t.Context(), store.Options{Opener: a, Refresh: 10 * time.Second})
		defer s.Close()
		w := s.Services(a.cluster)
		w.Need(store.Need{Visible: []string{"arn:service/0003"}})
		until(t, w, complete)
		w.Refresh()
		pass(time.Second)
		a.glanced.Store(nil)
		a.desired.Store(5)
		pass(12 * time.Second)
		if a.sweeps.Load() != 2 || a.glanced.Load() == nil || w.Snapshot().Items[3].Desired != 5 {
			t.Errorf("in the %d. sweep %v was read by itself, which wants %d tasks", a.sweeps.Load(), a.glanced.Load(), w.Snapshot().Items[3].Desired)
		}
	})
}
