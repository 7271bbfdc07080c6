package elastic

import (
	"fmt"
	"testing"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/sim"
)

// TestLinesAreFoundByTheLevelThatWasReadFromThem: the index has no field that names a
// level, or one of Docker's numbers, and what a person sees before a line is what can
// be asked for.
func TestLinesAreFoundByTheLevelThatWasReadFromThem(t *testing.T) {
	store := sim.New(sim.Options{})
	for i, doc := range []map[string]any{
		{"message": "2026-03-01 ERROR order failed", "level": 6},
		{"message": "INFO no error at all", "level": 6},
		{"message": `{"level":"error","msg":"json"}`, "level": 3},
		{"message": "WARN slow", "level": 6, "n2": 1},
		{"message": "Traceback (most recent call last):", "level": 3},
		{"message": "GET /health 200", "level": 6},
		{"message": "said otherwise", "severity": "Error", "level": 6},
		{"message": "FATAL an error", "level": 3},
	} {
		doc["n"] = i
		doc["container_id"] = "ab"
		put(t, store, doc, noon.Add(time.Duration(i)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	for input, want := range map[string]string{
		`level:error`:                          "0 2 4 6",
		`level:ERR`:                            "0 2 4 6",
		`level:"Error" and not json`:           "0 4 6",
		`level:(error or fatal)`:               "0 2 4 6 7",
		`not level:error`:                      "1 3 5 7",
		`level:warn or n:5`:                    "3 5",
		`level:* and not level:info`:           "0 2 3 4 6 7",
		`level:info and (error or nothing)`:    "1",
		`level:6`:                              "0 1 3 5 6", // a number is what the index has
		`(level:error and n2:1) or level:warn`: "3",
	} {
		page, err := src.Since(t.Context(), typed(t, input), logs.Range{}, 100)
		if err != nil || ids(page) != want || page.Full {
			t.Errorf("%s finds %q (%v), want %q", input, ids(page), err, want)
		}
	}
	minute := logs.Range{From: noon, To: noon.Add(time.Minute)}
	_, tally := src.Tally(t.Context(), typed(t, "level:error"), minute, time.Second)
	_, count := src.Count(t.Context(), typed(t, "level:error"), minute)
	for _, err := range []error{tally, count} {
		if fault.ClassOf(err) != fault.Invalid {
			t.Errorf("lines are counted by a level that the store does not know: %v", err)
		}
	}
}

// TestASparseLevelIsReadPageByPage: a page of lines that only mention the level is
// read past, and one that is full ends where its last line does.
func TestASparseLevelIsReadPageByPage(t *testing.T) {
	store := sim.New(sim.Options{})
	for i := range 400 {
		message := "INFO an error that was handled"
		if i%100 == 50 {
			message = "ERROR one that was not"
		}
		put(t, store, map[string]any{"message": message, "n": i}, noon.Add(time.Duration(i)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper()})
	q := typed(t, "level:error")
	newest, err := src.Latest(t.Context(), q, logs.Range{}, 2)
	if err != nil || ids(newest) != "350 250" || !newest.Full || !newest.Last.Equal(noon.Add(250*time.Second)) {
		t.Errorf("newest %s until %v (%v)", ids(newest), newest.Last, err)
	}
	var all []string
	for from, rounds := (time.Time{}), 0; rounds < 10; rounds++ {
		page, err := src.Since(t.Context(), q, logs.Range{From: from}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Entries) > 0 {
			all = append(all, ids(page))
		}
		if !page.Full {
			break
		}
		from = page.Last.Add(time.Millisecond)
	}
	if fmt.Sprint(all) != "[50 150 250 350]" {
		t.Errorf("read %q", all)
	}
}
