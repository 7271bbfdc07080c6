package elastic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/logs"
	"gantry/logs/sim"
)

// lacking is a transport to a store that lacks some API: requests whose path or
// body contain a text are answered as a store does that never heard of it.
func lacking(store *sim.Store, status int, answer string, texts ...string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		var body []byte
		if r.Body != nil {
			body, _ = io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		for _, text := range texts {
			if strings.Contains(r.URL.Path, text) || bytes.Contains(body, []byte(text)) {
				return &http.Response{
					StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)), Request: r,
				}, nil
			}
		}
		return store.RoundTripper().RoundTrip(r)
	})
}

const (
	noHandler  = `{"error":"no handler found for uri [/x/_pit] and method [POST]","status":400}`
	noMapping  = `{"error":{"root_cause":[{"type":"query_shard_exception","reason":"No mapping found for [_shard_doc] in order to sort on"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":400}`
	notAllowed = `{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions"}],"type":"security_exception","reason":"no permissions"},"status":403}`
)

// stores are a search engine as each client may meet it.
func stores(store *sim.Store) map[string]http.RoundTripper {
	return map[string]http.RoundTripper{
		"elasticsearch":           store.RoundTripper(),
		"opensearch":              lacking(store, 400, noHandler, "/_pit"),
		"no tiebreak":             lacking(store, 400, noMapping, "_shard_doc"),
		"no points":               lacking(store, 405, noHandler, "/_pit", "/point_in_time"),
		"points are not for them": lacking(store, 403, notAllowed, "/_pit", "/point_in_time"),
	}
}

func TestHistoryReadsEveryLineOnceWhileOthersAreWritten(t *testing.T) {
	for _, dir := range []logs.Direction{logs.Older, logs.Newer} {
		store := sim.New(sim.Options{})
		const n = 2500
		for i := range n {
			// A thousand lines share one timestamp across several pages' edges.
			at := noon.Add(time.Duration(min(i, 1000)+max(0, i-2000)) * time.Millisecond)
			put(t, store, map[string]any{"n": i, "message": "m"}, at)
		}
		for name, transport := range stores(store) {
			src := open(t, Config{Transport: transport})
			h := logs.OpenHistory(src, logs.Query{}, logs.Range{From: noon, To: noon.Add(time.Minute)}, dir, logs.Known{})
			counts := map[string]int{}
			var lines []logs.Entry
			for page, more := (logs.Page{}), true; more; more = page.Full {
				var err error
				if page, err = h.Next(context.Background(), 300); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if dir == logs.Older {
					lines = append(page.Entries, lines...)
				} else {
					lines = append(lines, page.Entries...)
				}
				// Written meanwhile, beyond the place of reading.
				put(t, store, map[string]any{"n": "late", "message": "m"}, noon.Add(2*time.Minute))
			}
			for i, e := range lines {
				if e.Gap != nil {
					t.Errorf("%s: a gap line %+v without need", name, *e.Gap)
					continue
				}
				if i > 0 && e.Time.Before(lines[i-1].Time) {
					t.Fatalf("%s: %s stands after %s", name, e.Time, lines[i-1].Time)
				}
				text, _ := e.Field("n")
				// Where the store has an order of its own for lines of one time, that stands.
				if tied := name == "elasticsearch" || name == "opensearch"; tied && text != strconv.Itoa(i) {
					t.Fatalf("%s, direction %d: line %s stands at place %d", name, dir, text, i)
				}
				counts[text]++
			}
			if err := h.Close(context.Background()); err != nil || store.Points() != 0 {
				t.Errorf("%s: closed with %v, %d points are left", name, err, store.Points())
			}
			for i := range n {
				if got := counts[strconv.Itoa(i)]; got != 1 {
					t.Fatalf("%s, direction %d: line %d came %d times", name, dir, i, got)
				}
			}
		}
	}
}

