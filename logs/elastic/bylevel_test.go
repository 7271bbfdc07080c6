package elastic

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/sim"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// TestEveryLineIsFoundByTheLevelThatItShows writes lines of every kind of logger: what the
// screen shows before a line is what finds it, and nothing else does.
func TestEveryLineIsFoundByTheLevelThatItShows(t *testing.T) {
	store := sim.New(sim.Options{})
	for i, message := range []string{
		"java.lang.IllegalStateException: no such order", "com.shop.BadCart$Error:broken", "TypeError: x is undefined",
		"<11>Mar  1 12:00:00 web app: disk", "<12>Mar  1 12:00:00 web app: disk", "<14>Mar  1 12:00:00 web app: disk",
		"[Sun Mar 01 12:00:00 2026] [core:error] AH1", "[Sun Mar 01 12:00:00 2026] [ssl:warn] AH2", "WARNING:root:low", "ERROR:root:gone",
		"E0301 12:00:00.0 1 x.go:1] klog", "W1231 12:00:00.0 1 x.go:1] klog", "F0229 12:00:00.0 1 x.go:1] klog",
		`{"level":50,"msg":"pino"}`, `{"level":40,"msg":"pino"}`, `{"levelno":30,"msg":"python"}`, `{"severityNumber":18,"body":"otel"}`,
		`{"level":"E","msg":"letter"}`, `{"level":4,"msg":"syslog"}`, `{"@t":"x","@mt":"serilog"}`, "level=ERROR+2 msg=slog",
		"panic: runtime error: index", "Uncaught RangeError", "Caused by: x", "Traceback (most recent call last):", "fail: Shop[6]",
		"ERRO[0042] logrus", "2026-03-01\tdpanic\tzap", "[12:00:00 FTL] Serilog", "[AUDIT] of our own", "GET / 200", "dbug: Shop[1]", "[trce] x",
	} {
		put(t, store, map[string]any{"n": i, "message": message, "container_id": "ab", "level": 6}, noon.Add(time.Duration(i)*time.Second))
	}
	for i, doc := range []map[string]any{
		{"message": "m", "levelname": "ERROR"}, {"message": "m", "LogLevel": "Warning"}, {"message": "m", "levelno": 40},
		{"message": "m", "severityText": "ERROR2"}, {"message": "m", "severityNumber": 13}, {"message": "m", "severity": "crit"},
	} {
		doc["n"] = 100 + i
		put(t, store, doc, noon.Add(time.Minute+time.Duration(i)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper(), Levels: logs.LevelsOf(map[string]string{"audit": "error"})})
	all, err := src.Since(t.Context(), logs.Query{}, logs.Range{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range logs.Severities {
		var want []string
		for _, e := range all.Entries {
			if logs.SeverityOf(e.Level) == s {
				want = append(want, ids(logs.Page{Entries: []logs.Entry{e}}))
			}
		}
		if len(want) == 0 {
			t.Errorf("no line is of %s", s)
		}
		page, err := src.Since(t.Context(), typed(t, "level:"+s.String()), logs.Range{}, 1000)
		if got := ids(page); err != nil || got != strings.Join(want, " ") {
			t.Errorf("level:%s finds %s (%v)\nwant %s", s, got, err, strings.Join(want, " "))
		}
	}
}

// TestLinesWithoutALevelAreFoundThoughOthersNameTheirs: an index that many services write
// to has a field of words for the level, but not for the lines that are asked for.
func TestLinesWithoutALevelAreFoundThoughOthersNameTheirs(t *testing.T) {
	store := sim.New(sim.Options{})
	now := time.Now()
	put(t, store, map[string]any{"n": 0, "message": "named", "level": "error", "container_id": "ab"}, now)
	put(t, store, map[string]any{"n": 1, "message": "ERROR said by the line", "container_id": "cd"}, now)
	put(t, store, map[string]any{"n": 2, "message": "INFO", "container_id": "cd"}, now)
	for container, want := range map[string]string{"ab": "0", "cd": "1"} {
		requests := 0
		src := open(t, Config{Transport: counting(store.RoundTripper(), "/_count", &requests)})
		q := typed(t, "level:error")
		q.Where = logs.Match{Fields: []string{"container_id"}, Values: []string{container}}
		for range 3 {
			page, err := src.Since(t.Context(), q, logs.Range{}, 10)
			if err != nil || ids(page) != want {
				t.Errorf("of %s it finds %q (%v), want %q", container, ids(page), err, want)
			}
		}
		if requests != 1 {
			t.Errorf("the store was asked %d times whether the lines of %s name their levels", requests, container)
		}
	}
}

func counting(next http.RoundTripper, path string, n *int) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, path) {
			*n++
		}
		return next.RoundTrip(req)
	})
}

