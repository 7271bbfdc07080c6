package elastic

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"

	"gantry/internal/fault"
	"gantry/logs"
)

// keepAlive is how long the store keeps a point in time after its last use.
const keepAlive = "2m"

// shardDoc is the tiebreak that a point in time has of its own: Elasticsearch
// since 7.12, OpenSearch since 3.3.
const shardDoc = "_shard_doc"

// product is which of the two APIs for points in time a store has.
type product int32

const (
	unknownProduct product = iota
	elasticsearch
	openSearch
)

// points remembers what a store said about points in time.
type points struct {
	product atomic.Int32
	// undocked is set when the store cannot sort by shardDoc.
	undocked atomic.Bool
	// blind is set when the store does not tell which clusters a point lacks.
	blind atomic.Bool
}

var _ logs.Historian = (*Source)(nil)

// OpenPoint opens a point in time over the indices that the configured name stands
// for now. An index that appears later is not in it. Across clusters there is none where
// the store does not tell which of them are away: searches in a point never do, and
// Elasticsearch 7.17 does not when it opens one.
func (s *Source) OpenPoint(ctx context.Context) (logs.Point, error) {
	for _, kind := range s.points.candidates() {
		p, err := s.openPoint(ctx, kind)
		if errors.Is(err, logs.ErrNoPoints) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.points.product.Store(int32(kind))
		if s.points.blind.Load() {
			_ = p.Close(ctx) // it ends by itself
			break
		}
		return p, nil
	}
	return nil, &fault.Error{Class: fault.Invalid, Op: s.op("open a point in time of"), Err: logs.ErrNoPoints}
}

func (p *points) candidates() []product {
	if p.blind.Load() {
		return nil
	}
	if known := product(p.product.Load()); known != unknownProduct {
		return []product{known}
	}
	return []product{elasticsearch, openSearch}
}

func (s *Source) openPoint(ctx context.Context, p product) (*point, error) {
	path := "/_pit"
	if p == openSearch {
		path = "/_search/point_in_time"
	}
	a, err := s.sendPast(ctx, call{method: http.MethodPost, path: "/" + s.cfg.Index + path},
		map[string]string{"keep_alive": keepAlive, "preference": s.preference})
	const verb = "open a point in time of"
	switch {
	case err != nil:
		return nil, transportError(s.op(verb), err)
	case a.unknownPath():
		return nil, logs.ErrNoPoints
	case a.status >= http.StatusMultipleChoices:
		return nil, s.refusal(verb, a)
	}
	var opened struct {
		ID       string    `json:"id"`
		PitID    string    `json:"pit_id"`
		Clusters *clusters `json:"_clusters"`
	}
	if err := json.Unmarshal(a.body, &opened); err != nil {
		return nil, s.unreadable(verb, a.body, err)
	}
	opened.ID = cmp.Or(opened.ID, opened.PitID)
	if opened.ID == "" {
		return nil, s.unreadable(verb, a.body, errors.New("it has no id"))
	}
	if opened.Clusters == nil {
		s.points.blind.Store(s.across())
		opened.Clusters = &clusters{}
	}
	return &point{source: s, product: p, id: opened.ID, lacks: opened.Clusters.lacking()}, nil
}

// unknownPath reports whether a store says that it has no such API. One that knows
// the API and refuses says so with a typed error.
func (a reply) unknownPath() bool {
	switch a.status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		kind, _ := reasonOf(a.body)
		return kind == "" || kind == "invalid_index_name_exception" || kind == "api_not_available_exception"
	}
	return false
}

// point is an open point in time.
type point struct {
	source  *Source
	product product
	id      string
	// lacks are the clusters that were away when the point was opened.
	lacks *logs.Partial
}

