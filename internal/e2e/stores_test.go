//go:build integration

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/elastic"
	"gantry/logs/tail"
)

// TestLogStores runs the log client against a node of each product.
func TestLogStores(t *testing.T) {
	for name, c := range map[string]struct {
		build   engineBuild
		whole   bool // what takes long, and is the same for all of them
		streams bool // where what has them is among the node's artifacts
		logsdb  bool
		remote  bool // searches other clusters, as the runner of OpenSearch does not
	}{
		"OpenSearch":      {build: openSearchBuild, whole: true, streams: true},
		"Elasticsearch 7": {build: elasticsearch7Build, remote: true},
		"Elasticsearch 9": {build: elasticsearch9Build, streams: true, logsdb: true, remote: true},
	} {
		t.Run(name, func(t *testing.T) {
			es, engine := start(t, c.build)
			if c.whole {
				t.Run("a minute of everything", es.aMinute)
			}
			t.Run("thousands of equal timestamps", es.equalTimestamps)
			t.Run("nanoseconds beside milliseconds", es.nanoseconds)
			t.Run("history", es.history)
			t.Run("about a line and a time", es.surroundings)
			t.Run("histogram", es.histogram)
			t.Run("queries", es.queries)
			t.Run("KQL", es.kql)
			t.Run("derivations", es.derivations)
			t.Run("why there are no lines", es.explanations)
			if c.remote {
				t.Run("across clusters", es.clusters)
			}
			if c.streams {
				t.Run("a data stream", func(t *testing.T) { es.stream(t, "shop", "") })
			}
			if c.logsdb {
				t.Run("logsdb", func(t *testing.T) { es.stream(t, "db", logsdb) })
			}
			if c.whole {
				t.Run("a store that goes away", func(t *testing.T) { goesAway(t, es, engine) })
			}
		})
	}
}

// start starts a node for a test.
func start(t *testing.T, build engineBuild) (indexer, *searchEngine) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	engine, err := build.start(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Stop)
	t.Logf("%s at %s", engine.Version, engine.URL)
	es := indexer{t: t, url: engine.URL}
	// Two shards, so that lines of one timestamp come from both.
	es.call("PUT", "/_index_template/lines", `{"index_patterns":["*-lines-*"],"template":{"settings":{"number_of_shards":2,"number_of_replicas":0}}}`)
	return es, engine
}

// indexer writes documents as a shipper does.
type indexer struct {
	t   *testing.T
	url string
}

func (es indexer) source(t *testing.T, index string) *elastic.Source {
	t.Helper()
	src, err := elastic.Open(elastic.Config{Addresses: []string{es.url}, Index: index})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(src.Close)
	return src
}

