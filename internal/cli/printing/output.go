package printing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf16"

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
	_, err := io.WriteString(w, escapeJSON(b.String()))
	return err
}

// JSONLine prints a value as JSON on one line.
func JSONLine(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, escapeJSON(string(b))+"\n")
	return err
}

// escapeJSON escapes the control and format characters that encoding/json leaves
// as they are: DEL, C1 and the invisible ones, bidirectional overrides among
// them. They stand inside strings only.
func escapeJSON(s string) string {
	risky := func(r rune) bool { return r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
	if strings.IndexFunc(s, risky) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if !risky(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
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
