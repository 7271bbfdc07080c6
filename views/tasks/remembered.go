package tasks

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/awsx/store"
)

// recalled are the tasks of a service of which ECS tells no more. Loads and the reading of
// details share it.
type recalled struct {
	st    *store.Store
	gone  atomic.Pointer[[]past.Stopped] // as they were asked for last
	asked atomic.Pointer[listed]         // by what they were asked for last
}

// listed is when ECS told of a service's tasks, the running ones and the stopped.
type listed struct{ running, stopped time.Time }

func recall(st *store.Store) *recalled {
	r := &recalled{st: st}
	r.gone.Store(new([]past.Stopped))
	r.asked.Store(&listed{})
	return r
}

// look asks which tasks of the service were seen of which ECS tells no more, once for what it
// tells now, and reports whether that is news. Before all is read that ECS tells, that is not
// known.
func (r *recalled) look(ctx context.Context, s store.ServiceState) bool {
	now := listed{s.RunningAt, s.StoppedAt}
	if now.running.IsZero() || now.stopped.IsZero() || *r.asked.Load() == now {
		return false
	}
	// What of it cannot be read is missing, and its owner says why.
	all, err := past.Gone(ctx, r.st.Past(), s.Service.Ref, slices.Concat(s.Running, s.Stopped), time.Time{})
	if err == nil {
		r.asked.Store(&now)
	}
	// A sweep of the cluster may have seen tasks that began since the service's were read.
	all = slices.DeleteFunc(all, func(p past.Stopped) bool { return p.Seen.After(now.running) || p.Seen.After(now.stopped) })
	if slices.EqualFunc(all, *r.gone.Load(), func(a, b past.Stopped) bool { return a.Task.Ref == b.Task.Ref && a.Seen.Equal(b.Seen) }) {
		return false
	}
	r.gone.Store(&all)
	return true
}

// unlisted are remembered tasks without those that ECS lists after all.
func unlisted(all []past.Stopped, s store.ServiceState) []past.Stopped {
	return slices.DeleteFunc(slices.Clone(all), func(p past.Stopped) bool {
		same := func(t awsx.Task) bool { return t.Ref == p.Task.Ref }
		return slices.ContainsFunc(s.Running, same) || slices.ContainsFunc(s.Stopped, same)
	})
}
