package sim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// maxPoints is how many points in time are held at once, as the stores'
// max_open_pit_context says.
const maxPoints = 300

// heldPoint is the store as it was at a moment.
type heldPoint struct {
	docs      []*document
	names     []string
	keepAlive time.Duration
	until     time.Time
}

// pitBody names a point in time in a search.
type pitBody struct {
	ID        string `json:"id"`
	KeepAlive string `json:"keep_alive"`
}

// pointRoutes serves points in time under the paths of both products.
func (s *Store) pointRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /{index}/_pit", func(w http.ResponseWriter, r *http.Request) { s.openPoint(w, r, "id") })
	mux.HandleFunc("POST /{index}/_search/point_in_time", func(w http.ResponseWriter, r *http.Request) { s.openPoint(w, r, "pit_id") })
	mux.HandleFunc("DELETE /_pit", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			ID string `json:"id"`
		}
		s.closePoints(w, readBody(r, &body), body.ID)
	})
	mux.HandleFunc("DELETE /_search/point_in_time", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			PitID []string `json:"pit_id"`
		}
		err := readBody(r, &body)
		s.closePoints(w, err, body.PitID...)
	})
}

func (s *Store) openPoint(w http.ResponseWriter, r *http.Request, key string) {
	names, err := s.resolve(r)
	if err != nil {
		fail(w, err)
		return
	}
	keep, err := time.ParseDuration(r.URL.Query().Get("keep_alive"))
	if err != nil || keep <= 0 {
		fail(w, illegal("failed to parse setting [keep_alive] with value [%s]", r.URL.Query().Get("keep_alive")))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if len(s.points) >= maxPoints {
		fail(w, &refusal{http.StatusTooManyRequests, "rejected_execution_exception", "Trying to create too many Point In Time contexts"})
		return
	}
	s.opened++
	s.read()
	id := fmt.Sprintf("point-%d", s.opened)
	s.points[id] = &heldPoint{docs: slices.Clone(s.docs), names: names, keepAlive: keep, until: time.Now().Add(keep)}
	writeJSON(w, http.StatusOK, map[string]any{key: id})
}

func (s *Store) closePoints(w http.ResponseWriter, err error, ids ...string) {
	if err != nil {
		fail(w, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	freed := 0
	for _, id := range ids {
		if s.points[id] != nil {
			delete(s.points, id)
			freed++
		}
	}
	if freed == 0 {
		fail(w, missingPoint())
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"succeeded": true, "num_freed": freed})
}

// Points returns how many points in time are open.
func (s *Store) Points() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	return len(s.points)
}

// expire lets points go that were not used in time. The caller holds the lock.
func (s *Store) expire() {
	now := time.Now()
	maps.DeleteFunc(s.points, func(_ string, p *heldPoint) bool { return p.until.Before(now) })
}

func missingPoint() error {
	return &refusal{http.StatusNotFound, "search_context_missing_exception", "No search context found"}
}

// place is where a search goes on from.
type place struct {
	point      *heldPoint // nil searches the store as it is
	docked     bool       // a document's position in the point is its second sort value
	descending bool       // the order of that
	after      []int64
}

// resume puts the place of a search into it and returns the indices to search.
func (s *Store) resume(run *search, body searchBody, r *http.Request, names []string) ([]string, error) {
	run.aggs = body.Aggs
	run.place.after = body.SearchAfter
	switch {
	case run.place.docked && body.Pit == nil:
		return nil, illegal("[_shard_doc] sort field cannot be used without [point in time]")
	case body.SearchAfter != nil && len(body.SearchAfter) != run.keys():
		return nil, illegal("search_after has %d value(s) but sort has %d.", len(body.SearchAfter), run.keys())
	case body.Pit == nil:
		return names, nil
	case r.PathValue("index") != "" || r.URL.Query().Get("preference") != "":
		return nil, illegal("[indices] and [preference] cannot be used with point in time")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	point := s.points[body.Pit.ID]
	if point == nil {
		return nil, missingPoint()
	}
	point.until = time.Now().Add(point.keepAlive)
	run.place.point = point
	return point.names, nil
}

// keys is the number of sort values that a hit has.
func (run *search) keys() int {
	switch {
	case run.place.docked:
		return 2
	case run.sorted:
		return 1
	}
	return 0
}

// chosen returns the documents that a search looks at, in its order.
func (s *Store) chosen(run search) []*document {
	from, to := run.match.span()
	var docs []*document
	if run.place.point != nil {
		docs = slices.Clone(within(run.place.point.docs, from, to))
	} else {
		docs = s.between(from, to)
	}
	switch {
	case run.sorted && run.descending && run.place.descending:
		slices.Reverse(docs)
	case run.sorted && run.descending:
		newestFirst(docs)
	}
	return docs
}

// values returns a hit's sort values.
func (p place) values(at int64, d *document) []int64 {
	if !p.docked {
		return []int64{at}
	}
	position, _ := slices.BinarySearchFunc(p.point.docs, d, func(a, b *document) int { return a.at.Compare(b.at) })
	for p.point.docs[position] != d {
		position++
	}
	return []int64{at, int64(position)}
}

// beyond reports whether a hit comes after the place.
func (p place) beyond(values []int64, descending bool) bool {
	if p.after == nil {
		return true
	}
	if values[0] != p.after[0] {
		return (values[0] < p.after[0]) == descending
	}
	return len(values) > 1 && values[1] != p.after[1] && (values[1] < p.after[1]) == p.descending
}
