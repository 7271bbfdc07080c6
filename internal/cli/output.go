package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf16"

	"github.com/spf13/cobra"

	"gantry/internal/clean"
	"gantry/ui/text"
)

// errNoReader is the failure to print because whoever read has seen enough.
var errNoReader = errors.New("nobody reads the output")

// outlet is standard output. A connection that breaks is another matter, so
// only what fails here becomes errNoReader.
type outlet struct{ io.Writer }

// Write writes.
func (o outlet) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		err = errNoReader
	}
	return n, err
}

// shown is text from outside as it may be printed: on one line, credentials
// masked.
func shown(s string) string { return clean.Shown(s) }

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

// outputFlag declares -o; the first kind is the default.
func outputFlag(cmd *cobra.Command, to *string, kinds ...string) {
	cmd.Flags().StringVarP(to, "output", "o", kinds[0], "`format`: "+strings.Join(kinds, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp)) // fails when declared twice
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
