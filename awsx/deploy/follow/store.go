package follow

import (
	"errors"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
)

// storeSource makes observations of a store's watch.
type storeSource struct {
	watch *store.Watch[store.ServiceState]
}

// FromStore returns the source of a follow that looks at a service through a
// watch, which stays the caller's to close.
func FromStore(w *store.Watch[store.ServiceState]) Source { return storeSource{w} }

// errNotYet is why something is not known that the watch has not come to.
var errNotYet = errors.New("nobody came to it yet")

// Changed receives when the watch has news.
func (s storeSource) Changed() <-chan struct{} { return s.watch.Changed() }

// Observe returns what the watch knows.
func (s storeSource) Observe() (Observation, bool) {
	snap := s.watch.Snapshot()
	o := Observation{At: time.Now(), ReadAt: snap.At, Err: snap.Err, Partial: errors.Join(snap.Partial...)}
	if len(snap.Items) == 0 {
		o.Err = errors.Join(o.Err, o.Partial)
		return o, o.Err != nil
	}
	state := snap.Items[0]
	if !state.ReadAt.IsZero() {
		o.ReadAt = state.ReadAt // a poll that goes on is published more than once
	}
	o.Service, o.Stopped, o.StoppedAt, o.StoppedErr = state.Service, state.Stopped, state.StoppedAt, state.StoppedErr
	if o.StoppedErr == nil && o.StoppedAt.IsZero() {
		o.StoppedErr = errNotYet
	}
	o.Record, o.Revisions = state.Deployment, state.Revisions
	for _, g := range state.Groups {
		if !g.Read || g.Err != nil {
			o.Unread = append(o.Unread, UnreadGroup{TargetGroup: g.ARN, Err: g.Err})
		}
		if !g.Read {
			continue
		}
		o.Groups = append(o.Groups, awsx.GroupHealth{TargetGroup: g.ARN, Targets: g.Targets})
		if o.GroupsAt.IsZero() || g.ReadAt.Before(o.GroupsAt) {
			o.GroupsAt = g.ReadAt
		}
	}
	return o, true
}
