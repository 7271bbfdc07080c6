package logs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/internal/words"
)

// Source is a store of log lines: the port that lines are read through. Methods may be
// called concurrently; errors carry a *fault.Error. What only some stores can do is
// told by Historian, Counter, Histogrammer and Tallier.
type Source interface {
	// Latest returns the newest limit lines of a range, newest first: turned round,
	// they stand in the order in which Since gives them, also those of one time.
	Latest(ctx context.Context, q Query, r Range, limit int) (Page, error)
	// Since returns the oldest limit lines of a range, oldest first. To read on,
	// ask again from Page.Last and drop what was seen: lines that share a
	// timestamp may stand on both sides of a page's edge.
	Since(ctx context.Context, q Query, r Range, limit int) (Page, error)
	// Explain says why a query has no lines in a range.
	Explain(ctx context.Context, q Query, r Range) (Explanation, error)
	// Limits returns what pages of this store look like.
	Limits() Limits
}

// Ahead is how far beyond now a line's time may be and still be read: the clocks of
// writers differ.
const Ahead = 5 * time.Minute

// Cursor is a place in a store's order, in the store's own words.
type Cursor []byte

// Direction is the order in which lines are read.
type Direction uint8

// The directions.
const (
	// Older reads from the newest line of a range towards the past.
	Older Direction = iota
	// Newer reads from the oldest line of a range towards the present.
	Newer
)

// Historian is a Source that can hold still what searches see, so that pages
// neither repeat nor skip a line while others are written. See History.
type Historian interface {
	// OpenPoint opens a point in time. The store keeps it for minutes after its
	// last use, at a cost: close it. The error is ErrNoPoints when this store, or
	// these credentials, cannot have one.
	OpenPoint(ctx context.Context) (Point, error)
}

// Point is a store as it was when the point was opened. Calls follow one another.
type Point interface {
	// Read returns up to limit lines of a range, ordered as by Latest for Older ones
	// and as by Since for Newer ones: those after a
	// page's Cursor, or the first when that is empty. The error is ErrPointGone
	// when the store has let the point go.
	Read(ctx context.Context, q Query, r Range, d Direction, after Cursor, limit int) (Page, error)
	// Close gives the point back.
	Close(ctx context.Context) error
}

// The reasons for which a point in time cannot be read.
var (
	ErrNoPoints  = errors.New("the store has no points in time")
	ErrPointGone = errors.New("the point in time is over")
)

// Counter is a Source that counts lines without reading them.
type Counter interface {
	Count(ctx context.Context, q Query, r Range) (Count, error)
}

// Count is a number of lines.
type Count struct {
	Lines int
	// Partial says what part of the store did not count; nil when all of it did.
	Partial *Partial
}

// Tallier is a Source whose store counts by itself: one search tells how many lines
// there are, however many that is.
type Tallier interface {
	// Tally returns the bars of a range, as a Histogrammer does, but for their levels.
	// The error is of class invalid when the store of this query cannot.
	Tally(ctx context.Context, q Query, r Range, interval time.Duration) (Histogram, error)
}

// Histogrammer is a Source that counts lines by time and level, be it by reading them.
type Histogrammer interface {
	// Histogram returns the bars of a range, both of whose ends are set. The
	// interval is a whole number of seconds; bars begin at its multiples since
	// 1970.
	Histogram(ctx context.Context, q Query, r Range, interval time.Duration) (Histogram, error)
}

// Limits are a store's bounds.
type Limits struct {
	// MaxPage is the largest page that the store returns.
	MaxPage int
	// Step is the smallest difference between two timestamps that the store
	// tells apart when it sorts and compares.
	Step time.Duration
}

// Page is one answer of a Source.
type Page struct {
	Entries []Entry
	// Last is the store's timestamp of the last entry, in the store's own
	// resolution, which may be coarser than the entry's; zero on an empty page.
	Last time.Time
	// Cursor continues a Point's reading after the last entry; empty when the
	// store has no order that tells lines of one timestamp apart.
	Cursor Cursor
	// Full is true when there may be more entries beyond the limit.
	Full bool
	// Partial says what part of the store did not answer; nil when all of it did.
	Partial *Partial
	// Scanned is set when Partial is because a search would have taken too long: the
	// store was read up to this time, in the direction of reading, and reading on from
	// it misses nothing. The page may be empty.
	Scanned time.Time
	// NoShards is true when nothing matched the index pattern: there is no such
	// index, or these credentials may not see it.
	NoShards bool
}

