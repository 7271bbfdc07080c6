package ui

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/words"
	"gantry/ui/pager"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Content is what a Document shows, in parts: the lines of a text, or paragraphs that
// take several rows each. It never changes.
type Content interface {
	// Parts are the texts of the parts as a search reads them, cleaned.
	Parts() []string
	// Draw draws the parts, and tells at which row each begins.
	Draw(Drawing) (rows []string, starts []int)
	// Text is the whole as it is copied and saved.
	Text() string
}

// Stepped is a Content whose parts can be gone through one by one: a cursor stands on one of
// them, and what is done is done to that.
type Stepped interface {
	Content
	// Stops reports whether the cursor stops at a part.
	Stops(part int) bool
}

// Drawing says how a content is drawn.
type Drawing struct {
	Cursor int // the part under the cursor of a Stepped content
	Theme  *theme.Theme
	Width  int            // cells a row may take
	Wrap   bool           // long text goes on below itself
	Left   int            // the first cell to show of text that is not wrapped
	Find   *regexp.Regexp // what to mark; nil for nothing
}

// Paint styles clean text in a role, with what is found in its own style.
func (d Drawing) Paint(role theme.Role, s string) string {
	if d.Find == nil {
		return d.Theme.Paint(role, s)
	}
	var b strings.Builder
	at := 0
	for _, m := range d.Find.FindAllStringIndex(s, -1) {
		b.WriteString(d.Theme.Paint(role, s[at:m[0]]))
		b.WriteString(d.Theme.Paint(theme.Match, s[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(d.Theme.Paint(role, s[at:]))
	return b.String()
}

// Rows are the rows that clean text takes in a width: all of it wrapped, or a window on
// it that shows where it was cut.
func (d Drawing) Rows(s string, width int) []string {
	switch {
	case d.Wrap:
		return text.Wrap(s, width)
	case d.Left > 0:
		return []string{strings.TrimRight(text.Window(s, d.Left, width), " ")}
	}
	return []string{text.Truncate(s, width, d.Theme.Glyphs().Ellipsis)}
}

// Plain is a text as it came: it is cleaned where it is drawn, copied as it is.
type Plain string

// Parts are the lines.
func (p Plain) Parts() []string { return text.Lines(strings.TrimRight(string(p), "\n")) }

// Draw draws a line after the other.
func (p Plain) Draw(d Drawing) (rows []string, starts []int) {
	for _, line := range p.Parts() {
		starts = append(starts, len(rows))
		for _, row := range d.Rows(line, max(1, d.Width)) {
			rows = append(rows, d.Paint(theme.Text, row))
		}
	}
	return rows, starts
}

// Text is the text itself.
func (p Plain) Text() string { return string(p) }

// DocumentOptions are a text to be read, and where it comes from.
type DocumentOptions struct {
	Name   string
	What   string // what is shown, for messages: "service api"; empty for the name
	Header Header
	// Content is the document; nil until it is loaded.
	Content Content
	// FileType is what a file of it is called after the dot, such as yaml, when the text is
	// one by itself: it is saved without a title then. Empty is txt.
	FileType string
	// Live is a text that grows, with a number that differs whenever it has changed; nil for
	// one that does not. Each frame asks for it.
	Live func() (text string, version int)
	// Load fetches the document off the loop; nil if Content is all there is.
	Load func(ctx context.Context) (Content, error)
	// Trouble says in the header what a failed load means; nil says that it failed.
	Trouble func(h *Header, err error)
}

// Document shows a text that cannot be edited: it scrolls, searches, wraps,
// copies and saves. Descriptions and JSON are documents.
type Document struct {
	host *Host
	opts DocumentOptions

	ctx     context.Context
	content Content
	parts   []string
	version int
	loading bool
	err     error

	pager  *pager.Pager
	theme  *theme.Theme // of the rows laid out
	starts []int        // the first drawn row of each part
	wrap   bool
	left   int
	expr   string
	find   *regexp.Regexp
	found  int // the part of the last match gone to
	cursor int // the part under the cursor, of a Stepped content
}

// loaded is a document that arrived.
type loaded struct {
	content Content
	err     error
}

// NewDocument makes the screen of a text.
func NewDocument(h *Host, o DocumentOptions) *Document {
	o.What = cmp.Or(o.What, o.Name)
	d := &Document{host: h, opts: o, wrap: true}
	d.pager = pager.New(d.layout)
	if o.Content != nil {
		d.show(o.Content)
	}
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
		content, err := load(ctx)
		return loaded{content, err}
	}
}

// Update takes the document. A failed load keeps the last text.
func (d *Document) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(loaded); ok {
		d.loading, d.err = false, m.err
		if m.err == nil {
			d.show(m.content)
		}
		d.pager.Changed()
	}
	return nil
}

func (d *Document) show(c Content) {
	d.content, d.parts = c, c.Parts()
	d.pager.Changed()
	if !d.stops(d.cursor) {
		d.stepTo(d.step(-1, 1))
	}
}

// refresh takes over what a live text grew by, and stays at its end.
func (d *Document) refresh() {
	if d.opts.Live == nil {
		return
	}
	s, version := d.opts.Live()
	if version == d.version && d.content != nil {
		return
	}
	_, last, total := d.pager.Position()
	d.version = version
	d.show(Plain(s))
	if last == total {
		d.pager.Bottom()
	}
}

// Capturing is never true: the search is typed in the shell's prompt.
func (d *Document) Capturing() bool { return false }

// Header shows how long the text is, how much of it is found, and how the load went.
func (d *Document) Header() Header {
	h := d.opts.Header
	switch {
	case d.loading:
		h.Fresh = Fresh{State: FreshLoading, Text: "loading"}
	case d.err != nil && d.opts.Trouble != nil:
		d.opts.Trouble(&h, d.err)
	case d.err != nil:
		h.Fresh, h.Banner = Fresh{State: FreshOffline, Text: "not loaded"}, d.err.Error()
	}
	if d.content != nil {
		h.Counts = words.Count(len(d.parts), "line")
		if first, last, total := d.pager.Position(); d.pager.Scrolls() {
			h.Counts += fmt.Sprintf("   %d%%", 100*last/max(1, total))
			if first == 0 {
				h.Counts += " (top)"
			} else if last == total {
				h.Counts += " (end)"
			}
		}
	}
	if d.find != nil {
		h.Sort = words.Count(len(d.matches()), "match")
	}
	return h
}

// Text is the whole document, for saving.
func (d *Document) Text() string {
	d.refresh()
	if d.content == nil {
		return ""
	}
	return d.content.Text()
}

// FileType is that of its options.
func (d *Document) FileType() string { return d.opts.FileType }

// View draws the rows in view.
func (d *Document) View(w, h int) Frame {
	d.refresh()
	if th := d.host.Theme(); th != d.theme {
		d.theme = th
		d.pager.Changed()
	}
	return Frame{Body: d.pager.View(w, h)}
}

// layout draws all parts, and notes where each starts, or says why there is none.
func (d *Document) layout(w int) (rows []string) {
	drawing := Drawing{Theme: d.host.Theme(), Width: w, Wrap: d.wrap, Left: d.left, Find: d.find, Cursor: d.cursor}
	d.starts = nil
	say := func(role theme.Role, s string) {
		for _, row := range text.Wrap(text.Line(s), max(1, w)) {
			rows = append(rows, drawing.Theme.Paint(role, row))
		}
	}
	switch {
	case d.content != nil:
		rows, d.starts = d.content.Draw(drawing)
	case d.err != nil:
		say(theme.Failed, d.opts.What+" could not be read")
		say(theme.Text, d.err.Error())
		say(theme.Dim, d.host.Key(ActRefresh)+" tries again")
	case d.loading:
		say(theme.Dim, "loading "+d.opts.What)
	}
	return rows
}

// Filter is the search in force.
func (d *Document) Filter() string { return d.expr }

// SetFilter searches for a regular expression without regard to case, as tables do, and
// goes to the next part that it is found in. All parts stay.
func (d *Document) SetFilter(expr string) error {
	var find *regexp.Regexp
	if expr != "" {
		var err error
		if find, err = regexp.Compile("(?i)" + expr); err != nil {
			return fmt.Errorf("search %q is not a regular expression: %w", expr, err)
		}
	}
	d.expr, d.find = expr, find
	d.pager.Changed()
	d.found = d.partInView() - 1
	d.seek(1)
	return nil
}

// matches are the parts that the search finds something in.
func (d *Document) matches() []int {
	var out []int
	for i, part := range d.parts {
		if d.find.MatchString(part) {
			out = append(out, i)
		}
	}
	return out
}

// seek goes to the next match after the last one found, or the one before it,
// and around the ends.
func (d *Document) seek(step int) {
	if d.find == nil {
		return
	}
	found := d.matches()
	if len(found) == 0 || len(d.starts) != len(d.parts) {
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
	if part := d.found; d.stops(part) {
		d.stepTo(part)
	}
}

// partInView is the first part that is drawn.
func (d *Document) partInView() int {
	first, _, _ := d.pager.Position()
	part, exact := slices.BinarySearch(d.starts, first)
	if !exact {
		part--
	}
	return part
}

// The actions of a document.
var (
	actWrapText    = ActWrap.As("wrap", 2)
	actCopyText    = ActCopy.As("copy text", 3)
	actRefreshText = ActRefresh.As("refresh", 4)
)

// DocumentBindings are those of a Document.
func DocumentBindings() []Binding {
	return append(MovementBindings(), ActLeft, ActRight, actWrapText, actCopyText, ActFindNext, ActFindPrev, actRefreshText)
}

// Actions are moving, searching, wrapping, copying and loading again.
func (d *Document) Actions() []Action {
	none := unless(d.find != nil, "nothing is searched for")
	wrapped := unless(!d.wrap, "lines are wrapped")
	var over Scroller = d.pager
	if _, ok := d.content.(Stepped); ok {
		over = stepper{d}
	}
	list := append(Movement(over),
		ActLeft.Does(func() { d.shift(-8) }).Unless(wrapped),
		ActRight.Does(func() { d.shift(8) }).Unless(wrapped),
		actWrapText.Does(func() { d.wrap, d.left = !d.wrap, 0; d.pager.Changed() }),
		actCopyText.Does(func() { d.host.Copy(d.opts.What, d.content.Text()) }).Unless(unless(d.content != nil, "nothing was read yet")),
		ActFindNext.Does(func() { d.seek(1) }).Unless(none),
		ActFindPrev.Does(func() { d.seek(-1) }).Unless(none))
	if d.opts.Load != nil {
		list = append(list, actRefreshText.Runs(d.load))
	}
	return list
}

func (d *Document) shift(n int) {
	d.left = max(0, d.left+n)
	d.pager.Changed()
}
