package livetable

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/wording"
)

// Status is how far the rows of a table can be trusted: the state of the
// snapshot that gives them.
type Status struct {
	// at derives the freshness for a moment; nil until there is a snapshot.
	at          func(now time.Time) store.Freshness
	beside      []stated
	Err         error
	partial     []error
	done, total int
	untagged    error
}

// stated is a snapshot, whatever it holds.
type stated interface {
	State(now time.Time) store.Freshness
}

// Beside is the status of rows whose cells other snapshots fill: that the account turns
// the calls for those away is said too.
func (s Status) Beside(others ...stated) Status {
	s.beside = others
	return s
}

// StatusTogether is the status of rows that several snapshots give. It is loading until each
// of them has come; then the worst state counts. What some lack is a part that failed.
func StatusTogether(all []Status) Status {
	var s Status
	failed := 0
	for _, one := range all {
		s.done, s.total = s.done+one.done, s.total+one.total
		s.partial = append(s.partial, one.partial...)
		s.beside = append(s.beside, one.beside...)
		s.untagged = cmp.Or(s.untagged, one.untagged)
		if one.Err != nil {
			failed++
			s.partial = append(s.partial, one.Err)
		}
	}
	if failed > 0 && failed == len(all) {
		s.Err = all[0].Err
	}
	s.at = func(now time.Time) store.Freshness {
		worst := store.Freshness{State: store.Fresh, RetryIn: -1}
		for _, one := range all {
			switch f := one.freshness(now); {
			case f.State == store.Loading:
				return f
			case f.State > worst.State, f.State == worst.State && f.Age > worst.Age:
				worst = f
			}
		}
		return worst
	}
	return s
}

// StatusOf takes a snapshot's state.
func StatusOf[T any](s *store.Snapshot[T]) Status {
	return Status{at: s.State, Err: s.Err, partial: s.Partial, done: s.Done, total: s.Total, untagged: s.Untagged}
}

func (s Status) freshness(now time.Time) store.Freshness {
	if s.at == nil {
		return store.Freshness{State: store.Loading, RetryIn: -1}
	}
	return s.at(now)
}

// loading tells that no listing has ended yet.
func (s Status) loading(now time.Time) bool { return s.freshness(now).State == store.Loading }

// stale tells that the rows are older than they should be.
func (s Status) stale(now time.Time) bool {
	switch s.freshness(now).State {
	case store.Loading, store.Fresh:
		return false
	}
	return true
}

// Fresh puts the state in the header's words. Ages are coarse.
func (s Status) Fresh(now time.Time) ui.Fresh {
	f := s.freshness(now)
	for _, other := range s.beside {
		if o := other.State(now); f.State == store.Fresh && o.TurnedAway {
			f = store.Freshness{State: store.Throttled, Age: f.Age, RetryIn: -1}
		}
	}
	age := ""
	if f.Age > 0 {
		age = text.Span(coarse(f.Age))
	}
	retry := ""
	if f.RetryIn >= 0 {
		retry = "retry " + text.Span(f.RetryIn)
	}
	old := age
	if old != "" {
		old += " old"
	}
	switch f.State {
	case store.Loading:
		words := "loading"
		if s.total > 0 {
			words = fmt.Sprintf("loading %d/%d", s.done, s.total)
		}
		if f.TurnedAway {
			words += ", throttled"
		}
		return ui.Fresh{State: ui.FreshLoading, Text: words}
	case store.Fresh:
		return ui.Fresh{State: ui.FreshLive, Text: "live"}
	case store.Throttled:
		return ui.Fresh{State: ui.FreshStale, Text: wording.JoinNonEmpty(", ", "throttled", retry)}
	case store.Offline:
		return ui.Fresh{State: ui.FreshOffline, Text: wording.JoinNonEmpty(", ", wording.JoinNonEmpty(" ", "OFFLINE", age), retry)}
	case store.Expired:
		return ui.Fresh{State: ui.FreshDenied, Text: wording.JoinNonEmpty(", ", wording.Unaccepted(s.Trouble()), old)}
	case store.Denied:
		return ui.Fresh{State: ui.FreshDenied, Text: wording.JoinNonEmpty(", ", "denied", old)}
	case store.Stale:
		return ui.Fresh{State: ui.FreshStale, Text: old}
	}
	return ui.Fresh{State: ui.FreshStale, Text: wording.JoinNonEmpty(", ", "failed", old, retry)}
}

// coarse rounds an age to steps that grow with it, so that text which shows it
// changes seldom.
func coarse(d time.Duration) time.Duration {
	switch {
	case d < time.Minute:
		return d.Truncate(time.Second)
	case d < time.Hour:
		return d.Truncate(10 * time.Second)
	}
	return d.Truncate(time.Hour)
}

// Trouble is the error to tell of: what stopped the last poll, else the first
// part of it that failed for want of credentials.
func (s Status) Trouble() error {
	if s.Err != nil {
		return s.Err
	}
	for _, err := range s.partial {
		if fault.ClassOf(err) == fault.Expired {
			return err
		}
	}
	return nil
}

// partly says what of a poll failed, empty if nothing did.
func (s Status) partly() string {
	if len(s.partial) == 0 {
		return ""
	}
	what := wording.Count(len(s.partial), "part") + " failed"
	var e *fault.Error
	if errors.As(s.partial[0], &e) {
		what += ": " + wording.JoinNonEmpty(" ", e.Op, e.Kind())
	}
	return what
}

// VerdictStatus gives a verdict its place among the states that tables show.
func VerdictStatus(s diagnose.Status) theme.Status {
	switch s {
	case diagnose.Failed:
		return theme.StatusFailed
	case diagnose.Degraded:
		return theme.StatusDegraded
	case diagnose.Pending:
		return theme.StatusPending
	case diagnose.OK:
		return theme.StatusOK
	case diagnose.Stopped:
		return theme.StatusStopped
	}
	return theme.StatusUnknown
}