// Partial describes an incomplete answer.
type Partial struct {
	// Failed of so many Shards did not answer; or of what Of names in the plural, such
	// as log stores.
	Failed, Shards int
	Of             string
	TimedOut       bool
	// Lasting is true when the missing part will not answer later either, such as
	// a store that refuses: reading the stretch again would bring nothing.
	Lasting bool
	// Reason is the store's first reason, cleaned; may be empty.
	Reason string
}

// String returns the state in a few words.
func (p *Partial) String() string {
	what := "the search ran out of time"
	switch {
	case p.Failed > 0 && p.Of != "":
		what = fmt.Sprintf("%d of %d %s cannot be read", p.Failed, p.Shards, p.Of)
	case p.Failed > 0:
		what = fmt.Sprintf("%d of %s failed", p.Failed, words.Count(p.Shards, "shard"))
	}
	if p.Reason != "" {
		what += ": " + p.Reason
	}
	return what
}

// Lacking is what an answer lacks when one of several stores fails.
func Lacking(err error, stores int) *Partial {
	return &Partial{Failed: 1, Shards: stores, Of: "log stores", Lasting: fault.Lasting(err), Reason: err.Error()}
}

// Cause says why nothing matches.
type Cause uint8

// The causes.
const (
	// NoMatch means that lines arrive, and none is of this query.
	NoMatch Cause = iota
	// NoIndex means that no index has the configured name, or that these
	// credentials may not see it.
	NoIndex
	// NoDocuments means that the index has nothing at all in the range.
	NoDocuments
	// NoFields means that the index has none of the fields that were looked for.
	NoFields
)

// Explanation tells why a query has no lines.
type Explanation struct {
	Cause Cause
	// Index is the index, pattern or alias that was searched.
	Index string
	// Looked holds the fields that the query needs, Found those that exist.
	Looked, Found []string
	// Unknown holds the fields that the person's query names and the index lacks.
	Unknown []string
	// Newest is the time of the newest document of the index, whatever its
	// query; zero when there is none.
	Newest time.Time
	// Words say it in the store's own terms; empty leaves it to String.
	Words string
}

// String says it in one sentence, without a full stop.
func (e Explanation) String() string {
	if e.Words != "" {
		return e.Words
	}
	switch e.Cause {
	case NoIndex:
		return fmt.Sprintf("no index matches %s, or these credentials may not see it", e.Index)
	case NoDocuments:
		if e.Newest.IsZero() {
			return fmt.Sprintf("%s has no documents", e.Index)
		}
		return fmt.Sprintf("%s has no documents in this range; its newest is of %s", e.Index, e.Newest.UTC().Format(time.RFC3339))
	case NoFields:
		return fmt.Sprintf("%s has none of the fields looked for: %s", e.Index, strings.Join(e.Looked, ", "))
	case NoMatch:
		if len(e.Unknown) > 0 {
			return fmt.Sprintf("%s receives lines, and has no field that is named %s", e.Index, strings.Join(e.Unknown, " or "))
		}
	}
	return fmt.Sprintf("%s receives lines, and none of them is of this query", e.Index)
}

// ErrTooLarge is the cause of a failure when an answer was larger than an adapter
// takes: a smaller page may succeed.
var ErrTooLarge = errors.New("the answer is too large")

// Fitting reads a page of up to n lines, and smaller ones while the answer is too
// large. It returns how many lines the page was asked for that came.
func Fitting(n int, read func(n int) (Page, error)) (Page, int, error) {
	for ; ; n = max(1, n/4) {
		page, err := read(n)
		if n == 1 || !errors.Is(err, ErrTooLarge) {
			return page, n, err
		}
	}
}
