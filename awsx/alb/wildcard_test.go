package alb

import (
	"regexp"
	"strings"
	"testing"
)

// FuzzWildcards compares the matcher with a regular expression, in each of its ways of
// reading a pattern, and holds what covers says to what matches.
func FuzzWildcards(f *testing.F) {
	for _, seed := range [][3]string{
		{"*.example.net", "a.example.net", "a.*.net"}, {"/v?/*", "/v1/", "/v?/a*"}, {`a\*b\?`, "a*b?", `a\*b\?`},
		{"**a*?*", "bab", "a?"}, {"", "", "*"}, {`\`, `\`, `\\`}, {"*a*a*a*a*b", strings.Repeat("a", 40), "*a"},
	} {
		f.Add(seed[0], seed[1], seed[2], true, true)
	}
	f.Fuzz(func(t *testing.T, pattern, text, narrow string, fold, escaped bool) {
		for _, s := range []string{pattern, text, narrow} {
			if strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) >= 0 || len(s) > 200 {
				t.Skip("rules are applied to ASCII alone, and values have 128 characters at most")
			}
		}
		m := matching{fold, escaped}
		got, want := m.match(pattern, text), asRegexp(pattern, m).MatchString(text)
		if got != want {
			t.Errorf("%+v: %q with %q is %v, want %v", m, pattern, text, got, want)
		}
		if m.covers(pattern, narrow) && m.match(narrow, text) && !got {
			t.Errorf("%+v: %q covers %q, which alone matches %q", m, pattern, narrow, text)
		}
		if !m.covers(pattern, pattern) || !m.covers("*", pattern) {
			t.Errorf("%q is not covered by itself or by *", pattern)
		}
	})
}

// asRegexp is the expression that a pattern stands for.
func asRegexp(pattern string, m matching) *regexp.Regexp {
	escapes := regexp.MustCompile(`(?s)\\[*?\\]|.`)
	if !m.escaped {
		escapes = regexp.MustCompile(`(?s).`)
	}
	expression := escapes.ReplaceAllStringFunc(pattern, func(symbol string) string {
		switch {
		case symbol == "*":
			return ".*"
		case symbol == "?":
			return "."
		case len(symbol) == 2:
			return regexp.QuoteMeta(symbol[1:])
		}
		return regexp.QuoteMeta(symbol)
	})
	flags := "(?s)"
	if m.fold {
		flags = "(?si)"
	}
	return regexp.MustCompile(flags + "^" + strings.ReplaceAll(expression, "\n", `\n`) + `\z`)
}
