package sim

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// typed is a store with a value of every kind, and objects in lists.
func typed(t *testing.T) *Store {
	s := New(Options{MaxAge: 100 * time.Hour})
	for i, doc := range []map[string]any{
		{"message": "GET /orders/42 200", "status": 200, "took": 1.5, "ok": true, "name": "ecs-api-3-web", "log": map[string]any{"level": "info"},
			"items": []any{map[string]any{"name": "a", "n": 1}, map[string]any{"name": "b", "n": 2}}},
		{"message": "GET /health 503", "status": 503, "took": 20, "ok": false, "name": "ecs api",
			"items": []any{map[string]any{"name": "b", "n": 1, "tags": []any{map[string]any{"k": "x"}}}}},
		{"message": "panic: foo-bar", "name": "Worker"},
	} {
		doc["n"] = i
		put(t, s, "", doc, noon.Add(time.Duration(i)*24*time.Hour))
	}
	return s
}

func search1(t *testing.T, s *Store, query string) string {
	t.Helper()
	status, v := call(t, s, "POST", "/logstash-*/_search", `{"size":10,"query":`+query+`}`)
	if status != 200 {
		return fmt.Sprintf("!%d", status)
	}
	return found(v)
}

func TestValuesAreComparedAsWhatTheyAre(t *testing.T) {
	s := typed(t)
	for query, want := range map[string]string{
		`{"range":{"status":{"gte":"500"}}}`:                                                       "1",
		`{"range":{"took":{"gt":1.5,"lt":"20.5"}}}`:                                                "1",
		`{"range":{"took":{"gte":"1.5","lte":1.5}}}`:                                               "0",
		`{"range":{"name.keyword":{"gte":"f"}}}`:                                                   "",
		`{"range":{"name.keyword":{"gte":"W","lt":"X"}}}`:                                          "2",
		`{"range":{"name":{"gte":"V"}}}`:                                                           "0 2",
		`{"range":{"ok":{"gte":"true"}}}`:                                                          "0",
		`{"range":{"status":{"gte":"many"}}}`:                                                      "!400",
		`{"range":{"@timestamp":{"gte":"2026-03-02","lte":"2026-03-02"}}}`:                         "1",
		`{"range":{"@timestamp":{"gt":"2026-03-01||+1d/d"}}}`:                                      "2",
		`{"range":{"@timestamp":{"lt":"2026-03-01T12:00:01Z"}}}`:                                   "0",
		`{"match":{"@timestamp":"2026-03-03"}}`:                                                    "2",
		`{"match":{"took":"20.0"}}`:                                                                "1",
		`{"match":{"ok":"false"}}`:                                                                 "1",
		`{"match":{"name":"ecs"}}`:                                                                 "0 1",
		`{"match":{"name.keyword":"ecs"}}`:                                                         "",
		`{"match_phrase":{"name.keyword":"ecs api"}}`:                                              "1",
		`{"multi_match":{"query":"503","lenient":true}}`:                                           "1",
		`{"multi_match":{"query":"ECS worker","lenient":true}}`:                                    "0 1 2",
		`{"multi_match":{"query":"ecs api","fields":["na*"],"type":"phrase"}}`:                     "0 1",
		`{"multi_match":{"query":"Worker","fields":["*.keyword"]}}`:                                "2",
		`{"exists":{"field":"log"}}`:                                                               "0",
		`{"exists":{"field":"it*"}}`:                                                               "0 1",
		`{"exists":{"field":"nope"}}`:                                                              "",
		`{"nested":{"path":"items","query":{"match":{"items.name":"a"}}}}`:                         "0",
		`{"nested":{"path":"items","query":{"match":{"items.x":"a"}}}}`:                            "",
		`{"nested":{"path":"items","query":{"bool":{"must_not":[{"match":{"items.name":"b"}}]}}}}`: "0",
		`{"nested":{"path":"items","query":{"bool":{"filter":[{"match":{"items.name":"b"}},{"match":{"items.n":1}}]}}}}`: "1",
		`{"nested":{"path":"items","query":{"nested":{"path":"items.tags","query":{"match":{"items.tags.k":"x"}}}}}}`:    "1",
		`{"nested":{"path":"items.tags","query":{"match_all":{}}}}`:                                                      "1",
		`{"nested":{"path":"items"}}`:                     "0 1",
		`{"nested":{"path":"items","query":{"nope":{}}}}`: "!400",
		`{"nested":{"pth":"items"}}`:                      "!400",
	} {
		if got := search1(t, s, query); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
}

func TestLuceneQueries(t *testing.T) {
	s := typed(t)
	for query, want := range map[string]string{
		`orders`:                    "0",
		`orders panic`:              "0 2",
		`message:(orders OR panic)`: "0 2",
		`orders OR get AND health`:  "1", // AND makes the clauses on both sides required
		`get AND NOT health`:        "0",
		`+get -health`:              "0",
		`-get`:                      "2",
		`!get`:                      "2",
		`NOT (get || panic)`:        "",
		`get && health`:             "1",
		`"panic foo bar"`:           "2",
		`"bar foo"`:                 "",
		`foo\-baz`:                  "2",
		`message:ord*`:              "0",
		`message:OR?ERS`:            "0",
		`name:ecs\-*`:               "",
		`name.keyword:ecs\-*`:       "0",
		`name.keyword:ecs\ a*`:      "1",
		`name.keyword:E*`:           "",
		`n\*me:x`:                   "",
		`na*:worker`:                "2",
		`status:5*`:                 "",
		`status:[200 TO 503}`:       "0",
		`status:{200 TO *]`:         "1",
		`status:>=503`:              "1",
		`took:<10`:                  "0",
		`name.keyword:/ecs.[a-z]+/`: "1",
		`message:/ord.*/`:           "0",
		`_exists_:log`:              "0",
		`log.level:*`:               "0",
		`*`:                         "0 1 2",
		``:                          "",
		`@timestamp:2026\-03\-02`:   "1",
		`get AND (`:                 "!400",
		`get AND`:                   "!400",
		`AND get`:                   "!400",
		`()`:                        "!400",
		`get)`:                      "!400",
		`"get`:                      "!400",
		`name:`:                     "!400",
		`name:/(/`:                  "!400",
		`name:/x`:                   "!400",
		`get~2`:                     "!400",
		`get^2`:                     "!400",
		`status:[1 2]`:              "!400",
		`status:[1 TO 2`:            "!400",
		`get\`:                      "!400",
	} {
		fields := `["message","name","name.keyword"]`
		if query == "*" {
			fields = `["*"]`
		}
		got := search1(t, s, fmt.Sprintf(`{"query_string":{"query":%q,"fields":%s}}`, query, fields))
		if got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	if got := search1(t, s, `{"query_string":{"query":"get 503","default_operator":"AND"}}`); got != "1" {
		t.Errorf("words that must all match find %q", got)
	}
	if got := search1(t, s, `{"query_string":{"query":"`+strings.Repeat("(", 9)+`"}}`); got != "!400" {
		t.Errorf("open parentheses are answered with %q", got)
	}
}

// TestAFieldWalkedToIsTheFieldOfTheWholeDocument holds the two ways to a field's values
// together, whatever the document's shape.
func TestAFieldWalkedToIsTheFieldOfTheWholeDocument(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(`{"a":{"b":[1,{"c":"x"},null,[2]],"b.c":"y"},"a.b":{"c":true},"a.b.c":"z","e":[]}`), &doc); err != nil {
		t.Fatal(err)
	}
	whole := &fields{root: doc}
	whole.load()
	for name := range whole.values {
		got, want := (&fields{root: doc}).of(name), slices.Clone(whole.of(name))
		key := func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
		slices.SortFunc(got, key)
		slices.SortFunc(want, key)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q walked to has %v, and %v of the whole", name, got, want)
		}
	}
	for _, name := range []string{"a", "a.b.d", "x", "a.b.c.d"} {
		if got := (&fields{root: doc}).of(name); len(got) > 0 {
			t.Errorf("%q has %v", name, got)
		}
	}
}
