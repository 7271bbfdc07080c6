package views

import (
	"errors"
	"fmt"
	"time"

	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/text"
)

// status is how far the rows of a table can be trusted: the state of the
// snapshot that gives them.
type status struct {
	// at derives the freshness for a moment; nil until there is a snapshot.
	at          func(now time.Time) store.Freshness
	err         error
	partial     []error
	done, total int
}

// statusOf takes a snapshot's state.
func statusOf[T any](s *store.Snapshot[T]) status {
	return status{at: s.State, err: s.Err, partial: s.Partial, done: s.Done, total: s.Total}
}

func (s status) freshness(now time.Time) store.Freshness {
	if s.at == nil {
		return store.Freshness{State: store.Loading, RetryIn: -1}
	}
	return s.at(now)
}

// loading tells that no listing has ended yet.
func (s status) loading(now time.Time) bool { return s.freshness(now).State == store.Loading }

// stale tells that the rows are older than they should be.
func (s status) stale(now time.Time) bool {
	switch s.freshness(now).State {
	case store.Loading, store.Fresh:
		return false
	}
	return true
}

// fresh puts the state in the header's words. Ages are coarse.
func (s status) fresh(now time.Time) ui.Fresh {
	f := s.freshness(now)
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
		if s.total > 0 {
			return ui.Fresh{State: ui.FreshLoading, Text: fmt.Sprintf("loading %d/%d", s.done, s.total)}
		}
		return ui.Fresh{State: ui.FreshLoading, Text: "loading"}
	case store.Fresh:
		return ui.Fresh{State: ui.FreshLive, Text: "live"}
	case store.Throttled:
		return ui.Fresh{State: ui.FreshStale, Text: joinNonEmpty(", ", "throttled", retry)}
	case store.Offline:
		return ui.Fresh{State: ui.FreshOffline, Text: joinNonEmpty(", ", joinNonEmpty(" ", "OFFLINE", age), retry)}
	case store.Expired:
		return ui.Fresh{State: ui.FreshDenied, Text: joinNonEmpty(", ", "login expired", old)}
	case store.Denied:
		return ui.Fresh{State: ui.FreshDenied, Text: joinNonEmpty(", ", "denied", old)}
	case store.Stale:
		return ui.Fresh{State: ui.FreshStale, Text: old}
	}
	return ui.Fresh{State: ui.FreshStale, Text: joinNonEmpty(", ", "failed", old, retry)}
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

// trouble is the error to tell of: what stopped the last poll, else the first
// part of it that failed for want of credentials.
func (s status) trouble() error {
	if s.err != nil {
		return s.err
	}
	for _, err := range s.partial {
		if fault.ClassOf(err) == fault.Expired {
			return err
		}
	}
	return nil
}

// partly says what of a poll failed, empty if nothing did.
func (s status) partly() string {
	if len(s.partial) == 0 {
		return ""
	}
	what := count(len(s.partial), "part") + " failed"
	var e *fault.Error
	if errors.As(s.partial[0], &e) {
		what += ": " + joinNonEmpty(" ", e.Op, e.Class.String())
	}
	return what
}
