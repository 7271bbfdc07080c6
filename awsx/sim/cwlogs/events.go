package cwlogs

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
)

const (
	// maxEventPage and maxEventBytes bound a page of events.
	maxEventPage  = 10_000
	maxEventBytes = 1 << 20
	// eventOverhead is what the service adds to each message's length.
	eventOverhead = 26
	// maxScanned is how many events one request of FilterLogEvents looks at: with a
	// pattern that few match, pages come empty although more follow.
	maxScanned = 4000
	// latestLog is later than any event.
	latestLog = math.MaxInt64
)

// headless is when events begin that can be read newest first.
var headless = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

type filterLogEventsInput struct {
	groupName
	Streams   []string `json:"logStreamNames"`
	Prefix    string   `json:"logStreamNamePrefix"`
	Start     *int64   `json:"startTime"`
	End       *int64   `json:"endTime"`
	Pattern   string   `json:"filterPattern"`
	Limit     *int     `json:"limit"`
	Head      *bool    `json:"startFromHead"`
	NextToken string   `json:"nextToken"`
}

type eventDoc struct {
	Stream   string `json:"logStreamName,omitempty"`
	At       int64  `json:"timestamp"`
	Message  string `json:"message"`
	Ingested int64  `json:"ingestionTime"`
	ID       string `json:"eventId,omitempty"`
}

func (r *logRegion) filterLogEvents(in *filterLogEventsInput) ([]byte, error) {
	limit, err := eventLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	backwards := in.Head != nil && !*in.Head
	if backwards && (in.Start == nil || *in.Start < headless) {
		return nil, wire.Invalid("startFromHead can be false only when startTime is on or after January 1, 2024.")
	}
	match, err := parseFilterPattern(in.Pattern)
	if err != nil {
		return nil, err
	}
	g, err := r.find(in.groupName)
	if err != nil {
		return nil, err
	}
	of, err := g.chosen(in)
	if err != nil {
		return nil, err
	}
	events := r.seen(g, of, orElse(in.Start, 0), orElse(in.End, latestLog))
	if in.NextToken != "" {
		after, direction, ok := parseEventToken(in.NextToken)
		if !ok {
			return nil, wire.Invalid("The specified nextToken is invalid.")
		}
		backwards = direction < 0
		events = slices.DeleteFunc(events, func(e logEvent) bool { return e.compare(after)*direction <= 0 })
	}
	direction := 1
	if backwards {
		direction = -1
		slices.Reverse(events)
	}
	docs := [][]byte{}
	size, next := 0, ""
	for i, e := range events {
		size += len(e.message) + eventOverhead
		if len(docs) == limit || i == maxScanned || size > maxEventBytes && i > 0 {
			next = eventToken(events[i-1], direction)
			break
		}
		if match(e.message) {
			docs = append(docs, wire.Encode(eventDoc{e.stream.name, e.at, e.message, e.ingested, e.id()}))
		}
	}
	return wire.Envelope("events", docs, struct {
		Next     string     `json:"nextToken,omitempty"`
		Searched []struct{} `json:"searchedLogStreams"`
	}{next, []struct{}{}}), nil
}

// chosen returns the streams that a request names, nil for all.
func (g *logGroup) chosen(in *filterLogEventsInput) (map[*eventStream]bool, error) {
	switch {
	case len(in.Streams) > 0 && in.Prefix != "":
		return nil, wire.Invalid("logStreamNamePrefix and logStreamNames are mutually exclusive.")
	case len(in.Streams) > 100:
		return nil, wire.Invalid("1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length less than or equal to 100")
	case len(in.Streams) == 0 && in.Prefix == "":
		return nil, nil
	}
	of := map[*eventStream]bool{}
	for _, name := range in.Streams {
		s := g.streams[name]
		if s == nil {
			return nil, wire.Fail("ResourceNotFoundException", "The specified log stream does not exist.")
		}
		of[s] = true
	}
	if in.Prefix != "" {
		for _, name := range g.names {
			if strings.HasPrefix(name, in.Prefix) {
				of[g.streams[name]] = true
			}
		}
	}
	return of, nil
}

func eventLimit(limit *int) (int, error) {
	if limit == nil {
		return maxEventPage, nil
	}
	if *limit < 1 || *limit > maxEventPage {
		return 0, wire.Invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value between 1 and 10000")
	}
	return *limit, nil
}

func orElse(n *int64, fallback int64) int64 {
	if n == nil {
		return fallback
	}
	return *n
}

// eventToken names a place in the order of events and the direction of reading.
func eventToken(e logEvent, direction int) string {
	return wire.EncodeToken(fmt.Sprintf("%d %d %d %d", direction, e.at, e.ingested, e.seq))
}

func parseEventToken(token string) (after logEvent, direction int, ok bool) {
	key, ok := wire.DecodeToken(token)
	if !ok {
		return after, 0, false
	}
	_, err := fmt.Sscanf(key, "%d %d %d %d", &direction, &after.at, &after.ingested, &after.seq)
	return after, direction, err == nil
}

type getLogEventsInput struct {
	groupName
	Stream    string `json:"logStreamName"`
	Start     *int64 `json:"startTime"`
	End       *int64 `json:"endTime"` // not included
	Limit     *int   `json:"limit"`
	Head      bool   `json:"startFromHead"`
	NextToken string `json:"nextToken"`
}

// getLogEvents answers with events from old to new, whichever end the page is
// taken from. Both tokens are always there; at the end the one that was given
// comes back.
func (r *logRegion) getLogEvents(in *getLogEventsInput) ([]byte, error) {
	limit, err := eventLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	g, err := r.find(in.groupName)
	if err != nil {
		return nil, err
	}
	s := g.streams[in.Stream]
	if s == nil {
		return nil, wire.Fail("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	events := r.seen(g, map[*eventStream]bool{s: true}, orElse(in.Start, 0), orElse(in.End, latestLog)-1)
	forwards := in.Head
	if in.NextToken != "" {
		kind, rest, _ := strings.Cut(in.NextToken, "/")
		after, _, ok := parseEventToken(rest)
		if !ok || kind != "f" && kind != "b" {
			return nil, wire.Invalid("The specified nextToken is invalid.")
		}
		direction := 1
		if forwards = kind == "f"; !forwards {
			direction = -1
		}
		events = slices.DeleteFunc(events, func(e logEvent) bool { return e.compare(after)*direction <= 0 })
	}
	page := pageOfStream(events, limit, forwards)
	forward, backward := cmp.Or(in.NextToken, "f/"+eventToken(logEvent{}, 1)), cmp.Or(in.NextToken, "b/"+eventToken(logEvent{at: latestLog}, 1))
	docs := make([][]byte, len(page))
	for i, e := range page {
		docs[i] = wire.Encode(eventDoc{At: e.at, Message: e.message, Ingested: e.ingested})
	}
	if n := len(page); n > 0 {
		forward, backward = "f/"+eventToken(page[n-1], 1), "b/"+eventToken(page[0], 1)
	}
	return wire.Envelope("events", docs, struct {
		Forward  string `json:"nextForwardToken"`
		Backward string `json:"nextBackwardToken"`
	}{forward, backward}), nil
}

// pageOfStream cuts a page from the beginning or from the end.
func pageOfStream(events []logEvent, limit int, forwards bool) []logEvent {
	size, n := 0, 0
	for n < len(events) && n < limit {
		e := events[n]
		if !forwards {
			e = events[len(events)-1-n]
		}
		if size += len(e.message) + eventOverhead; size > maxEventBytes && n > 0 {
			break
		}
		n++
	}
	if forwards {
		return events[:n]
	}
	return events[len(events)-n:]
}
