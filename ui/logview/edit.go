package logview

import "sort"

// Edit is what was done to a buffer besides adding newer lines at its end. What left
// it at either end is told by First and End.
type Edit struct {
	// Removed holds the positions, as they were before the edit, of lines taken out
	// from among others, ascending.
	Removed []uint64
	// Inserted holds the positions, as they are after the edit, of lines put before
	// others, ascending.
	Inserted []uint64
	// Asked is true when the reader asked for the lines: they do not count as new.
	Asked bool
}

// Changed takes in that lines were added at the end of the buffer, some perhaps
// evicted, and late ones put in at the given positions.
func (l *Log) Changed(inserted []uint64) { l.Edited(Edit{Inserted: inserted}) }

// Edited takes in what the buffer's owner did to it. Without removed and inserted
// lines it costs the new lines alone, otherwise also what the filter shows.
func (l *Log) Edited(e Edit) {
	end := l.end - uint64(len(e.Removed)) + uint64(len(e.Inserted))
	if len(e.Removed)+len(e.Inserted) > 0 {
		l.renumber(e)
	}
	shown := len(l.matches)
	switch {
	case l.filter.on():
		l.matchInserted(e.Inserted)
		l.matchFrom(end)
		if !e.Asked {
			l.fresh += len(l.matches) - shown
		}
		l.matches = l.matches[l.search(l.src.First()):l.search(l.src.End())]
	case !e.Asked && l.src.End() >= end:
		l.fresh += int(l.src.End()-end) + len(e.Inserted)
	}
	l.end = l.src.End()
	for pos := range l.opened {
		if pos < l.src.First() {
			delete(l.opened, pos)
		}
	}
}

// renumber moves every remembered position to where its line is now.
func (l *Log) renumber(e Edit) {
	move := func(pos uint64) uint64 { return (&mover{Edit: e}).move(pos) }
	l.cursor, l.top.pos, l.selected = move(l.cursor), move(l.top.pos), move(l.selected)
	if _, all := l.Sifted(); all {
		l.unsifted = 0
	} else {
		l.unsifted = move(l.unsifted)
	}
	clear(l.ready)
	opened := make(map[uint64]bool, len(l.opened))
	for pos := range l.opened {
		opened[move(pos)] = true
	}
	l.opened = opened
	m, kept := mover{Edit: e}, l.matches[:0]
	for _, pos := range l.matches {
		if to := m.move(pos); !m.gone(pos) {
			kept = append(kept, to)
		}
	}
	l.matches = kept
}

// matchInserted puts the inserted lines that the filter shows among the others.
func (l *Log) matchInserted(inserted []uint64) {
	var found []uint64
	for _, pos := range inserted {
		if pos >= max(l.src.First(), l.unsifted) && pos < l.src.End() && l.filter.matches(l.src.At(pos)) {
			found = append(found, pos)
		}
	}
	if len(found) == 0 {
		return
	}
	from := sort.Search(len(l.matches), func(i int) bool { return l.matches[i] > found[0] })
	later := append([]uint64(nil), l.matches[from:]...)
	l.matches = l.matches[:from]
	for len(found)+len(later) > 0 {
		next := &later
		if len(later) == 0 || len(found) > 0 && found[0] < later[0] {
			next = &found
		}
		l.matches = append(l.matches, (*next)[0])
		*next = (*next)[1:]
	}
}

// mover renumbers positions that it is given in ascending order.
type mover struct {
	Edit
	removed, inserted int // how many of them lie before the last position
}

func (m *mover) move(pos uint64) uint64 {
	for m.removed < len(m.Removed) && m.Removed[m.removed] < pos {
		m.removed++
	}
	pos += uint64(m.inserted) - uint64(m.removed)
	for m.inserted < len(m.Inserted) && m.Inserted[m.inserted] <= pos {
		m.inserted++
		pos++
	}
	return pos
}

// gone reports whether the line at the position moved last was removed.
func (m *mover) gone(pos uint64) bool {
	return m.removed < len(m.Removed) && m.Removed[m.removed] == pos
}
