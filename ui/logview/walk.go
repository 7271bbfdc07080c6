package logview

import "sort"

// The functions here walk over the lines that the filter shows.

func (l *Log) first() (uint64, bool) { return l.atOrAfter(l.src.First()) }

func (l *Log) last() (uint64, bool) { return l.before(l.src.End()) }

// atOrAfter returns the first line shown from pos on, or the last one shown.
func (l *Log) atOrAfter(pos uint64) (uint64, bool) {
	pos = max(pos, l.src.First())
	if !l.filter.on() {
		if pos < l.src.End() {
			return pos, true
		}
		return l.last()
	}
	if i := l.search(pos); i < len(l.matches) {
		return l.matches[i], true
	}
	return l.last()
}

// before returns the last line shown before pos.
func (l *Log) before(pos uint64) (uint64, bool) {
	if !l.filter.on() {
		if pos <= l.src.First() {
			return 0, false
		}
		return min(pos, l.src.End()) - 1, true
	}
	if i := l.search(pos); i > 0 && l.matches[i-1] >= l.src.First() {
		return l.matches[i-1], true
	}
	return 0, false
}

// after returns the first line shown after pos.
func (l *Log) after(pos uint64) (uint64, bool) {
	if !l.filter.on() {
		return pos + 1, pos+1 < l.src.End()
	}
	if i := l.search(pos + 1); i < len(l.matches) {
		return l.matches[i], true
	}
	return 0, false
}

func (l *Log) search(pos uint64) int {
	return sort.Search(len(l.matches), func(i int) bool { return l.matches[i] >= pos })
}

// Move moves the cursor n lines down, up if negative, and stops following.
func (l *Log) Move(n int) {
	pos, ok := l.Selected()
	if !ok {
		return
	}
	l.pause()
	step, beyond := l.after, 1
	if n < 0 {
		n, step, beyond = -n, l.before, -1
	}
	l.beyond = 0
	for ; n > 0; n-- {
		next, ok := step(pos)
		if !ok {
			l.beyond = beyond
			break
		}
		pos = next
	}
	l.cursor = pos
}

// Page moves the cursor n screens down, up if negative, and stops following.
func (l *Log) Page(n int) { l.Move(n * max(l.onScreen-1, 1)) }

// Top moves the cursor to the oldest line and stops following.
func (l *Log) Top() {
	from, _ := l.Selected()
	if pos, ok := l.first(); ok {
		l.Goto(pos)
		if from == pos {
			l.beyond = -1
		}
	}
}

// Bottom goes to the newest line and follows it.
func (l *Log) Bottom() { l.SetFollowing(true) }

// SetFollowing follows the newest line, or stops where the view is.
func (l *Log) SetFollowing(on bool) {
	if !on {
		l.pause()
		return
	}
	l.following, l.selecting, l.beyond = true, false, 0
	l.top.skip = 0
}

// Goto moves the cursor to the line at a position, or to the next one shown, and
// stops following.
func (l *Log) Goto(pos uint64) {
	if pos, ok := l.atOrAfter(pos); ok {
		l.pause()
		l.cursor, l.beyond = pos, 0
	}
}

// GotoMiddle is Goto with the line in the middle of the screen.
func (l *Log) GotoMiddle(pos uint64) {
	l.Goto(pos)
	l.middle = true
}

func (l *Log) pause() {
	if !l.following {
		return
	}
	l.cursor, _ = l.last()
	l.following, l.fresh = false, 0
}

// scrollCells is how far one step of horizontal scrolling goes, in cells.
const scrollCells = 16

// ScrollColumns shows what is n steps further right in the messages, or left if
// negative. Wrapped lines have nothing to scroll to.
func (l *Log) ScrollColumns(n int) {
	if !l.wrap {
		l.left = min(max(l.left+n*scrollCells, 0), maxMessage)
	}
}
