//go:build integration

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/logs"
	"gantry/logs/elastic"
)

// history pages in both directions over a point in time, over one that is lost in
// the middle, and without one.
func (es indexer) history(t *testing.T) {
	const n = 4000
	start := time.Now().Add(-time.Hour).Truncate(time.Second)
	for part := range slices.Chunk(numbers(n), 1000) {
		var lines []line
		for _, i := range part {
			// A thousand and a half share one timestamp.
			at := start.Add(time.Duration(min(i, 1500)+max(0, i-3000)) * 10 * time.Millisecond)
			lines = append(lines, line{index: "history-lines-1", n: i, at: at})
		}
		es.write(true, lines...)
	}
	src := &opening{Source: es.source(t, "history-lines-*")}
	for name, c := range map[string]struct {
		source logs.Source
		dir    logs.Direction
		points int // opened; the second because the first is lost
	}{
		"older":                 {src, logs.Older, 1},
		"newer":                 {src, logs.Newer, 1},
		"older, point lost":     {src, logs.Older, 2},
		"older, without points": {struct{ logs.Source }{src}, logs.Older, 0},
		"newer, without points": {struct{ logs.Source }{src}, logs.Newer, 0},
	} {
		before := src.opened
		h := logs.OpenHistory(c.source, logs.Query{}, logs.Range{}, c.dir, logs.Known{})
		times := map[string]int{}
		for pages := 0; ; pages++ {
			page, err := h.Next(t.Context(), 700)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, e := range page.Entries {
				text, _ := e.Field("n")
				times[text]++
			}
			if !page.Full {
				break
			}
			if c.points == 2 && pages == 2 {
				es.losePoints()
			}
		}
		if err := h.Close(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i := range n {
			if times[fmt.Sprint(i)] != 1 {
				t.Errorf("%s: line %d came %d times", name, i, times[fmt.Sprint(i)])
				break
			}
		}
		if opened := src.opened - before; opened != c.points {
			t.Errorf("%s: %d points in time were opened, want %d", name, opened, c.points)
		}
		if len(times) != n {
			t.Errorf("%s: %d of %d lines", name, len(times), n)
		}
	}
}

// opening counts the points in time that are opened.
type opening struct {
	*elastic.Source
	opened int
}

func (o *opening) OpenPoint(ctx context.Context) (logs.Point, error) {
	o.opened++
	return o.Source.OpenPoint(ctx)
}

// losePoints ends all points in time, as their age does: the store lets go what it
// holds of an index that is closed.
func (es indexer) losePoints() {
	es.t.Helper()
	es.call("POST", "/history-lines-1/_close", "")
	es.call("POST", "/history-lines-1/_open", "")
	es.call("GET", "/_cluster/health/history-lines-1?wait_for_status=green&timeout=20s", "")
}

// surroundings looks about a line and jumps to a time.
func (es indexer) surroundings(t *testing.T) {
	start := time.Now().Add(-time.Hour).Truncate(time.Second)
	var lines []line
	for i := range 60 {
		lines = append(lines, line{index: "about-lines-1", n: i, at: start.Add(time.Duration(i) * time.Second)})
	}
	es.write(true, lines...)
	src := es.source(t, "about-lines-*")
	found, err := src.Since(t.Context(), logs.Query{Text: `"line 30"`}, logs.Range{}, 1)
	if err != nil || len(found.Entries) != 1 {
		t.Fatalf("%d lines found: %v", len(found.Entries), err)
	}
	about, err := logs.Around(t.Context(), src, logs.Query{Text: `"line 30"`}, found.Entries[0], 3)
	if got := shown(about.Entries); err != nil || got != "27 28 29 30 31 32 33" || about.Anchor != 3 || !about.Before || !about.After {
		t.Errorf("about line 30 stand %s, anchor %d (%v)", got, about.Anchor, err)
	}
	about, err = logs.At(t.Context(), src, logs.Query{}, start.Add(57500*time.Millisecond), 4)
	if got := shown(about.Entries); err != nil || got != "54 55 56 57 58 59" || about.Anchor != 4 || about.After {
		t.Errorf("at 57.5 s stand %s, anchor %d (%v)", got, about.Anchor, err)
	}
}

func shown(entries []logs.Entry) string {
	out := make([]string, len(entries))
	for i := range entries {
		out[i], _ = entries[i].Field("n")
	}
	return strings.Join(out, " ")
}

// histogram holds bars and counts to an aggregation written by hand.
func (es indexer) histogram(t *testing.T) {
	start := time.Now().Add(-2 * time.Hour).Truncate(time.Hour).Add(17 * time.Second)
	var lines []line
	for i := range 2000 {
		level := []string{"info", "error", "WARN", "Error", "debug", "fatal", "INFO"}[i*i%7]
		lines = append(lines, line{
			index: fmt.Sprintf("bars-lines-%d", i%2), n: i, at: start.Add(time.Duration(i*i%1800) * time.Second),
			more: map[string]any{"log": map[string]any{"level": level}},
		})
	}
	es.write(true, lines...)
	src := es.source(t, "bars-lines-*")
	r := logs.Range{From: start.Add(100 * time.Second), To: start.Add(1500 * time.Second)}
	h, err := logs.ReadHistogram(t.Context(), src, logs.Query{}, r, 60)
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Aggregations struct {
			Bars struct {
				Buckets []struct {
					Key    int64 `json:"key"`
					Count  int   `json:"doc_count"`
					Levels struct {
						Buckets []struct {
							Key   string `json:"key"`
							Count int    `json:"doc_count"`
						} `json:"buckets"`
					} `json:"levels"`
				} `json:"buckets"`
			} `json:"bars"`
		} `json:"aggregations"`
	}
	answer := es.call("POST", "/bars-lines-*/_search", fmt.Sprintf(`{"size":0,
		"query":{"range":{"@timestamp":{"gte":%d,"lte":%d}}},
		"aggs":{"bars":{"date_histogram":{"field":"@timestamp","fixed_interval":"30s"},
			"aggs":{"levels":{"terms":{"field":"log.level.keyword","size":20}}}}}}`, r.From.UnixMilli(), r.To.UnixMilli()))
	if err := json.Unmarshal(answer, &want); err != nil {
		t.Fatal(err)
	}
	bars := map[int64]logs.Bar{}
	total := 0
	for _, b := range h.Bars {
		bars[b.Start.UnixMilli()] = b
		total += b.Lines
	}
	if h.Interval != 30*time.Second || len(want.Aggregations.Bars.Buckets) == 0 {
		t.Fatalf("bars of %s beside %d of 30s", h.Interval, len(want.Aggregations.Bars.Buckets))
	}
	for _, b := range want.Aggregations.Bars.Buckets {
		expected := logs.Bar{Start: time.UnixMilli(b.Key).UTC(), Lines: b.Count}
		for _, l := range b.Levels.Buckets {
			switch l.Key {
			case "error", "Error", "fatal":
				expected.Errors += l.Count
			case "WARN":
				expected.Warnings += l.Count
			}
		}
		if got := bars[b.Key]; got != expected {
			t.Errorf("the bar is %+v, by hand it is %+v", got, expected)
		}
	}
	count, err := src.Count(t.Context(), logs.Query{}, r)
	if err != nil || count.Lines != total || total < 1000 {
		t.Errorf("counted %d lines (%v), the bars have %d", count.Lines, err, total)
	}
}
