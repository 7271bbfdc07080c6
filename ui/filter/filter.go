// Package filter reads what is typed behind "/" to narrow a list.
package filter

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/sahilm/fuzzy"
)

// Filter is a parsed filter. The zero filter lets everything through.
type Filter struct {
	Typed   string // as the operator typed it
	Fuzzy   string // the letters to find in a name in order; empty for a pattern
	Invert  bool   // what does not match is kept
	literal string // in lower case, for a pattern without special characters
	re      *regexp.Regexp
	terms   []term // what is asked about tags
}

// Parse reads a filter: a regular expression without regard to case, in which ^
// and $ match at the edges of a cell; "!" in front keeps what does not match; "-f "
// in front matches the letters of the name in order with gaps.
func Parse(typed string) (Filter, error) {
	f := Filter{Typed: typed}
	pattern := typed
	if rest, ok := strings.CutPrefix(pattern, "!"); ok {
		f.Invert, pattern = true, rest
	}
	if rest, ok := strings.CutPrefix(pattern, "-f "); ok {
		f.Fuzzy = strings.TrimSpace(rest)
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
			return Filter{}, fmt.Errorf("filter %q is no regular expression: %s", pattern, se.Code)
		}
		return Filter{}, fmt.Errorf("filter %q: %w", pattern, err)
	}
	f.re = re
	return f, nil
}

// Empty reports whether nothing is looked for in texts, as while only "!" has been typed.
func (f *Filter) Empty() bool { return f.literal == "" && f.re == nil && f.Fuzzy == "" }

// Matches reports whether a text in lower case, a cell a line, is let through by a filter
// that is not fuzzy.
func (f *Filter) Matches(text string) bool {
	if f.re != nil {
		return f.re.MatchString(text) != f.Invert
	}
	return strings.Contains(text, f.literal) != f.Invert
}

// Keeps reports whether something with a name and a text beside it is let through.
func (f *Filter) Keeps(name, text string) bool {
	switch {
	case f.Empty():
		return true
	case f.Fuzzy != "":
		return len(fuzzy.FindNoSort(f.Fuzzy, []string{name})) > 0 != f.Invert
	}
	return f.Matches(strings.ToLower(name + "\n" + text))
}