// TestAStoreThatRefusesExpressionsIsReadWhole: the cluster's setting forbids what looks at
// each word of an index.
func TestAStoreThatRefusesExpressionsIsReadWhole(t *testing.T) {
	store := sim.New(sim.Options{})
	put(t, store, map[string]any{"n": 0, "message": "java.io.IOException: gone"}, noon)
	put(t, store, map[string]any{"n": 1, "message": "INFO"}, noon.Add(time.Second))
	next, refused := store.RoundTripper(), 0
	src := open(t, Config{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			body, _ := io.ReadAll(req.Body)
			if req.Body = io.NopCloser(bytes.NewReader(body)); bytes.Contains(body, []byte(`"regexp"`)) {
				refused++
				const answer = `{"error":{"root_cause":[],"type":"exception","reason":"[regexp] queries cannot be executed when 'search.allow_expensive_queries' is set to false."},"status":400}`
				return answering(http.StatusBadRequest, "application/json", answer), nil
			}
		}
		return next.RoundTrip(req)
	})})
	for range 2 {
		if page, err := src.Since(t.Context(), typed(t, "level:error"), logs.Range{}, 10); err != nil || ids(page) != "0" {
			t.Errorf("finds %q (%v)", ids(page), err)
		}
	}
	if refused != 1 {
		t.Errorf("%d requests were refused", refused)
	}
}

