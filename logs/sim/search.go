package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	timestampField = "@timestamp"
	messageField   = "message"
	// maxResultWindow is the store's default for index.max_result_window.
	maxResultWindow = 10_000
)

// searchBody is what is understood of a search request.
type searchBody struct {
	Query          json.RawMessage   `json:"query"`
	Size           *int              `json:"size"`
	From           int               `json:"from"`
	Sort           []json.RawMessage `json:"sort"`
	Timeout        string            `json:"timeout"`
	TrackTotalHits json.RawMessage   `json:"track_total_hits"`
	TerminateAfter int               `json:"terminate_after"`
	Source         json.RawMessage   `json:"_source"`
	Pit            *pitBody          `json:"pit"`
	SearchAfter    []int64           `json:"search_after"`
	Aggs           aggregations      `json:"aggs"`
}

// search is a request ready to run.
type search struct {
	match      matcher
	size, from int
	descending bool
	sorted     bool
	nanos      bool // sort values in nanoseconds: numeric_type date_nanos
	count      bool
	place      place
	aggs       aggregations
}

type hit struct {
	Index  string         `json:"_index"`
	ID     string         `json:"_id"`
	Score  *float64       `json:"_score"`
	Source map[string]any `json:"_source"`
	Sort   []int64        `json:"sort,omitempty"`
}

type shardCounts struct {
	Total      int   `json:"total"`
	Successful int   `json:"successful"`
	Skipped    int   `json:"skipped"`
	Failed     int   `json:"failed"`
	Failures   []any `json:"failures,omitempty"`
}

func (s *Store) serveSearch(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	names, err := s.resolve(r)
	if err != nil {
		fail(w, err)
		return
	}
	var body searchBody
	if err := readBody(r, &body); err != nil {
		fail(w, err)
		return
	}
	run, err := plan(body, r)
	if err != nil {
		fail(w, err)
		return
	}
	if names, err = s.resume(&run, body, r, names); err != nil {
		fail(w, err)
		return
	}
	if err := s.check(names, body.Query); err != nil {
		fail(w, err)
		return
	}
	hits, total := s.run(run, names)
	shards := shardCounts{Total: len(names), Successful: len(names)}
	if f := s.partialFault(); f != nil && len(names) > 0 {
		hits, shards = f.spoil(hits, shards)
	}
	if hits == nil {
		hits = []hit{}
	}
	result := map[string]any{"max_score": nil, "hits": hits}
	if run.count {
		result["total"] = map[string]any{"value": total, "relation": "eq"}
	}
	answer := map[string]any{
		"took":      time.Since(started).Milliseconds(),
		"timed_out": false,
		"_shards":   shards,
		"hits":      result,
	}
	if run.aggs != nil {
		answer["aggregations"] = run.aggs.answer()
	}
	if body.Pit != nil {
		answer["pit_id"] = body.Pit.ID
	}
	writeJSON(w, http.StatusOK, answer)
}

func (s *Store) serveCount(w http.ResponseWriter, r *http.Request) {
	names, err := s.resolve(r)
	if err != nil {
		fail(w, err)
		return
	}
	var body struct {
		Query json.RawMessage `json:"query"`
	}
	if err := readBody(r, &body); err != nil {
		fail(w, err)
		return
	}
	match, err := compile(body.Query)
	if err != nil {
		fail(w, err)
		return
	}
	if err := s.check(names, body.Query); err != nil {
		fail(w, err)
		return
	}
	_, total := s.run(search{match: match, count: true}, names)
	writeJSON(w, http.StatusOK, map[string]any{
		"count":   total,
		"_shards": shardCounts{Total: len(names), Successful: len(names)},
	})
}

// plan checks a request and compiles it.
func plan(body searchBody, r *http.Request) (search, error) {
	run := search{size: 10, from: body.From, count: string(body.TrackTotalHits) != "false"}
	if body.Size != nil {
		run.size = *body.Size
	} else if text := r.URL.Query().Get("size"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return run, illegal("failed to parse int parameter [size] with value [%s]", text)
		}
		run.size = n
	}
	switch {
	case run.size < 0:
		return run, illegal("[size] parameter cannot be negative, found [%d]", run.size)
	case run.from < 0:
		return run, illegal("[from] parameter cannot be negative but was [%d]", run.from)
	case run.size+run.from > maxResultWindow:
		return run, illegal("Result window is too large, from + size must be less than or equal to: [%d] but was [%d]", maxResultWindow, run.size+run.from)
	}
	var err error
	if run.match, err = compile(body.Query); err != nil {
		return run, err
	}
	for i, raw := range body.Sort {
		if err := run.sortBy(raw, i); err != nil {
			return run, err
		}
	}
	return run, nil
}

// sortBy takes one sort key in: the timestamp first, _doc as the second.
func (run *search) sortBy(raw json.RawMessage, position int) error {
	var keyed map[string]json.RawMessage
	var name string
	var options struct {
		Order        string `json:"order"`
		UnmappedType string `json:"unmapped_type"`
		NumericType  string `json:"numeric_type"`
	}
	if json.Unmarshal(raw, &name) != nil {
		if err := json.Unmarshal(raw, &keyed); err != nil || len(keyed) != 1 {
			return parsing("malformed sort [%s]", raw)
		}
		for field, o := range keyed {
			name = field
			if json.Unmarshal(o, &options.Order) == nil {
				break
			}
			if err := json.Unmarshal(o, &options); err != nil {
				return parsing("malformed sort [%s]", raw)
			}
		}
	}
	switch {
	case name == "_doc":
	case name == "_shard_doc" && position == 1:
		run.place.docked, run.place.descending = true, options.Order == "desc"
	case name == timestampField && position == 0:
		run.sorted, run.descending, run.nanos = true, options.Order == "desc", options.NumericType == "date_nanos"
	default:
		return illegal("No mapping found for [%s] in order to sort on", name)
	}
	return nil
}

// run returns the hits of a search, and how many there are when it counts.
func (s *Store) run(run search, names []string) (hits []hit, total int) {
	docs := s.chosen(run)
	for _, d := range docs {
		if !run.count && run.aggs == nil && len(hits) >= run.size {
			break
		}
		f := parsed(d)
		if _, ok := slices.BinarySearch(names, d.index); !ok || !run.match.matches(f) {
			continue
		}
		total++
		run.aggs.add(f)
		if total <= run.from || len(hits) >= run.size {
			continue
		}
		h := hit{Index: d.index, ID: documentID(d.number), Source: d.source}
		if run.sorted {
			value := d.at.UnixMilli()
			if run.nanos {
				value = d.at.UnixNano()
			}
			h.Sort = run.place.values(value, d)
			if !run.place.beyond(h.Sort, run.descending) {
				continue
			}
		}
		hits = append(hits, h)
	}
	return hits, total
}

// newestFirst turns the order of time around and leaves documents of one time in
// the order in which they were indexed, as a search over one shard does.
func newestFirst(docs []*document) {
	slices.Reverse(docs)
	for i := 0; i < len(docs); {
		j := i + 1
		for j < len(docs) && docs[j].at.Equal(docs[i].at) {
			j++
		}
		slices.Reverse(docs[i:j])
		i = j
	}
}
