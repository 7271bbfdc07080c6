package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/kql"
)

// maxPage is the store's default for index.max_result_window.
const maxPage = 10_000

// Source searches one endpoint. Its methods may be called concurrently.
type Source struct {
	cfg        Config
	carrier    esapi.Transport
	own        *http.Transport
	access     access
	addresses  []string
	caps       *caps
	layout     layout
	preference string
	points     points
	missing    missing
	named      named
	// cheapOnly is set when the store refuses expressions for words.
	cheapOnly atomic.Bool
}

var _ logs.Source = (*Source)(nil)

func newSource(cfg Config, carrier esapi.Transport, own *http.Transport, who access) *Source {
	return &Source{
		cfg: cfg, carrier: carrier, own: own, access: who,
		caps: newCaps(),
		layout: layout{
			timestamp: cfg.Timestamp, message: cfg.Message, level: cfg.Levels.Reader(cfg.Level),
			container: []string{"container_id", "container.id", "CONTAINER_ID_FULL"},
		},
		// The same copies of the shards answer every poll: two copies refresh at
		// different moments, and lines would come and go.
		preference: fmt.Sprintf("gantry-%08x", rand.Uint32()),
	}
}

// Close lets idle connections go.
func (s *Source) Close() {
	if s.own != nil {
		s.own.CloseIdleConnections()
	}
}

// Index returns the index, pattern or alias that is searched.
func (s *Source) Index() string { return s.cfg.Index }

// Limits returns the largest page and the resolution of the index's timestamps,
// which is known after the first search.
func (s *Source) Limits() logs.Limits {
	return logs.Limits{MaxPage: maxPage, Step: s.caps.step(s.cfg.Timestamp)}
}

// Latest returns the newest lines of a range, newest first.
func (s *Source) Latest(ctx context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.sift(ctx, q, r, limit, descending, func(r logs.Range, limit int) (logs.Page, error) {
		return s.search(ctx, q, r, limit, descending)
	})
}

// Since returns the oldest lines of a range, oldest first.
func (s *Source) Since(ctx context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.sift(ctx, q, r, limit, ascending, func(r logs.Range, limit int) (logs.Page, error) {
		return s.search(ctx, q, r, limit, ascending)
	})
}

func (s *Source) search(ctx context.Context, q logs.Query, r logs.Range, limit int, o order) (logs.Page, error) {
	once := func(r logs.Range, limit int, o order) (logs.Page, error) {
		body := s.body(q, r, limit, o)
		answer, err := s.ask(ctx, "search", "/"+s.cfg.Index+"/_search", body)
		if err != nil && strings.Contains(err.Error(), "allow_expensive_queries") && !s.cheapOnly.Swap(true) {
			// The lines are all read, and their levels here.
			answer, err = s.ask(ctx, "search", "/"+s.cfg.Index+"/_search", s.body(q, r, limit, o))
		}
		if err != nil {
			return logs.Page{}, err
		}
		return s.page(answer, body.Size, o, s.cfg.Tiebreak != "")
	}
	for again := false; ; again = true {
		if err := s.probe(ctx, q); err != nil {
			return logs.Page{}, err
		}
		page, err := s.ordered(r, limit, o, false, once)
		switch {
		case err != nil || again:
			return page, err
		case s.finer(page):
			s.caps.forget(s.cfg.Timestamp)
		case len(page.Entries) > 0 || page.Partial != nil || !s.learnt(ctx, q):
			return page, nil
		}
	}
}

// body makes the body of a search for lines.
func (s *Source) body(q logs.Query, r logs.Range, limit int, o order) search {
	return search{
		Size: max(1, min(limit, maxPage)),
		// The store gives up, and says what it has, before the connection does.
		Timeout: s.patience(),
		Query:   s.query(q, r),
		Sort:    s.sort(o),
	}
}

func (s *Source) patience() string {
	return fmt.Sprintf("%dms", (s.cfg.Timeout * 8 / 10).Milliseconds())
}

// page reads the answer of a search for lines. Without a tiebreak the store gives
// those of one time in the order of writing, whatever the order of the times.
func (s *Source) page(answer []byte, limit int, o order, tiebreak bool) (logs.Page, error) {
	page, err := s.layout.page(answer, limit, s.Limits().Step)
	page.Partial = page.Partial.And(s.missing.lacking())
	if o == descending && !tiebreak {
		reverseTies(page.Entries)
	}
	if errors.Is(err, errBadQuery) {
		return logs.Page{}, &fault.Error{Class: fault.Invalid, Op: s.op("search"), Err: err}
	}
	if err != nil {
		return logs.Page{}, s.unreadable("search", answer, err)
	}
	return page, nil
}

