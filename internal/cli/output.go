package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"

	"gantry/internal/clean"
	"gantry/ui/text"
)

// writeJSON prints a value as indented JSON. Texts keep their value; what could
// act on a terminal is written as JSON escapes.
func writeJSON(w io.Writer, v any) error {
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

// writeJSONLine prints a value as JSON on one line.
func writeJSONLine(w io.Writer, v any) error {
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

// writeTable prints rows under a header in columns of their widest cell. The
// last column is not padded.
func writeTable(w io.Writer, header []string, rows [][]string) error {
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

// outputs checks an -o value against what a command can print.
func outputs(given string, known ...string) error {
	for _, k := range known {
		if given == k {
			return nil
		}
	}
	return usagef("-o %q is unknown, expected %s", given, strings.Join(known, ", "))
}
