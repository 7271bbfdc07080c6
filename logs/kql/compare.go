package kql

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/logs/kql/analysis"
)

// comparison compares one value of a document, in the way in which the index
// keeps its field.
type comparison interface {
	// text compares a string: its words, the whole of it, or both.
	text(s string, words, whole bool) bool
	number(n float64) bool
	truth(b bool) bool
	instant(t time.Time) bool
}

// compare compares a decoded JSON value. Keyword tells that analysed text has a
// keyword form too, which a comparison with wildcards also looks at.
func compare(c comparison, v any, k Kinds, keyword bool) bool {
	if k == 0 {
		return compareUnknown(c, v)
	}
	textual := k&(Analysed|Whole) != 0
	if n, ok := analysis.Float(v); ok {
		switch {
		case k.only(Date):
			return c.instant(time.UnixMilli(int64(n)).UTC())
		case textual && k&Number == 0:
			v = analysis.Decimal(n)
		default:
			return c.number(n)
		}
	}
	switch v := v.(type) {
	case bool:
		if textual && k&Boolean == 0 {
			return compareText(c, strconv.FormatBool(v), k, keyword)
		}
		return c.truth(v)
	case string:
		if textual {
			return compareText(c, v, k, keyword)
		}
		return compareTyped(c, v, k)
	}
	return false
}

func compareText(c comparison, s string, k Kinds, keyword bool) bool {
	_, pattern := c.(*wildcard)
	return c.text(s, k&Analysed != 0, k&Whole != 0 || keyword && pattern)
}

// compareTyped compares a string that the index keeps as something else.
func compareTyped(c comparison, s string, k Kinds) bool {
	switch {
	case k&Date != 0:
		t, ok := analysis.Timestamp(s)
		return ok && c.instant(t)
	case k&Number != 0:
		n, ok := analysis.Number(s)
		return ok && c.number(n)
	case k&Boolean != 0:
		b, ok := truth(s)
		return ok && c.truth(b)
	}
	return c.text(s, false, true)
}

func compareUnknown(c comparison, v any) bool {
	if n, ok := analysis.Float(v); ok {
		return c.number(n)
	}
	switch v := v.(type) {
	case bool:
		return c.truth(v)
	case string:
		if t, ok := analysis.Timestamp(v); ok {
			return c.instant(t)
		}
		return c.text(v, true, true)
	}
	return false
}

func truth(s string) (value, ok bool) { return s == "true", s == "true" || s == "false" }

// operand is what a query compares with, read in every way that it can be.
type operand struct {
	raw     string
	words   []string // in lower case
	numbers []float64
	span    func() (analysis.Span, bool)
}

func newOperand(raw string, split bool, zone *time.Location) operand {
	o := operand{raw: raw, words: analysis.Lower(raw), span: spanOf(raw, zone)}
	parts := []string{raw}
	if split {
		parts = strings.Fields(raw)
	}
	for _, part := range parts {
		if n, ok := analysis.Number(part); ok {
			o.numbers = append(o.numbers, n)
		}
	}
	return o
}

// spanOf returns what gives the span of a date. Only one that is relative to now
// is read more than once.
func spanOf(raw string, zone *time.Location) func() (analysis.Span, bool) {
	if strings.HasPrefix(raw, "now") {
		return func() (analysis.Span, bool) {
			span, err := analysis.Date(raw, time.Now(), zone)
			return span, err == nil
		}
	}
	span, err := analysis.Date(raw, time.Time{}, zone)
	return func() (analysis.Span, bool) { return span, err == nil }
}

func (o *operand) number(n float64) bool {
	return slices.Contains(o.numbers, n)
}

func (o *operand) truth(b bool) bool {
	wanted, ok := truth(o.raw)
	return ok && b == wanted
}

func (o *operand) instant(t time.Time) bool {
	span, ok := o.span()
	return ok && span.Contains(t)
}

// newComparison makes the comparison with a value, of a field or anywhere. Split
// tells that words which are numbers are alternatives.
func newComparison(v Value, anywhere, split bool, zone *time.Location) comparison {
	switch {
	case v.wild():
		w := &wildcard{anywhere: anywhere, whole: v.Text}
		for _, term := range v.Text.terms() {
			if term.Any() {
				w.alone = true
			}
			if term.Wild() {
				w.patterns = append(w.patterns, pattern{term, term.lower()})
			} else {
				w.words = append(w.words, analysis.Lower(term.Raw())...)
				w.literals = append(w.literals, term.Raw())
			}
		}
		return w
	case v.Quoted:
		return &phrase{newOperand(v.Text.Raw(), false, zone)}
	}
	return &anyWord{newOperand(v.Text.Raw(), split, zone)}
}

