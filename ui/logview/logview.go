// Package logview draws the lines of a log: it follows the newest, holds still when
// the operator scrolls, searches and filters. It draws from a buffer that its owner
// keeps, addressed by position, so that lines may be evicted at the front and added
// at the end without moving what is being read. A frame costs the rows on screen.
//
// A Log belongs to the loop: none of its methods may be called from a command.
package logview

import (
	"fmt"
	"time"

	"gantry/ui/theme"
)

// Level is how serious a line is.
type Level uint8

// The levels. The zero level is a line that does not say.
const (
	LevelNone Level = iota
	LevelDebug
	LevelInfo
	LevelWarn
	LevelError
)

// levelCells is the width of a level's word.
const levelCells = 5

func (l Level) word() string {
	return [...]string{"     ", "DEBUG", "INFO ", "WARN ", "ERROR"}[min(l, LevelError)]
}

func (l Level) role() theme.Role {
	return [...]theme.Role{theme.Text, theme.LogDebug, theme.LogInfo, theme.LogWarn, theme.LogError}[min(l, LevelError)]
}

// Line is what a log shows of one record. All text is raw; the log cleans and redacts
// it as it draws.
type Line struct {
	Time    time.Time
	Level   Level
	Label   string // which task or container wrote it, empty for none
	Colour  int    // tells labels apart, see theme.TaskColour
	Message string
	Late    bool // it arrived after newer lines
	Ahead   bool // its time lies ahead of when it arrived
	Gap     bool // it stands for lines that were not read; Message says why
	Mark    bool // it is no record: the reader drew it, and Message is its text
	Anchor  bool // it is the line that the others are shown around
}

// Lines is the buffer a log draws from. Positions grow by one from line to line.
// The line at a position stays there until it is evicted, except that a late line put
// in before it moves it up by one; Changed tells the log.
type Lines interface {
	// First is the position of the oldest line, which is also how many were evicted.
	First() uint64
	// End is the position after the newest line.
	End() uint64
	// At returns the line at a position from First up to, not including, End.
	At(pos uint64) Line
}

// Log is a view of a buffer of lines.
type Log struct {
	src Lines
	end uint64 // End of the buffer at the last change

	following bool
	fresh     int // lines shown that came since following stopped
	cursor    uint64
	top       place  // first row of a frame that does not follow
	middle    bool   // the next frame has the cursor in its middle
	sought    uint64 // the line that the search went to, whose match is scrolled into view
	onScreen  int    // lines in the last frame

	beyond int       // where the cursor would have gone further, see Beyond
	ends   [2]string // what stands above the first line and below the last one

	filter   pattern
	matches  []uint64 // positions that the filter shows, ascending
	unsifted uint64   // what is before was not yet held against the filter
	find     pattern

	selecting bool
	selected  uint64          // where the selection began
	opened    map[uint64]bool // lines shown in all their lines, by position
	unfolded  bool            // all of them are

	wrap, noTime, reveal bool
	columns              *Columns
	left                 int // cells of the messages scrolled away
	labelW               int // remembered width of the labels

	ready map[uint64]prepared // messages prepared for drawing, by position
}

// place is a row on screen: a line, and how many of its rows are above.
type place struct {
	pos  uint64
	skip int
}

// New makes a log that follows the newest line of a buffer.
func New(src Lines) *Log {
	l := &Log{src: src, following: true, ready: map[uint64]prepared{}, opened: map[uint64]bool{}}
	l.end = src.End()
	return l
}

// Following reports whether the view moves with the newest line.
func (l *Log) Following() bool { return l.following }

// New returns how many of the lines shown have come since the view stopped following.
func (l *Log) New() int {
	if l.following {
		return 0
	}
	return l.fresh
}

// Status says in a few words what the view does: "following", or "paused" and how
// many lines have come since.
func (l *Log) Status() string {
	switch n := l.New(); {
	case l.following:
		return "following"
	case n > 0:
		return fmt.Sprintf("paused +%d new", n)
	}
	return "paused"
}

// Selected returns the position of the line under the cursor; false when no line is
// shown. While following it is the newest.
func (l *Log) Selected() (pos uint64, ok bool) {
	if l.following {
		return l.last()
	}
	return l.atOrAfter(l.cursor)
}

// SetWrap breaks long lines into rows, or cuts them at the edge.
func (l *Log) SetWrap(on bool) { l.wrap, l.top.skip = on, 0 }

// Wrap reports whether long lines are broken into rows.
func (l *Log) Wrap() bool { return l.wrap }

// SetTime shows or hides the times.
func (l *Log) SetTime(on bool) { l.noTime = !on }

// Time reports whether times are shown.
func (l *Log) Time() bool { return !l.noTime }

// SetReveal shows what is masked as a secret otherwise.
func (l *Log) SetReveal(on bool) {
	l.reveal = on
	clear(l.ready)
}

// Reveal reports whether secrets are shown.
func (l *Log) Reveal() bool { return l.reveal }

// SetEnds says what stands above the oldest line and below the newest one, such as
// that more can be read there; empty for nothing. Both are raw.
func (l *Log) SetEnds(head, foot string) { l.ends = [2]string{head, foot} }

// Beyond says that the last movement would have gone further: -1 above the oldest
// line, 1 below the newest one, 0 neither.
func (l *Log) Beyond() int { return l.beyond }
