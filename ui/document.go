package ui

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/pager"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// DocumentOptions are a text to be read, and where it comes from.
type DocumentOptions struct {
	Name   string
	Header Header
	// Text is the document, raw: it is cleaned where it is drawn, copied as it is.
	Text string
	// Load fetches the document off the loop; nil if Text is all there is.
	Load func(ctx context.Context) (string, error)
}

// Document shows a text that cannot be edited: it scrolls, searches, wraps,
// copies and saves. Descriptions and JSON are documents.
type Document struct {
	host *Host
	opts DocumentOptions
	live func() (text string, version int) // a text that grows; nil if it does not

	ctx     context.Context
	text    string
	lines   []string // of the text, cleaned
	version int
	loading bool
	err     error

	pager  *pager.Pager
	starts []int // the first drawn row of each line
	wrap   bool
	left   int
	expr   string
	find   *regexp.Regexp
	found  int // the line of the last match gone to
}

// loaded is a document that arrived.
type loaded struct {
	text string
	err  error
}

// NewDocument makes the screen of a text.
func NewDocument(h *Host, o DocumentOptions) *Document {
	d := &Document{host: h, opts: o}
	d.pager = pager.New(d.layout)
	d.setText(o.Text)
	return d
}

// Name is the document's name.
func (d *Document) Name() string { return d.opts.Name }

// Open fetches the document if it must be.
func (d *Document) Open(ctx context.Context) tea.Cmd {
	d.ctx = ctx
	return d.load()
}

func (d *Document) load() tea.Cmd {
	if d.opts.Load == nil {
		return nil
	}
	d.loading = true
	ctx, load := d.ctx, d.opts.Load
	return func() tea.Msg {
		text, err := load(ctx)
		return loaded{text: text, err: err}
	}
}

// Update takes the document. A failed load keeps the last text.
func (d *Document) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(loaded); ok {
		d.loading, d.err = false, m.err
		if m.err == nil {
			d.setText(m.text)
		} else {
			d.host.Flash(Error, "%s: %v", d.opts.Name, m.err)
		}
	}
	return nil
}

func (d *Document) setText(s string) {
	d.text = s
	d.lines = text.Lines(strings.TrimRight(s, "\n"))
	d.pager.Changed()
}

// refresh takes over what a live text grew by, and stays at its end.
func (d *Document) refresh() {
	if d.live == nil {
		return
	}
	s, version := d.live()
	if version == d.version && d.text != "" {
		return
	}
	_, last, total := d.pager.Position()
	d.version = version
	d.setText(s)
	if last == total {
		d.pager.Bottom()
	}
}

// Capturing is never true: the search is typed in the shell's prompt.
func (d *Document) Capturing() bool { return false }

// Header shows the place in the text and how the load went.
func (d *Document) Header() Header {
	h := d.opts.Header
	switch {
	case d.loading:
		h.Fresh = Fresh{State: FreshLoading, Text: "loading"}
	case d.err != nil:
		h.Fresh = Fresh{State: FreshOffline, Text: "not loaded"}
	}
	if h.Counts == "" {
		h.Counts = fmt.Sprintf("%d lines", len(d.lines))
	}
	if d.find != nil {
		h.Sort = fmt.Sprintf("%d matches", len(d.matches()))
	}
	return h
}

// Text is the whole document, for saving.
func (d *Document) Text() string {
	d.refresh()
	return d.text
}

// View draws the rows in view.
func (d *Document) View(w, h int) Frame {
	d.refresh()
	if d.text == "" && d.err != nil {
		th := d.host.Theme()
		return Frame{Body: th.Paint(theme.Failed, text.Truncate(d.err.Error(), w, th.Glyphs().Ellipsis))}
	}
	return Frame{Body: d.pager.View(w, h)}
}

// layout draws all lines, and notes where each starts.
func (d *Document) layout(w int) []string {
	d.starts = d.starts[:0]
	var out []string
	for _, line := range d.lines {
		d.starts = append(d.starts, len(out))
		if d.wrap {
			for _, part := range text.Hardwrap(line, max(1, w)) {
				out = append(out, d.highlight(part))
			}
			continue
		}
		out = append(out, d.highlight(strings.TrimRight(text.Window(line, d.left, w), " ")))
	}
	return out
}

