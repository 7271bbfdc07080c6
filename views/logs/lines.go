package logs

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/ui/logview"
	"gantry/views/logs/whose"
	"gantry/views/wording"
)

// lines is a ring of lines as the log widget draws it: each line with its level and
// with the task that wrote it.
type lines struct {
	ring    *logs.Ring
	scopes  whose.Scopes
	names   []string // of several scopes, as they stand before lines
	zone    *time.Location
	origins ecslog.Origins
	several bool
	reveal  bool        // what is masked otherwise is shown
	anchor  *logs.Entry // the line that the others are shown around
	columns []string    // fields shown in place of messages; nil for messages

	labels  map[string]author // by the container's runtime id
	colours map[string]int    // by the task's ARN, in the order in which they wrote
	writers []writer          // in the same order
}

// writer is a task that wrote some of the lines.
type writer struct {
	label, revision string
	colour          int
}

var _ logview.Lines = (*lines)(nil)

// author is who wrote a line.
type author struct {
	text   string
	colour int
}

func newLines(scopes whose.Scopes, zone *time.Location) *lines {
	l := &lines{
		ring: logs.NewRing(0, 0), scopes: scopes, zone: zone,
		labels: map[string]author{}, colours: map[string]int{},
	}
	if scopes.Several() {
		l.names = scopes.Labels()
	}
	return l
}

// attribute takes in what is known of the tasks. Lines that are shown already are
// attributed anew; a task keeps its colour.
func (l *lines) attribute(s whose.Subject) {
	l.origins, l.several = s.Derivation.Origins, s.Containers
	clear(l.labels)
	l.writers = l.writers[:0]
	for _, e := range l.ring.From(l.ring.First()) {
		l.label(e)
	}
}

// inherit takes over how the lines were shown before they were searched anew.
func (l *lines) inherit(from *lines) {
	l.colours, l.columns, l.reveal = from.colours, from.columns, from.reveal
}

// met takes note of who wrote lines that come in.
func (l *lines) met(entries []logs.Entry) {
	for i := range entries {
		l.label(&entries[i])
	}
}

// find returns where a line stands that is known by its address.
func (l *lines) find(line *logs.Entry) (uint64, bool) {
	for pos, e := range l.ring.From(l.ring.First()) {
		if e == line {
			return pos, true
		}
	}
	return 0, false
}

// First is the position of the oldest line.
func (l *lines) First() uint64 { return l.ring.First() }

// End is the position after the newest line.
func (l *lines) End() uint64 { return l.ring.End() }

// At returns the line at a position.
func (l *lines) At(pos uint64) logview.Line {
	e := l.ring.At(pos)
	if e == nil {
		return logview.Line{}
	}
	if e.Gap != nil {
		return logview.Line{Time: e.Time.In(l.zone), Gap: true, Message: l.gap(e.Gap)}
	}
	if isMark(e) {
		return logview.Line{Time: e.Time.In(l.zone), Mark: true, Message: e.Message}
	}
	label := l.label(e)
	if !l.merged() {
		label = author{}
	}
	return logview.Line{
		Time: e.Time.In(l.zone), Level: levelOf(e.Level), Label: label.text, Colour: label.colour,
		Message: e.Shown(), Late: e.Late, Ahead: e.Ahead, Anchor: l.anchor != nil && e.Index == l.anchor.Index && e.ID == l.anchor.ID,
	}
}

// whole is the message of a line as it came, or what a line that is none says.
func (l *lines) whole(pos uint64) string {
	if e := l.ring.At(pos); e != nil && e.Gap == nil {
		return e.Message
	}
	return l.At(pos).Message
}

// merged tells that the lines are those of several, so that each says whose it is.
func (l *lines) merged() bool {
	return l.names != nil || len(l.writers) > 1 || len(l.writers) == 1 && (l.several || l.writers[0].label == byFamily)
}

func (l *lines) gap(g *logs.Gap) string {
	from, to, layout, what := g.From.In(l.zone), g.To.In(l.zone), "15:04:05", "lines"
	if from.Format(time.DateOnly) != to.Format(time.DateOnly) {
		layout = "2006-01-02 15:04:05"
	}
	if g.Aside {
		what = "some lines"
	}
	return fmt.Sprintf("%s from %s to %s are not shown: %s", what, from.Format(layout), to.Format(layout), g.Reason)
}

// levelOf is a level as the widget paints it.
func levelOf(level string) logview.Level {
	switch logs.SeverityOf(level) {
	case logs.SeverityTrace, logs.SeverityDebug:
		return logview.LevelDebug
	case logs.SeverityInfo:
		return logview.LevelInfo
	case logs.SeverityWarn:
		return logview.LevelWarn
	case logs.SeverityError, logs.SeverityFatal:
		return logview.LevelError
	case logs.SeverityUnknown:
	}
	return logview.LevelNone
}

// label says who wrote a line, as far as the scope leaves that open.
func (l *lines) label(e *logs.Entry) author {
	if label, ok := l.labels[e.Container]; ok && e.Container != "" || e.Gap != nil || isMark(e) {
		return label
	}
	o := l.origins.Of(e)
	var label author
	switch {
	case l.names != nil:
		label = author{text: unknownWriter, colour: len(l.names)}
		if o.Part >= 0 {
			label = author{text: l.names[o.Part], colour: o.Part}
			if o.ByFamily {
				label.text += "?" // as a state that was not read
			}
		}
	case l.scopes[0].Task == nil:
		if o.ByFamily {
			label = author{text: byFamily, colour: l.colour(byFamily)}
		} else {
			label = author{text: wording.ShortID(o.TaskID), colour: l.colour(o.Task.ARN)}
		}
		if l.several && o.Container != "" {
			label.text += "/" + o.Container
		}
	case l.several:
		label = author{text: o.Container, colour: l.colour(o.Container)}
	}
	if e.Container != "" {
		l.labels[e.Container] = label
	}
	if !slices.ContainsFunc(l.writers, func(w writer) bool { return w.label == label.text }) && label.text != "" {
		l.writers = append(l.writers, writer{label: label.text, revision: o.Revision, colour: label.colour})
	}
	return label
}

// unknownWriter marks a line of several services that does not say whose it is.
const unknownWriter = "?"

// byFamily marks a line that nothing but its family ties to the service.
const byFamily = "family"

func (l *lines) colour(of string) int {
	n, ok := l.colours[of]
	if !ok {
		n = len(l.colours)
		l.colours[of] = n
	}
	return n
}

// error tells that the line at a position is an error.
func (l *lines) error(pos uint64) bool {
	e := l.ring.At(pos)
	return e != nil && e.Gap == nil && levelOf(e.Level) == logview.LevelError
}

// safe makes a message fit to be copied or read, with its secrets masked unless they
// are shown.
func (l *lines) safe(message string) string {
	message = clean.Plain(strings.TrimRight(message, "\r\n"))
	if l.reveal {
		return clean.Text(message)
	}
	return clean.ShownText(message)
}

// text is some lines, one after another, for a file. It outlives the screen, so that
// secrets are masked whatever the screen shows.
func (l *lines) text(lines iter.Seq[uint64]) string {
	var b strings.Builder
	for pos := range lines {
		line, e := l.At(pos), l.ring.At(pos)
		b.WriteString(wording.JoinNonEmpty(" ", line.Time.Format("2006-01-02T15:04:05.000Z07:00"),
			clean.Line(e.Level), clean.Line(line.Label), clean.ShownText(clean.Plain(strings.TrimRight(l.whole(pos), "\r\n")))))
		b.WriteByte('\n')
	}
	return b.String()
}
