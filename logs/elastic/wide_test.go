package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/logs"
	"gantry/logs/sim"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// writer is a host whose clock is off, or whose shipper holds lines up.
type writer struct {
	off, late time.Duration
	every     time.Duration
}

// followed is what came of following a store that some writers wrote to.
type followed struct {
	*tailtest.Reader
	sent     int
	searches int // made in all
}

// follow has writers write for some time to a store, which has some older lines
// already, and follows it until a minute after the last line has come.
func follow(t *testing.T, older int, span time.Duration, writers map[string]writer) followed {
	t.Helper()
	store := sim.New(sim.Options{MaxDocs: 1 << 20})
	out := followed{Reader: tailtest.NewReader()}
	count := roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/_search") {
			out.searches++
		}
		return store.RoundTripper().RoundTrip(r)
	})
	start := time.Now()
	for i := range older {
		put(t, store, map[string]any{"n": "older", "message": "m"}, start.Add(time.Duration(i-older)*100*time.Millisecond))
	}
	var last time.Duration
	for name, w := range writers {
		for at := time.Second; at < span; at += w.every {
			out.sent++
			last = max(last, at+w.late)
			time.AfterFunc(at+w.late, func() {
				put(t, store, map[string]any{"n": fmt.Sprint(name, at), "message": "m"}, start.Add(at+w.off))
			})
		}
	}
	src := open(t, Config{Transport: count})
	live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), last+2*time.Minute)
	defer cancel()
	for b := range live.All(ctx) {
		out.Take(b)
	}
	live.Close()
	for b := range live.Batches() {
		out.Take(b)
	}
	return out
}

// named counts how often each line came by the name that its document has.
func (f followed) named() map[string]int {
	names := map[string]int{}
	for _, e := range f.Ring.From(0) {
		if e.Gap == nil {
			n, _ := e.Field("n")
			names[n]++
		}
	}
	return names
}

// TestLinesOfClocksThatAreOffAndOfSlowShippersComeOnce counts lines in and out.
func TestLinesOfClocksThatAreOffAndOfSlowShippersComeOnce(t *testing.T) {
	right := writer{every: 250 * time.Millisecond}
	for name, c := range map[string]struct {
		older   int
		writers map[string]writer
	}{
		"ten minutes behind":                   {0, map[string]writer{"a": right, "b": {off: -10 * time.Minute, every: time.Second}}},
		"ten minutes ahead":                    {0, map[string]writer{"a": right, "b": {off: 10 * time.Minute, every: time.Second}}},
		"all of them behind":                   {0, map[string]writer{"b": {off: -10 * time.Minute, every: 300 * time.Millisecond}}},
		"all of them ahead":                    {0, map[string]writer{"b": {off: 10 * time.Minute, every: 300 * time.Millisecond}}},
		"a shipper two minutes late":           {0, map[string]writer{"a": right, "b": {late: 2 * time.Minute, every: time.Second}}},
		"all at once, after a thousand others": {1000, map[string]writer{"a": right, "b": {off: -10 * time.Minute, every: time.Second}, "c": {off: 10 * time.Minute, every: time.Second}, "d": {late: 2 * time.Minute, every: time.Second}}},
		"all at once, after many others":       {4000, map[string]writer{"a": {every: 50 * time.Millisecond}, "b": {off: -10 * time.Minute, every: 100 * time.Millisecond}, "c": {off: 10 * time.Minute, every: 100 * time.Millisecond}, "d": {late: 2 * time.Minute, every: 100 * time.Millisecond}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := follow(t, c.older, 3*time.Minute, c.writers)
				names, once := got.named(), 0
				delete(names, "older")
				for n, times := range names {
					if once++; times != 1 {
						t.Errorf("%s came %d times", n, times)
					}
				}
				if once != got.sent {
					t.Errorf("%d of %d lines came; gaps %v", once, got.sent, got.Gaps)
				}
				for id, times := range got.Counts {
					if times != 1 {
						t.Errorf("document %s came %d times", id, times)
					}
				}
				ahead := 0
				for _, e := range got.Ring.From(0) {
					if e.Ahead {
						ahead++
					}
				}
				if wrong := c.writers["b"].off > 0 || c.writers["c"].off > 0; wrong != (ahead > 0) {
					t.Errorf("%d lines are marked as ahead of the clock", ahead)
				}
			})
		})
	}
}

// TestTheWideSweepCostsASearchInHalfAMinute counts the searches for lines that come in
// time, beside those of the polls. Where few lines come the polls are the sweep.
func TestTheWideSweepCostsASearchInHalfAMinute(t *testing.T) {
	const minutes = 4
	for name, c := range map[string]struct {
		older int
		every time.Duration
		most  int // searches a minute
	}{"a few": {0, 20 * time.Second, 12}, "some": {2000, 500 * time.Millisecond, 2}, "many": {5_000, 60 * time.Millisecond, 2}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var wide, polls int
				start := time.Now()
				store := sim.New(sim.Options{MaxDocs: 1 << 20})
				transport := roundTrip(func(r *http.Request) (*http.Response, error) {
					if strings.HasSuffix(r.URL.Path, "/_search") {
						body, err := r.GetBody()
						if err != nil {
							t.Error(err)
						}
						if from := asked(t, body); time.Since(from) > 10*time.Minute && time.Since(start) > 0 {
							wide++
						} else {
							polls++
						}
					}
					return store.RoundTripper().RoundTrip(r)
				})
				for i := range c.older {
					put(t, store, map[string]any{"message": "m"}, start.Add(time.Duration(i-c.older)*20*time.Millisecond))
				}
				for at := time.Duration(0); at < minutes*time.Minute; at += c.every {
					time.AfterFunc(at, func() { put(t, store, map[string]any{"message": "m"}, start.Add(at)) })
				}
				got := tailtest.Watch(open(t, Config{Transport: transport}), tail.Options{}, minutes*time.Minute)
				if wide < minutes || wide > c.most*minutes+2 || len(got.Gaps) > 0 || len(got.Late) > 0 {
					t.Errorf("%d searches of the wide sweep in %d minutes beside %d; gaps %v, late %v", wide, minutes, polls, got.Gaps, got.Late)
				}
			})
		})
	}
}

// asked is where a search begins.
func asked(t *testing.T, body io.Reader) time.Time {
	var q struct {
		Query struct {
			Bool struct {
				Filter []struct {
					Range map[string]struct{ GTE time.Time } `json:"range"`
				} `json:"filter"`
			} `json:"bool"`
		} `json:"query"`
	}
	if err := json.NewDecoder(body).Decode(&q); err != nil {
		t.Error(err)
	}
	return q.Query.Bool.Filter[0].Range["@timestamp"].GTE
}