// ordered makes a search whose lines of one time stand in the order of writing, also
// where a page ends among them. Without a tiebreak the store gives those that were
// written first, whatever the order of the times: asked for the newest lines, it would
// leave out the last ones of the oldest time.
func (s *Source) ordered(r logs.Range, limit int, o order, tiebreak bool, search func(logs.Range, int, order) (logs.Page, error)) (logs.Page, error) {
	if o == ascending || tiebreak || s.cfg.Tiebreak != "" {
		return search(r, limit, o)
	}
	page, err := search(r, min(limit+1, maxPage), o)
	found := page.Entries
	if err != nil || len(found) < limit || len(found) == limit && limit < maxPage {
		page.Full = false
		return page, err
	}
	edge := found[limit-1].Sort
	page.Entries, page.Full = found[:limit], true
	page.Last = sortTime(edge)
	if page.Last.IsZero() {
		page.Last = found[limit-1].Time
	}
	if len(found) > limit && !bytes.Equal(found[limit].Sort, edge) {
		return page, nil
	}
	same, err := search(logs.Range{From: page.Last, To: page.Last}, maxPage, ascending)
	if err != nil {
		return logs.Page{}, err
	}
	slices.Reverse(same.Entries)
	first := slices.IndexFunc(page.Entries, func(e logs.Entry) bool { return bytes.Equal(e.Sort, edge) })
	if !same.Full && same.Partial == nil && len(same.Entries) >= limit-first {
		copy(page.Entries[first:], same.Entries)
	}
	return page, nil
}

// reverseTies turns each run of entries with one sort value round.
func reverseTies(entries []logs.Entry) {
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && bytes.Equal(entries[n].Sort, entries[0].Sort) {
			n++
		}
		slices.Reverse(entries[:n])
		entries = entries[n:]
	}
}

// probe makes sure that the kinds of the fields which a query needs are known, and
// of some more. A date of the query that is none is an error.
func (s *Source) probe(ctx context.Context, q logs.Query, more ...string) error {
	if _, err := s.look(ctx, q, kept, more...); err != nil || s.caps.guessing() {
		return err
	}
	s.askNamed(ctx, q)
	return q.Expr.CheckDates(s.caps)
}

// Explain says why a query has no lines in a range.
func (s *Source) Explain(ctx context.Context, q logs.Query, r logs.Range) (logs.Explanation, error) {
	x := logs.Explanation{Cause: logs.NoMatch, Index: clean.Line(s.cfg.Index), Looked: logs.Fields(q.Where)}
	page, err := s.Latest(ctx, logs.Query{}, r, 1)
	switch {
	case fault.ClassOf(err) == fault.NotFound, err == nil && page.NoShards:
		x.Cause = logs.NoIndex
		return x, nil
	case err != nil:
		return x, err
	}
	if err := s.probe(ctx, q); err != nil {
		return x, err
	}
	for _, f := range x.Looked {
		if s.caps.found(f) {
			x.Found = append(x.Found, f)
		}
	}
	for _, name := range logs.Named(q.Where) {
		x.Looked = append(x.Looked, name.Raw())
		if len(s.caps.Find(name)) > 0 {
			x.Found = append(x.Found, name.Raw())
		}
	}
	x.Unknown = s.caps.unknown(kql.Names(q.Expr.Tree()))
	if _, ok := s.levelled(q); ok {
		x.Unknown = slices.DeleteFunc(x.Unknown, func(name string) bool { return name == logs.FieldLevel })
	}
	if len(page.Entries) == 0 {
		x.Cause = logs.NoDocuments
		if page, err = s.Latest(ctx, logs.Query{}, logs.Range{}, 1); err != nil {
			return x, err
		}
	}
	if len(page.Entries) > 0 {
		x.Newest = page.Entries[0].Time
	}
	if !s.caps.found(s.cfg.Timestamp) {
		switch has, known := s.hasDocuments(ctx); {
		case has:
			x.Cause, x.Looked = logs.NoFields, []string{s.cfg.Timestamp}
		case !known:
			x.Words = fmt.Sprintf("%s has no documents with %s, and does not say whether it has others", x.Index, s.cfg.Timestamp)
		}
		return x, nil
	}
	switch {
	case x.Cause == logs.NoMatch && len(x.Looked) > 0 && len(x.Found) == 0:
		x.Cause = logs.NoFields
	}
	return x, nil
}

// hasDocuments reports whether the index has any document, with a timestamp or
// without; known is false when the store does not say.
func (s *Source) hasDocuments(ctx context.Context) (has, known bool) {
	zero, one := 0, 1
	res, err := esapi.SearchRequest{
		Index: s.indices(), Size: &zero, TrackTotalHits: true, TerminateAfter: &one, Preference: s.preference,
	}.Do(ctx, s.carrier)
	body, err := s.read("search", res, err)
	if err != nil {
		return false, false
	}
	var a struct {
		Hits struct {
			Total struct {
				Value *int `json:"value"`
			} `json:"total"`
		} `json:"hits"`
	}
	if json.Unmarshal(body, &a) != nil || a.Hits.Total.Value == nil {
		return false, false
	}
	return *a.Hits.Total.Value > 0, true
}

// read returns the body of a good answer, and an error for every other.
func (s *Source) read(verb string, res *esapi.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, transportError(s.op(verb), err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, transportError(s.op(verb), err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return nil, s.refusal(verb, reply{res.StatusCode, res.Header, body})
	}
	if len(body) == 0 {
		return nil, s.unreadable(verb, body, errors.New("it is empty"))
	}
	return body, nil
}

func (s *Source) op(verb string) string { return verb + " " + clean.Line(s.cfg.Index) }

func (s *Source) indices() []string {
	return slices.DeleteFunc(strings.Split(s.cfg.Index, ","), func(name string) bool { return name == "" })
}
