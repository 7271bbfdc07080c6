package views

import (
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/theme"
)

func plainTheme() *theme.Theme {
	return theme.New(theme.Options{Profile: colorprofile.ASCII, ASCII: true})
}

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
		s := status{at: func(time.Time) store.Freshness { return c.f }, done: 120, total: 1000}
		if got := s.fresh(time.Time{}); got != c.want {
			t.Errorf("%+v: %+v", c.f, got)
		}
	}
}

func TestTroubleNamesTheRemedy(t *testing.T) {
	id := awsx.ContextID{Profile: "main", Region: "eu-west-1"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fault.Error{Class: fault.Expired, Fix: "run aws sso login --profile main"}, "credentials of profile main are missing or expired: run aws sso login --profile main"},
		{&fault.Error{Class: fault.Expired}, "credentials of profile main are missing or expired: run aws sso login --profile main"},
		{&fault.Error{Class: fault.Denied, Op: "ecs:ListTasks", Resource: "prod"}, "denied: ecs:ListTasks is missing on prod"},
		{fault.Errorf(fault.Throttled, "ecs:ListTasks", "", "slow"), ""},
		{fault.Errorf(fault.Offline, "ecs:ListTasks", "", "reset"), ""},
		{fault.Errorf(fault.Failed, "ecs:ListTasks", "", "500"), "ecs:ListTasks: failed: 500"},
	} {
		if got := troubleOf(c.err, id).banner; got != c.want {
			t.Errorf("%v: %q", c.err, got)
		}
	}
}
