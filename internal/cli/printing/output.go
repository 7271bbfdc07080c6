package printing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"gantry/internal/clean"
	"gantry/ui/text"
)

// ErrNoReader is the failure to print because whoever read has seen enough.
var ErrNoReader = errors.New("nobody reads the output")

// Outlet is standard output. A connection that breaks is another matter, so
// only what fails here becomes ErrNoReader.
type Outlet struct{ io.Writer }

// Write writes.
func (o Outlet) Write(b []byte) (int, error) {
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
	_, err := io.WriteString(w, clean.EscapedJSON(b.String()))
	return err
}

// JSONLine prints a value as JSON on one line.
func JSONLine(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, clean.EscapedJSON(string(b))+"\n")
	return err
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
