package store

import (
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Snapshot is what a poller knew at one moment. It never changes once published.
type Snapshot[T any] struct {
	// Items are the last good ones, in stable order. Nobody changes what they point to;
	// an item that stayed as it was is the same pointer in the next snapshot.
	Items []*T
	// Seq grows with every snapshot of a store. Rev is the Seq at which Items last
	// changed: while it stays, there is nothing to rebuild. That something was read
	// again and found as it was (ReadAt, RunningAt) is no change.
	Seq, Rev uint64
	// At is when the last poll that brought anything ended; zero before.
	At time.Time
	// Err is why the last poll brought nothing; nil after one that did.
	Err error
	// Partial holds what failed in a poll that brought the rest.
	Partial []error
	// Untold is how many items of the last poll were listed and could not be described.
	// They may be gone; they may as well be there.
	Untold int
	// Untagged is why the items come without their tags; nil where they have them.
	Untagged error
	// Done and Total count the items of the poll under way, and of the last one
	// after it ended.
	Done, Total int

	revs  []uint64    // the Seq at which each of Items last changed
	gone  []departure // the oldest first
	floor uint64      // what changed before is not all known

	due        time.Time // of the next poll; zero when polling has stopped
	staleAfter time.Duration
	turned     bool // calls of the poll under way were turned away
}

// Ended reports whether a poll has ended, well or not. As a method expression it
// is what to await for a first reading.
func (s *Snapshot[T]) Ended() bool { return s.Err != nil || !s.At.IsZero() }

// Values returns a copy of the items, nil as long as nothing was read. It is for who takes
// a list apart from time to time: where thousands are looked at often, Items cost nothing.
func (s *Snapshot[T]) Values() []T { return awsx.Values(s.Items) }

// Whole reports whether the listing was read whole. After a poll that failed in
// part, what is missing is not known to be missing.
func (s *Snapshot[T]) Whole() bool { return !s.At.IsZero() && len(s.Partial) == 0 }

// Changes leads from an older snapshot to a newer one. Applied to what a reader
// made of the older one's items, in the order of the fields, it gives what the
// newer one's items would give. The zero value stands for no change.
type Changes struct {
	// Anew is true when the way is not known: the reader forgets all it has.
	Anew bool
	// Gone are keys (ARNs) of items that left. Some may have come back: those are
	// among Items too.
	Gone []string
	// Items are the indices, in the newer snapshot, of the items that are new or
	// that changed; all of them when Anew is true.
	Items []int
}

// Since returns what changed after the snapshot whose Rev a reader saw last, zero
// for a reader that saw none. The reader may have skipped any number of snapshots,
// and may have read those of an earlier watch of the same items.
func (s *Snapshot[T]) Since(rev uint64) Changes {
	if rev == s.Rev {
		return Changes{}
	}
	c := Changes{Anew: rev < s.floor || rev > s.Rev}
	for i, r := range s.revs {
		if c.Anew || r > rev {
			c.Items = append(c.Items, i)
		}
	}
	for _, d := range slices.Backward(s.gone) {
		if c.Anew || d.rev <= rev {
			break
		}
		c.Gone = append(c.Gone, d.key)
	}
	return c
}

// State is what a screen says about its data.
type State uint8

// The states. Only the first three come without an error.
const (
	Loading   State = iota // nothing complete was read yet
	Fresh                  // as new as the interval promises
	Stale                  // older than that, and no error says why
	Throttled              // the account turns calls away; polling widened
	Expired                // credentials; polling stopped
	Denied                 // IAM refuses; polling is slow
	Offline                // no answer
	Failing                // any other failure
)

// String returns the state in one word.
func (s State) String() string {
	return [...]string{"loading", "fresh", "stale", "throttled", "expired", "denied", "offline", "failed"}[s]
}

// Freshness is how far a snapshot can be trusted at one moment.
type Freshness struct {
	State State
	// Age is the time since the data was read; zero when none was.
	Age time.Duration
	// RetryIn is the time to the next poll; negative when polling has stopped.
	RetryIn time.Duration
	// Partial is true when part of the last poll failed.
	Partial bool
	// TurnedAway is true while the account turns calls of the poll under way away.
	TurnedAway bool
}

// State derives the freshness; it is never stored, since it changes with time.
func (s *Snapshot[T]) State(now time.Time) Freshness {
	f := Freshness{Partial: len(s.Partial) > 0, RetryIn: -1, TurnedAway: s.turned}
	if !s.At.IsZero() {
		f.Age = max(0, now.Sub(s.At))
	}
	if !s.due.IsZero() && !s.turned {
		f.RetryIn = max(0, s.due.Sub(now))
	}
	switch err := (outcome{err: s.Err, partial: s.Partial}).decisive(); {
	case err != nil:
		f.State = StateOf(fault.ClassOf(err))
	case s.At.IsZero():
		f.State = Loading
	case s.turned:
		f.State = Throttled
	case f.Age > s.staleAfter:
		f.State = Stale
	default:
		f.State = Fresh
	}
	return f
}

// StateOf returns the state that an error of a class leaves a read in.
func StateOf(c fault.Class) State {
	switch c {
	case fault.Throttled:
		return Throttled
	case fault.Expired:
		return Expired
	case fault.Denied:
		return Denied
	case fault.Offline:
		return Offline
	}
	return Failing
}
