package livetable

import (
	"testing"
	"time"

	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui"
)

func TestStatesInWords(t *testing.T) {
	for _, c := range []struct {
		f    store.Freshness
		want ui.Fresh
	}{
		{store.Freshness{State: store.Loading, RetryIn: -1}, ui.Fresh{State: ui.FreshLoading, Text: "loading 120/1000"}},
		{store.Freshness{State: store.Fresh, Age: 47 * time.Second}, ui.Fresh{State: ui.FreshLive, Text: "live"}},
		{store.Freshness{State: store.Stale, Age: 47 * time.Second}, ui.Fresh{State: ui.FreshStale, Text: "47s old"}},
		{store.Freshness{State: store.Stale, Age: 3*time.Hour + 4*time.Minute}, ui.Fresh{State: ui.FreshStale, Text: "3h old"}},
		{store.Freshness{State: store.Throttled, RetryIn: 8 * time.Second}, ui.Fresh{State: ui.FreshStale, Text: "throttled, retry 8s"}},
		{store.Freshness{State: store.Offline, Age: 131 * time.Second, RetryIn: 30 * time.Second}, ui.Fresh{State: ui.FreshOffline, Text: "OFFLINE 2m10s, retry 30s"}},
		{store.Freshness{State: store.Expired, Age: 90 * time.Second, RetryIn: -1}, ui.Fresh{State: ui.FreshDenied, Text: "login expired, 1m30s old"}},
		{store.Freshness{State: store.Denied, RetryIn: time.Minute}, ui.Fresh{State: ui.FreshDenied, Text: "denied"}},
		{store.Freshness{State: store.Failing, Age: time.Minute, RetryIn: 5 * time.Second}, ui.Fresh{State: ui.FreshStale, Text: "failed, 1m old, retry 5s"}},
	} {
		s := Status{at: func(time.Time) store.Freshness { return c.f }, done: 120, total: 1000}
		if got := s.Fresh(time.Time{}); got != c.want {
			t.Errorf("%+v: %+v", c.f, got)
		}
	}
	turned := Status{at: func(time.Time) store.Freshness { return store.Freshness{TurnedAway: true} }, done: 1, total: 9}
	if got := turned.Fresh(time.Time{}).Text; got != "loading 1/9, throttled" {
		t.Errorf("while it loads: %s", got)
	}
	well := Status{at: func(time.Time) store.Freshness { return store.Freshness{State: store.Fresh} }}
	if got := well.Beside(standing{store.Freshness{State: store.Loading, TurnedAway: true}}).Fresh(time.Time{}).Text; got != "throttled" {
		t.Errorf("what fills the cells is throttled: %s", got)
	}
	if got := well.Beside(standing{store.Freshness{State: store.Stale, Age: time.Hour}}).Fresh(time.Time{}).Text; got != "live" {
		t.Errorf("what fills the cells is old: %s", got)
	}
}

// standing is a snapshot that stands so at any moment.
type standing struct{ f store.Freshness }

func (s standing) State(time.Time) store.Freshness { return s.f }

func TestTheStatusOfSeveralIsTheWorst(t *testing.T) {
	of := func(f store.Freshness, err error) Status {
		return Status{at: func(time.Time) store.Freshness { return f }, Err: err, done: 5, total: 10}
	}
	fresh := of(store.Freshness{State: store.Fresh, Age: time.Second}, nil)
	old := of(store.Freshness{State: store.Stale, Age: time.Minute}, nil)
	older := of(store.Freshness{State: store.Stale, Age: 2 * time.Minute}, nil)
	loading := of(store.Freshness{State: store.Loading, RetryIn: -1}, nil)
	denied := of(store.Freshness{State: store.Denied, RetryIn: -1}, fault.Errorf(fault.Denied, "list clusters", "", "no"))
	for _, c := range []struct {
		all    []Status
		words  string
		partly string
		fails  bool
	}{
		{[]Status{fresh, fresh}, "live", "", false},
		{[]Status{fresh, old, older}, "2m old", "", false},
		{[]Status{fresh, loading, old}, "loading 15/30", "", false},
		{[]Status{fresh, denied}, "denied", "1 part failed: list clusters denied", false},
		{[]Status{denied, denied}, "denied", "2 parts failed: list clusters denied", true},
	} {
		s := StatusTogether(c.all)
		if got := s.Fresh(time.Time{}).Text; got != c.words || s.partly() != c.partly || (s.Err != nil) != c.fails {
			t.Errorf("%q %q %v, want %q %q", got, s.partly(), s.Err, c.words, c.partly)
		}
	}
}
