package logview

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// TestHintsChangeNoMatch compares a pattern with the plain regular expression.
func TestHintsChangeNoMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := rapid.StringMatching(`(ab|a\.|\[bc\]|b\+|\(c\|ab\)|\\bca|\^a|bc\$|c\*|ca\{2\}|a\?)(ab|\|bc|c|\.\*a|\(\?:ab\)\+)*`).Draw(t, "expr")
		plain, err := regexp.Compile("(?i:" + expr + ")")
		p, perr := parse(expr, false)
		if (err != nil) != (perr != nil) {
			t.Fatalf("%s: %v, and plain %v", expr, perr, err)
		}
		if err != nil {
			return
		}
		s := rapid.StringMatching(`[abcABC .]{0,12}`).Draw(t, "s")
		want := plain.FindStringIndex(s)
		from, to := p.next(s)
		if p.in(s) != (want != nil) || want != nil && (from != want[0] || p.re != nil && to != want[1]) || want == nil && from >= 0 {
			t.Fatalf("%q in %q at %d to %d, want %v", expr, s, from, to, want)
		}
	})
}

func TestHints(t *testing.T) {
	for expr, want := range map[string]struct {
		literals, anyOf int
		begins          bool
	}{
		"error":              {literals: 1},
		"error|warn":         {literals: 2},
		`took=\d+`:           {anyOf: 1, begins: true},
		`\d+ms (slow|late)`:  {anyOf: 2},
		"(timeout|refused).": {anyOf: 2},
		`\d+`:                {},
		"é|a":                {},
	} {
		literals, h := analyse(expr)
		if len(literals) != want.literals || len(h.anyOf) != want.anyOf || h.begins != want.begins {
			t.Errorf("%s: %q %+v", expr, literals, h)
		}
	}
}