// TestBarsHaveTheLevelsThatTheScreenShows: of lines that a level of theirs is read from,
// of names of one's own, and of more lines than are read.
func TestBarsHaveTheLevelsThatTheScreenShows(t *testing.T) {
	store := sim.New(sim.Options{})
	for i, doc := range []map[string]any{
		{"message": "java.io.IOException: gone", "level": 6}, {"message": "[AUDIT] read", "level": 6}, {"message": "m", "level": 35},
		{"message": "all errors were handled", "level": 6}, {"message": "<12>x", "level": 6},
	} {
		put(t, store, doc, noon.Add(time.Duration(i)*time.Second))
	}
	src := open(t, Config{Transport: store.RoundTripper(), Levels: logs.LevelsOf(map[string]string{"audit": "error", "35": "warn"})})
	for input, want := range map[string]string{"": "5/2/2", "level:error": "2/2/0", "level:warn": "2/0/2"} {
		h, err := src.Histogram(t.Context(), typed(t, input), logs.Range{From: noon, To: noon.Add(time.Minute)}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if b := h.Bars[0]; fmt.Sprintf("%d/%d/%d", b.Lines, b.Errors, b.Warnings) != want || h.Estimated || h.Partial != nil {
			t.Errorf("%q has %+v, want %s", input, h, want)
		}
	}
	for i := range maxPage {
		put(t, store, map[string]any{"message": "m", "level": []int{35, 50, 6}[i%3]}, noon.Add(time.Duration(i)*time.Millisecond))
	}
	h, err := src.Histogram(t.Context(), logs.Query{}, logs.Range{From: noon, To: noon.Add(time.Minute)}, time.Minute)
	if b := h.Bars[0]; err != nil || !h.Estimated || b.Lines != maxPage+5 || b.Warnings < maxPage/3 || b.Errors < maxPage/3 || b.Errors > maxPage/3+5 {
		t.Errorf("%+v (%v)", h, err)
	}
}

// TestWhatAnAnswerLacksIsNotNone: an answer without counts, lines, shards or fields does
// not say that there are none.
func TestWhatAnAnswerLacksIsNotNone(t *testing.T) {
	const shards = `"took":1,"timed_out":false,"_shards":{"total":3,"successful":3,"skipped":0,"failed":0}`
	const caps = `{"indices":["a"],"fields":{"@timestamp":{"date":{"type":"date"}}}}`
	minute := logs.Range{From: noon, To: noon.Add(time.Minute)}
	for name, c := range map[string]struct {
		caps, answer string
		class        fault.Class
		ask          func(*Source) error
	}{
		"no aggregations": {caps, `{` + shards + `,"hits":{"total":{"value":7},"hits":[]}}`, fault.Invalid, func(s *Source) error {
			_, err := s.Tally(t.Context(), logs.Query{}, minute, time.Second)
			return err
		}},
		"empty aggregations": {caps, `{` + shards + `,"hits":{"hits":[]},"aggregations":{}}`, fault.Invalid, func(s *Source) error {
			_, err := s.Histogram(t.Context(), logs.Query{}, minute, time.Second)
			return err
		}},
		"no count": {caps, `{"_shards":{"total":3,"failed":0}}`, fault.Failed, func(s *Source) error {
			_, err := s.Count(t.Context(), logs.Query{}, minute)
			return err
		}},
		"no hits": {caps, `{` + shards + `}`, fault.Failed, func(s *Source) error {
			_, err := s.Latest(t.Context(), logs.Query{}, minute, 5)
			return err
		}},
		"hits that are none": {caps, `{` + shards + `,"hits":{"hits":null}}`, fault.Failed, func(s *Source) error {
			_, err := s.Since(t.Context(), logs.Query{}, minute, 5)
			return err
		}},
		"no fields": {`{}`, `{` + shards + `,"hits":{"hits":[]}}`, fault.Failed, func(s *Source) error {
			_, err := s.Latest(t.Context(), logs.Query{}, minute, 5)
			return err
		}},
	} {
		src := open(t, Config{Transport: saying(c.caps, c.answer)})
		if err := c.ask(src); fault.ClassOf(err) != c.class || err == nil {
			t.Errorf("%s: %v, want an error that is %s", name, err, c.class)
		}
	}
	src := open(t, Config{Transport: saying(caps, `{"took":1,"hits":{"hits":[]}}`)})
	if page, err := src.Latest(t.Context(), logs.Query{}, minute, 5); err != nil || page.NoShards {
		t.Errorf("an answer that does not speak of shards says that there is no index (%v)", err)
	}
	src = open(t, Config{Transport: saying(caps, `{"_shards":{"total":0,"failed":0},"hits":{"hits":[]}}`)})
	if h, err := src.Tally(t.Context(), logs.Query{}, minute, time.Second); err != nil || h.Bars[0].Lines != 0 {
		t.Errorf("no index has lines to count: %v", err)
	}
}

func saying(caps, answer string) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/_field_caps") {
			return answering(http.StatusOK, "application/json", caps), nil
		}
		return answering(http.StatusOK, "application/json", answer), nil
	})
}

// TestLinesOfALevelThatLieFarFromNowComeOnce follows a query by a level that the store does
// not know, and cannot count: one host's clock is off.
func TestLinesOfALevelThatLieFarFromNowComeOnce(t *testing.T) {
	for _, off := range []time.Duration{-24 * time.Hour, -2 * time.Hour, -10 * time.Minute, 0, 10 * time.Minute, 2 * time.Hour, 24 * time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := sim.New(sim.Options{MaxAge: 100 * time.Hour})
				start := time.Now()
				for i := range 50 {
					put(t, store, map[string]any{"message": []string{"INFO before", "ERROR before"}[i%2]}, start.Add(-time.Duration(i)*time.Hour))
				}
				for i := range 60 {
					time.AfterFunc(time.Duration(i+1)*time.Second, func() {
						put(t, store, map[string]any{"message": "java.io.IOException: right", "level": 6}, time.Now())
						put(t, store, map[string]any{"message": "<11>wrong", "level": 6}, time.Now().Add(off))
						put(t, store, map[string]any{"message": "INFO no error", "level": 6}, time.Now().Add(off))
					})
				}
				got := tailtest.NewReader()
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				live := tail.Follow(ctx, open(t, Config{Transport: store.RoundTripper()}), typed(t, "level:error"), tail.Options{Last: 1})
				for b := range live.All(ctx) {
					got.Take(b)
				}
				live.Close()
				came := map[string]int{}
				for _, e := range got.Ring.From(0) {
					came[e.Message]++
				}
				if came["java.io.IOException: right"] != 60 || came["<11>wrong"] != 60 || came["INFO no error"] != 0 {
					t.Errorf("came %v; gaps %v", came, got.Gaps)
				}
			})
		})
	}
}
