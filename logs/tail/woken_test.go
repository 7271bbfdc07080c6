package tail_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// TestAWakeEndsEveryWait puts the machine to sleep while a tail is covered, and while it
// waits for a store that is down.
func TestAWakeEndsEveryWait(t *testing.T) {
	for _, c := range []struct {
		name string
		rest bool
		down error
	}{
		{"covered", true, nil},
		{"the store is down", false, &fault.Error{Class: fault.Offline}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := &logstest.Store{}
				src.Add(logstest.Doc(1, time.Now(), time.Now()))
				var asleep atomic.Int64
				began := time.Now()
				live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{Clocks: func() (time.Time, time.Duration) {
					return time.Now().Add(time.Duration(asleep.Load())), time.Since(began)
				}})
				defer live.Close()
				got := tailtest.NewReader()
				take := func(d time.Duration) {
					ctx, cancel := context.WithTimeout(context.Background(), d)
					defer cancel()
					for b := range live.All(ctx) {
						got.Take(b)
					}
				}
				take(10 * time.Second)
				live.Rest(c.rest)
				src.Mu.Lock()
				src.Fault = func(time.Time, *logs.Page) error { return c.down }
				src.Mu.Unlock()
				take(3 * time.Minute)
				for quiet := false; !quiet; {
					before := src.Searched()
					take(12 * time.Second)
					quiet = src.Searched() == before
				}
				before := src.Searched()
				asleep.Add(int64(20 * time.Minute))
				take(5 * time.Second)
				if src.Searched() == before {
					t.Error("nothing is asked of the store after the sleep")
				}
			})
		})
	}
}
