package sim

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"time"
)

// logRegion is CloudWatch Logs in one region. Containers may log to another region
// than their own, so there is one for each that something logs to.
type logRegion struct {
	account *Account
	name    string
	groups  map[string]*logGroup
	names   []string // sorted
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
	// awslogs is the driver's name in a task definition.
	awslogs = "awslogs"
)

// compare orders events by time, then by when they were received.
func (e logEvent) compare(o logEvent) int {
	return cmp.Or(cmp.Compare(e.at, o.at), cmp.Compare(e.ingested, o.ingested), cmp.Compare(e.seq, o.seq))
}

// id is unique and has 56 digits, as the service's ids do.
func (e logEvent) id() string { return fmt.Sprintf("3%013d%042d", e.at, e.seq) }

// logsIn returns the service in a region; empty is the account's own.
func (a *Account) logsIn(region string) *logRegion {
	region = cmp.Or(region, a.opts.Region)
	if a.logRegions == nil {
		a.logRegions = map[string]*logRegion{}
	}
	r := a.logRegions[region]
	if r == nil {
		r = &logRegion{account: a, name: region, groups: map[string]*logGroup{}}
		a.logRegions[region] = r
	}
	return r
}

// group returns a log group, made when there is none.
func (r *logRegion) group(name string, at time.Time) *logGroup {
	g := r.groups[name]
	if g == nil {
		g = &logGroup{
			name: name, createdAt: at, streams: map[string]*eventStream{},
			arn: "arn:aws:logs:" + r.name + ":" + r.account.opts.AccountID + ":log-group:" + name,
		}
		r.groups[name] = g
		r.names = insertName(r.names, name)
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
		g.names = insertName(g.names, name)
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

// logToGroup writes a message as the awslogs driver does: each of its lines is an
// event of its own, all of one time.
func (a *Account) logToGroup(c *container, at time.Time, message string) {
	options := c.def.logOptions
	group := a.logsIn(options["awslogs-region"]).group(options["awslogs-group"], at)
	stream := group.stream(streamName(c), at)
	received := at.Add(-stream.flushes).Truncate(flushInterval).Add(flushInterval + stream.flushes + sending)
	for line := range strings.Lines(message) {
		a.logSeq++
		group.insert(logEvent{
			at: at.UnixMilli(), ingested: received.UnixMilli(), seq: a.logSeq,
			stream: stream, message: strings.TrimSuffix(line, "\n"),
		})
	}
}

// streamName is where the driver writes: with a prefix a name that tells container
// and task, without one Docker's id of the container.
func streamName(c *container) string {
	if prefix := c.def.logOptions["awslogs-stream-prefix"]; prefix != "" {
		return prefix + "/" + c.def.name + "/" + c.task.id
	}
	return c.runtimeID
}

// WriteLogEvent writes an event that no container wrote: to the group and stream
// that it names, in the account's region, received at the given time and not seen
// before that.
func (a *Account) WriteLogEvent(group, stream string, at, received time.Time, message string) {
	a.change(func() {
		g := a.logsIn("").group(group, at)
		a.logSeq++
		g.insert(logEvent{at: at.UnixMilli(), ingested: received.UnixMilli(), seq: a.logSeq, stream: g.stream(stream, at), message: message})
	})
}

// signedRegion is the region that a request was signed for; empty without a
// signature.
func signedRegion(r *http.Request) string {
	_, scope, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if parts := strings.Split(scope, "/"); ok && len(parts) > 2 {
		return parts[2]
	}
	return ""
}

// logsOperation returns an operation of CloudWatch Logs in a region.
func logsOperation(name, region string) func(*Account, []byte) ([]byte, error) {
	switch name {
	case "DescribeLogGroups":
		return inLogRegion(region, (*logRegion).describeLogGroups)
	case "DescribeLogStreams":
		return inLogRegion(region, (*logRegion).describeLogStreams)
	case "FilterLogEvents":
		return inLogRegion(region, (*logRegion).filterLogEvents)
	case "GetLogEvents":
		return inLogRegion(region, (*logRegion).getLogEvents)
	}
	return nil
}

func inLogRegion[In any](region string, do func(*logRegion, *In) ([]byte, error)) func(*Account, []byte) ([]byte, error) {
	return takes(func(a *Account, in *In) ([]byte, error) { return do(a.logsIn(region), in) })
}

// groupName is how the operations name a log group.
type groupName struct {
	Name       string `json:"logGroupName"`
	Identifier string `json:"logGroupIdentifier"` // name or ARN
}

func (r *logRegion) find(in groupName) (*logGroup, error) {
	if (in.Name == "") == (in.Identifier == "") {
		return nil, invalid("Exactly one of logGroupName and logGroupIdentifier must be specified.")
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
	return nil, fail("ResourceNotFoundException", "The specified log group does not exist.")
}

// seen returns the events of some streams (nil: all) in a range of milliseconds,
// both ends included, that the service has received.
func (r *logRegion) seen(g *logGroup, of map[*eventStream]bool, from, to int64) []logEvent {
	start, _ := slices.BinarySearchFunc(g.events, from, func(e logEvent, at int64) int { return cmp.Compare(e.at, at) })
	now := r.account.now.UnixMilli()
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
