package printing

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/internal/inquiry"
	"gantry/logs"
)

// maxLine bounds what text output shows of one line, in bytes; JSON has it whole.
const maxLine = 64 << 10

// Line is an entry as -o json prints it.
type Line struct {
	Time      time.Time       `json:"time"`
	Service   string          `json:"service,omitempty"` // of several that are read together
	Task      string          `json:"task,omitempty"`
	Container string          `json:"container,omitempty"`
	Level     string          `json:"level,omitempty"`
	Message   string          `json:"message"`
	Late      bool            `json:"late,omitempty"`
	Ahead     bool            `json:"ahead,omitempty"`
	Gap       string          `json:"gap,omitempty"`
	From      time.Time       `json:"gapFrom,omitzero"`
	To        time.Time       `json:"gapTo,omitzero"`
	Document  json.RawMessage `json:"document,omitempty"`
}

// Lines prints entries, one a line. What it printed is seen once it is
// flushed.
type Lines struct {
	out    *bufio.Writer
	scope  inquiry.LineScope
	output string
}

// NewLines makes a printer of the entries of a scope, as text or as JSON lines.
func NewLines(w io.Writer, scope inquiry.LineScope, output string) *Lines {
	return &Lines{bufio.NewWriterSize(w, maxLine), scope, output}
}

// Print prints an entry.
func (p *Lines) Print(e logs.Entry) error {
	from := p.scope.Writer(e)
	if p.output == "json" {
		line := Line{Time: e.Time, Service: from.Service, Task: from.Task, Container: from.Container, Level: e.Level, Message: clean.Redact(clean.Plain(e.Message)), Late: e.Late, Ahead: e.Ahead}
		if e.Gap != nil {
			line.Gap, line.From, line.To = e.Gap.Reason, e.Gap.From, e.Gap.To
		} else {
			line.Document = clean.Document(e.Source)
		}
		return JSONLine(p.out, line)
	}
	message := bounded(strings.TrimRight(clean.Plain(e.Message), "\r\n"))
	switch {
	case e.Gap != nil && e.Gap.Aside:
		const layout = "2006-01-02T15:04:05.000Z"
		message = fmt.Sprintf("--- some lines from %s to %s were not read: %s ---", e.Gap.From.UTC().Format(layout), e.Gap.To.UTC().Format(layout), Shown(e.Gap.Reason))
	case e.Gap != nil:
		message = fmt.Sprintf("--- lines up to %s were not read: %s ---", e.Gap.To.UTC().Format("15:04:05.000"), Shown(e.Gap.Reason))
	case e.Late:
		message = "(late) " + message
	case e.Ahead:
		message = "(ahead) " + message
	}
	_, err := fmt.Fprintf(p.out, "%s %s %s\n", e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), clean.Line(from.Label), message)
	return err
}

// Flush writes what was printed so far.
func (p *Lines) Flush() error { return p.out.Flush() }

// bounded is a message as text shows it: on one line, credentials masked, and cut
// where it is longer than a line may be.
func bounded(message string) string {
	message = clean.Redact(message) // before it is cut, since half a token is not recognised
	if len(message) <= maxLine {
		return clean.Line(message)
	}
	// What is cut may have been half a character.
	kept := strings.ToValidUTF8(message[:maxLine], "")
	return fmt.Sprintf("%s... (%d more bytes: -o json has them)", clean.Line(kept), len(message)-len(kept))
}
