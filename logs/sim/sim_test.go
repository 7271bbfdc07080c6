package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func call(t *testing.T, s *Store, method, path, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest(method, "http://sim"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, _ := io.ReadAll(res.Body)
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s %s answers %q: %v", method, path, raw, err)
	}
	return res.StatusCode, v
}

func put(t *testing.T, s *Store, index string, doc map[string]any, at time.Time) {
	t.Helper()
	if err := s.Index(index, doc, at); err != nil {
		t.Fatal(err)
	}
}

// found returns the "n" of each hit.
func found(v map[string]any) string {
	var out []string
	for _, h := range v["hits"].(map[string]any)["hits"].([]any) {
		out = append(out, fmt.Sprint(h.(map[string]any)["_source"].(map[string]any)["n"]))
	}
	return strings.Join(out, " ")
}

func filled(t *testing.T) *Store {
	s := New(Options{})
	for i, doc := range []map[string]any{
		{"n": 0, "message": "Starting server on port 8080", "container_id": "aaa111", "container_name": "ecs-api-3-web-aa", "level": 6},
		{"n": 1, "message": "GET /orders/42 200", "container_id": "aaa111", "container_name": "ecs-api-3-web-aa", "level": 6},
		{"n": 2, "message": "ERROR Connection refused: db.internal:5432", "container_id": "bbb222", "container_name": "ecs-api-worker-1-job-bb", "level": 3},
		{"n": 3, "message": "retrying connection", "container_id": "bbb222", "container_name": "ecs-api-worker-1-job-bb", "log": map[string]any{"level": "warn"}},
	} {
		put(t, s, "", doc, noon.Add(time.Duration(i)*time.Second))
	}
	return s
}

