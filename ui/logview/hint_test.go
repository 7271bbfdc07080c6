package logview

import (
	"fmt"
	"regexp"
	"strings"
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

// worstFilters are filters and pieces of a line that match the beginning of the filter
// again and again, and never all of it.
var worstFilters = []struct{ expr, piece string }{
	{"error.*timeout", "error "}, {"a.*b.*c", "ab"}, {`took=\d+ms slow`, "took=12ms "}, {"(a|aa)+x", "a"}, {"error.*timeout", "errorerror time"},
}

func TestTheWorstFiltersFindNothingInTheirLines(t *testing.T) {
	for _, w := range worstFilters {
		p, err := parse(w.expr, true)
		if err != nil {
			t.Fatal(err)
		}
		if p.in(strings.Repeat(w.piece, 4<<10/len(w.piece))) {
			t.Errorf("%s is found in %q again and again", w.expr, w.piece)
		}
	}
}

// BenchmarkFilterWorst shows that a filter takes time in proportion to the line. The
// budget is 50 ms for 64 KiB, and sixteen times that for 1 MiB.
func BenchmarkFilterWorst(b *testing.B) {
	for _, size := range []int{64 << 10, 1 << 20} {
		for _, w := range worstFilters {
			p, err := parse(w.expr, true)
			if err != nil {
				b.Fatal(err)
			}
			line := strings.Repeat(w.piece, size/len(w.piece))
			b.Run(fmt.Sprintf("%dKiB/%s", size>>10, w.expr), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					p.in(line)
				}
			})
		}
	}
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
