package store

import (
	"time"

	"gantry/awsx"
)

// Snapshot is what a poller knew at one moment. It never changes once published.
type Snapshot[T any] struct {
	// Items are the last good ones, in stable order.
	Items []T
	// Seq grows with every snapshot of a poller; Rev is the Seq at which Items
	// last changed, so that rows need no rebuilding while it stays.
	Seq, Rev uint64
	// At is when the last poll that brought anything ended; zero before.
	At time.Time
	// Err is why the last poll brought nothing; nil after one that did.
	Err error
	// Partial holds what failed in a poll that brought the rest.
	Partial []error
	// Done and Total count the items of the poll under way, and of the last one
	// after it ended.
	Done, Total int

	due        time.Time // of the next poll; zero when polling has stopped
	staleAfter time.Duration
}

// State is what a screen says about its data.
type State uint8

// The states. Only the first three come without an error.
const (
	Loading   State = iota // nothing complete was read yet
	Fresh                  // as new as the interval promises
	Stale                  // older than that, and no error says why
	Throttled              // the rate bucket is empty; polling widened
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
}

// State derives the freshness; it is never stored, since it changes with time.
func (s *Snapshot[T]) State(now time.Time) Freshness {
	f := Freshness{Partial: len(s.Partial) > 0, RetryIn: -1}
	if !s.At.IsZero() {
		f.Age = max(0, now.Sub(s.At))
	}
	if !s.due.IsZero() {
		f.RetryIn = max(0, s.due.Sub(now))
	}
	switch err := (outcome{err: s.Err, partial: s.Partial}).decisive(); {
	case err != nil:
		f.State = failing(awsx.ClassOf(err))
	case s.At.IsZero():
		f.State = Loading
	case f.Age > s.staleAfter:
		f.State = Stale
	default:
		f.State = Fresh
	}
	return f
}

func failing(c awsx.Class) State {
	switch c {
	case awsx.Throttled:
		return Throttled
	case awsx.Expired:
		return Expired
	case awsx.Denied:
		return Denied
	case awsx.Offline:
		return Offline
	}
	return Failing
}
