package logs_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
)

func TestBarsCoverTheRangeAndAreNoMoreThanAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := logstest.Epoch.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "from")))
		span := time.Duration(rapid.Int64Range(1, int64(400*24*time.Hour)).Draw(t, "span"))
		most := rapid.IntRange(2, 200).Draw(t, "most")
		r := logs.Range{From: from, To: from.Add(span)}
		interval := logs.BarInterval(r, most)
		bars := logs.EmptyBars(r, interval)
		if len(bars) > most || interval < time.Second {
			t.Fatalf("%d bars of %s, want at most %d", len(bars), interval, most)
		}
		if bars[0].Start.After(from) || !bars[0].Start.Add(interval).After(from) {
			t.Fatalf("the first bar of %s begins at %s for %s", interval, bars[0].Start, from)
		}
		last := bars[len(bars)-1].Start
		if last.After(r.To) || !last.Add(interval).After(r.To) {
			t.Fatalf("the last bar of %s begins at %s for %s", interval, last, r.To)
		}
		if bars[0].Start.Unix()%int64(interval/time.Second) != 0 {
			t.Fatalf("a bar of %s begins at %s", interval, bars[0].Start)
		}
	})
}

func TestBarsAreOfLengthsThatClocksHave(t *testing.T) {
	for span, want := range map[time.Duration]time.Duration{
		time.Minute: time.Second, 15 * time.Minute: 10 * time.Second, time.Hour: time.Minute,
		6 * time.Hour: 5 * time.Minute, 24 * time.Hour: 15 * time.Minute, 365 * 24 * time.Hour: 4 * 24 * time.Hour,
	} {
		if got := logs.BarInterval(logs.Range{From: logstest.Epoch, To: logstest.Epoch.Add(span)}, 100); got != want {
			t.Errorf("bars of %s for %s, want %s", got, span, want)
		}
	}
}

func TestAStoreThatCannotCountSaysSo(t *testing.T) {
	_, err := logs.ReadHistogram(context.Background(), &logstest.Store{}, logs.Query{}, logs.Range{From: logstest.Epoch}, 10)
	if fault.ClassOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
}
