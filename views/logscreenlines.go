package views

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/ui/logview"
)

// logLines is a ring as the log widget draws it: each line with its level and
// with the task that wrote it.
type logLines struct {
	ring    *logs.Ring
	scope   LogScope
	zone    *time.Location
	origins ecslog.Origins
	several bool

	labels  map[string]logLabel // by the container's runtime id
	colours map[string]int      // by the task's ARN
}

var _ logview.Lines = (*logLines)(nil)

// logLabel is who wrote a line.
type logLabel struct {
	text   string
	colour int
}

func newLogLines(scope LogScope, zone *time.Location) *logLines {
	return &logLines{
		ring: logs.NewRing(0, 0), scope: scope, zone: zone,
		labels: map[string]logLabel{}, colours: map[string]int{},
	}
}

// attribute takes in what is known of the tasks. Lines that are shown already are
// attributed anew; a task keeps its colour.
func (l *logLines) attribute(s logSubject) {
	l.origins, l.several = s.derivation.Origins, s.several
	clear(l.labels)
}

// First is the position of the oldest line.
func (l *logLines) First() uint64 { return l.ring.First() }

// End is the position after the newest line.
func (l *logLines) End() uint64 { return l.ring.End() }

// At returns the line at a position.
func (l *logLines) At(pos uint64) logview.Line {
	e := l.ring.At(pos)
	if e == nil {
		return logview.Line{}
	}
	if e.Gap != nil {
		return logview.Line{Time: e.Time.In(l.zone), Gap: true, Message: l.gap(e.Gap)}
	}
	label := l.label(e)
	return logview.Line{
		Time: e.Time.In(l.zone), Level: logLevel(e.Level), Label: label.text, Colour: label.colour,
		Message: e.Message, Late: e.Late,
	}
}

func (l *logLines) gap(g *logs.Gap) string {
	const layout = "15:04:05"
	return fmt.Sprintf("lines from %s to %s are not shown: %s", g.From.In(l.zone).Format(layout), g.To.In(l.zone).Format(layout), g.Reason)
}

// logLevel is a level as the widget paints it.
func logLevel(level string) logview.Level {
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
func (l *logLines) label(e *logs.Entry) logLabel {
	if label, ok := l.labels[e.Container]; ok && e.Container != "" {
		return label
	}
	o := l.origins.Of(e)
	var label logLabel
	switch {
	case l.scope.Task == nil:
		label.text = byFamily
		if !o.ByFamily {
			label = logLabel{text: shortID(o.TaskID), colour: l.colour(o.Task.ARN)}
		}
		if l.several && o.Container != "" {
			label.text += "/" + o.Container
		}
	case l.several:
		label = logLabel{text: o.Container, colour: l.colour(o.Container)}
	}
	if e.Container != "" {
		l.labels[e.Container] = label
	}
	return label
}

// byFamily marks a line that nothing but its family ties to the service.
const byFamily = "family"

func (l *logLines) colour(of string) int {
	n, ok := l.colours[of]
	if !ok {
		n = len(l.colours)
		l.colours[of] = n
	}
	return n
}

// error tells that the line at a position is an error.
func (l *logLines) error(pos uint64) bool {
	e := l.ring.At(pos)
	return e != nil && e.Gap == nil && logLevel(e.Level) == logview.LevelError
}

// safeText makes text from outside fit to be copied, read or saved.
func safeText(s string) string { return clean.Text(clean.Redact(s)) }

// text is all lines, one after another, for a file.
func (l *logLines) text() string {
	var b strings.Builder
	for pos, e := range l.ring.From(l.ring.First()) {
		line := l.At(pos)
		b.WriteString(joinNonEmpty(" ", line.Time.Format("2006-01-02T15:04:05.000Z07:00"),
			clean.Line(e.Level), clean.Line(line.Label), safeText(strings.TrimRight(line.Message, "\r\n"))))
		b.WriteByte('\n')
	}
	return b.String()
}

// record is everything about one line: who wrote it, the whole message with its
// line breaks, and the document as the store holds it.
func (l *logLines) record(e *logs.Entry) string {
	var b strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", name, clean.Line(clean.Redact(value)))
		}
	}
	field("time", e.Time.In(l.zone).Format("2006-01-02 15:04:05.000000000 -0700"))
	if e.Gap != nil {
		field("gap", l.gap(e.Gap))
		return b.String()
	}
	o := l.origins.Of(e)
	field("level", e.Level)
	field("task", o.TaskID)
	field("container", o.Container)
	field("revision", o.Revision)
	if o.ByFamily && l.scope.Task == nil {
		field("found by", "its family alone: another cluster or account may have written it")
	}
	field("index", e.Index)
	field("id", e.ID)
	if e.Late {
		field("late", "newer lines had come before it")
	}
	b.WriteString("\n" + safeText(strings.TrimRight(e.Message, "\r\n")) + "\n")
	if len(e.Source) > 0 {
		var pretty bytes.Buffer
		if json.Indent(&pretty, e.Source, "", "  ") != nil {
			pretty.Reset()
			pretty.Write(e.Source)
		}
		b.WriteString("\n" + safeText(pretty.String()) + "\n")
	}
	return b.String()
}
