package logs

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/logs"
	"gantry/logs/tail"
	"gantry/ui"
	"gantry/ui/logview"
)

// opening is where a search begins: with a window, or with the lines about a
// moment or about a line.
type opening struct {
	window window
	at     time.Time
	line   *logs.Entry
}

// about tells that the search begins in the midst of the lines.
func (o opening) about() bool { return o.line != nil || !o.at.IsZero() }

// window is how far back the lines go.
type window struct {
	ui.Binding
	head  bool          // the oldest lines, instead of following
	since time.Duration // zero for the newest lines
}

// windows are the windows there are; the first is what a screen opens with.
var windows = [...]window{
	{Binding: ui.Binding{ID: "log-tail", Keys: []string{"0"}, Name: "tail"}},
	{Binding: ui.Binding{ID: "log-head", Keys: []string{"1"}, Name: "head"}, head: true},
	{Binding: ui.Binding{ID: "log-1m", Keys: []string{"2"}, Name: "last 1m"}, since: time.Minute},
	{Binding: ui.Binding{ID: "log-5m", Keys: []string{"3"}, Name: "last 5m"}, since: 5 * time.Minute},
	{Binding: ui.Binding{ID: "log-15m", Keys: []string{"4"}, Name: "last 15m"}, since: 15 * time.Minute},
	{Binding: ui.Binding{ID: "log-30m", Keys: []string{"5"}, Name: "last 30m"}, since: 30 * time.Minute},
	{Binding: ui.Binding{ID: "log-1h", Keys: []string{"6"}, Name: "last 1h"}, since: time.Hour},
}

// windowActions open the windows.
func windowActions(open func(window) tea.Cmd) []ui.Action {
	var out []ui.Action
	for _, w := range windows {
		out = append(out, w.Runs(func() tea.Cmd { return open(w) }))
	}
	return out
}

// windowBindings are those that windowActions binds.
func windowBindings() []ui.Binding {
	var out []ui.Binding
	for _, w := range windows {
		out = append(out, w.Binding)
	}
	return out
}

// headLines is how many of the oldest lines the head shows.
const headLines = 500

// aboutLines is how many lines are read on either side of a moment or a line.
const aboutLines = 500

// placed is what a search about a moment or a line brought.
type placed struct {
	session *session
	lines   logs.Surroundings
	why     *logs.Explanation
	err     error
}

// about reads the lines about a moment or a line.
func (x *session) about(source logs.Source, q logs.Query, from opening) tea.Cmd {
	return func() tea.Msg {
		msg := placed{session: x}
		if from.line != nil {
			msg.lines, msg.err = logs.Around(x.ctx, source, q, *from.line, aboutLines)
		} else {
			msg.lines, msg.err = logs.At(x.ctx, source, q, from.at, aboutLines)
		}
		if msg.err == nil && len(msg.lines.Entries) == 0 {
			msg.why = explained(x.ctx, source, q, logs.Range{})
		}
		return msg
	}
}

// head reads the oldest lines there are.
func (x *session) head(source logs.Source, q logs.Query, now time.Time) tea.Cmd {
	return func() tea.Msg {
		all := logs.Range{To: now}
		page, err := logs.Oldest(x.ctx, source, q, all, headLines)
		b := tail.Batch{Entries: page.Entries, Status: tail.Status{
			State: tail.Stopped, Err: err, Partial: page.Partial, Lines: len(page.Entries),
		}}
		if err == nil && len(page.Entries) == 0 {
			b.Status.Explanation = explained(x.ctx, source, q, all)
		}
		return batched{x, b}
	}
}

// explained says why there are no lines, nil when that is not known: without a
// reason the screen says that there are none.
func explained(ctx context.Context, source logs.Source, q logs.Query, r logs.Range) *logs.Explanation {
	why, err := source.Explain(ctx, q, r)
	if err != nil {
		return nil
	}
	return &why
}

// place shows what a search in the midst of the lines brought, with the cursor on
// what was asked about.
func (s *screen) place(msg placed) {
	if msg.session != s.search.session {
		return
	}
	found := msg.lines
	s.search.status = tail.Status{
		State: tail.Stopped, Err: msg.err, Partial: found.Partial, Lines: len(found.Entries), Explanation: msg.why,
	}
	if msg.err != nil {
		return
	}
	s.page.lines.met(found.Entries)
	s.page.view.Edited(logview.Edit{Inserted: s.page.lines.ring.Add(found.Entries).Inserted, Asked: true})
	s.beyond.older.done = !found.Before
	s.page.view.GotoMiddle(s.page.lines.First() + uint64(found.Anchor))
}

// pace says how long to wait between two batches that are drawn: what a frame
// costs the terminal sets how many there are in a second.
type pace struct {
	bytes, rows int // of the last frame
}

const (
	// redrawEvery is the shortest time between two batches that are drawn, and
	// redrawAtLeast the longest.
	redrawEvery   = 100 * time.Millisecond
	redrawAtLeast = time.Second
	// terminalBytes is what may be written to the terminal in a second: a slow line
	// takes no more, and keys must not wait behind it.
	terminalBytes = 24 << 10
)

// drawn notes a frame.
func (p *pace) drawn(body string, rows int) { p.bytes, p.rows = len(body), rows }

// after is the wait after a batch. Rows that only move up cost next to nothing: the
// terminal scrolls them.
func (p *pace) after(lines int, following bool) time.Duration {
	if !following || p.rows == 0 {
		return redrawEvery
	}
	changed := p.bytes * min(lines, p.rows) / p.rows
	return min(max(redrawEvery, time.Duration(changed)*time.Second/terminalBytes), redrawAtLeast)
}
