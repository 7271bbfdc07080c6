package elastic

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"gantry/internal/fault"
	"gantry/logs"
)

// TestLaterVersionsAreRead has the answers in which Elasticsearch 8 and 9, its serverless
// form and OpenSearch differ from 7.17, as these pages have them. What a node can be made
// to answer is tried on one in internal/e2e as well.
//
//   - a data stream: elastic.co/docs/manage-data/data-store/data-streams
//   - logsdb: elastic.co/docs/reference/elasticsearch/mapping-reference/mapping-source-field
//     (a document put together anew may have dots where there were objects)
//   - clusters: elastic.co/docs/explore-analyze/cross-cluster-search
func TestLaterVersionsAreRead(t *testing.T) {
	const (
		hit     = `{"_index":".ds-logs-shop-default-2026.03.04-000007","_id":"AZx1","_score":null,"_ignored":["big"],"ignored_field_values":{"big":["x"]},"_source":%s,"sort":[1772625600123]}`
		whole   = `{"took":3,"timed_out":false,"num_reduce_phases":2,"_shards":{"total":4,"successful":4,"skipped":1,"failed":0}%s,"hits":{"max_score":null,"hits":[` + hit + `]}}`
		plain   = `{"@timestamp":"2026-03-04T12:00:00.123Z","container":{"id":"c1"},"log":{"level":"warn"},"message":"disk is filling"}`
		dotted  = `{"@timestamp":"2026-03-04T12:00:00.123Z","container.id":"c1","log.level":"warn","message":"disk is filling"}`
		cluster = `{"status":%q,"indices":"logs-*","took":3,"timed_out":%t,"_shards":{"total":2,"successful":2,"skipped":0,"failed":0}%s}`
	)
	across := func(counts, status string, late bool, more string) string {
		return `,"_clusters":{` + counts + `,"details":{"(local)":` + fmt.Sprintf(cluster, "successful", false, "") + `,"north":` + fmt.Sprintf(cluster, status, late, more) + `}}`
	}
	refused := `,"failures":[{"shard":-1,"index":null,"reason":{"type":"no_seed_node_left_exception","reason":"no seed node left"}}]`
	for name, c := range map[string]struct{ body, lacks string }{
		"a data stream":         {fmt.Sprintf(whole, "", plain), ""},
		"logsdb":                {fmt.Sprintf(whole, "", dotted), ""},
		"all clusters":          {fmt.Sprintf(whole, across(`"total":2,"successful":2,"skipped":0,"running":0,"partial":0,"failed":0`, "successful", false, ""), plain), ""},
		"a cluster is away":     {fmt.Sprintf(whole, across(`"total":2,"successful":1,"skipped":1,"running":0,"partial":0,"failed":0`, "skipped", false, refused), plain), "1 of 2 clusters cannot be read: north: no seed node left"},
		"a cluster is too late": {fmt.Sprintf(whole, across(`"total":2,"successful":1,"skipped":0,"running":0,"partial":1,"failed":0`, "partial", true, ""), plain), "1 of 2 clusters cannot be read: north"},
	} {
		src := open(t, Config{Index: "logs-*", Transport: canned(map[string]string{
			"/_field_caps": `{"indices":["a"],"fields":{"@timestamp":{"date":{"type":"date"}}}}`, "/_search": c.body,
		})})
		page, err := src.Latest(t.Context(), logs.Query{}, logs.Range{}, 5)
		if err != nil || len(page.Entries) != 1 {
			t.Errorf("%s: %d lines, %v", name, len(page.Entries), err)
			continue
		}
		e := page.Entries[0]
		if e.Index != ".ds-logs-shop-default-2026.03.04-000007" || e.Message != "disk is filling" || e.Level != "warn" || e.Container != "c1" || e.Time.UnixMilli() != 1772625600123 {
			t.Errorf("%s: read as %+v", name, e)
		}
		if page.NoShards || (page.Partial == nil) != (c.lacks == "") || page.Partial != nil && page.Partial.String() != c.lacks {
			t.Errorf("%s: it lacks %v", name, page.Partial)
		}
	}
}

