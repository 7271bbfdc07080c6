package logs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Fielded is something with fields that a filter can be compared with, such as an Entry.
type Fielded interface {
	// Field returns the text of a field; ok is false when there is none of that name.
	Field(name string) (text string, ok bool)
}

// Matching returns what tells whether a line is one that a filter finds, by the line's own
// fields: stores that resolve fields to others, or compare words, may find more. A nil
// filter finds all. The error names the part of the filter that cannot be compared here.
func Matching(f Filter) (func(Fielded) bool, error) {
	switch f := f.(type) {
	case nil:
		return func(Fielded) bool { return true }, nil
	case All:
		members, err := matchingEach(f)
		return func(l Fielded) bool {
			return !slices.ContainsFunc(members, func(is func(Fielded) bool) bool { return !is(l) })
		}, err
	case Any:
		members, err := matchingEach(f)
		return func(l Fielded) bool {
			return slices.ContainsFunc(members, func(is func(Fielded) bool) bool { return is(l) })
		}, err
	case Match:
		return f.matching()
	case From:
		return Matching(f.Where)
	}
	return nil, fmt.Errorf("%s cannot be searched for here", f)
}

func matchingEach(filters []Filter) ([]func(Fielded) bool, error) {
	out := make([]func(Fielded) bool, len(filters))
	for i, f := range filters {
		var err error
		if out[i], err = Matching(f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m Match) matching() (func(Fielded) bool, error) {
	same, err := m.comparison()
	if err != nil {
		return nil, err
	}
	return func(l Fielded) bool {
		absent := true
		for _, name := range m.Fields {
			v, ok := l.Field(name)
			if ok && same(v) {
				return true
			}
			absent = absent && !ok
		}
		return m.OrAbsent && absent
	}, nil
}

func (m Match) comparison() (func(string) bool, error) {
	switch m.Op {
	case Prefix:
		return func(v string) bool {
			return slices.ContainsFunc(m.Values, func(p string) bool { return strings.HasPrefix(v, p) })
		}, nil
	case Regexp:
		all := make([]*regexp.Regexp, len(m.Values))
		for i, v := range m.Values {
			var err error
			if all[i], err = regexp.Compile(`(?s)\A(?:` + v + `)\z`); err != nil {
				return nil, fmt.Errorf("the expression /%s/: %w", v, err)
			}
		}
		return func(v string) bool {
			return slices.ContainsFunc(all, func(re *regexp.Regexp) bool { return re.MatchString(v) })
		}, nil
	case Exact:
	}
	return func(v string) bool { return slices.Contains(m.Values, v) }, nil
}
