package livetable

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
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
		said += ": " + ReasonUnread(why)
	}
	return said
}