// TestClustersThatAreAllAwayAreNoMissingIndex has no cluster answer of those that may be
// left out: no shard was searched, which is not the want of an index.
func TestClustersThatAreAllAwayAreNoMissingIndex(t *testing.T) {
	page, err := gelfLayout().page([]byte(`{"_shards":{"total":0,"successful":0,"skipped":0,"failed":0},"_clusters":{"total":1,"successful":0,"skipped":1},"hits":{"hits":[]}}`), 5, 1)
	if err != nil || page.NoShards || !page.Partial.Passing() {
		t.Errorf("no index: %t, it lacks %v, %v", page.NoShards, page.Partial, err)
	}
}

// TestAStoreThatRefusesAPointInTimeIsReadWithoutOne has the ways in which it is refused:
// an API that serverless does not offer, a time to keep it that is too long, and one that
// the other product names otherwise.
//
//   - serverless: elastic.co/docs/deploy-manage/deploy/elastic-cloud/differences-from-other-elasticsearch-offerings
//   - a limit: search.max_keep_alive in elastic.co/docs/reference/elasticsearch/configuration-reference/search-settings
//   - OpenSearch: docs.opensearch.org/latest/search-plugins/searching-data/point-in-time-api
func TestAStoreThatRefusesAPointInTimeIsReadWithoutOne(t *testing.T) {
	const (
		absent  = `{"error":{"root_cause":[{"type":"api_not_available_exception","reason":"Request for uri [/x] with method [POST] exists but is not available when running in serverless mode"}],"type":"api_not_available_exception"},"status":410}`
		tooLong = `{"error":{"root_cause":[{"type":"illegal_argument_exception","reason":"Keep alive for request (2m) is too large. It must be less than (1m)."}],"type":"illegal_argument_exception"},"status":400}`
	)
	for name, c := range map[string]struct {
		status int
		body   string
		at     string // the path that is refused; all of them when it is empty
		points bool
		none   bool // the store has none
	}{
		"serverless":        {http.StatusGone, absent, "", false, true},
		"a shorter limit":   {http.StatusBadRequest, tooLong, "", false, false},
		"OpenSearch":        {http.StatusBadRequest, noHandler, "/_pit", true, false},
		"OpenSearch by 405": {http.StatusMethodNotAllowed, noHandler, "/_pit", true, false},
	} {
		src := open(t, Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			point := strings.HasSuffix(r.URL.Path, "/_pit") || strings.HasSuffix(r.URL.Path, "/point_in_time")
			switch {
			case strings.HasPrefix(r.URL.Path, "/_cat"), strings.HasPrefix(r.URL.Path, "/_cluster"), strings.HasPrefix(r.URL.Path, "/_nodes"):
				t.Errorf("%s: it asks for %s", name, r.URL.Path)
				return answering(http.StatusGone, "application/json", absent), nil
			case point && r.Method == http.MethodDelete:
				return answering(http.StatusOK, "application/json", `{"pits":[{"successful":true,"pit_id":"p"}]}`), nil
			case point && (c.at == "" || strings.HasSuffix(r.URL.Path, c.at)):
				return answering(c.status, "application/json", c.body), nil
			case point:
				return answering(http.StatusOK, "application/json", `{"pit_id":"p","_shards":{"total":1,"successful":1},"creation_time":1772625600123}`), nil
			case strings.HasSuffix(r.URL.Path, "/_field_caps"):
				return answering(http.StatusOK, "application/json", `{"indices":["a"],"fields":{"@timestamp":{"date":{}}}}`), nil
			}
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), `"pit"`) != c.points {
				t.Errorf("%s: it searches by %s", name, body)
			}
			return answering(http.StatusOK, "application/json", `{"_shards":{"total":1},"hits":{"hits":[{"_index":"a","_id":"1","_source":{"message":"m","n":1},"sort":[1772625600123,1]}]}}`), nil
		})})
		p, err := src.OpenPoint(t.Context())
		switch {
		case c.points != (err == nil), c.none != strings.Contains(fmt.Sprint(err), logs.ErrNoPoints.Error()):
			t.Errorf("%s: a point opens with %v (%s)", name, err, fault.ClassOf(err))
		case err == nil:
			if err := p.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Errorf("%s: closing it: %v", name, err)
			}
		}
		h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
		if page, err := h.Next(t.Context(), 5); err != nil || len(page.Entries) != 1 {
			t.Errorf("%s: %d lines of its history, %v", name, len(page.Entries), err)
		}
		if err := h.Close(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