// call makes a request that must succeed and returns the answer's body.
func (es indexer) call(method, path, body string) []byte {
	es.t.Helper()
	req, err := http.NewRequest(method, es.url+path, strings.NewReader(body))
	if err != nil {
		es.t.Error(err)
		return nil
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	if !strings.HasSuffix(path, "_bulk") && !strings.Contains(path, "_bulk?") {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		es.t.Error(err)
		return nil
	}
	defer func() { _ = res.Body.Close() }()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode > 299 || bytes.Contains(answer, []byte(`"errors":true`)) {
		es.t.Errorf("%s %s answers %d %.500s", method, path, res.StatusCode, answer)
	}
	return answer
}

// line is a document with its number.
type line struct {
	index string
	n     int
	at    time.Time
	more  map[string]any
}

// write indexes lines in one request; refresh makes them visible at once,
// otherwise the store does so within a second.
func (es indexer) write(refresh bool, lines ...line) {
	es.t.Helper()
	var b strings.Builder
	for _, l := range lines {
		doc := map[string]any{"@timestamp": l.at.UTC().Format(time.RFC3339Nano), "n": l.n, "message": fmt.Sprintf("line %d", l.n)}
		for k, v := range l.more {
			doc[k] = v
		}
		raw, err := json.Marshal(doc)
		if err != nil {
			es.t.Error(err)
			return
		}
		fmt.Fprintf(&b, "{\"create\":{\"_index\":%q}}\n%s\n", l.index, raw)
	}
	path := "/_bulk"
	if refresh {
		path += "?refresh=true"
	}
	es.call("POST", path, b.String())
}

// collected is what a tail delivered.
type collected struct {
	ring  *logs.Ring
	times map[string]int
	gaps  []logs.Gap
	late  int
	last  tail.Status
}

// collect reads a tail until want lines came, and a little longer for lines that
// come twice.
func collect(t *testing.T, live *tail.Tail, want int, patience time.Duration) *collected {
	t.Helper()
	c := &collected{ring: logs.NewRing(0, 0), times: map[string]int{}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var settle *time.Timer
	for b := range live.All(ctx) {
		c.ring.Add(b.Entries)
		c.last = b.Status
		for _, e := range b.Entries {
			if e.Gap != nil {
				c.gaps = append(c.gaps, *e.Gap)
				continue
			}
			n, _ := e.Field("n")
			c.times[n]++
			if e.Late {
				c.late++
			}
		}
		if len(c.times) >= want && settle == nil {
			settle = time.AfterFunc(4*time.Second, cancel)
			defer settle.Stop()
		}
	}
	return c
}

// check holds what came to: each line once, in order, nothing skipped.
func (c *collected) check(t *testing.T, want int) {
	t.Helper()
	if len(c.times) != want {
		t.Errorf("%d of %d lines came; the tail says %q", len(c.times), want, c.last.Words(time.Now()))
	}
	for n, times := range c.times {
		if times != 1 {
			t.Errorf("line %s came %d times", n, times)
		}
	}
	if len(c.gaps) > 0 {
		t.Errorf("gap lines %v without need", c.gaps)
	}
	var before time.Time
	for _, e := range c.ring.From(0) {
		if e.Time.Before(before) {
			t.Fatalf("line %s of %s stands after %s", e.Source, e.Time, before)
		}
		before = e.Time
	}
}

func (es indexer) equalTimestamps(t *testing.T) {
	const n = 3000
	live := tail.Follow(t.Context(), es.source(t, "equal-lines-*"), logs.Query{}, tail.Options{PageSize: 100, Budget: -1})
	defer live.Close()
	at := time.Now()
	for part := range slices.Chunk(numbers(n), 500) {
		var lines []line
		for _, i := range part {
			lines = append(lines, line{index: "equal-lines-1", n: i, at: at})
		}
		es.write(false, lines...)
	}
	collect(t, live, n, 30*time.Second).check(t, n)
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// nanoseconds reads a pattern of which one index counts milliseconds and the
// other nanoseconds, in one order.
func (es indexer) nanoseconds(t *testing.T) {
	es.call("PUT", "/nano-lines-2", `{"mappings":{"properties":{"@timestamp":{"type":"date_nanos"}}}}`)
	start := time.Now().Add(-10 * time.Second).Truncate(time.Millisecond)
	var lines []line
	for i := range 60 {
		index := fmt.Sprintf("nano-lines-%d", 1+i%2)
		lines = append(lines, line{index: index, n: i, at: start.Add(time.Duration(i) * 100 * time.Microsecond)})
	}
	es.write(true, lines...)
	live := tail.Follow(t.Context(), es.source(t, "nano-lines-*"), logs.Query{}, tail.Options{PageSize: 7, From: start.Add(-time.Second)})
	defer live.Close()
	c := collect(t, live, 60, 30*time.Second)
	c.check(t, 60)
	i := 0
	for _, e := range c.ring.From(0) {
		if n, _ := e.Field("n"); n != fmt.Sprint(i) {
			t.Fatalf("line %s stands at place %d", n, i)
		}
		i++
	}
}

func (es indexer) queries(t *testing.T) {
	a, b := strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	now := time.Now()
	for i, doc := range []map[string]any{
		{"container_id": a, "container_name": "ecs-api-3-web-00ff", "message": "server started", "level": 6},
		{"container_id": b, "container_name": "/ecs-api-3-web-11ff", "message": "connection refused", "level": 3},
		{"container_id": "cc", "container_name": "ecs-api-worker-1-job-22ff", "message": "job done"},
		{"container": map[string]any{"id": a}, "message": "refused by policy"},
	} {
		es.write(true, line{index: "query-lines-1", n: i, at: now.Add(time.Duration(i) * time.Millisecond), more: doc})
	}
	src := es.source(t, "query-lines-*")
	match := func(op logs.Op, field string, values ...string) logs.Match {
		return logs.Match{Fields: strings.Split(field, ","), Op: op, Values: values}
	}
	for _, c := range []struct {
		q    logs.Query
		want string
	}{
		{logs.Query{}, "0 1 2 3"},
		{logs.Query{Where: match(logs.Exact, "container_id,container.id,no.such", a)}, "0 3"},
		{logs.Query{Where: match(logs.Exact, "container_id", a, b)}, "0 1"},
		{logs.Query{Where: match(logs.Prefix, "container_name", "ecs-api-")}, "0 2"},
		{logs.Query{Where: match(logs.Regexp, "container_name", "/?ecs-api-[0-9]+-.*")}, "0 1"},
		{logs.Query{Where: logs.Any{match(logs.Exact, "container_id", a), match(logs.Prefix, "container_id", "c")}}, "0 2"},
		{logs.Query{Where: logs.All{match(logs.Exact, "container_id", b), match(logs.Exact, "level", "3")}}, "1"},
		{logs.Query{Where: match(logs.Exact, "no.such", a)}, ""},
		{logs.Query{Where: logs.Any{}}, ""},
		{logs.Query{Text: "refused connection"}, "1"},
		{logs.Query{Text: "refu"}, "1 3"},
		{logs.Query{Text: `"refused connection"`}, ""},
		{logs.Query{Text: `"connection refused"`}, "1"},
	} {
		page, err := src.Since(t.Context(), c.q, logs.Range{}, 10)
		if err != nil {
			t.Errorf("%s: %v", c.q, err)
			continue
		}
		var got []string
		for _, e := range page.Entries {
			n, _ := e.Field("n")
			got = append(got, n)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s finds %v, want %s", c.q, got, c.want)
		}
	}
	_, err := src.Since(t.Context(), logs.Query{Where: match(logs.Regexp, "container_name", "(")}, logs.Range{}, 10)
	if fault.ClassOf(err) != fault.Invalid {
		t.Errorf("a malformed expression gives %v, want class invalid", err)
	}
}

func (es indexer) explanations(t *testing.T) {
	now := time.Now()
	es.write(true, line{index: "why-lines-1", n: 0, at: now.Add(-time.Hour), more: map[string]any{"container_id": "x"}})
	es.call("PUT", "/why-untimed/_doc/1?refresh=true", `{"message":"no time"}`)
	id := logs.Match{Fields: []string{"container_id"}, Values: []string{"y"}}
	arn := logs.Match{Fields: []string{"ecs_task_arn"}, Values: []string{"y"}}
	for _, c := range []struct {
		index string
		where logs.Filter
		r     logs.Range
		want  logs.Cause
	}{
		{"why-lines-*", id, logs.Range{}, logs.NoMatch},
		{"why-lines-*", arn, logs.Range{}, logs.NoFields},
		{"why-lines-*", id, logs.Range{From: now.Add(-time.Minute)}, logs.NoDocuments},
		{"why-nothing-*", id, logs.Range{}, logs.NoIndex},
		{"why-nothing", id, logs.Range{}, logs.NoIndex},
		{"why-untimed", nil, logs.Range{}, logs.NoFields},
	} {
		x, err := es.source(t, c.index).Explain(t.Context(), logs.Query{Where: c.where}, c.r)
		if err != nil || x.Cause != c.want {
			t.Errorf("%s with %v: %s (%v), want cause %d", c.index, c.where, x, err, c.want)
		}
	}
	live := tail.Follow(t.Context(), es.source(t, "why-nothing"), logs.Query{}, tail.Options{})
	defer live.Close()
	b, err := live.Next(t.Context())
	if err != nil || b.Status.State != tail.NoStore || !strings.Contains(b.Status.Words(now), "no such index [why-nothing]") {
		t.Errorf("a tail over a missing index says %q (%v)", b.Status.Words(now), err)
	}
}

// goesAway stops the engine under a tail.
func goesAway(t *testing.T, es indexer, engine *searchEngine) {
	es.write(true, line{index: "last-lines-1", n: 0, at: time.Now()})
	live := tail.Follow(t.Context(), es.source(t, "last-lines-*"), logs.Query{}, tail.Options{})
	defer live.Close()
	if b, err := live.Next(t.Context()); err != nil || len(b.Entries) != 1 {
		t.Fatalf("the first batch has %d lines: %v", len(b.Entries), err)
	}
	engine.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b, err := live.Next(ctx)
	if err != nil || b.Status.State != tail.Retrying || fault.ClassOf(b.Status.Err) != fault.Offline {
		t.Errorf("a tail without its store says %q (%v)", b.Status.Words(time.Now()), err)
	}
}
