package table

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/sahilm/fuzzy"
)

// filter is a parsed filter. The zero filter lets every row through.
type filter struct {
	typed   string // as the operator typed it
	literal string // in lower case, for a pattern without special characters
	re      *regexp.Regexp
	fuzzy   string
	invert  bool
}

// parseFilter reads a filter: a regular expression without regard to case, in which ^
// and $ match at the edges of a cell; "!" in front keeps what does not match; "-f "
// in front matches the letters of the name in order with gaps.
func parseFilter(typed string) (filter, error) {
	f := filter{typed: typed}
	pattern := typed
	if rest, ok := strings.CutPrefix(pattern, "!"); ok {
		f.invert, pattern = true, rest
	}
	if rest, ok := strings.CutPrefix(pattern, "-f "); ok {
		f.fuzzy = strings.TrimSpace(rest)
		return f, nil
	}
	if regexp.QuoteMeta(pattern) == pattern {
		f.literal = strings.ToLower(pattern)
		return f, nil
	}
	flags := "(?im)"
	if pattern == strings.ToLower(pattern) {
		flags = "(?m)" // The searched text is in lower case: folding would only cost time.
	}
	re, err := regexp.Compile(flags + pattern)
	if err != nil {
		var se *syntax.Error
		if errors.As(err, &se) {
			return filter{}, fmt.Errorf("filter %q is no regular expression: %s", pattern, se.Code)
		}
		return filter{}, fmt.Errorf("filter %q: %w", pattern, err)
	}
	f.re = re
	return f, nil
}

// empty reports whether nothing is looked for, as while only "!" has been typed.
func (f *filter) empty() bool { return f.literal == "" && f.re == nil && f.fuzzy == "" }

// SetFilter hides the rows that a filter does not match. A filter that cannot be read
// returns an error that says why and leaves the last good one in force.
func (t *Table[T]) SetFilter(typed string) error {
	f, err := parseFilter(typed)
	t.filterErr = err
	if err != nil {
		return err
	}
	before := t.shownKeys()
	t.filter = f
	t.refilter(before)
	return nil
}

// Filter returns the filter in force, as it was typed.
func (t *Table[T]) Filter() string { return t.filter.typed }

// FilterError returns why the filter typed last is not in force, or nil.
func (t *Table[T]) FilterError() error { return t.filterErr }

// SetFaultsOnly hides the rows without a fault. It does nothing for a table that
// cannot tell them.
func (t *Table[T]) SetFaultsOnly(on bool) {
	if t.opts.Fault == nil || t.faults == on {
		return
	}
	before := t.shownKeys()
	t.faults = on
	t.refilter(before)
}

// FaultsOnly reports whether rows without a fault are hidden.
func (t *Table[T]) FaultsOnly() bool { return t.faults }

// refilter finds the rows to show and puts the cursor back on its row, or on one that
// stood next to it in the order before.
func (t *Table[T]) refilter(before shownKeys) {
	t.seen = measured{}
	if t.filter.empty() && !t.faults {
		t.shown = t.sorted
	} else {
		t.shown = t.matching()
	}
	t.follow(before)
}

func (t *Table[T]) matching() []int {
	match := t.matcher()
	shown := make([]int, 0, len(t.sorted))
	for _, i := range t.sorted {
		if t.faults && !t.opts.Fault(t.rows[i]) {
			continue
		}
		if match(i) {
			shown = append(shown, i)
		}
	}
	return shown
}

// matcher returns a function that reports whether the row at a position matches.
func (t *Table[T]) matcher() func(i int) bool {
	f := &t.filter
	switch {
	case f.empty():
		return func(int) bool { return true }
	case f.fuzzy != "":
		hits := make(map[int]struct{})
		for _, m := range fuzzy.FindFromNoSort(f.fuzzy, names[T]{t}) {
			hits[m.Index] = struct{}{}
		}
		return func(i int) bool { _, ok := hits[i]; return ok != f.invert }
	}
	t.buildHay()
	if f.re != nil {
		return func(i int) bool { return f.re.MatchString(t.hay[i]) != f.invert }
	}
	return func(i int) bool { return strings.Contains(t.hay[i], f.literal) != f.invert }
}

// buildHay joins the searched text of each row, in lower case, a cell a line.
func (t *Table[T]) buildHay() {
	if t.hay != nil {
		return
	}
	t.hay = make([]string, len(t.rows))
	for i, row := range t.rows {
		t.hay[i] = t.searched(row)
	}
}

// searched is the text of a row that filters look at.
func (t *Table[T]) searched(row T) string {
	var b strings.Builder
	for c := range t.opts.Columns {
		if c > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(t.opts.Columns[c].text(row))
	}
	return strings.ToLower(b.String())
}

// names lets the fuzzy search read the rows' names.
type names[T any] struct{ t *Table[T] }

func (n names[T]) Len() int            { return len(n.t.rows) }
func (n names[T]) String(i int) string { return n.t.opts.Columns[0].text(n.t.rows[i]) }
