package elastic

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/logs"
)

// shardFailure is why one shard gave nothing.
type shardFailure struct {
	Index  string       `json:"index"`
	Reason failureCause `json:"reason"`
}

// text returns the reason with the index that it is of.
func (f shardFailure) text() string {
	if f.Index == "" {
		return f.Reason.text()
	}
	return f.Index + ": " + f.Reason.text()
}

// ofQuery reports whether the shard could not understand the query.
func (f shardFailure) ofQuery() bool { return f.Reason.Type == "query_shard_exception" }

// clusters is what a search across clusters says of each of them. One that may be left
// out (skip_unavailable) fails no shard when it is away.
type clusters struct {
	Total   int `json:"total"`
	Skipped int `json:"skipped"`
	Partial int `json:"partial"` // this and the next since Elasticsearch 8.10
	Failed  int `json:"failed"`
	Details map[string]struct {
		Status   string         `json:"status"`
		Failures []shardFailure `json:"failures"`
	} `json:"details"`
}

// lacking returns what is missing of the clusters, or nil.
func (c clusters) lacking() *logs.Partial {
	missing := c.Skipped + c.Partial + c.Failed
	if missing == 0 {
		return nil
	}
	p := &logs.Partial{Failed: missing, Shards: c.Total, Of: "clusters"}
	for _, name := range slices.Sorted(maps.Keys(c.Details)) {
		d := c.Details[name]
		if d.Status == "" || d.Status == "successful" || d.Status == "running" {
			continue
		}
		p.Reason = quote(name)
		if len(d.Failures) > 0 {
			p.Reason = quote(name + ": " + d.Failures[0].Reason.text())
		}
		break
	}
	return p
}

// across reports whether indices of other clusters are searched, as cluster:index.
func (s *Source) across() bool { return strings.Contains(s.cfg.Index, ":") }

// missingFor is how long one missing index of several is passed over before it is asked
// for again.
const missingFor = 5 * time.Minute

// missing remembers that of several indices one does not exist. The store refuses such
// a search as a whole, unless it is told to pass over what is missing; then it says
// nothing of it.
type missing struct {
	mu      sync.Mutex
	until   time.Time
	partial *logs.Partial
}

// lacking returns what searches lack for now; nil when nothing is passed over.
func (m *missing) lacking() *logs.Partial {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Now().Before(m.until) {
		return m.partial
	}
	return nil
}

// params adds to the parameters of a request that what is missing is passed over.
func (m *missing) params(of map[string]string) map[string]string {
	if m.lacking() != nil {
		of["ignore_unavailable"] = "true"
	}
	return of
}

// lacks notes that an answer says that one of several indices is missing, and reports
// whether the request is worth making again without it.
func (s *Source) lacks(a reply) bool {
	several := len(s.indices())
	if a.status != http.StatusNotFound || several < 2 || s.missing.lacking() != nil {
		return false // most answers, and reading one for its reason takes as long as reading its lines
	}
	kind, reason := reasonOf(a.body)
	if kind != "index_not_found_exception" {
		return false
	}
	s.missing.mu.Lock()
	defer s.missing.mu.Unlock()
	s.missing.until = time.Now().Add(missingFor)
	s.missing.partial = &logs.Partial{Failed: 1, Shards: several, Of: "indices", Lasting: true, Reason: reason}
	return true
}
