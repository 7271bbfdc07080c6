// Package declared collects what the files of a package declare, such as the screens of a
// room or the verbs of a change: a new one is a file, and no line in another. Lists are
// filled while the program's packages are initialised and never change after.
package declared

import "slices"

// List is what the files of one package declare, in the order of their names.
//
//	var _ = kinds.Add(Kind{…})
type List[T any] struct{ items []T }

// Add declares items. It is for declarations at package level, whose value it is.
func (l *List[T]) Add(items ...T) *List[T] {
	l.items = append(l.items, items...)
	return l
}

// All returns what was declared.
func (l *List[T]) All() []T { return slices.Clone(l.items) }
