package livetable

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/ui/filter"
	"gantry/ui/table"
	"gantry/ui/theme"
)

// lateLeaving is the priority of the first column of tags: all others stay longer on a narrow
// screen.
const lateLeaving = 20

// tagged gives a table of things that have tags the columns of these keys, before a column
// that takes what room is left, and lets its filter ask for tags.
func (s *Spec[T]) tagged(keys []string) {
	if s.Tags == nil {
		return
	}
	of := s.Tags
	s.Table.Tags = func(row T) iter.Seq2[string, string] { return of(row).Pairs() }
	columns := make([]table.Column[T], len(keys))
	for i, key := range keys {
		columns[i] = tagColumn(key, of)
		columns[i].Priority = lateLeaving + i
	}
	at := len(s.Table.Columns)
	if at > 1 && s.Table.Columns[at-1].Grow {
		at--
	}
	s.Table.Columns = slices.Insert(slices.Clip(s.Table.Columns), at, columns...)
}

// tagColumn shows the values of one tag: "?" where the tags were not read, "-" where there is
// no such one.
func tagColumn[T any](key string, of func(T) awsx.Tags) table.Column[T] {
	return table.Column[T]{
		ID: "tag:" + key, Title: tagTitle(key), Max: 24,
		Cell: func(row T) table.Cell {
			tags := of(row)
			value, ok := tags.Value(key)
			switch {
			case !tags.Read():
				return table.Cell{Text: Unread, Role: theme.Unknown}
			case !ok:
				return table.Cell{Text: "-", Role: theme.Dim}
			}
			return table.Cell{Text: document.Masking{}.Value(key, value)}
		},
		Compare: func(a, b T) int {
			x, y := of(a), of(b)
			v, has := x.Value(key)
			w, too := y.Value(key)
			return cmp.Or(cmp.Compare(tagRank(x, has), tagRank(y, too)), strings.Compare(v, w))
		},
	}
}

// tagRank puts what has no such tag behind what has one, and what was not read last.
func tagRank(tags awsx.Tags, has bool) int {
	switch {
	case !tags.Read():
		return 2
	case has:
		return 0
	}
	return 1
}

// tagTitle is the heading of a tag's column: of a key with a prefix, as
// aws:cloudformation:stack-name, its last part.
func tagTitle(key string) string {
	if i := strings.LastIndexAny(key, ":/"); i >= 0 && i+1 < len(key) {
		key = key[i+1:]
	}
	return strings.ToUpper(key)
}

// untold says of how many rows the filter knows nothing, as nobody read their tags, and why
// not.
func (s *Screen[T]) untold() string {
	n := s.Table.Counts().Untold
	if n == 0 {
		return ""
	}
	said := fmt.Sprintf("tags of %d unread", n)
	if why := s.load.Status.untagged; why != nil {
		said += ": " + fault.ClassOf(why).String()
	}
	return said
}

// mostCompletions is how many ways to go on a filter is offered.
const mostCompletions = 200

// completed are the completions of what was typed, as long as the rows stay.
type completed struct {
	typed string
	taken int
	list  []string
}

// Completions are filters that ask for tags which rows have: first for a key, then for a value.
// Values that look like secrets are none of them.
func (s *Screen[T]) Completions(typed string) []string {
	if s.completed.typed != typed || s.completed.taken != s.taken {
		s.completed = completed{typed, s.taken, s.completions(typed)}
	}
	return s.completed.list
}

func (s *Screen[T]) completions(typed string) []string {
	at := strings.LastIndexByte(typed, ' ') + 1
	if rest := typed[at:]; strings.HasPrefix(rest, "!") {
		at++
	}
	begun, word := typed[:at], typed[at:]
	if s.spec.Tags == nil || word == "" || !strings.HasPrefix(word, filter.Prefix) && !strings.HasPrefix(filter.Prefix, word) {
		return nil
	}
	valued := strings.Contains(word, "=")
	found := map[string]bool{}
	for _, row := range s.load.Rows {
		for _, t := range s.spec.Tags(row) {
			tag := filter.Prefix + filter.Quoted(t.Key)
			if valued {
				tag += "=" + filter.Quoted(t.Value)
			}
			if len(tag) > len(word) && strings.EqualFold(tag[:len(word)], word) && (!valued || !document.Masking{}.Hides(t.Key, t.Value)) {
				found[begun+tag] = true
			}
		}
	}
	list := slices.Sorted(maps.Keys(found))
	return list[:min(len(list), mostCompletions)]
}