// Read returns a page of the point. Its Cursor is the last hit's sort values where
// the store can sort by shardDoc, or by the tiebreak of the configuration, which is
// taken to be unique.
func (p *point) Read(ctx context.Context, q logs.Query, r logs.Range, d logs.Direction, after logs.Cursor, limit int) (logs.Page, error) {
	s := p.source
	o := descending
	if d == logs.Newer {
		o = ascending
	}
	for again := false; ; {
		if err := s.probe(ctx, q); err != nil {
			return logs.Page{}, err
		}
		docked := !s.points.undocked.Load()
		page, err := s.ordered(r, limit, o, docked, func(r logs.Range, limit int, o order) (logs.Page, error) {
			return p.read(ctx, s.body(q, r, limit, o), docked, o, after)
		})
		page = s.sifted(q, page)
		switch {
		case docked && noShardDoc(err):
			s.points.undocked.Store(true)
		case len(after) == 0 && !again && s.finer(page):
			s.caps.forget(s.cfg.Timestamp)
			again = true
		default:
			return page, err
		}
	}
}

// pit names a point in time in a search.
type pit struct {
	ID        string `json:"id"`
	KeepAlive string `json:"keep_alive"`
}

// pointSearch is a search in a point in time.
type pointSearch struct {
	search
	Pit         pit             `json:"pit"`
	SearchAfter json.RawMessage `json:"search_after,omitempty"`
}

func (p *point) read(ctx context.Context, body search, docked bool, o order, after logs.Cursor) (logs.Page, error) {
	s := p.source
	if docked {
		body.Sort = append(body.Sort, dsl{shardDoc: dsl{"order": o}})
	}
	// The point fixes indices and shard copies: naming them again is refused.
	a, err := s.send(ctx, call{method: http.MethodPost, path: "/_search", body: pointSearch{
		search: body, Pit: pit{ID: p.id, KeepAlive: keepAlive}, SearchAfter: json.RawMessage(after),
	}})
	switch {
	case err != nil:
		return logs.Page{}, transportError(s.op("search"), err)
	case gone(a):
		return logs.Page{}, &fault.Error{Class: fault.Failed, Op: s.op("search"), Err: logs.ErrPointGone}
	case a.status >= http.StatusMultipleChoices:
		return logs.Page{}, s.refusal("search", a)
	}
	tiebreak := docked || s.cfg.Tiebreak != ""
	page, err := s.page(a.body, body.Size, o, tiebreak)
	if err != nil {
		return page, err
	}
	if n := len(page.Entries); n > 0 && tiebreak {
		page.Cursor = logs.Cursor(page.Entries[n-1].Sort)
	}
	page.Partial = page.Partial.And(p.lacks)
	p.renew(a.body)
	return page, nil
}

// renew takes the point's id from an answer: the store may change it.
func (p *point) renew(body []byte) {
	if id, ok := logs.Lookup(body, "pit_id"); ok {
		p.id = logs.Text(id)
	}
}

// contextMissing is the type of the failure of a point that the store let go:
// because of its age, because a node went away or because an index was deleted.
const contextMissing = "search_context_missing_exception"

// gone reports whether the point in time is over. Where only some shards have let
// it go the answer is partial, and another point repairs it.
func gone(a reply) bool {
	shards, _ := logs.Lookup(a.body, "_shards")
	return a.status == http.StatusNotFound || bytes.Contains(shards, []byte(contextMissing))
}

// noShardDoc reports whether a search failed because the store does not know the
// tiebreak.
func noShardDoc(err error) bool {
	return err != nil && fault.ClassOf(err) == fault.Invalid && bytes.Contains([]byte(err.Error()), []byte(shardDoc))
}

// Close gives the point back. A point that is over already is no failure.
func (p *point) Close(ctx context.Context) error {
	s := p.source
	c := call{method: http.MethodDelete, path: "/_pit", body: map[string]string{"id": p.id}}
	if p.product == openSearch {
		c.path, c.body = "/_search/point_in_time", map[string][]string{"pit_id": {p.id}}
	}
	const verb = "close a point in time of"
	a, err := s.send(ctx, c)
	switch {
	case err != nil:
		return transportError(s.op(verb), err)
	case a.status == http.StatusNotFound:
		return nil
	case a.status >= http.StatusMultipleChoices:
		return s.refusal(verb, a)
	}
	return nil
}
