package cwlogs

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// logRegion is CloudWatch Logs in one region. Containers may log to another region
// than their own, so there is one for each that something logs to.
type logRegion struct {
	world  *world.World
	name   string
	groups map[string]*logGroup
	names  []string // sorted
}

// logGroup keeps the events of all its streams in one order, which is the one that
// FilterLogEvents answers in.
type logGroup struct {
	name, arn string
	createdAt time.Time
	streams   map[string]*eventStream
	names     []string // sorted
	events    []logEvent
}

type eventStream struct {
	name      string
	createdAt time.Time
	// flushes is when in a flushInterval the driver sends what it collected.
	flushes time.Duration
}

// logEvent is a line. Times are milliseconds since 1970, as the service keeps them.
type logEvent struct {
	at, ingested int64
	seq          uint64
	stream       *eventStream
	message      string
}

const (
	// flushInterval is how often Docker's awslogs driver sends what it collected.
	flushInterval = 5 * time.Second
	// sending is how long a batch is under way.
	sending = 150 * time.Millisecond
	// maxLogEvents bounds the events of a group; the oldest tenth goes first.
	maxLogEvents = 200_000
)

// compare orders events by time, then by when they were received.
func (e logEvent) compare(o logEvent) int {
	return cmp.Or(cmp.Compare(e.at, o.at), cmp.Compare(e.ingested, o.ingested), cmp.Compare(e.seq, o.seq))
}

// id is unique and has 56 digits, as the service's ids do.
func (e logEvent) id() string { return fmt.Sprintf("3%013d%042d", e.at, e.seq) }

// Store is CloudWatch Logs.
type Store struct {
	*world.World
	regions map[string]*logRegion
	seq     uint64 // of the events
}

// NewStore returns a store without log groups.
func NewStore(w *world.World) *Store { return &Store{World: w, regions: map[string]*logRegion{}} }

// logsIn returns the service in a region; empty is the account's own.
func (a *Store) logsIn(region string) *logRegion {
	region = cmp.Or(region, a.Region)
	r := a.regions[region]
	if r == nil {
		r = &logRegion{world: a.World, name: region, groups: map[string]*logGroup{}}
		a.regions[region] = r
	}
	return r
}

// group returns a log group, made when there is none.
func (r *logRegion) group(name string, at time.Time) *logGroup {
	g := r.groups[name]
	if g == nil {
		g = &logGroup{
			name: name, createdAt: at, streams: map[string]*eventStream{},
			arn: "arn:aws:logs:" + r.name + ":" + r.world.AccountID + ":log-group:" + name,
		}
		r.groups[name] = g
		r.names = world.InsertName(r.names, name)
	}
	return g
}

func (g *logGroup) stream(name string, at time.Time) *eventStream {
	s := g.streams[name]
	if s == nil {
		// Drivers flush independently of each other, but the same way in each life of
		// an account.
		h := fnv.New32a()
		h.Write([]byte(name))
		s = &eventStream{name: name, createdAt: at, flushes: time.Duration(h.Sum32()) % flushInterval}
		g.streams[name] = s
		g.names = world.InsertName(g.names, name)
	}
	return s
}

// insert keeps the events in order; a new one belongs near the end.
func (g *logGroup) insert(e logEvent) {
	if len(g.events) >= maxLogEvents {
		g.events = slices.Delete(g.events, 0, maxLogEvents/10)
	}
	i := len(g.events)
	for i > 0 && g.events[i-1].compare(e) > 0 {
		i--
	}
	g.events = slices.Insert(g.events, i, e)
}

// Place is where an event goes: a stream of a group, in a region; an empty region
// is the account's own.
type Place struct{ Region, Group, Stream string }

// Write writes a message as the awslogs driver does: each of its lines is an event
// of its own, all of one time.
func (a *Store) Write(to Place, at time.Time, message string) {
	group := a.logsIn(to.Region).group(to.Group, at)
	stream := group.stream(to.Stream, at)
	received := at.Add(-stream.flushes).Truncate(flushInterval).Add(flushInterval + stream.flushes + sending)
	for line := range strings.Lines(message) {
		a.insert(group, stream, at, received, strings.TrimSuffix(line, "\n"))
	}
}

// WriteEvent writes one event, received at the given time and not seen before that.
func (a *Store) WriteEvent(to Place, at, received time.Time, message string) {
	group := a.logsIn(to.Region).group(to.Group, at)
	a.insert(group, group.stream(to.Stream, at), at, received, message)
}

func (a *Store) insert(group *logGroup, stream *eventStream, at, received time.Time, message string) {
	a.seq++
	group.insert(logEvent{at: at.UnixMilli(), ingested: received.UnixMilli(), seq: a.seq, stream: stream, message: message})
}

// Operations are those of CloudWatch Logs.
func (a *Store) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"DescribeLogGroups":  inRegion(a, (*logRegion).describeLogGroups),
		"DescribeLogStreams": inRegion(a, (*logRegion).describeLogStreams),
		"FilterLogEvents":    inRegion(a, (*logRegion).filterLogEvents),
		"GetLogEvents":       inRegion(a, (*logRegion).getLogEvents),
		"CreateLogStream":    inRegion(a, (*logRegion).createLogStream),
		"PutLogEvents":       inRegion(a, a.putLogEvents),
	}
}

// inRegion makes an operation of one that acts in the region that its request was
// signed for.
func inRegion[In any](a *Store, do func(*logRegion, *In) ([]byte, error)) wire.Operation {
	return wire.Signed(func(r *wire.Request, in *In) ([]byte, error) { return do(a.logsIn(r.Region), in) })
}

// groupName is how the operations name a log group.
type groupName struct {
	Name       string `json:"logGroupName"`
	Identifier string `json:"logGroupIdentifier"` // name or ARN
}

func (r *logRegion) find(in groupName) (*logGroup, error) {
	if (in.Name == "") == (in.Identifier == "") {
		return nil, wire.Invalid("Exactly one of logGroupName and logGroupIdentifier must be specified.")
	}
	name := in.Name
	if in.Identifier != "" {
		name = in.Identifier
		if _, resource, ok := strings.Cut(name, ":log-group:"); ok {
			name = strings.TrimSuffix(resource, ":*")
		}
	}
	if g := r.groups[name]; g != nil {
		return g, nil
	}
	return nil, wire.Fail("ResourceNotFoundException", "The specified log group does not exist.")
}

// seen returns the events of some streams (nil: all) in a range of milliseconds,
// both ends included, that the service has received.
func (r *logRegion) seen(g *logGroup, of map[*eventStream]bool, from, to int64) []logEvent {
	start, _ := slices.BinarySearchFunc(g.events, from, func(e logEvent, at int64) int { return cmp.Compare(e.at, at) })
	now := r.world.Now.UnixMilli()
	var out []logEvent
	for _, e := range g.events[start:] {
		if e.at > to {
			break
		}
		if e.ingested <= now && (of == nil || of[e.stream]) {
			out = append(out, e)
		}
	}
	return out
}
