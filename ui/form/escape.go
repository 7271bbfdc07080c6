package form

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"gantry/internal/clean"
)

// unprintable reports whether a value cannot be shown in a line as it is.
func unprintable(s string) bool {
	for _, r := range s {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return true
		}
	}
	return false
}

// escape writes a value in one printable line.
func escape(s string) string {
	q := strconv.Quote(s)
	// A text input drops the replacement character, so that one is spelt out too.
	return strings.NewReplacer(`\\`, `\\`, `\"`, `"`, "\ufffd", `\ufffd`).Replace(q[1 : len(q)-1])
}

// unescape reads what escape wrote.
func unescape(s string) (string, error) {
	var b strings.Builder
	for rest := s; rest != ""; {
		r, multibyte, tail, err := strconv.UnquoteChar(rest, 0)
		if err != nil {
			return "", fmt.Errorf("the escape at %q is not known, expected \\n, \\t, \\\\ or \\xNN", clean.Line(head(rest, 4)))
		}
		if multibyte {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		rest = tail
	}
	return b.String(), nil
}

func head(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
