package sim

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPointSeesWhatWasThereUntilItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := filled(t)
		_, v := call(t, s, "POST", "/logstash-*/_pit?keep_alive=1m", "")
		id := v["id"]
		put(t, s, "", map[string]any{"n": 9}, noon)
		search := fmt.Sprintf(`{"pit":{"id":%q,"keep_alive":"1m"},"size":2,"sort":[{"@timestamp":"desc"},{"_shard_doc":"desc"}]`, id)
		if _, v = call(t, s, "POST", "/_search", search+`}`); found(v) != "3 2" || v["pit_id"] != id {
			t.Errorf("the point begins with %s", found(v))
		}
		after := fmt.Sprintf(`,"search_after":[%d,2]}`, noon.Add(2*time.Second).UnixMilli())
		if _, v = call(t, s, "POST", "/_search", search+after); found(v) != "1 0" {
			t.Errorf("the point goes on with %s", found(v))
		}
		time.Sleep(2 * time.Minute)
		if status, _ := call(t, s, "POST", "/_search", search+`}`); status != 404 {
			t.Errorf("a point that is over answers %d", status)
		}
	})
}

func TestPointsAreClosedUnderTheNamesOfBothProducts(t *testing.T) {
	s := filled(t)
	_, elastic := call(t, s, "POST", "/logstash-*/_pit?keep_alive=1m", "")
	_, open := call(t, s, "POST", "/logstash-*/_search/point_in_time?keep_alive=1m", "")
	for _, c := range []struct{ path, body string }{
		{"/_pit", fmt.Sprintf(`{"id":%q}`, elastic["id"])},
		{"/_search/point_in_time", fmt.Sprintf(`{"pit_id":[%q]}`, open["pit_id"])},
	} {
		if status, v := call(t, s, "DELETE", c.path, c.body); status != 200 || v["num_freed"] != 1.0 {
			t.Errorf("%s answers %d %v", c.path, status, v)
		}
		if status, _ := call(t, s, "DELETE", c.path, c.body); status != 404 {
			t.Errorf("%s closes a point twice: %d", c.path, status)
		}
	}
	if s.Points() != 0 {
		t.Errorf("%d points are left", s.Points())
	}
}

func TestWhatAPointRefuses(t *testing.T) {
	s := filled(t)
	_, v := call(t, s, "POST", "/logstash-*/_pit?keep_alive=1m", "")
	pit := fmt.Sprintf(`"pit":{"id":%q}`, v["id"])
	for path, body := range map[string]string{
		"/logstash-*/_search":   `{` + pit + `}`,
		"/_search?preference=x": `{` + pit + `}`,
		"/_search?a":            `{"sort":[{"@timestamp":"desc"},{"_shard_doc":"desc"}]}`,
		"/_search?b":            `{` + pit + `,"sort":[{"@timestamp":"desc"}],"search_after":[1,2]}`,
		"/logstash-*/_pit":      ``,
	} {
		if status, v := call(t, s, "POST", path, body); status != 400 {
			t.Errorf("%s %s answers %d %v", path, body, status, v)
		}
	}
	for range maxPoints {
		call(t, s, "POST", "/logstash-*/_pit?keep_alive=1m", "")
	}
	if status, _ := call(t, s, "POST", "/logstash-*/_pit?keep_alive=1m", ""); status != 429 {
		t.Errorf("one point too many answers %d", status)
	}
}

func TestAggregations(t *testing.T) {
	s := filled(t)
	body := `{"size":0,"query":{"match_all":{}},"aggs":{"time":{"date_histogram":{"field":"@timestamp","fixed_interval":"2s","min_doc_count":1},"aggs":{"bad":{"filter":{"term":{"level":3}}}}},"all":{"filter":{"match_all":{}}}}}`
	_, v := call(t, s, "POST", "/logstash-*/_search", body)
	want := fmt.Sprintf(`map[all:map[doc_count:4] time:map[buckets:[map[bad:map[doc_count:0] doc_count:2 key:%g] map[bad:map[doc_count:1] doc_count:2 key:%g]]]]`,
		float64(noon.UnixMilli()), float64(noon.Add(2*time.Second).UnixMilli()))
	if got := fmt.Sprint(v["aggregations"]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, aggs := range []string{
		`{"x":{"terms":{"field":"level"}}}`,
		`{"x":{"date_histogram":{"field":"level","fixed_interval":"2s","min_doc_count":1}}}`,
		`{"x":{"date_histogram":{"field":"@timestamp","fixed_interval":"soon","min_doc_count":1}}}`,
		`{"x":{"date_histogram":{"field":"@timestamp","fixed_interval":"2s","min_doc_count":1},"aggs":{"y":{"filter":{"nope":{}}}}}}`,
		`{"x":{"filter":{"nope":{}}}}`,
		`{"x":{}}`,
	} {
		if status, v := call(t, s, "POST", "/logstash-*/_search", `{"aggs":`+aggs+`}`); status != 400 {
			t.Errorf("%s answers %d %v", aggs, status, v)
		}
	}
}
