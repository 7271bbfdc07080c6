// Package filter reads what is typed behind "/" to narrow a list.
package filter

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Filter is a parsed filter. The zero filter lets everything through.
type Filter struct {
	Typed   string // as the operator typed it
	Fuzzy   string // the letters to find in a name in order; empty for a pattern
	Invert  bool   // what does not match is kept
	literal string // in lower case, for a pattern without special characters
	re      *regexp.Regexp
	terms   []term // what is asked about tags
	// needs are texts that re cannot match without, in the order in which they come; they
	// are found much quicker than re is tried.
	needs []string
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
	if tree, err := syntax.Parse(flags+pattern, syntax.Perl); err == nil {
		f.needs = needed(tree.Simplify())
	}
	return f, nil
}

// needed are the texts that whatever an expression matches holds one after the other. What is
// compared without regard to case is left out: some letters have a twin that is none of ASCII.
func needed(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []string{string(re.Rune)}
		}
	case syntax.OpConcat:
		var all []string
		for _, sub := range re.Sub {
			all = append(all, needed(sub)...)
		}
		return all
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0])
	}
	return nil
}

// Empty reports whether nothing is looked for in texts, as while only "!" has been typed.
func (f *Filter) Empty() bool { return f.literal == "" && f.re == nil && f.Fuzzy == "" }

// Within reports whether all that the filter lets through is let through by another one as
// well, as far as that is told by what was typed: then only what the other one let through
// has to be looked at.
func (f *Filter) Within(other *Filter) bool {
	switch {
	case f.Invert || other.Invert || f.re != nil || other.re != nil || f.Empty() || other.Empty():
		return false
	case f.Fuzzy != "" || other.Fuzzy != "":
		return other.Fuzzy != "" && strings.HasPrefix(f.Fuzzy, other.Fuzzy)
	}
	return strings.Contains(f.literal, other.literal)
}

// Slow reports whether matching a text takes an expression, which takes some thirty times
// as long as looking for a text.
func (f *Filter) Slow() bool { return f.re != nil }

// MatchesName reports whether a name is let through by a filter that is fuzzy.
func (f *Filter) MatchesName(name string) bool { return hasLetters(name, f.Fuzzy) != f.Invert }

// hasLetters reports whether a name has letters in their order, with any gaps and without
// regard to case.
func hasLetters(name, letters string) bool {
	want, size := utf8.DecodeRuneInString(letters)
	for _, r := range name {
		if size == 0 {
			break
		}
		if sameLetter(r, want) {
			letters = letters[size:]
			want, size = utf8.DecodeRuneInString(letters)
		}
	}
	return size == 0
}

// sameLetter reports whether two letters differ in their case at most.
func sameLetter(a, b rune) bool {
	if a == b {
		return true
	}
	if a < utf8.RuneSelf && b < utf8.RuneSelf {
		lower := a | 0x20
		return lower == b|0x20 && 'a' <= lower && lower <= 'z'
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

// Matches reports whether a text in lower case, a cell a line, is let through by a filter
// that is not fuzzy.
func (f *Filter) Matches(text string) bool {
	if f.re != nil {
		return (f.mayMatch(text) && f.re.MatchString(text)) != f.Invert
	}
	return strings.Contains(text, f.literal) != f.Invert
}

// mayMatch reports whether a text has all that the expression cannot match without.
func (f *Filter) mayMatch(text string) bool {
	return !slices.ContainsFunc(f.needs, func(need string) bool {
		_, rest, found := strings.Cut(text, need)
		text = rest
		return !found
	})
}

// Keeps reports whether something with a name and a text beside it is let through.
func (f *Filter) Keeps(name, text string) bool {
	switch {
	case f.Empty():
		return true
	case f.Fuzzy != "":
		return f.MatchesName(name)
	}
	return f.Matches(strings.ToLower(name + "\n" + text))
}
