package logview

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// pattern is what a search or a filter looks for. The zero pattern looks for nothing.
type pattern struct {
	typed    string
	literals []string // in lower-case ASCII: one of them is a match
	re       *regexp.Regexp
	anchored *regexp.Regexp // the same at the beginning of a text, if a hint says where
	hint     hint
	invert   bool
}

// parse reads a pattern: a regular expression without regard to case. A filter may
// begin with "!", which shows the lines that do not match.
func parse(typed string, inverts bool) (pattern, error) {
	p := pattern{typed: typed}
	expr := typed
	if rest, ok := strings.CutPrefix(expr, "!"); ok && inverts {
		p.invert, expr = true, rest
	}
	if expr == "" {
		return p, nil
	}
	re, err := regexp.Compile("(?i:" + expr + ")")
	if err == nil {
		// The parentheses above would hide one that is not closed.
		_, err = syntax.Parse(expr, syntax.Perl)
	}
	if err != nil {
		var se *syntax.Error
		if errors.As(err, &se) {
			return pattern{}, fmt.Errorf("%q is no regular expression: %s", expr, se.Code)
		}
		return pattern{}, fmt.Errorf("%q: %w", expr, err)
	}
	p.literals, p.hint = analyse(expr)
	if p.literals != nil {
		return p, nil
	}
	p.re = re
	if p.hint.begins {
		p.anchored = regexp.MustCompile("^(?i:" + expr + ")")
	}
	return p, nil
}

func (p *pattern) on() bool { return p.literals != nil || p.re != nil }

// matches reports whether a filter shows a line. A gap is always shown, since
// hiding it would hide that lines are missing, and so is what the reader drew.
func (p *pattern) matches(line Line) bool {
	if line.Gap || line.Mark {
		return true
	}
	return (p.in(line.Message) || p.in(line.Label)) != p.invert
}

func (p *pattern) in(s string) bool {
	if p.re != nil && p.anchored == nil {
		return p.hint.start(s) >= 0 && p.re.MatchString(s) // which is faster than to say where
	}
	from, _ := p.next(s)
	return from >= 0
}

// maxTries is at how many places an expression is tried by itself before the rest of
// a text is searched at once. To try it at every place where its first text stands
// would cost a long line once for each of them.
const maxTries = 4

// search returns where the first match of the expression in s begins and ends; from
// is negative when there is none.
func (p *pattern) search(s string) (from, to int) {
	at := p.hint.start(s)
	for n := 0; at >= 0 && p.anchored != nil && n < maxTries; n++ {
		if match := p.anchored.FindStringIndex(s[at:]); match != nil {
			return at, at + match[1]
		}
		next := p.hint.start(s[at+1:])
		if next < 0 {
			return -1, -1
		}
		at += 1 + next
	}
	if at < 0 {
		return -1, -1
	}
	if match := p.re.FindStringIndex(s[at:]); match != nil {
		return at + match[0], at + match[1]
	}
	return -1, -1
}

// next returns where the first match in s begins and ends; from is negative when
// there is none.
func (p *pattern) next(s string) (from, to int) {
	from = -1
	if p.re == nil {
		for _, literal := range p.literals {
			if at := foldIndex(s, literal); at >= 0 && (from < 0 || at < from) {
				from, to = at, at+len(literal)
			}
		}
		return from, to
	}
	return p.search(s)
}

// foldIndex is strings.Index without regard to ASCII case; lower is in lower case and
// not empty. It allocates nothing, since a filter runs over every line of a buffer.
func foldIndex(s, lower string) int {
	first := lower[0]
	other := first
	if first >= 'a' && first <= 'z' {
		other = first - 'a' + 'A'
	}
scan:
	for i := 0; i+len(lower) <= len(s); i++ {
		if c := s[i]; c != first && c != other {
			continue
		}
		for j := 1; j < len(lower); j++ {
			c := s[i+j]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != lower[j] {
				continue scan
			}
		}
		return i
	}
	return -1
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// slow reports whether nothing but the whole expression tells a line that matches.
func (p *pattern) slow() bool { return p.re != nil && p.anchored == nil }

// SetFilter hides the lines that a filter does not match; empty shows all. A filter
// that cannot be read returns an error that says why and leaves the last good one in
// force. One that takes long has only been held against the newest lines then: Sift goes on.
func (l *Log) SetFilter(typed string) error {
	p, err := parse(typed, true)
	if err != nil {
		return fmt.Errorf("filter %w", err)
	}
	l.filter, l.matches, l.unsifted = p, nil, 0
	switch {
	case p.slow():
		l.unsifted = l.src.End()
		l.Sift()
	case p.on():
		l.matchFrom(l.src.First())
	}
	l.top.skip = 0
	return nil
}

// What one Sift holds against the filter at most: 2 ms of an expression.
const (
	siftedLines = 500
	siftedBytes = 128 << 10
)

// Sift holds some more lines against the filter, from the newest to the oldest.
func (l *Log) Sift() {
	var found []uint64
	size := 0
	for n := 0; n < siftedLines && size < siftedBytes && l.unsifted > l.src.First(); n++ {
		l.unsifted--
		line := l.src.At(l.unsifted)
		size += len(line.Message)
		if l.filter.matches(line) {
			found = append(found, l.unsifted)
		}
	}
	slices.Reverse(found)
	l.matches = append(found, l.matches...)
}

// Sifted returns how much of the buffer was held against the filter, in percent, and whether
// that is all.
func (l *Log) Sifted() (percent int, all bool) {
	first, end := l.src.First(), l.src.End()
	if l.unsifted <= first || end <= first {
		return 100, true
	}
	return int(100 * (end - min(end, l.unsifted)) / (end - first)), false
}

// Filter returns the filter in force, as it was typed.
func (l *Log) Filter() string { return l.filter.typed }

// Shown returns how many lines the filter shows.
func (l *Log) Shown() int {
	if l.filter.on() {
		return len(l.matches)
	}
	return int(l.src.End() - l.src.First())
}

// matchFrom appends the lines that the filter shows from a position on.
func (l *Log) matchFrom(pos uint64) {
	for pos = max(pos, l.src.First()); pos < l.src.End(); pos++ {
		if l.filter.matches(l.src.At(pos)) {
			l.matches = append(l.matches, pos)
		}
	}
}

// SetSearch highlights what matches and lets FindNext and FindPrevious go there; the
// other lines stay. A pattern that cannot be read returns an error that says why and
// leaves the last good one in force.
func (l *Log) SetSearch(typed string) error {
	p, err := parse(typed, false)
	if err != nil {
		return fmt.Errorf("search %w", err)
	}
	l.find = p
	return nil
}

// Search returns the search in force, as it was typed.
func (l *Log) Search() string { return l.find.typed }

// FindNext moves the cursor to the next newer line that the search matches and
// reports whether there is one. Following stops when there is.
func (l *Log) FindNext() bool { return l.findWith(l.after) }

// FindPrevious is FindNext towards older lines.
func (l *Log) FindPrevious() bool { return l.findWith(l.before) }

func (l *Log) findWith(step func(uint64) (uint64, bool)) bool {
	pos, ok := l.Selected()
	if !ok || !l.find.on() {
		return false
	}
	for pos, ok = step(pos); ok; pos, ok = step(pos) {
		if line := l.src.At(pos); l.find.in(line.Message) || l.find.in(line.Label) {
			l.Goto(pos)
			l.sought = pos
			return true
		}
	}
	return false
}
