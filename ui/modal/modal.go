// Package modal holds the questions that a console asks: yes or no, a name to be
// typed, a choice from a list, and a text to be read. Each takes all keys until
// it is done. They know nothing of what is asked.
package modal

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/pager"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Body lays a text out for a width: painted lines of at most w cells. A
// difference view gives its lines in the same way.
type Body func(w int) []string

// Plain is a body of unpainted text, cleaned and wrapped.
func Plain(s string) Body {
	return func(w int) []string { return text.Wrap(s, w) }
}

// Question is what a confirmation shows and does.
type Question struct {
	Title string         // one line, what is about to happen
	Body  Body           // exact calls, before and after; may be taller than the screen
	Ask   string         // what a yes does besides, asked above the answer; may be empty
	Yes   func() tea.Cmd // runs on the loop when confirmed
}

// dialog is what all modals share: a title, a body that scrolls and an end.
type dialog struct {
	theme *theme.Theme
	title string
	body  *pager.Pager
	done  bool
}

func newDialog(th *theme.Theme, title string, body Body) dialog {
	if body == nil {
		body = func(int) []string { return nil }
	}
	return dialog{theme: th, title: title, body: pager.New(pager.Layout(body))}
}

// Done reports whether the modal was answered.
func (d *dialog) Done() bool { return d.done }

// frame draws title and body above lines that must stay visible. The body gets
// the rows that are left, and no more than it needs.
func (d *dialog) frame(w, h int, foot ...string) []string {
	if w <= 0 || h <= 0 {
		return nil
	}
	if len(foot) >= h {
		return foot[len(foot)-h:]
	}
	room := h - len(foot) - 1
	lines := d.body.Lines(w)
	rows := min(room, len(lines))
	var shown []string
	if rows > 0 {
		shown = strings.Split(d.body.View(w, rows), "\n")
	}
	title := " " + d.title
	if rows < len(lines) {
		first, last, total := d.body.Position()
		title += position(first, last, total)
	}
	out := []string{d.line(theme.Title, title, w)}
	out = append(out, shown...)
	return append(out, foot...)
}

// line is one plain row in a role, cut to w.
func (d *dialog) line(r theme.Role, s string, w int) string {
	return d.theme.Paint(r, text.Truncate(s, w, d.theme.Glyphs().Ellipsis))
}

// asked is what is asked besides, above the answer.
func (d *dialog) asked(q Question, w int) []string {
	if q.Ask == "" {
		return nil
	}
	return d.theme.Wrap(theme.Warn, q.Ask, 1, w)
}

func finish(d *dialog, f func() tea.Cmd) tea.Cmd {
	d.done = true
	if f == nil {
		return nil
	}
	return f()
}
