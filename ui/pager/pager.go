// Package pager scrolls over lines that were laid out for a width.
package pager

import (
	"math"
	"strings"
)

// Layout makes the lines of a content for a width in cells. They are painted
// and at most that wide. It is called again only when the width changes or the
// pager is told that the content did.
type Layout func(w int) []string

// Pager is a window on lines. It draws what is visible and keeps its place when
// the size changes.
type Pager struct {
	layout Layout
	lines  []string
	laid   bool
	w, h   int
	off    int
}

// New makes a pager over a content.
func New(l Layout) *Pager { return &Pager{layout: l} }

// Changed says that the content is another one now; the place is kept.
func (p *Pager) Changed() { p.laid = false }

// Lines are all lines for a width.
func (p *Pager) Lines(w int) []string {
	if !p.laid || w != p.w {
		p.lines, p.w, p.laid = p.layout(w), w, true
	}
	return p.lines
}

// View draws h rows of the content from the current place on.
func (p *Pager) View(w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	lines := p.Lines(w)
	p.h = h
	p.clamp()
	return strings.Join(lines[p.off:min(p.off+h, len(lines))], "\n")
}

func (p *Pager) clamp() {
	p.off = max(0, min(p.off, len(p.lines)-p.h))
}

// Position returns which lines are visible, from first to before last, of how
// many. It is true of the last View.
func (p *Pager) Position() (first, last, total int) {
	return p.off, min(p.off+p.h, len(p.lines)), len(p.lines)
}

// Scrolls reports whether the content is taller than the window.
func (p *Pager) Scrolls() bool { return len(p.lines) > p.h }

// Move goes n lines down, up if negative.
func (p *Pager) Move(n int) {
	p.off += n
	p.clamp()
}

// Page goes n windows down, up if negative, and keeps one line in view.
func (p *Pager) Page(n int) { p.Move(n * max(1, p.h-1)) }

// Top goes to the first line.
func (p *Pager) Top() { p.off = 0 }

// Bottom goes to the last line, of the new content if it changed.
func (p *Pager) Bottom() {
	p.off = math.MaxInt / 2
	if p.laid {
		p.clamp()
	}
}

// Show scrolls as little as makes a line visible.
func (p *Pager) Show(line int) {
	switch {
	case line < p.off:
		p.off = line
	case line >= p.off+p.h:
		p.off = line - p.h + 1
	}
	p.clamp()
}

// ShowTop makes a line the first visible one, as far as the content reaches.
func (p *Pager) ShowTop(line int) {
	p.off = line
	p.clamp()
}

// Key moves by a key that scrolls and reports whether it was one.
func (p *Pager) Key(key string) bool {
	switch key {
	case "down", "j":
		p.Move(1)
	case "up", "k":
		p.Move(-1)
	case "pgdown", "ctrl+f":
		p.Page(1)
	case "pgup", "ctrl+b":
		p.Page(-1)
	case "home", "g":
		p.Top()
	case "end", "G":
		p.Bottom()
	default:
		return false
	}
	return true
}
