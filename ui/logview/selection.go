package logview

import "iter"

// SetSelecting begins a selection at the cursor, which grows as the cursor moves, or
// gives it up. It stops following.
func (l *Log) SetSelecting(on bool) {
	pos, ok := l.Selected()
	if l.selecting = on && ok; l.selecting {
		l.pause()
		l.selected = pos
	}
}

// Selecting reports whether lines are being selected.
func (l *Log) Selecting() bool { return l.selecting }

// Selection iterates over the positions of the lines that are selected and shown,
// oldest first; none unless Selecting.
func (l *Log) Selection() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		if from, to, ok := l.selection(); ok {
			l.between(from, to, yield)
		}
	}
}

// All iterates over the positions of the lines that the filter shows, oldest first.
func (l *Log) All() iter.Seq[uint64] {
	return func(yield func(uint64) bool) { l.between(l.src.First(), l.src.End(), yield) }
}

func (l *Log) between(from, to uint64, yield func(uint64) bool) {
	for pos, ok := l.atOrAfter(from); ok && pos >= from && pos <= to; pos, ok = l.after(pos) {
		if !yield(pos) {
			return
		}
	}
}

// selection returns the ends of what is selected, both included.
func (l *Log) selection() (from, to uint64, ok bool) {
	cursor, shown := l.Selected()
	if !l.selecting || !shown {
		return 0, 0, false
	}
	return min(l.selected, cursor), max(l.selected, cursor), true
}

// ToggleFold shows the line under the cursor in all its lines, or in one row again.
func (l *Log) ToggleFold() {
	pos, ok := l.Selected()
	if !ok {
		return
	}
	l.pause()
	l.cursor = pos
	if l.opened[pos] {
		delete(l.opened, pos)
		return
	}
	l.opened[pos] = true
}

// SetUnfolded shows every line that has several, such as a stack trace, in all of
// them. Wrapped lines are unfolded anyway.
func (l *Log) SetUnfolded(on bool) {
	l.unfolded, l.top.skip = on, 0
	clear(l.opened)
}

// Unfolded reports whether every line is shown in all its lines.
func (l *Log) Unfolded() bool { return l.unfolded }