// anyWord is a plain value: one of its words is enough.
type anyWord struct{ operand }

func (c *anyWord) text(s string, words, whole bool) bool {
	if whole && s == c.raw {
		return true
	}
	if !words {
		return false
	}
	for w := range analysis.Words(s) {
		for _, wanted := range c.words {
			if analysis.Same(w, wanted) {
				return true
			}
		}
	}
	return false
}

// phrase is a quoted value: all of its words, in a row.
type phrase struct{ operand }

func (c *phrase) text(s string, words, whole bool) bool {
	if whole && s == c.raw {
		return true
	}
	if !words || len(c.words) == 0 {
		return false
	}
	// Each run of matching words that is under way has a place in the phrase.
	var runs []int
	for w := range analysis.Words(s) {
		kept := runs[:0]
		for _, at := range append(runs, 0) {
			if !analysis.Same(w, c.words[at]) {
				continue
			}
			if at+1 == len(c.words) {
				return true
			}
			kept = append(kept, at+1)
		}
		runs = kept
	}
	return false
}

// wildcard is a value with wildcards. Numbers, booleans and dates have no text
// that it could match, but a * that stands alone among words asks for any value.
type wildcard struct {
	anywhere bool
	alone    bool
	whole    Text
	patterns []pattern // the terms with wildcards
	words    []string  // the words of those without
	literals []string  // and these as they are
}

type pattern struct{ exact, lower Text }

func (c *wildcard) text(s string, words, whole bool) bool {
	if whole && c.wholeText(s) {
		return true
	}
	if !words {
		return false
	}
	if c.alone {
		return true
	}
	for w := range analysis.Words(s) {
		for _, wanted := range c.words {
			if analysis.Same(w, wanted) {
				return true
			}
		}
		w = strings.ToLower(w)
		for _, p := range c.patterns {
			if p.lower.Matches(w) {
				return true
			}
		}
	}
	return false
}

// wholeText compares with the text of a field that is not analysed. A value of no
// field in particular is read as words there too.
func (c *wildcard) wholeText(s string) bool {
	if !c.anywhere {
		return c.whole.Matches(s)
	}
	for _, p := range c.patterns {
		if p.exact.Matches(s) {
			return true
		}
	}
	return slices.Contains(c.literals, s)
}

func (c *wildcard) number(float64) bool    { return c.alone }
func (c *wildcard) truth(bool) bool        { return c.alone }
func (c *wildcard) instant(time.Time) bool { return c.alone }

// bound is a comparison by order.
type bound struct {
	op    Bound
	raw   string
	lower string
	value float64
	isNum bool
	span  func() (analysis.Span, bool)
}

func newBound(n Range, zone *time.Location) *bound {
	raw := n.Value.Text.Raw()
	b := &bound{op: n.Op, raw: raw, lower: strings.ToLower(raw), span: spanOf(raw, zone)}
	b.value, b.isNum = analysis.Number(raw)
	return b
}

// holds reports whether a value that compares so with the bound is on its side.
func (c *bound) holds(order int) bool {
	switch c.op {
	case Less:
		return order < 0
	case LessOrEqual:
		return order <= 0
	case Greater:
		return order > 0
	default:
		return order >= 0
	}
}

func (c *bound) text(s string, words, whole bool) bool {
	if !words {
		return whole && c.holds(strings.Compare(s, c.raw))
	}
	for w := range analysis.Words(s) {
		if c.holds(strings.Compare(strings.ToLower(w), c.lower)) {
			return true
		}
	}
	return false
}

func (c *bound) number(n float64) bool {
	switch {
	case !c.isNum:
		return false
	case n < c.value:
		return c.holds(-1)
	case n > c.value:
		return c.holds(1)
	}
	return c.holds(0)
}

func (c *bound) truth(b bool) bool {
	wanted, ok := truth(c.raw)
	return ok && c.holds(ordinal(b)-ordinal(wanted))
}

func ordinal(b bool) int {
	if b {
		return 1
	}
	return 0
}

// instant compares with the stretch of time that the bound stands for.
func (c *bound) instant(t time.Time) bool {
	span, ok := c.span()
	switch {
	case !ok:
		return false
	case t.Before(span.From):
		return c.holds(-1)
	case t.After(span.To):
		return c.holds(1)
	}
	return c.holds(0)
}
