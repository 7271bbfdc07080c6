package logs

import (
	"context"
	"slices"
	"time"
)

// Surroundings are the lines about a moment.
type Surroundings struct {
	// Entries are in the order of their times, oldest first.
	Entries []Entry
	// Anchor is the index of the line that was asked about, or of the first line
	// at the time or after it; len(Entries) when there is none.
	Anchor int
	// Before and After tell whether there may be more lines on either side.
	Before, After bool
	// Partial says what part of the store did not answer; nil when all of it did.
	Partial *Partial
}

// Around returns a line with up to n lines on either side of it: all that the
// query's filter chooses, whatever text was searched for.
func Around(ctx context.Context, src Source, q Query, line Entry, n int) (Surroundings, error) {
	s, err := about(ctx, src, Query{Store: q.Store, Where: q.Where}, line.Time, n, n+1)
	if err != nil {
		return s, err
	}
	isLine := func(e Entry) bool {
		return KnownOf(each([]Entry{e})).Has(&line)
	}
	if i := slices.IndexFunc(s.Entries, isLine); i >= 0 {
		s.Anchor = i
		return s, nil
	}
	// More lines share its timestamp than were asked for, or it is gone.
	s.Entries = slices.Insert(s.Entries, s.Anchor, line)
	return s, nil
}

// At returns up to n lines from a time on and up to n before it.
func At(ctx context.Context, src Source, q Query, t time.Time, n int) (Surroundings, error) {
	return about(ctx, src, q, t, n, n)
}

// about makes two searches: from a time on, and before it. Of a pattern some
// indices may count milliseconds where others count nanoseconds, and a line at the
// border can be in both answers.
func about(ctx context.Context, src Source, q Query, t time.Time, before, after int) (Surroundings, error) {
	most := src.Limits().MaxPage
	from, err := Oldest(ctx, src, q, Range{From: t}, min(after, most))
	if err != nil {
		return Surroundings{}, err
	}
	// The resolution is known after the first search.
	until, err := Newest(ctx, src, q, Range{To: t.Add(-src.Limits().Step)}, min(before, most))
	if err != nil {
		return Surroundings{}, err
	}
	older := KnownOf(each(from.Entries)).without(until.Entries)
	return Surroundings{
		Entries: append(older, from.Entries...), Anchor: len(older),
		Before: until.Full, After: from.Full, Partial: from.Partial.And(until.Partial),
	}, nil
}
