package tail_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// steady is a store with a line each second for two minutes, which fails from ten
// seconds on as often as times says.
func steady(failure error, times int) *logstest.Store {
	start := time.Now()
	src := &logstest.Store{}
	for i := range 120 {
		at := start.Add(time.Duration(i) * time.Second)
		src.Add(logstest.Doc(i, at, at))
	}
	src.Fault = func(at time.Time, _ *logs.Page) error {
		if at.Sub(start) < 10*time.Second || times == 0 {
			return nil
		}
		times--
		return failure
	}
	return src
}

// TestATailEndsOnlyForWhatAPersonMustMend has a store that answered well fail in each
// way, once and for good.
func TestATailEndsOnlyForWhatAPersonMustMend(t *testing.T) {
	for class, ends := range map[fault.Class]bool{
		fault.Failed: false, fault.Throttled: false, fault.Offline: false, fault.NotFound: false, fault.Invalid: false,
		fault.Denied: true, fault.Expired: true,
	} {
		synctest.Test(t, func(t *testing.T) {
			failure := fault.Errorf(class, "search logs", "", "a page of the proxy's")
			got := tailtest.Watch(steady(failure, 1), tail.Options{}, 3*time.Minute)
			if len(got.Counts) != 120 || got.Last.Err != nil {
				t.Errorf("%s once: %d of 120 lines, then %q", class, len(got.Counts), got.Last.Words(time.Now()))
			}
			got = tailtest.Watch(steady(failure, 20), tail.Options{}, time.Hour)
			if (got.Last.Err != nil) != ends {
				t.Errorf("%s twenty times: the tail ended with %v", class, got.Last.Err)
			}
			if ends && !errors.Is(got.Last.Err, failure) || !ends && len(got.Counts) != 120 {
				t.Errorf("%s twenty times: %d lines, %q", class, len(got.Counts), got.Last.Words(time.Now()))
			}
		})
	}
}

func TestACountThatIsRefusedIsNoEnd(t *testing.T) {
	for _, class := range []fault.Class{fault.Denied, fault.Expired, fault.Invalid, fault.NotFound} {
		synctest.Test(t, func(t *testing.T) {
			const lines = 200 * 25
			mem := &logstest.Store{}
			start := time.Now()
			for i := range lines {
				at := start.Add(time.Duration(i) * 5 * time.Millisecond)
				mem.Docs = append(mem.Docs, logstest.Doc(i, at, at))
			}
			src := &countingStore{Store: mem, refusal: fault.Errorf(class, "count", "", "no")}
			got := tailtest.Watch(src, tail.Options{}, 2*time.Minute)
			if len(got.Counts) != lines || got.Last.Err != nil || src.censuses != 1 {
				t.Errorf("%s: %d of %d lines, %v; asked to count %d times", class, len(got.Counts), lines, got.Last.Err, src.censuses)
			}
		})
	}
}

func TestANewQueryDoesNotShortenTheWaitAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{Fault: func(time.Time, *logs.Page) error {
			return &fault.Error{Class: fault.Throttled, Op: "search logs", RetryAfter: time.Minute}
		}}
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{})
		defer live.Close()
		for range 50 {
			time.Sleep(time.Second)
			live.SetQuery(logs.Query{Text: "x"})
		}
		if n := src.Searched(); n != 1 {
			t.Errorf("%d searches within the wait that was asked for", n)
		}
	})
}

// TestALastingShardFailureLeavesOneGapLine has a shard fail for good while the newest
// lines are old.
func TestALastingShardFailureLeavesOneGapLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		src := &logstest.Store{}
		for i := range 10 {
			src.Add(logstest.Doc(i, start.Add(time.Duration(i-3600)*time.Second), start))
		}
		src.Fault = func(_ time.Time, page *logs.Page) error {
			page.Partial = &logs.Partial{Failed: 1, Shards: 3, Reason: "disk"}
			return nil
		}
		got := tailtest.Watch(src, tail.Options{}, 29*time.Minute)
		if len(got.Gaps) < 1 || len(got.Gaps) > 3 || len(got.Counts) != 10 {
			t.Errorf("%d lines, and gap lines %v", len(got.Counts), got.Gaps)
		}
		for i := 1; i < len(got.Gaps); i++ {
			if got.Gaps[i].From.Before(got.Gaps[i-1].To) {
				t.Errorf("gap lines overlap: %v", got.Gaps)
			}
		}
		if words := got.Words[len(got.Words)-2]; !strings.Contains(words, "1 of 3 shards failed: disk") {
			t.Errorf("it says %q", words)
		}
	})
}

// TestATailMeasuresByTheClockOnTheWall holds every time that a tail tells to be without
// a reading of the clock that stands still while a laptop sleeps.
func TestATailMeasuresByTheClockOnTheWall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := steady(fault.Errorf(fault.Failed, "search logs", "", "down"), 1)
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{From: time.Now().Add(-time.Minute)})
		defer live.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for b := range live.All(ctx) {
			for name, at := range map[string]time.Time{"newest": b.Status.Newest, "high water": b.Status.HighWater, "next try": b.Status.RetryAt} {
				if strings.Contains(at.String(), "m=") {
					t.Fatalf("the %s is %s", name, at)
				}
			}
		}
	})
}