func TestQueries(t *testing.T) {
	s := filled(t)
	for query, want := range map[string]string{
		`{"match_all":{}}`:                                                                         "0 1 2 3",
		`{"match_none":{}}`:                                                                        "",
		`{"term":{"container_id.keyword":"aaa111"}}`:                                               "0 1",
		`{"term":{"container_id.keyword":{"value":"bbb222"}}}`:                                     "2 3",
		`{"term":{"container_name":"ecs-api-3-web-aa"}}`:                                           "",
		`{"term":{"level":3}}`:                                                                     "2",
		`{"terms":{"container_id.keyword":["aaa111","x"]}}`:                                        "0 1",
		`{"prefix":{"container_name.keyword":{"value":"ecs-api-"}}}`:                               "0 1 2 3",
		`{"regexp":{"container_name.keyword":{"value":"/?ecs-api-[0-9]+-.*"}}}`:                    "0 1",
		`{"regexp":{"container_name.keyword":{"value":"ecs-api"}}}`:                                "",
		`{"exists":{"field":"log.level"}}`:                                                         "3",
		`{"match":{"message":"server orders"}}`:                                                    "0 1",
		`{"match":{"message":{"query":"server port","operator":"and"}}}`:                           "0",
		`{"match_phrase":{"message":"connection REFUSED"}}`:                                        "2",
		`{"match_phrase_prefix":{"message":"connection ref"}}`:                                     "2",
		`{"multi_match":{"query":"connection","fields":["message","log"],"lenient":true}}`:         "2 3",
		`{"multi_match":{"query":"retrying conn","fields":["message"],"type":"bool_prefix"}}`:      "2 3",
		`{"multi_match":{"query":"refused connection","fields":["message"],"type":"phrase"}}`:      "",
		`{"query_string":{"query":"connection AND NOT refused"}}`:                                  "3",
		`{"query_string":{"query":"server OR \"connection refused\""}}`:                            "0 2",
		`{"query_string":{"query":"container_id:bbb* AND message:retrying"}}`:                      "3",
		`{"range":{"@timestamp":{"gte":"2026-03-01T12:00:02Z"}}}`:                                  "2 3",
		`{"range":{"@timestamp":{"gt":"2026-03-01T12:00:01Z","lt":"2026-03-01T12:00:03Z"}}}`:       "2",
		`{"range":{"@timestamp":{"gte":"2026-03-01T12:00:01.000999Z","lte":1772366402000}}}`:       "1 2",
		`{"bool":{"must":{"term":{"level":6}},"must_not":[{"term":{"n":0}}]}}`:                     "1",
		`{"bool":{"should":[{"term":{"n":0}},{"term":{"n":3}}]}}`:                                  "0 3",
		`{"bool":{"filter":[{"term":{"level":6}}],"should":[{"term":{"n":0}}]}}`:                   "0 1",
		`{"bool":{"should":[{"term":{"n":0}},{"term":{"level":6}}],"minimum_should_match":2}}`:     "0",
		`{"bool":{"filter":[{"range":{"@timestamp":{"gte":"2030-01-01T00:00:00Z"}}}]}}`:            "",
		`{"bool":{"must_not":[{"range":{"@timestamp":{"gte":"2026-03-01T12:00:01Z"}}}]}}`:          "0",
		`{"bool":{"filter":[{"bool":{"filter":[{"range":{"@timestamp":{"lte":"yesterday"}}}]}}]}}`: "!400",
		`{"fuzzy":{"message":"x"}}`:                                                                "!400",
		`{"bool":{"shuold":[]}}`:                                                                   "!400",
		`{"bool":{"filter":[{"nope":{}}]}}`:                                                        "!400",
		`{"regexp":{"message":{"value":"("}}}`:                                                     "!400",
		`{"term":{"message":null}}`:                                                                "!400",
		`{"multi_match":{"query":"x","type":"other"}}`:                                             "!400",
		`[]`: "!400",
	} {
		status, v := call(t, s, "POST", "/logstash-*/_search", `{"size":10,"query":`+query+`}`)
		got := fmt.Sprintf("!%d", status)
		if status == 200 {
			got = found(v)
		}
		if got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
}

func TestSortAndSizeAndTies(t *testing.T) {
	s := New(Options{})
	for i, second := range []int{2, 1, 1, 3} {
		put(t, s, "", map[string]any{"n": i}, noon.Add(time.Duration(second)*time.Second))
	}
	for body, want := range map[string]string{
		`{"sort":[{"@timestamp":{"order":"asc"}}]}`:                                            "1 2 0 3",
		`{"sort":[{"@timestamp":{"order":"desc"}}]}`:                                           "3 0 1 2",
		`{"sort":[{"@timestamp":"desc"},"_doc"],"size":2}`:                                     "3 0",
		`{"sort":[{"@timestamp":"asc"}],"from":1,"size":2}`:                                    "2 0",
		`{"sort":[{"@timestamp":{"order":"asc"}}],"track_total_hits":false,"size":1,"from":0}`: "1",
	} {
		_, v := call(t, s, "POST", "/_search", body)
		if got := found(v); got != want {
			t.Errorf("%s finds %s, want %s", body, got, want)
		}
	}
	_, v := call(t, s, "POST", "/_search", `{"size":1,"sort":[{"@timestamp":{"order":"asc","numeric_type":"date_nanos"}}]}`)
	hit := v["hits"].(map[string]any)["hits"].([]any)[0].(map[string]any)
	if got := fmt.Sprintf("%.0f", hit["sort"].([]any)[0]); got != fmt.Sprint(noon.Add(time.Second).UnixNano()) {
		t.Errorf("the sort value is %s, want nanoseconds", got)
	}
	for _, body := range []string{`{"size":10001}`, `{"size":-1}`, `{"from":-1}`, `{"sort":[{"n":"asc"}]}`, `{"sort":[7]}`, `{"sizee":1}`, `{`} {
		if status, _ := call(t, s, "POST", "/_search", body); status != 400 {
			t.Errorf("%s answers %d, want 400", body, status)
		}
	}
}

func TestIndicesByDayAndTheirPatterns(t *testing.T) {
	s := New(Options{MaxAge: 100 * time.Hour})
	put(t, s, "", map[string]any{"n": 1}, noon)
	put(t, s, "", map[string]any{"n": 2}, noon.Add(12*time.Hour))
	put(t, s, "other", map[string]any{"n": 3}, noon)
	for path, want := range map[string]string{
		"/logstash-*/_search":                "1 2",
		"/logstash-2026.03.02/_search":       "2",
		"/_search":                           "1 3 2",
		"/other,logstash-2026.03.01/_search": "1 3",
		"/nothing-*/_search":                 "",
	} {
		status, v := call(t, s, "GET", path, "")
		if status != 200 || found(v) != want {
			t.Errorf("%s finds %s, want %s", path, found(v), want)
		}
	}
	if _, v := call(t, s, "GET", "/nothing-*/_search", ""); v["_shards"].(map[string]any)["total"] != 0.0 {
		t.Error("a pattern that matches nothing searched some shards")
	}
	status, v := call(t, s, "GET", "/missing/_search", "")
	if kind := v["error"].(map[string]any)["type"]; status != 404 || kind != "index_not_found_exception" {
		t.Errorf("a missing index answers %d %v", status, kind)
	}
	if _, v := call(t, s, "GET", "/_count", ""); v["count"] != 3.0 {
		t.Errorf("the count is %v, want 3", v["count"])
	}
	if _, v := call(t, s, "GET", "/", ""); v["tagline"] == nil {
		t.Error("the root tells nothing")
	}
	if status, _ := call(t, s, "PUT", "/logstash-x/_doc/1", "{}"); status != 400 {
		t.Errorf("an unknown call answers %d, want 400", status)
	}
}

func TestFieldCapsTellTheMapping(t *testing.T) {
	s := filled(t)
	_, v := call(t, s, "POST", "/logstash-*/_field_caps?fields=message,message.keyword,container_id*,level,@timestamp,log.level.keyword", "")
	var got []string
	for field, types := range v["fields"].(map[string]any) {
		for kind := range types.(map[string]any) {
			got = append(got, field+":"+kind)
		}
	}
	for _, want := range []string{"message:text", "container_id:text", "container_id.keyword:keyword", "level:long", "@timestamp:date", "log.level.keyword:keyword"} {
		if !strings.Contains(strings.Join(got, " ")+" ", want+" ") {
			t.Errorf("field caps %v lack %s", got, want)
		}
	}
	if len(got) != 6 {
		t.Errorf("field caps %v, want six", got)
	}
}

func TestTheOldestDocumentsGo(t *testing.T) {
	s := New(Options{MaxDocs: 3, MaxAge: time.Hour})
	for i := range 5 {
		put(t, s, "", map[string]any{"n": i}, noon.Add(time.Duration(i)*time.Minute))
	}
	if _, v := call(t, s, "GET", "/_search", ""); found(v) != "2 3 4" {
		t.Errorf("kept %s, want 2 3 4", found(v))
	}
	put(t, s, "", map[string]any{"n": 9}, noon.Add(24*time.Hour))
	if _, v := call(t, s, "GET", "/_search", ""); found(v) != "9" || s.Len() != 1 {
		t.Errorf("kept %s, want 9", found(v))
	}
	if status, _ := call(t, s, "GET", "/logstash-2026.03.01/_search", ""); status != 404 {
		t.Error("an index without documents is still there")
	}
}

func TestFaultsBefallAsManyRequestsAsTheyShould(t *testing.T) {
	s := filled(t)
	s.Inject(Fault{Status: 429, RetryAfter: 3 * time.Second, Times: 2})
	for i, want := range []int{429, 429, 200} {
		if status, _ := call(t, s, "GET", "/_search", ""); status != want {
			t.Errorf("request %d answers %d, want %d", i, status, want)
		}
	}
	remove := s.Inject(Fault{Partial: true})
	_, v := call(t, s, "GET", "/_search", "")
	if v["_shards"].(map[string]any)["failed"] != 1.0 || found(v) != "0 2" {
		t.Errorf("the partial answer has %s", found(v))
	}
	remove()
	if _, v = call(t, s, "GET", "/_search", ""); found(v) != "0 1 2 3" {
		t.Errorf("after the fault %s is found", found(v))
	}
}

func TestAStallEndsWithTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := filled(t)
		s.Inject(Fault{Stall: 10 * time.Second, Times: 2})
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, "GET", "http://sim/_search", nil)
		if _, err := s.RoundTripper().RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a stalled request ends with %v", err)
		}
		began := time.Now()
		if status, _ := call(t, s, "GET", "/_search", ""); status != 200 || time.Since(began) != 10*time.Second {
			t.Errorf("a patient request got %d after %s", status, time.Since(began))
		}
	})
}

