// Package palette finds what can be done or opened by a few letters of its name.
package palette

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"gantry/ui/field"
	"gantry/ui/modal"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Item is something the palette can run.
type Item struct {
	// Name is what is searched and shown.
	Name string
	// Aliases find the item by their full text alone: "q" for quit.
	Aliases []string
	// Detail is shown beside the name: a key, a cluster.
	Detail string
	// Disabled says why it cannot run; empty when it can.
	Disabled string
	// Writes marks what changes or writes something as it is run: it runs when it is
	// called by its name or chosen by hand, never because it happens to fit.
	Writes bool
	// Resort is what can be tried when nothing that is known fits, such as a search.
	Resort bool
	// Answer marks an item that the source made for this very text, such as the
	// screen of a pasted identifier. It is listed whatever its name.
	Answer bool
	// Run does it, on the loop.
	Run func() tea.Cmd
}

// Source lists items. It is asked on the loop whenever the text changes, and
// answers from memory; the palette searches what it gets.
type Source func(text string) []Item

// Options configure a palette.
type Options struct {
	Sources []Source
	History *History
	// Text is typed already.
	Text string
	// Refused is told in words why a chosen item did not run.
	Refused func(line string)
}

// none is chosen.
const none = -1

// maxRows is how many items are drawn at most; more are found by typing more.
const maxRows = 12

// Palette is an open palette: a modal.
type Palette struct {
	theme *theme.Theme
	opts  Options
	input field.Input
	items []Item
	at    int  // none: nothing is chosen
	near  bool // the items are not what was typed, but like it
	back  bool // a command of earlier is shown
	top   int
	rows  int
	done  bool
	wrong string
}

// New opens a palette.
func New(th *theme.Theme, o Options) *Palette {
	if o.History == nil {
		o.History = NewHistory(nil)
	}
	o.History.Rewind()
	in := field.New(th, ":")
	in.SetValue(o.Text)
	in.CursorEnd()
	p := &Palette{theme: th, opts: o, input: in}
	p.search()
	return p
}

// Done reports whether the palette was left.
func (p *Palette) Done() bool { return p.done }

// Update types, moves and runs.
func (p *Palette) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch press.String() {
		case "esc":
			p.done = true
			return nil
		case "enter":
			return p.run()
		case "down":
			if p.back {
				p.recall(1)
			} else {
				p.move(1)
			}
			return nil
		case "up":
			if p.back || p.at <= 0 {
				p.recall(-1)
			} else {
				p.move(-1)
			}
			return nil
		case "pgdown":
			p.move(max(1, p.rows-1))
			return nil
		case "pgup":
			p.move(-max(1, p.rows-1))
			return nil
		case "ctrl+p":
			p.recall(-1)
			return nil
		case "ctrl+n":
			p.recall(1)
			return nil
		case "tab":
			if len(p.items) > 0 {
				p.set(p.items[max(0, p.at)].Name)
			}
			return nil
		case "backspace":
			if p.input.Value() == "" {
				p.done = true
				return nil
			}
		}
	}
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	if p.input.Value() != before {
		p.back = false
		p.search()
	}
	return cmd
}

func (p *Palette) set(s string) {
	p.input.SetValue(s)
	p.input.CursorEnd()
	p.search()
}

// recall shows a command of earlier, or of later past the last one the empty line.
func (p *Palette) recall(n int) {
	line := p.opts.History.Recall(n)
	p.set(line)
	p.back = line != ""
}

func (p *Palette) move(n int) {
	p.at = max(0, min(p.at+n, len(p.items)-1))
}

// run runs the chosen item. A text that nothing matches stays to be corrected.
func (p *Palette) run() tea.Cmd {
	typed := strings.TrimSpace(p.input.Value())
	if typed == "" && p.at == none {
		p.done = true
		return nil
	}
	if p.at == none || len(p.items) == 0 {
		p.wrong = fmt.Sprintf("nothing is called %q", typed)
		return nil
	}
	item := p.items[p.at]
	p.done = true
	if item.Disabled != "" {
		if p.opts.Refused != nil {
			p.opts.Refused(item.Name + ": " + item.Disabled)
		}
		return nil
	}
	if item.Answer || item.Resort || rank(item, typed) == exact {
		p.opts.History.Add(typed)
	} else {
		p.opts.History.Add(item.Name)
	}
	return item.Run()
}

// search orders what the sources offer: what is called exactly so, answers to the text,
// then what fits best. Where nothing does, it offers what is called most alike, of which
// none is chosen before the operator does.
func (p *Palette) search() {
	p.top, p.wrong = 0, ""
	p.items, p.at, p.near = found(p.opts.Sources, strings.TrimSpace(p.input.Value()))
}

// found is what sources have for a text, which of it is chosen, and whether it is only like
// what was typed.
func found(sources []Source, typed string) (items []Item, at int, near bool) {
	var all []Item
	for _, source := range sources {
		all = append(all, source(typed)...)
	}
	if typed == "" {
		return all, none, false
	}
	items = fitting(all, typed)
	if !slices.ContainsFunc(items, func(i Item) bool { return !i.Resort }) {
		near = true
		items = append(items, nearest(all, typed)...)
	}
	if len(items) == 0 || near && !items[0].Resort || items[0].Writes && rank(items[0], typed) != exact {
		at = none
	}
	return items, at, near
}

// Meant is the item that a text means, as it runs when it is typed and entered at once; ok is
// false where there is none but what could be tried.
func Meant(sources []Source, text string) (item Item, ok bool) {
	items, at, near := found(sources, strings.TrimSpace(text))
	if at == none || near {
		return Item{}, false
	}
	return items[at], true
}

// View draws the field and the best items below it.
func (p *Palette) View(w, h int) (string, *tea.Cursor) {
	if w <= 0 || h <= 0 {
		return "", nil
	}
	p.input.SetWidth(max(1, w-3))
	lines := []string{text.FitPainted(" "+p.input.View(), w, "")}
	p.rows = max(0, min(h-1, maxRows, max(1, len(p.items))))
	p.top = max(0, min(p.top, p.at))
	var said []string
	if line := p.words(); line != "" && h > 1 {
		said = p.theme.Wrap(theme.Dim, line, 2, w)
		said = said[:min(len(said), h-1)]
		p.rows = min(p.rows, max(0, h-1-len(said)))
	}
	if p.at >= p.top+p.rows {
		p.top = p.at - p.rows + 1
	}
	lines = append(lines, said...)
	for i := p.top; i < min(p.top+p.rows, len(p.items)); i++ {
		lines = append(lines, modal.Option{Name: p.items[i].Name, Detail: p.items[i].Detail, Disabled: p.items[i].Disabled}.Row(p.theme, w, i == p.at))
	}
	cursor := p.input.Cursor()
	if cursor != nil {
		cursor.X++
	}
	return strings.Join(lines, "\n"), cursor
}

// words say why nothing is chosen, empty when something is.
func (p *Palette) words() string {
	line := p.wrong
	if line == "" && (p.near || len(p.items) == 0) {
		line = "nothing matches"
	}
	if p.near && p.at == none && len(p.items) > 0 {
		line += "; most like it:"
	}
	return line
}

// Hints are the palette's keys.
func (p *Palette) Hints() []struct{ Key, Name string } {
	return []struct{ Key, Name string }{
		{"enter", "run"}, {"down", "choose"}, {"up", "history"}, {"tab", "complete"}, {"esc", "close"},
	}
}
