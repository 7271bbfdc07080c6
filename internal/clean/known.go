package clean

import (
	"slices"
	"strings"
)

// leastKnown is how long a secret must be, in bytes, to be looked for in other
// texts. Shorter values (true, 8080, prod) are parts of ordinary words, and
// hiding them would leave little to read.
const leastKnown = 6

// Known is a set of secret values that are at hand, by which a text that carries
// one of them is recognised. The zero value knows none.
type Known struct{ hide *strings.Replacer }

// NewKnown makes the set of the given values. Each line of a value counts by
// itself, as it is and as it looks once cleaned. What is shorter than six bytes is
// left out.
func NewKnown(values ...Secret) Known {
	var parts []string
	for _, v := range values {
		for line := range strings.Lines(v.Reveal()) {
			line = strings.TrimSpace(line)
			parts = append(parts, line, Line(line))
		}
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return len(p) < leastKnown })
	if len(parts) == 0 {
		return Known{}
	}
	// The longest first: what begins another secret must not uncover its end.
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, p := range parts {
		pairs = append(pairs, p, Mask)
	}
	return Known{strings.NewReplacer(pairs...)}
}

// Hide returns s with the mask in place of each known value.
func (k Known) Hide(s string) string {
	if k.hide == nil {
		return s
	}
	return k.hide.Replace(s)
}
