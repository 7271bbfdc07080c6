package cloudwatch

import (
	"context"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gantry/internal/fault"
	"gantry/logs"
)

func TestMain(m *testing.M) {
	// There is memory enough, and time goes into collecting it.
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}

// stored is an event of the fake service, and when it is received.
type stored struct {
	group GroupID
	Event
}

// service is CloudWatch Logs in memory, with pages as mean as the real ones:
// short, empty, and refused whole when a stream that is named does not exist.
type service struct {
	mu      sync.Mutex
	groups  []GroupID
	streams []StreamID
	events  []stored // in the order of time, reception and arrival
	// perPage bounds the events that one page looks at; 0 is no bound.
	perPage int
	// headOnly makes the service ignore that the newest events are asked for.
	headOnly bool
	// infrequent are groups of a class that cannot be searched.
	infrequent []GroupID
	fault      func(Request) error
	calls      []string
	requests   []Request
}

func (s *service) has(g GroupID) {
	if !slices.Contains(s.groups, g) {
		s.groups = append(s.groups, g)
	}
}

func (s *service) write(g GroupID, stream string, at, received time.Time, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has(g)
	if id := (StreamID{g, stream}); !slices.Contains(s.streams, id) {
		s.streams = append(s.streams, id)
	}
	e := stored{g, Event{
		ID: fmt.Sprint(len(s.events)), Stream: stream, Message: message, Time: at.Truncate(time.Millisecond), Ingested: received,
	}}
	s.events = slices.Insert(s.events, sort.Search(len(s.events), func(i int) bool {
		c := s.events[i].Time.Compare(e.Time)
		return c > 0 || c == 0 && s.events[i].Ingested.After(e.Ingested)
	}), e)
}

func missing(what string) error {
	return fault.Errorf(fault.NotFound, "logs:FilterLogEvents", "", "ResourceNotFoundException: The specified log %s does not exist.", what)
}

func (s *service) Events(_ context.Context, r Request) (Events, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, fmt.Sprintf("%s %s* %s %s", r.Group.Name, r.Prefix, strings.Join(r.Streams, ","), r.Pattern))
	s.requests = append(s.requests, r)
	if s.fault != nil {
		if err := s.fault(r); err != nil {
			return Events{}, err
		}
	}
	switch {
	case !slices.Contains(s.groups, r.Group):
		return Events{}, missing("group")
	case slices.Contains(s.infrequent, r.Group):
		return Events{}, fault.Errorf(fault.Invalid, "logs:FilterLogEvents", "", "InvalidOperationException: this operation is not supported")
	case r.Prefix != "" && len(r.Streams) > 0, len(r.Streams) > MaxStreams, r.Limit > MaxEvents,
		r.Descending && r.From.Before(descendingSince):
		return Events{}, fault.Errorf(fault.Invalid, "logs:FilterLogEvents", "", "InvalidParameterException")
	}
	for _, name := range r.Streams {
		if !slices.Contains(s.streams, StreamID{r.Group, name}) {
			return Events{}, missing("stream")
		}
	}
	var all []*stored
	now := time.Now()
	from := sort.Search(len(s.events), func(i int) bool { return !s.events[i].Time.Before(r.From) })
	for i := from; i < len(s.events) && (r.To.IsZero() || !s.events[i].Time.After(r.To)); i++ {
		e := &s.events[i]
		if e.group == r.Group && (len(r.Streams) == 0 || slices.Contains(r.Streams, e.Stream)) &&
			strings.HasPrefix(e.Stream, r.Prefix) && !e.Ingested.After(now) {
			all = append(all, e)
		}
	}
	if r.Descending && !s.headOnly {
		slices.Reverse(all)
	}
	// A token is the id that was shown last, so that new events shift no page.
	if r.Token != "" {
		all = all[slices.IndexFunc(all, func(e *stored) bool { return e.ID == r.Token })+1:]
	}
	var out Events
	pattern := regexp.MustCompile(strings.Trim(r.Pattern, "%"))
	for i, e := range all {
		if s.perPage > 0 && i == s.perPage || r.Limit > 0 && len(out.Events) == r.Limit {
			out.Next = all[i-1].ID
			break
		}
		if pattern.MatchString(e.Message) {
			out.Events = append(out.Events, e.Event)
		}
	}
	return out, nil
}

func (s *service) Newest(_ context.Context, id StreamID) (newest Event, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.group == id.Group && e.Stream == id.Name {
			newest, ok = e.Event, true
		}
	}
	return newest, ok, nil
}

func (s *service) Streams(_ context.Context, g GroupID, prefix string, limit int) ([]Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, "streams "+prefix)
	if !slices.Contains(s.groups, g) {
		return nil, missing("group")
	}
	var out []Stream
	for _, id := range s.streams {
		if id.Group == g && strings.HasPrefix(id.Name, prefix) {
			out = append(out, Stream{id.Name})
		}
	}
	slices.SortFunc(out, func(a, b Stream) int { return strings.Compare(a.Name, b.Name) })
	return out[:min(limit, len(out))], nil
}

func (s *service) RecentStreams(ctx context.Context, g GroupID, limit int) ([]Stream, error) {
	return s.Streams(ctx, g, "", limit)
}

func (s *service) Groups(_ context.Context, region, prefix string) ([]Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Group
	for _, g := range s.groups {
		if g.Region == region && strings.HasPrefix(g.Name, prefix) {
			out = append(out, Group{g.Name, slices.Contains(s.infrequent, g)})
		}
	}
	return out, nil
}

const home = "eu-west-1"

func at(ms int) time.Time { return time.UnixMilli(1_790_000_000_000 + int64(ms)).UTC() }

func inGroup(name string) logs.Match { return exact(logs.FieldGroup, name) }

func exact(field string, values ...string) logs.Match {
	return logs.Match{Fields: []string{field}, Op: logs.Exact, Values: values}
}

func begins(field, value string) logs.Match {
	return logs.Match{Fields: []string{field}, Op: logs.Prefix, Values: []string{value}}
}

func messages(p logs.Page) string {
	var out []string
	for _, e := range p.Entries {
		out = append(out, e.Message)
	}
	return strings.Join(out, " ")
}
