// Package sim is a log store in memory behind the search API that Elasticsearch
// and OpenSearch share, for the demo account and for tests.
//
// It behaves as an index does that logstash's template made: strings are analysed
// text with a keyword subfield, but for those that are dates, timestamps have milliseconds, lines of one
// timestamp come in the order in which they were indexed. What it does not know
// it refuses, as the real stores do, with their status and error shape.
package sim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"gantry/logs/kql/analysis"
)

// Options bound a store. The zero value takes the defaults.
type Options struct {
	// MaxDocs is the number of documents kept; zero is 20,000.
	MaxDocs int
	// MaxAge is how much older than the newest a document may be; zero is 6 h.
	MaxAge time.Duration
}

// Store keeps documents in the order of their times and evicts the oldest. It is
// safe for concurrent use.
type Store struct {
	opts    Options
	handler http.Handler

	mu      sync.RWMutex
	docs    []*document
	unread  []*document // those of docs that nobody has read, in the order of their writing
	indices map[string]*index
	written uint64
	faults  []*Fault
	points  map[string]*heldPoint
	opened  int // points ever opened
}

type document struct {
	index  string
	number uint64    // how manieth it is
	at     time.Time // milliseconds, as a date field keeps
	// say makes the document; nil once it is made.
	say    func() map[string]any
	source map[string]any
}

// index holds what a store knows of one index besides its documents.
type index struct {
	docs   int
	fields map[string]string // type by field
}

// New makes an empty store.
func New(opts Options) *Store {
	opts.MaxDocs = cmp.Or(opts.MaxDocs, 20_000)
	opts.MaxAge = cmp.Or(opts.MaxAge, 6*time.Hour)
	s := &Store{opts: opts, indices: map[string]*index{}, points: map[string]*heldPoint{}}
	s.handler = s.routes()
	return s
}

// Index stores a document. An empty index name takes logstash-YYYY.MM.DD of the
// day of at, in UTC. The document gets an @timestamp of at, in milliseconds,
// unless it has one. The error is that of a document which cannot be JSON.
func (s *Store) Index(name string, doc map[string]any, at time.Time) error {
	source, err := object(doc)
	if err != nil {
		return fmt.Errorf("index %s: %w", cmp.Or(name, dated(at)), err)
	}
	s.Put(name, func() map[string]any { return source }, at)
	return nil
}

// Put is Index for a document that is not made before somebody reads it, or never: most
// lines go before anybody asks for them. What say returns is the store's; it has the types
// that JSON has, or is left empty.
func (s *Store) Put(name string, say func() map[string]any, at time.Time) {
	at = at.UTC().Truncate(time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written++
	d := &document{index: cmp.Or(name, dated(at)), number: s.written, at: at, say: say}
	place := len(s.docs)
	for place > 0 && s.docs[place-1].at.After(at) {
		place--
	}
	s.docs = slices.Insert(s.docs, place, d)
	s.unread = append(s.unread, d)
	ix := s.indices[d.index]
	if ix == nil {
		ix = &index{fields: map[string]string{}}
		s.indices[d.index] = ix
	}
	ix.docs++
	s.evict()
}

// dated is the index of a time.
func dated(at time.Time) string { return "logstash-" + at.UTC().Format("2006.01.02") }

// read makes the documents that were not made yet. The lock is the caller's.
func (s *Store) read() {
	for _, d := range s.unread {
		source, err := object(d.say())
		if err != nil {
			source = map[string]any{}
		}
		if _, ok := source[timestampField]; !ok {
			source[timestampField] = d.at.Format("2006-01-02T15:04:05.000Z")
		}
		d.say, d.source = nil, source
		s.indices[d.index].mapFields(source)
	}
	s.unread = nil
}

// Len returns the number of documents held.
func (s *Store) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.docs)
}

// ServeHTTP answers the search API.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// documentID makes ids that look like the store's own and are the same in every
// run: a counter, mixed so that neighbours differ (the finaliser of SplitMix64).
func documentID(n uint64) string {
	z := n * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return fmt.Sprintf("%016x%04x", z^z>>31, n&0xffff)
}

// mapFields extends an index's mapping by a document's fields.
func (ix *index) mapFields(doc map[string]any) {
	flatten("", doc, func(field string, value any) {
		switch value := value.(type) {
		case string:
			switch field {
			case timestampField:
				ix.fields[field] = "date"
			case messageField:
				ix.fields[field] = "text"
			case "@version":
				ix.fields[field] = "keyword"
			default:
				if _, ok := analysis.Timestamp(value); ok && ix.fields[field] == "" {
					ix.fields[field] = "date"
				}
				if ix.fields[field] != "text" && ix.fields[field] != "date" {
					ix.fields[field] = "text"
					ix.fields[field+keywordSuffix] = "keyword"
				}
			}
		case float64:
			if ix.fields[field] == "" {
				ix.fields[field] = "float"
				if value == float64(int64(value)) {
					ix.fields[field] = "long"
				}
			}
		case bool:
			ix.fields[field] = "boolean"
		}
	})
}

// flatten calls visit for each leaf of a document, arrays' members included.
func flatten(prefix string, v any, visit func(field string, value any)) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if prefix != "" {
				name = prefix + "." + name
			}
			flatten(name, member, visit)
		}
	case []any:
		for _, member := range v {
			flatten(prefix, member, visit)
		}
	case nil:
	default:
		visit(prefix, v)
	}
}

// evict drops the oldest documents beyond the bounds, and indices left empty.
func (s *Store) evict() {
	oldest := s.docs[len(s.docs)-1].at.Add(-s.opts.MaxAge)
	if len(s.docs) > s.opts.MaxDocs || s.docs[0].at.Before(oldest) {
		s.read() // the fields of what goes stay those of its index
	}
	n := 0
	for len(s.docs)-n > s.opts.MaxDocs || s.docs[n].at.Before(oldest) {
		ix := s.indices[s.docs[n].index]
		if ix.docs--; ix.docs == 0 {
			delete(s.indices, s.docs[n].index)
		}
		s.docs[n] = nil
		n++
	}
	s.docs = s.docs[n:]
}

// between returns the documents of a stretch of time, oldest first.
func (s *Store) between(from, to time.Time) []*document {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	return slices.Clone(within(s.docs, from, to))
}

// within returns the part of documents in the order of time that a stretch has.
func within(docs []*document, from, to time.Time) []*document {
	lo, hi := 0, len(docs)
	if !from.IsZero() {
		lo, _ = slices.BinarySearchFunc(docs, from, func(d *document, t time.Time) int {
			if d.at.Before(t) {
				return -1
			}
			return 1
		})
	}
	if !to.IsZero() {
		hi, _ = slices.BinarySearchFunc(docs, to, func(d *document, t time.Time) int {
			if d.at.After(t) {
				return 1
			}
			return -1
		})
	}
	return docs[lo:max(lo, hi)]
}
