package tail_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// TestATailThatRestsAsksRarelyAndMissesNothing lets it rest for an hour in which lines
// come, some of them late.
func TestATailThatRestsAsksRarelyAndMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 3600
		src := &logstest.Store{}
		start := time.Now()
		for i := range lines {
			at := start.Add(time.Duration(i) * time.Second)
			arrives := at
			if i%10 == 0 {
				arrives = at.Add(2 * time.Minute)
			}
			src.Add(logstest.Doc(i, at, arrives))
		}
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{})
		got := tailtest.NewReader()
		take := func(d time.Duration) {
			ctx, cancel := context.WithTimeout(context.Background(), d)
			defer cancel()
			for b := range live.All(ctx) {
				got.Take(b)
			}
		}
		take(10 * time.Second)
		before := src.Searched()
		live.Rest(true)
		take(time.Hour)
		if n := src.Searched() - before; n > 60 {
			t.Errorf("%d searches in an hour of rest", n)
		}
		missing := lines - len(got.Counts)
		live.Rest(false)
		take(time.Second)
		if len(got.Counts) < lines-12 || missing < 10 {
			t.Errorf("%d of %d lines came, %d were missing before", len(got.Counts), lines, missing)
		}
		take(3 * time.Minute)
		live.Close()
		if len(got.Counts) != lines || len(got.Gaps) > 0 {
			t.Errorf("%d of %d lines came, gaps %v", len(got.Counts), lines, got.Gaps)
		}
		for id, n := range got.Counts {
			if n != 1 {
				t.Errorf("line %s came %d times", id, n)
			}
		}
	})
}
