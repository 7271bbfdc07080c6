package elastic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// awayClusters is what Elasticsearch says of a cluster that may be left out, as 9.5 does.
const awayClusters = `"_clusters":{"total":2,"successful":1,"skipped":1,"running":0,"partial":0,"failed":0,"details":{"(local)":{"status":"successful"},"south":{"status":"skipped","failures":[{"shard":-1,"index":null,"reason":{"type":"connect_transport_exception","reason":"Unable to connect to [south]"}}]}}}`

// across is a store that searches two clusters of which one is away. Opening a point in
// time it says so, or does not, as before 8.16; a search in the point never does.
type across struct {
	tells bool
	lines int
	calls []string
}

func (a *across) RoundTrip(r *http.Request) (*http.Response, error) {
	path := r.URL.Path
	a.calls = append(a.calls, r.Method+" "+path)
	hits := `"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"total":{"value":` + fmt.Sprint(a.lines) + `,"relation":"eq"},"hits":[{"_index":"a","_id":"1","_source":{"message":"m"},"sort":[1772625600123,1]}]}}`
	body := `{` + awayClusters + "," + hits
	switch {
	case r.Method == http.MethodDelete:
		body = `{"succeeded":true,"num_freed":1}`
	case strings.HasSuffix(path, "/_pit") && a.tells:
		body = `{"id":"p","_shards":{"total":1,"successful":1,"skipped":0,"failed":0},` + awayClusters + `}`
	case strings.HasSuffix(path, "/_pit"):
		body = `{"id":"p"}`
	case strings.HasSuffix(path, "/_field_caps"):
		body = `{"indices":["a"],"fields":{"@timestamp":{"date":{}},"level":{"keyword":{}}}}`
	case strings.HasSuffix(path, "/_count"):
		body = `{"count":` + fmt.Sprint(a.lines) + `,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0}}`
	case path == "/_search":
		body = `{"pit_id":"p","_clusters":{"total":1,"successful":1,"skipped":0},` + hits
	}
	return answering(http.StatusOK, "application/json", body), nil
}

func TestAClusterThatIsAwayIsToldByHistoryAndCounts(t *testing.T) {
	const lacks = "1 of 2 clusters cannot be read: south: Unable to connect to [south]"
	for name, c := range map[string]struct {
		tells bool
		index string
		lacks string
		calls string
	}{
		"a store that tells":      {true, "south:logs-*,logs-*", lacks, "POST /south:logs-*,logs-*/_pit, POST /_search, DELETE /_pit"},
		"a store that does not":   {false, "south:logs-*,logs-*", lacks, "POST /south:logs-*,logs-*/_pit, DELETE /_pit, POST /south:logs-*,logs-*/_search"},
		"no cluster but this one": {false, "logs-*", "", "POST /logs-*/_pit, POST /_search, DELETE /_pit"},
	} {
		store := &across{tells: c.tells, lines: 41}
		src := open(t, Config{Index: c.index, Transport: store})
		if err := src.probe(t.Context(), logs.Query{}); err != nil {
			t.Fatal(err)
		}
		store.calls = nil
		h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
		page, err := h.Next(t.Context(), 5)
		told := ""
		if page.Partial != nil {
			told = page.Partial.String()
		}
		if err != nil || told != c.lacks {
			t.Errorf("%s: reading back lacks %q (%v)", name, told, err)
		}
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := strings.Join(store.calls, ", "); got != c.calls {
			t.Errorf("%s: it asks for %s", name, got)
		}
		count, err := src.Count(t.Context(), logs.Query{}, logs.Range{})
		if told = ""; count.Partial != nil {
			told = count.Partial.String()
		}
		if err != nil || count.Lines != 41 || told != c.lacks {
			t.Errorf("%s: counted %d, which lacks %q (%v)", name, count.Lines, told, err)
		}
	}
}

// TestAStoreThatDoesNotTellItsClustersIsAskedForAPointOnce has no point opened in vain
// for each page.
func TestAStoreThatDoesNotTellItsClustersIsAskedForAPointOnce(t *testing.T) {
	store := &across{}
	src := open(t, Config{Index: "south:logs-*", Transport: store})
	for range 3 {
		if p, err := src.OpenPoint(t.Context()); err == nil {
			t.Errorf("a point opens: %v", p)
		}
	}
	if got := strings.Join(store.calls, ", "); got != "POST /south:logs-*/_pit, DELETE /_pit" {
		t.Errorf("it asks for %s", got)
	}
}

// TestLinesOfAClusterThatIsAwayMayNameNoLevel has no line without a level counted, in the
// clusters that answer.
func TestLinesOfAClusterThatIsAwayMayNameNoLevel(t *testing.T) {
	q := logs.Query{Expr: typed(t, "level:error").Expr}
	for index, want := range map[string]bool{"logs-*": true, "south:logs-*,logs-*": false} {
		src := open(t, Config{Index: index, Transport: &across{}})
		if err := src.probe(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		src.askNamed(t.Context(), q)
		if a, ok := src.named.recall(q); !ok || a.all != want {
			t.Errorf("%s: %+v, %t", index, a, ok)
		}
	}
}

func TestAnUnknownClusterIsNoWrongAddress(t *testing.T) {
	src := open(t, Config{Index: "south:logs-*", Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return answering(http.StatusNotFound, "application/json", `{"error":{"root_cause":[{"type":"no_such_remote_cluster_exception","reason":"no such remote cluster: [south]"}],"type":"no_such_remote_cluster_exception","reason":"no such remote cluster: [south]"},"status":404}`), nil
	})})
	_, err := src.Latest(t.Context(), logs.Query{}, logs.Range{}, 5)
	if said := fmt.Sprint(err); fault.ClassOf(err) != fault.NotFound || !strings.Contains(said, "no such remote cluster: [south]") || strings.Contains(said, "address") {
		t.Error(err)
	}
}

// TestFieldsHoldWhileAPartOfTheStoreDoesNotTell has a field known from a cluster that
// goes away, and one that it has otherwise when it comes back.
func TestFieldsHoldWhileAPartOfTheStoreDoesNotTell(t *testing.T) {
	const local = `{"fields":{"id":{"keyword":{}}}%s}`
	both := `{"fields":{"id":{"keyword":{},"text":{}},"far":{"keyword":{}}}}`
	names := []string{"id", "far"}
	learn := func(c *caps, answer string, at time.Time) bool {
		var a fieldCaps
		if err := json.Unmarshal([]byte(answer), &a); err != nil {
			t.Fatal(err)
		}
		return c.learn(names, a, at)
	}
	asks := func(c *caps, at time.Time) bool {
		asked, _ := c.wanted([]string{"id"}, nil, at, kept)
		return len(asked) > 0
	}
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	c := newCaps()
	learn(c, both, at)
	if learn(c, fmt.Sprintf(local, `,"failed_indices":1`), at.Add(kept)) || len(c.of("id")) != 2 || len(c.of("far")) != 1 {
		t.Errorf("with a part away id is %v and far is %v", c.of("id"), c.of("far"))
	}
	if at = at.Add(kept); asks(c, at.Add(reprobe/2)) || !asks(c, at.Add(reprobe)) {
		t.Error("what a part did not tell is not asked for again in half a minute")
	}
	if !learn(c, fmt.Sprintf(local, ""), at.Add(reprobe)) || len(c.of("id")) != 1 || len(c.of("far")) != 0 {
		t.Errorf("of the whole store id is %v and far is %v", c.of("id"), c.of("far"))
	}
	if asks(c, at.Add(3*reprobe)) {
		t.Error("what the whole store told is asked for again at once")
	}
}
