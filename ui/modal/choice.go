package modal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/field"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Option is one thing to choose.
type Option struct {
	Name   string // what is chosen, searched by the filter
	Detail string // beside it, dimmed
	// Disabled says why it cannot be chosen; empty when it can.
	Disabled string
}

// ChoiceOptions configure a choice.
type ChoiceOptions struct {
	Title   string
	Options []Option
	// Chosen gets the index into Options.
	Chosen func(i int)
	// Selected is the index under the cursor at first.
	Selected int
	// Digits takes the option that is called by a digit as soon as that is pressed, while
	// nothing is typed.
	Digits bool
}

// Choice is a list with a filter as one types.
type Choice struct {
	dialog
	opts    ChoiceOptions
	input   field.Input
	matches []int
	at      int // into matches
	top     int
	rows    int // list rows of the last View
	wrong   string
}

// NewChoice asks for one of some options.
func NewChoice(th *theme.Theme, o ChoiceOptions) *Choice {
	c := &Choice{dialog: newDialog(th, o.Title, nil), opts: o, input: field.New(th, "> ")}
	c.filter()
	c.at = max(0, min(o.Selected, len(c.matches)-1))
	return c
}

// filter keeps the options that contain all typed words.
func (c *Choice) filter() {
	words := strings.Fields(strings.ToLower(c.input.Value()))
	c.matches = c.matches[:0]
	for i, o := range c.opts.Options {
		hay := strings.ToLower(o.Name + " " + o.Detail)
		hit := true
		for _, w := range words {
			hit = hit && strings.Contains(hay, w)
		}
		if hit {
			c.matches = append(c.matches, i)
		}
	}
	c.at, c.top = 0, 0
}

// Writes is true of what narrows; the other keys choose or leave.
func (c *Choice) Writes(msg tea.Msg) bool {
	press, ok := msg.(tea.KeyPressMsg)
	return !ok || press.Text != ""
}

// Update moves, narrows and chooses.
func (c *Choice) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch press.String() {
		case "esc":
			return finish(&c.dialog, nil)
		case "enter":
			c.choose()
			return nil
		case "down", "ctrl+n":
			c.move(1)
			return nil
		case "up", "ctrl+p":
			c.move(-1)
			return nil
		case "pgdown":
			c.move(max(1, c.rows-1))
			return nil
		case "pgup":
			c.move(-max(1, c.rows-1))
			return nil
		}
		if c.opts.Digits && c.input.Value() == "" && c.digit(press.Text) {
			return nil
		}
	}
	before := c.input.Value()
	var cmd tea.Cmd
	c.input, cmd = c.input.Update(msg)
	if c.input.Value() != before {
		c.wrong = ""
		c.filter()
	}
	return cmd
}

// digit takes the option that a digit calls, if there is one.
func (c *Choice) digit(typed string) bool {
	if len(typed) != 1 || typed[0] < '0' || typed[0] > '9' {
		return false
	}
	at := slices.IndexFunc(c.matches, func(i int) bool { return c.opts.Options[i].Name == typed })
	if at < 0 {
		return false
	}
	c.at = at
	c.choose()
	return true
}

func (c *Choice) move(n int) {
	c.wrong = ""
	c.at = max(0, min(c.at+n, len(c.matches)-1))
}

func (c *Choice) choose() {
	if len(c.matches) == 0 {
		c.wrong = fmt.Sprintf("nothing matches %q", strings.TrimSpace(c.input.Value()))
		return
	}
	i := c.matches[c.at]
	if why := c.opts.Options[i].Disabled; why != "" {
		c.wrong = c.opts.Options[i].Name + ": " + why
		return
	}
	c.done = true
	c.opts.Chosen(i)
}

// View draws the field and the options that match.
func (c *Choice) View(w, h int) (string, *tea.Cursor) {
	if w <= 0 || h <= 0 {
		return "", nil
	}
	c.input.SetWidth(max(1, w-4))
	head := []string{c.line(theme.Title, fmt.Sprintf(" %s  (%d of %d)", c.title, len(c.matches), len(c.opts.Options)), w), " " + c.input.View()}
	foot := c.foot(w)
	c.rows = max(0, min(h-len(head)-len(foot), max(1, len(c.opts.Options))))
	c.top = max(0, min(c.top, c.at))
	if c.at >= c.top+c.rows {
		c.top = c.at - c.rows + 1
	}
	lines := head
	for i := c.top; i < min(c.top+c.rows, len(c.matches)); i++ {
		lines = append(lines, c.opts.Options[c.matches[i]].Row(c.theme, w, i == c.at))
	}
	lines = append(lines, foot...)
	if len(lines) > h {
		lines = lines[:h]
	}
	cursor := c.input.Cursor()
	if cursor != nil && len(lines) > 1 {
		cursor.X++
		cursor.Y = 1
	}
	return strings.Join(lines, "\n"), cursor
}

func (c *Choice) foot(w int) []string {
	switch {
	case c.wrong != "":
		return c.theme.Wrap(theme.Failed, c.wrong, 1, w)
	case len(c.matches) == 0:
		return []string{c.line(theme.Dim, " nothing matches", w)}
	}
	return nil
}

// Row draws the option in a list, w cells wide; here has the cursor on it.
func (o Option) Row(th *theme.Theme, w int, here bool) string {
	marker, tail := "  ", th.Glyphs().Ellipsis
	if here {
		marker = th.Glyphs().Marker + " "
	}
	room := max(1, w-2)
	name := text.Truncate(o.Name, room, tail)
	rest := text.Truncate("  "+cmp.Or(o.Disabled, o.Detail), max(0, room-text.Width(name)), tail)
	switch {
	case o.Disabled != "":
		name = th.Paint(theme.Dim, name)
	case here:
		name = th.Paint(theme.Selected, name)
	}
	return marker + name + th.Paint(theme.Dim, rest)
}

// Hints are the keys of a choice.
func (c *Choice) Hints() []struct{ Key, Name string } {
	hints := []struct{ Key, Name string }{{"enter", "choose"}, {"arrows", "move"}, {"esc", "cancel"}}
	if c.opts.Digits {
		hints[1] = struct{ Key, Name string }{"digit", "take it"}
	}
	return hints
}

// Message is a text to be read.
type Message struct{ dialog }

// NewMessage shows a text until it is dismissed.
func NewMessage(th *theme.Theme, title string, body Body) *Message {
	return &Message{newDialog(th, title, body)}
}

// Update scrolls and dismisses.
func (m *Message) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch key := press.String(); key {
	case "esc", "enter", "q", "?":
		m.done = true
	default:
		m.body.Key(key)
	}
	return nil
}

// View draws the text.
func (m *Message) View(w, h int) (string, *tea.Cursor) {
	return strings.Join(m.frame(w, h), "\n"), nil
}

// Hints are the keys of a message.
func (m *Message) Hints() []struct{ Key, Name string } {
	return []struct{ Key, Name string }{{"esc", "close"}, {"pgdn", "scroll"}}
}
