package logs

import (
	"context"
	"fmt"
	"time"
)

// Source is a store of log lines: the port that Tail reads from. Methods may be
// called concurrently; errors carry an *Error.
type Source interface {
	// Latest returns the newest limit lines of a range, newest first.
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
	// Full is true when there may be more entries beyond the limit.
	Full bool
	// Partial says what part of the store did not answer; nil when all of it did.
	Partial *Partial
	// NoShards is true when nothing matched the index pattern: there is no such
	// index, or these credentials may not see it.
	NoShards bool
}

// Partial describes an incomplete answer.
type Partial struct {
	Failed, Shards int
	TimedOut       bool
	// Reason is the store's first reason, cleaned; may be empty.
	Reason string
}

// String returns the state in a few words.
func (p *Partial) String() string {
	switch {
	case p.Failed > 0 && p.Reason != "":
		return fmt.Sprintf("%d of %d shards failed: %s", p.Failed, p.Shards, p.Reason)
	case p.Failed > 0:
		return fmt.Sprintf("%d of %d shards failed", p.Failed, p.Shards)
	default:
		return "the search ran out of time"
	}
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
	// Newest is the time of the newest document of the index, whatever its
	// query; zero when there is none.
	Newest time.Time
}

// String says it in one sentence, without a full stop.
func (e Explanation) String() string {
	switch e.Cause {
	case NoIndex:
		return fmt.Sprintf("no index matches %s, or these credentials may not see it", e.Index)
	case NoDocuments:
		if e.Newest.IsZero() {
			return fmt.Sprintf("%s has no documents", e.Index)
		}
		return fmt.Sprintf("%s has no documents in this range; its newest is of %s", e.Index, e.Newest.UTC().Format(time.RFC3339))
	case NoFields:
		return fmt.Sprintf("%s has none of the fields looked for: %s", e.Index, list(e.Looked))
	case NoMatch:
	}
	return fmt.Sprintf("%s receives lines, and none of them is of this query", e.Index)
}

// Opener opens the log store that belongs to a context of the account. The key
// is the context's printed form; the same key may return the same Source.
type Opener interface {
	OpenLogs(ctx context.Context, contextID string) (Source, error)
}
