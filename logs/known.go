package logs

import (
	"iter"
	"slices"
)

// Known is a set of documents that a reader has already. It does not change, so
// it may be given away.
type Known struct{ keys map[DocumentID]struct{} }

// KnownOf returns the set of some entries, with the pieces that they were joined
// of. Gap lines stand for no document.
func KnownOf(entries iter.Seq[*Entry]) Known {
	k := Known{keys: map[DocumentID]struct{}{}}
	for e := range entries {
		k.add(e)
	}
	return k
}

func (k Known) add(e *Entry) {
	if e.Gap != nil {
		return
	}
	k.keys[DocumentID{e.Index, e.ID}] = struct{}{}
	for _, p := range e.Pieces {
		k.keys[DocumentID{p.Index, p.ID}] = struct{}{}
	}
}

// Has reports whether an entry's document is in the set. The zero Known has none.
func (k Known) Has(e *Entry) bool {
	_, ok := k.keys[DocumentID{e.Index, e.ID}]
	return ok
}

// without returns the entries that are not in the set.
func (k Known) without(entries []Entry) []Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return k.Has(&e) })
}

// each iterates over entries by reference.
func each(entries []Entry) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for i := range entries {
			if !yield(&entries[i]) {
				return
			}
		}
	}
}
