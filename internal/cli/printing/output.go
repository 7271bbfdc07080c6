package printing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"syscall"

	"gantry/internal/clean"
	"gantry/internal/cli/pipeline"
	"gantry/ui/text"
)

// ErrNoReader is the failure to print because whoever read has seen enough.
var ErrNoReader = errors.New("nobody reads the output")

// Beside is an error with that of printing beside it. That nobody reads takes the place of no
// other error: the run did not end well for it.
func Beside(err, printed error) error {
	if err != nil && errors.Is(printed, ErrNoReader) {
		return err
	}
	return errors.Join(err, printed)
}

// Outlet is standard output. A connection that breaks is another matter, so
// only what fails here becomes ErrNoReader.
type Outlet struct {
	io.Writer
	// Bytes is standard output itself, for another program and for a copy: what goes there
	// is not looked at.
	Bytes io.Writer
	// Begun says that something was written.
	Begun *atomic.Bool
}

// NewOutlet is standard output as commands print to it, guarded as its host needs it.
func NewOutlet(to io.Writer, host pipeline.Host) Outlet {
	return Outlet{host.Guarded(to), to, &atomic.Bool{}}
}

// Raw is the stream itself that a command prints to, for another program.
func Raw(w io.Writer) io.Writer {
	switch w := w.(type) {
	case Outlet:
		return w.Bytes
	case *pipeline.Guard:
		return w.Bytes()
	}
	return w
}

// Copied is standard output for what is no text, such as a file.
func Copied(w io.Writer) io.Writer {
	if o, ok := w.(Outlet); ok {
		o.Writer = o.Bytes
		return o
	}
	return w
}

// Write writes.
func (o Outlet) Write(b []byte) (int, error) {
	o.Begun.Store(true)
	n, err := o.Writer.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		err = ErrNoReader
	}
	return n, err
}

// Shown is text from outside as it may be printed: on one line, credentials
// masked.
func Shown(s string) string { return clean.Shown(s) }

// JSON prints a value as indented JSON. Texts keep their value; what could
// act on a terminal is written as JSON escapes.
func JSON(w io.Writer, v any) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, spelled(b.String()))
	return err
}

// JSONLine prints a value as JSON on one line.
func JSONLine(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, spelled(string(b))+"\n")
	return err
}

// spelled is JSON as it may be printed: a text in it that GitHub would take for a command
// keeps its value too.
func spelled(s string) string {
	return strings.ReplaceAll(clean.EscapedJSON(s), "##[", `\u0023#[`)
}

// Table prints rows under a header in columns of their widest cell. The
// last column is not padded.
func Table(w io.Writer, header []string, rows [][]string) error {
	widths := make([]int, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], text.Width(clean.Line(cell)))
		}
	}
	for _, row := range append([][]string{header}, rows...) {
		var b strings.Builder
		for i, cell := range row {
			if i == len(row)-1 {
				b.WriteString(clean.Line(cell))
				break
			}
			b.WriteString(text.Fit(cell, widths[i], ""))
			b.WriteString("  ")
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