func TestADocumentThatIsNoJSONIsRefused(t *testing.T) {
	if err := New(Options{}).Index("", map[string]any{"f": func() {}}, noon); err == nil {
		t.Error("a function was indexed")
	}
}

// TestALineIsMadeOnceSomebodyAsks compares documents that are made late with those that are
// made at once: hits, fields, and what the fields of evicted ones leave.
func TestALineIsMadeOnceSomebodyAsks(t *testing.T) {
	for _, most := range []int{10, 3} {
		early, late := New(Options{MaxDocs: most}), New(Options{MaxDocs: most})
		made := 0
		for n, value := range []any{1, "text", "2026-05-04T10:00:00Z", true, 2.5, "more"} {
			doc, at := map[string]any{"n": n, fmt.Sprint("f", n%4): value}, noon.Add(time.Duration(n%3)*time.Second)
			put(t, early, "", doc, at)
			late.Put("", func() map[string]any { made++; return doc }, at)
		}
		if early.Len() != late.Len() {
			t.Errorf("%d documents, and %d made late", early.Len(), late.Len())
		}
		if most == 10 && made > 0 {
			t.Errorf("%d documents were made for nobody", made)
		}
		for _, path := range []string{"/_field_caps?fields=*", "/_search?size=10", "/_field_caps?fields=f*"} {
			_, want := call(t, early, "GET", path, "")
			if _, got := call(t, late, "GET", path, ""); !reflect.DeepEqual(got, want) {
				t.Errorf("of %d, %s answers\n%v\nand of documents made at once\n%v", most, path, got, want)
			}
		}
		if made != 6 {
			t.Errorf("%d documents were made of 6", made)
		}
	}
}