// TestLinesOfOneTimeStandInTheOrderOfWriting compares both ends of a store.
func TestLinesOfOneTimeStandInTheOrderOfWriting(t *testing.T) {
	store := sim.New(sim.Options{})
	for i := range 9 {
		put(t, store, map[string]any{"n": i, "message": "m"}, noon.Add(time.Duration(i/4)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	page, err := src.Latest(t.Context(), logs.Query{}, logs.Range{}, 100)
	if got := ids(page); err != nil || got != "8 7 6 5 4 3 2 1 0" {
		t.Errorf("the newest first are %s (%v)", got, err)
	}
	page, err = logs.Newest(t.Context(), src, logs.Query{}, logs.Range{}, 5)
	if got := ids(page); err != nil || got != "4 5 6 7 8" {
		t.Errorf("the newest are %s (%v)", got, err)
	}
}

func TestAPointThatExpiresIsOpenedAgainAtTheEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sim.New(sim.Options{})
		for i := range 60 {
			put(t, store, map[string]any{"n": i, "message": "m"}, noon.Add(time.Duration(i/20)*time.Second))
		}
		src := open(t, Config{Transport: store.RoundTripper()})
		h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
		var got []string
		for {
			page, err := h.Next(context.Background(), 7)
			if err != nil {
				t.Fatal(err)
			}
			got = append(strings.Fields(ids(page)), got...)
			if !page.Full {
				break
			}
			time.Sleep(3 * time.Minute)
			if store.Points() != 0 {
				t.Fatal("the point has not expired")
			}
		}
		for i, n := range got {
			if n != strconv.Itoa(i) {
				t.Fatalf("lines are %v", got)
			}
		}
		if err := h.Close(context.Background()); len(got) != 60 || err != nil {
			t.Errorf("%d lines, closed with %v", len(got), err)
		}
	})
}

func TestAnUnfinishedHistoryGivesItsPointBackAlthoughItsContextEnded(t *testing.T) {
	store := sim.New(sim.Options{})
	for i := range 60 {
		put(t, store, map[string]any{"n": i, "message": "m"}, noon)
	}
	h := logs.OpenHistory(open(t, Config{Transport: store.RoundTripper()}), logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := h.Next(ctx, 5); err != nil || store.Points() != 1 {
		t.Fatalf("%d points are open: %v", store.Points(), err)
	}
	cancel()
	if _, err := h.Next(ctx, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("reading on gives %v", err)
	}
	if err := h.Close(ctx); err != nil || store.Points() != 0 {
		t.Errorf("closed with %v, %d points are left", err, store.Points())
	}
}

func TestTheHistogramCountsLinesByTimeAndLevel(t *testing.T) {
	store := sim.New(sim.Options{})
	docs := []map[string]any{
		{"message": "started", "level": 6},
		{"message": "ERROR no database", "level": 3},
		{"message": "WARN slow, an error is near", "level": 6},
		{"message": "WARN slow", "level": 6},
		{"message": "error is only a word here", "log": map[string]any{"level": "info"}},
		{"message": "odd", "log": map[string]any{"level": "WARNING"}},
		{"message": "dead", "log": map[string]any{"level": "Fatal"}},
	}
	for i, doc := range docs {
		put(t, store, doc, noon.Add(time.Duration(i*10)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	r := logs.Range{From: noon.Add(5 * time.Second), To: noon.Add(2 * time.Minute)}
	h, err := logs.ReadHistogram(context.Background(), src, logs.Query{}, r, 6)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range h.Bars {
		got = append(got, fmt.Sprintf("%s %d/%d/%d", b.Start.Format("4:05"), b.Lines, b.Errors, b.Warnings))
	}
	// The line that warns says so itself, though a word in it is that of an error.
	want := "0:00 2/1/1, 0:30 3/0/2, 1:00 1/1/0, 1:30 0/0/0, 2:00 0/0/0"
	if strings.Join(got, ", ") != want || h.Interval != 30*time.Second || h.Estimated {
		t.Errorf("bars of %s\ngot  %s\nwant %s", h.Interval, strings.Join(got, ", "), want)
	}
	count, err := src.Count(context.Background(), logs.Query{Text: "slow"}, r)
	if err != nil || count.Lines != 2 || count.Partial != nil {
		t.Errorf("counted %+v (%v), want 2", count, err)
	}
}