// highlight paints what the search found.
func (d *Document) highlight(line string) string {
	if d.find == nil {
		return line
	}
	th := d.host.Theme()
	return d.find.ReplaceAllStringFunc(line, func(m string) string { return th.Paint(theme.Match, m) })
}

// Filter is the search in force.
func (d *Document) Filter() string { return d.expr }

// SetFilter searches for a regular expression, without regard to case unless it
// has a capital, and goes to the next match.
func (d *Document) SetFilter(expr string) error {
	if expr == "" {
		d.expr, d.find = "", nil
		d.pager.Changed()
		return nil
	}
	pattern := expr
	if strings.ToLower(expr) == expr {
		pattern = "(?i)" + expr
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("search %q is not a regular expression: %w", expr, err)
	}
	d.expr, d.find = expr, re
	d.pager.Changed()
	d.found = d.lineInView() - 1
	d.seek(1)
	return nil
}

// matches are the lines that the search finds.
func (d *Document) matches() []int {
	var out []int
	for i, line := range d.lines {
		if d.find.MatchString(line) {
			out = append(out, i)
		}
	}
	return out
}

// seek goes to the next match after the last one found, or the one before it,
// and around the ends.
func (d *Document) seek(step int) {
	found := d.matches()
	if len(found) == 0 || len(d.starts) != len(d.lines) {
		return
	}
	i, on := slices.BinarySearch(found, d.found)
	switch {
	case step < 0:
		i--
	case on:
		i++
	}
	d.found = found[(i+len(found))%len(found)]
	d.pager.ShowTop(d.starts[d.found])
}

// lineInView is the first line that is drawn.
func (d *Document) lineInView() int {
	first, _, _ := d.pager.Position()
	line, exact := slices.BinarySearch(d.starts, first)
	if !exact {
		line--
	}
	return line
}

// DocumentBindings are those of a Document.
func DocumentBindings() []Binding {
	return append(MovementBindings(), ActLeft, ActRight, ActWrap, ActCopy.As("copy all", 1), ActFindNext, ActFindPrev, ActRefresh)
}

// Actions are moving, searching, wrapping, copying and loading again.
func (d *Document) Actions() []Action {
	copyAll := ActCopy.As("copy all", 1).Does(func() { d.host.Copy(d.opts.Name, d.text) })
	wrap := ActWrap.Does(func() { d.wrap, d.left = !d.wrap, 0; d.pager.Changed() })
	wrap.Hint = 2
	none := unless(d.find != nil, "nothing is searched for")
	next := ActFindNext.Does(func() { d.seek(1) })
	prev := ActFindPrev.Does(func() { d.seek(-1) })
	next.Disabled, prev.Disabled = none, none
	wrapped := unless(!d.wrap, "lines are wrapped")
	left := ActLeft.Does(func() { d.shift(-8) })
	right := ActRight.Does(func() { d.shift(8) })
	left.Disabled, right.Disabled = wrapped, wrapped
	list := append(Movement(d.pager), left, right, wrap, copyAll, next, prev)
	if d.opts.Load != nil {
		list = append(list, ActRefresh.Runs(d.load))
	}
	return list
}

func (d *Document) shift(n int) {
	d.left = max(0, d.left+n)
	d.pager.Changed()
}

// openMessages shows every message of this run, the last one in view.
func (s *Shell) openMessages() {
	if d, ok := s.trail.top().screen.(*Document); ok && d.live != nil {
		return
	}
	d := NewDocument(s.host, DocumentOptions{Name: "messages"})
	d.live = s.notes.text
	s.push(d)
}

// text is all messages, one a line.
func (n *notes) text() (string, int) {
	if len(n.all) == 0 {
		return "no messages yet", n.version
	}
	var b strings.Builder
	for _, m := range n.all {
		word := "info "
		switch m.level {
		case Warn:
			word = "warn "
		case Error:
			word = "error"
		}
		fmt.Fprintf(&b, "%s  %s  %s\n", m.at.Format("15:04:05"), word, m.text)
	}
	return b.String(), n.version
}
