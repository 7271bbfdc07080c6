package elastic

import (
	"context"
	"errors"
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

// answering is an answer with a body, to any request.
func answering(status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// troubled is a store with a line each second for a minute, whose n-th searches from
// the fifth on are answered by something else.
func troubled(t *testing.T, times int, answer func() *http.Response) http.RoundTripper {
	store := sim.New(sim.Options{})
	start := time.Now()
	for i := range 60 {
		at := start.Add(time.Duration(i) * time.Second)
		time.AfterFunc(time.Duration(i)*time.Second, func() { put(t, store, map[string]any{"message": fmt.Sprint(i)}, at) })
	}
	n := 0
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/_search") {
			if n++; n > 5 && n <= 5+times {
				return answer(), nil
			}
		}
		return store.RoundTripper().RoundTrip(r)
	})
}

// TestAnOutageInWhateverDressEndsNoTail has each of the pages that stand before a store
// which is away, and of the store's own refusals that pass.
func TestAnOutageInWhateverDressEndsNoTail(t *testing.T) {
	page := func(title string) string {
		return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body><center><h1>" + title + "</h1></center></body></html>"
	}
	for name, answer := range map[string]struct {
		status     int
		kind, body string
	}{
		"a page with 502":        {502, "text/html", page("502 Bad Gateway")},
		"a page with 503":        {503, "text/html", page("503 Service Unavailable")},
		"a page with 504":        {504, "text/html", page("504 Gateway Time-out")},
		"a page with 429":        {429, "text/html", page("Too many")},
		"a page with 200":        {200, "text/html", page("Back soon")},
		"a page with 403":        {403, "text/html", page("Forbidden")},
		"words with 503":         {503, "text/plain", "no healthy upstream"},
		"words with 200":         {200, "text/plain", "starting"},
		"nothing with 200":       {200, "application/json", ""},
		"a refused query":        {400, "application/json", `{"error":{"type":"illegal_argument_exception","reason":"later"},"status":400}`},
		"a missing index":        {404, "application/json", `{"error":{"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}`},
		"credentials not known":  {401, "application/json", `{"error":{"type":"security_exception","reason":"later"},"status":401}`},
		"a redirect":             {302, "text/html", ""},
		"one index of two fails": {200, "application/json", `{"_shards":{"total":2,"failed":1,"failures":[{"index":"b","reason":{"type":"query_shard_exception","reason":"failed to create query: x"}}]},"hits":{"hits":[]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := open(t, Config{Transport: troubled(t, 2, func() *http.Response { return answering(answer.status, answer.kind, answer.body) })})
				got := tailtest.Watch(src, tail.Options{}, 5*time.Minute)
				if len(got.Counts) != 60 || got.Last.Err != nil {
					t.Errorf("%d of 60 lines, then %v; it said %q", len(got.Counts), got.Last.Err, got.Words)
				}
			})
		})
	}
}

func TestAnOutageIsNamedForWhatItIs(t *testing.T) {
	for status, class := range map[int]fault.Class{502: fault.Failed, 503: fault.Failed, 504: fault.Failed, 429: fault.Throttled} {
		src := open(t, Config{Addresses: []string{server(t, status, "<html><title>Down for a moment</title></html>").URL}})
		_, err := src.Latest(context.Background(), logs.Query{}, logs.Range{}, 1)
		if fault.ClassOf(err) != class || !strings.Contains(err.Error(), fmt.Sprintf("HTTP %d: a web page answers: Down for a moment", status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestOneIndexThatRejectsAQueryLeavesTheOthers(t *testing.T) {
	body := `{"_shards":{"total":3,"failed":1,"failures":[{"index":"app-2","reason":{"type":"query_shard_exception","reason":"failed to create query: no wildcards on a number"}}]},"hits":{"hits":[]}}`
	page, err := gelfLayout().page([]byte(body), 10, time.Millisecond)
	if err != nil || page.Partial.Passing() || page.Partial.String() != "1 of 3 shards failed: app-2: failed to create query: no wildcards on a number" {
		t.Errorf("%v, %v", page.Partial, err)
	}
}

// TestAnIndexThatRejectsAQueryBesideOneWithNoLinesYetEndsNoTail has one index of two
// reject the query from the first search on, before the other has any line of it.
func TestAnIndexThatRejectsAQueryBesideOneWithNoLinesYetEndsNoTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const half = `"_shards":{"total":2,"failed":1,"failures":[{"index":"app-2","reason":{"type":"query_shard_exception","reason":"failed to create query: no wildcards on a number"}}]}`
		store := sim.New(sim.Options{})
		start := time.Now()
		for i := range 30 {
			at := start.Add(time.Minute + time.Duration(i)*time.Second)
			time.AfterFunc(at.Sub(start), func() { put(t, store, map[string]any{"message": fmt.Sprint(i)}, at) })
		}
		src := open(t, Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			res, err := store.RoundTripper().RoundTrip(r)
			if err != nil || !strings.HasSuffix(r.URL.Path, "/_search") {
				return res, err
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return nil, err
			}
			whole, ok := logs.Lookup(body, "_shards")
			if !ok {
				t.Errorf("an answer without shards: %s", body)
			}
			return answering(200, "application/json", strings.Replace(string(body), `"_shards":`+string(whole), half, 1)), nil
		})})
		got := tailtest.Watch(src, tail.Options{}, 3*time.Minute)
		if len(got.Counts) != 30 || got.Last.Err != nil || !strings.Contains(got.Last.Words(time.Now()), "stopped") {
			t.Errorf("%d of 30 lines, then %v", len(got.Counts), got.Last.Err)
		}
		if said := strings.Join(got.Words, "; "); !strings.Contains(said, "1 of 2 shards failed: app-2: failed to create query: no wildcards on a number") {
			t.Errorf("it said %s", said)
		}
	})
}

func TestAClusterThatIsLeftOutIsTold(t *testing.T) {
	for want, body := range map[string]string{
		"1 of 2 clusters cannot be read": `"_clusters":{"total":2,"successful":1,"skipped":1}`,
		"1 of 3 clusters cannot be read: west: connection refused": `"_clusters":{"total":3,"successful":2,"skipped":1,"details":{"(local)":{"status":"successful"},` +
			`"west":{"status":"skipped","failures":[{"shard":-1,"reason":{"type":"connect_transport_exception","reason":"connection refused"}}]}}}`,
		"2 of 2 clusters cannot be read: a: disk": `"_clusters":{"total":2,"successful":0,"skipped":0,"partial":1,"failed":1,"details":{"a":{"status":"failed","failures":[{"reason":{"type":"x","reason":"disk"}}]},"b":{"status":"partial"}}}`,
	} {
		page, err := gelfLayout().page([]byte(`{"_shards":{"total":1,"failed":0},`+body+`,"hits":{"hits":[]}}`), 10, time.Millisecond)
		if err != nil || !page.Partial.Passing() || page.Partial.String() != want {
			t.Errorf("it says %v (%v), want %s", page.Partial, err, want)
		}
	}
	if page, _ := gelfLayout().page([]byte(`{"_shards":{"total":1},"_clusters":{"total":1,"successful":1,"skipped":0},"hits":{"hits":[]}}`), 10, time.Millisecond); page.Partial != nil {
		t.Errorf("a whole answer lacks %v", page.Partial)
	}
}

func TestOneMissingIndexOfSeveralIsPassedOverAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sim.New(sim.Options{})
		write := func(index string, n int) {
			if err := store.Index(index, map[string]any{"n": n, "message": "m"}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		write("app-a", 1)
		// The simulator knows the parameter no more than a store knows a missing index.
		lenient := roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Query().Get("ignore_unavailable") == "true" {
				r = r.Clone(r.Context())
				r.URL.Path = strings.Replace(r.URL.Path, "app-a,app-b", "app-a,app-b*", 1)
			}
			return store.RoundTripper().RoundTrip(r)
		})
		src := open(t, Config{Index: "app-a,app-b", Transport: lenient})
		page, err := src.Latest(t.Context(), logs.Query{}, logs.Range{}, 5)
		if err != nil || ids(page) != "1" || page.Partial.Passing() || page.Partial.String() != "1 of 2 indices cannot be read: no such index [app-b]" {
			t.Fatalf("%s, %v, %v", ids(page), page.Partial, err)
		}
		h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
		if page, err := h.Next(t.Context(), 5); err != nil || ids(page) != "1" {
			t.Errorf("its history is %q, %v", ids(page), err)
		}
		_ = h.Close(t.Context())
		write("app-b", 2)
		time.Sleep(missingFor)
		if page, err := src.Latest(t.Context(), logs.Query{}, logs.Range{}, 5); err != nil || ids(page) != "2 1" || page.Partial != nil {
			t.Errorf("once it is there: %s, %v, %v", ids(page), page.Partial, err)
		}
		none := open(t, Config{Index: "app-c,app-d", Transport: store.RoundTripper()})
		if _, err := none.Latest(t.Context(), logs.Query{}, logs.Range{}, 5); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("where all are missing: %v", err)
		}
	})
}

func TestAnAnswerThatIsTooLargeIsFetchedOnce(t *testing.T) {
	requests := 0
	huge := roundTrip(func(r *http.Request) (*http.Response, error) {
		requests++
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(io.LimitReader(endless{}, maxAnswer+10))}, nil
	})
	src := open(t, Config{Transport: huge, Addresses: []string{"http://a.invalid", "http://b.invalid", "http://c.invalid"}})
	_, err := src.send(t.Context(), call{method: http.MethodPost, path: "/_search"})
	if !errors.Is(err, logs.ErrTooLarge) || requests != 1 {
		t.Errorf("%d requests, %v", requests, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// mapped is a store of which the capabilities are what a test says.
func mapped(store *sim.Store, caps func() (status int, body string)) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/_field_caps") {
			status, body := caps()
			return answering(status, "application/json", body), nil
		}
		return store.RoundTripper().RoundTrip(r)
	})
}

// TestAMappingThatChangesAtRollover has the field by which lines are found become
// another kind, with a new index, while a tail follows.
func TestAMappingThatChangesAtRollover(t *testing.T) {
	const (
		text    = `"container_id":{"text":{"type":"text"}},"container_id.keyword":{"keyword":{"type":"keyword"}}`
		keyword = `"container_id":{"keyword":{"type":"keyword"}}`
	)
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		fields := text
		src := open(t, Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/_field_caps") {
				return answering(200, "application/json", `{"indices":["a"],"fields":{"@timestamp":{"date":{}},`+fields+`}}`), nil
			}
			body, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			return answering(200, "application/json", `{"_shards":{"total":1},"hits":{"hits":[]}}`), nil
		})})
		q := logs.Query{Where: logs.Match{Fields: []string{"container_id"}, Values: []string{"x"}}}
		last := func() string {
			if _, err := src.Since(t.Context(), q, logs.Range{}, 5); err != nil {
				t.Fatal(err)
			}
			return bodies[len(bodies)-1]
		}
		if body := last(); !strings.Contains(body, `"container_id.keyword"`) {
			t.Fatalf("it asks %s", body)
		}
		fields = keyword
		time.Sleep(keptUnused)
		if body := last(); !strings.Contains(body, `"container_id":["x"]`) || strings.Contains(body, "container_id.keyword") {
			t.Errorf("a minute after nothing matched it asks %s", body)
		}
	})
}

func TestOneRefusalOfTheFieldsBlindsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sim.New(sim.Options{})
		put(t, store, map[string]any{"n": 1, "container_id": "x", "message": "m"}, time.Now())
		refused := true
		src := open(t, Config{Transport: mapped(store, func() (int, string) {
			if refused {
				return 403, `{"error":{"type":"security_exception","reason":"no"},"status":403}`
			}
			return 200, `{"indices":["a"],"fields":{"@timestamp":{"date":{}},"container_id":{"text":{}},"container_id.keyword":{"keyword":{}}}}`
		})})
		q := logs.Query{Where: logs.Match{Fields: []string{"container_id"}, Values: []string{"x"}}}
		for range 2 {
			if page, err := src.Latest(t.Context(), q, logs.Range{}, 5); err != nil || ids(page) != "1" {
				t.Errorf("%q, %v", ids(page), err)
			}
			refused = false
			time.Sleep(kept + time.Second)
		}
		if src.caps.guessing() {
			t.Error("the fields are still guessed")
		}
		refused = true
		time.Sleep(kept + time.Second)
		if page, err := src.Latest(t.Context(), q, logs.Range{}, 5); err != nil || ids(page) != "1" || src.caps.guessing() {
			t.Errorf("after a refusal of what is known: %q, %v, guessed: %v", ids(page), err, src.caps.guessing())
		}
	})
}

// TestTheLastLinesOfOneTimeAreTheLastWritten cuts among lines of one millisecond, at
// every place.
func TestTheLastLinesOfOneTimeAreTheLastWritten(t *testing.T) {
	store := sim.New(sim.Options{})
	for i := range 12 {
		put(t, store, map[string]any{"n": i, "message": "m"}, noon.Add(time.Duration(i/5)*time.Second))
	}
	for name, transport := range stores(store) {
		src := open(t, Config{Transport: transport})
		for limit := 1; limit <= 13; limit++ {
			var want []string
			for i := max(0, 12-limit); i < 12; i++ {
				want = append(want, fmt.Sprint(i))
			}
			page, err := logs.Newest(t.Context(), src, logs.Query{}, logs.Range{}, limit)
			if err != nil || ids(page) != strings.Join(want, " ") {
				t.Errorf("%s: the last %d are %q (%v)", name, limit, ids(page), err)
			}
			h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
			ring := logs.NewRing(0, 0)
			for {
				page, err := h.Next(t.Context(), limit)
				if err != nil {
					t.Fatal(err)
				}
				ring.Prepend(page.Entries)
				if !page.Full {
					break
				}
			}
			_ = h.Close(t.Context())
			var got []string
			for _, e := range ring.From(0) {
				n, _ := e.Field("n")
				got = append(got, n)
			}
			if strings.Join(got, " ") != "0 1 2 3 4 5 6 7 8 9 10 11" {
				t.Errorf("%s: read back by %d the lines are %v", name, limit, got)
			}
		}
	}
}
