package reading_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gantry/internal/cli/reading"
	"gantry/logs"
	"gantry/logs/elastic"
	logsim "gantry/logs/sim"
)

// stored is a log store that holds n lines, the middle ones all of one timestamp.
func stored(t *testing.T, n int, began time.Time) logs.Source {
	t.Helper()
	store := logsim.New(logsim.Options{})
	for i := range n {
		at := began.Add(time.Duration(i) * time.Millisecond)
		if i > n/4 && i < 3*n/4 {
			at = began.Add(time.Duration(n/2) * time.Millisecond)
		}
		if err := store.Index("", map[string]any{"message": fmt.Sprint(i)}, at); err != nil {
			t.Fatal(err)
		}
	}
	src, err := elastic.Open(elastic.Config{Addresses: []string{"http://logs.invalid"}, Transport: store.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestARangeIsReadWholeAcrossPages(t *testing.T) {
	const n = 6000
	began := time.Now().Add(-time.Hour).Truncate(time.Second)
	src := stored(t, n, began)
	var last time.Time
	seen := map[string]int{}
	got, err := reading.Lines(t.Context(), src, logs.Query{}, logs.Range{From: began}, 0, func(e logs.Entry) error {
		if e.Time.Before(last) {
			t.Errorf("%s comes after %s", e.Time, last)
		}
		last = e.Time
		seen[e.Message]++
		return nil
	})
	if err != nil || got != n || len(seen) != n {
		t.Errorf("%d lines, %d of them different, %v", got, len(seen), err)
	}
}

func TestTheNewestLinesAreReadOldestFirst(t *testing.T) {
	began := time.Now().Add(-time.Hour).Truncate(time.Second)
	src := stored(t, 100, began)
	var got []string
	n, err := reading.Lines(t.Context(), src, logs.Query{}, logs.Range{From: began}, 3, func(e logs.Entry) error {
		got = append(got, e.Message)
		return nil
	})
	if err != nil || n != 3 || fmt.Sprint(got) != "[97 98 99]" {
		t.Errorf("%d lines %v, %v", n, got, err)
	}
	full := errors.New("the disk is full")
	if n, err := reading.Lines(t.Context(), src, logs.Query{}, logs.Range{From: began}, 3, func(logs.Entry) error { return full }); n != 0 || !errors.Is(err, full) {
		t.Errorf("%d lines were printed, %v", n, err)
	}
}
