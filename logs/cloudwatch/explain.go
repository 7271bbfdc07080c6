package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/logs"
)

// Explain says why a query has no lines in a range: which log group does not
// exist, which streams do not, or that they are silent.
func (s *Source) Explain(ctx context.Context, q logs.Query, r logs.Range) (logs.Explanation, error) {
	x := logs.Explanation{Cause: logs.NoMatch, Looked: logs.Fields(q.Where)}
	targets, err := s.plan(ctx, q.Where)
	if err != nil {
		return x, err
	}
	if len(targets) == 0 {
		x.Cause, x.Words = logs.NoIndex, "no log group has a name that begins so, or these credentials may not see it"
		return x, nil
	}
	var names, words []string
	for _, t := range targets {
		of, err := s.explain(ctx, t, r)
		if err != nil {
			return x, err
		}
		if name := t.group.words(s.region); !slices.Contains(names, name) {
			names = append(names, name)
		}
		if !slices.Contains(words, of.Words) {
			words = append(words, of.Words)
		}
		if len(words) == 1 || of.Cause < x.Cause {
			x.Cause = of.Cause
		}
		// Streams are the containers' own: that they are silent tells nothing of others.
		if of.Newest.After(x.Newest) && !of.Newest.Before(r.From) {
			x.Newest = of.Newest
		}
	}
	x.Index, x.Words = strings.Join(names, ", "), strings.Join(words, "; ")
	return x, nil
}

// explain says what one target has.
func (s *Source) explain(ctx context.Context, t target, r logs.Range) (logs.Explanation, error) {
	group := "log group " + t.group.words(s.region)
	var x logs.Explanation
	streams, err := s.streamsOf(ctx, t)
	switch {
	case fault.ClassOf(err) == fault.NotFound:
		x.Cause, x.Words = logs.NoIndex, group+" does not exist"
		return x, nil
	case err != nil:
		return x, err
	case len(streams) == 0:
		x.Cause, x.Words = logs.NoDocuments, fmt.Sprintf("%s has no log stream %s: the container has written nothing", group, t.words())
		return x, nil
	}
	for _, name := range streams {
		e, ok, err := s.port.Newest(ctx, StreamID{t.group, name})
		if err != nil && fault.ClassOf(err) != fault.NotFound {
			return x, err
		}
		if ok && e.Time.After(x.Newest) {
			x.Newest = e.Time
		}
	}
	which := fmt.Sprintf("%s in %s", t.words(), group)
	switch {
	case x.Newest.IsZero():
		x.Cause, x.Words = logs.NoDocuments, which+" has no lines"
	case x.Newest.Before(r.From):
		x.Cause = logs.NoDocuments
		x.Words = fmt.Sprintf("%s has no lines in this range; its newest is of %s", which, x.Newest.UTC().Format(time.RFC3339))
	default:
		x.Words = which + " receives lines, and none of them is of this query"
	}
	return x, nil
}

// sampled bounds the streams that are looked into for an explanation.
const sampled = 5

// streamsOf returns some log streams of a target: of those that it names the ones
// that exist, else the ones that received events last.
func (s *Source) streamsOf(ctx context.Context, t target) ([]string, error) {
	if len(t.streams) > 0 {
		found, err := s.look(ctx, t)
		return found[:min(sampled, len(found))], err
	}
	var streams []Stream
	var err error
	if t.prefix != "" {
		streams, err = s.port.Streams(ctx, t.group, t.prefix, sampled)
	} else {
		streams, err = s.port.RecentStreams(ctx, t.group, sampled)
	}
	names := make([]string, len(streams))
	for i, stream := range streams {
		names[i] = stream.Name
	}
	return names, err
}

// words names a group, with its region where that is another.
func (g GroupID) words(home string) string {
	if g.Region == "" || g.Region == home {
		return clean.Line(g.Name)
	}
	return clean.Line(g.Name) + " in " + clean.Line(g.Region)
}

// words names the streams of a target.
func (t target) words() string {
	switch {
	case len(t.streams) == 1:
		return clean.Line(t.streams[0])
	case len(t.streams) > 1:
		return fmt.Sprintf("%s and %d more", clean.Line(t.streams[0]), len(t.streams)-1)
	case t.prefix != "":
		return clean.Line(t.prefix) + "*"
	}
	return "of any name"
}
