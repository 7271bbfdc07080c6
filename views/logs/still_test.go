package logs_test

import (
	"testing"
	"time"

	"gantry/internal/fault"
	"gantry/ui"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
)

// TestNothingMovesButData: a log that waits for its store says when it tries again, and
// counts no seconds.
func TestNothingMovesButData(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, service := accountOfTwo()
		shelf := &viewstest.Shelf{}
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			deps.Still = true
			return logviews.NewScreen(viewerOf(deps, shelf), views.LogScope{Service: service})
		}).Read()
		shelf.Do(func() { shelf.Err = fault.Errorf(fault.Throttled, "search", "", "too many requests") })
		d.Advance(10 * time.Second).Shows("retrying at").Hides("retrying in")
		seen := map[string]bool{}
		for range 8 { // seconds, within which it tries again once at most
			seen[d.Advance(time.Second).Row("retrying at")] = true
		}
		if len(seen) > 2 {
			t.Errorf("it counts: %v", seen)
		}
	})
}
