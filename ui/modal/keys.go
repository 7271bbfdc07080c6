package modal

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/field"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// KeyGroup is what belongs together in a help.
type KeyGroup struct {
	Title string
	Keys  []KeyHelp
}

// KeyHelp is what some keys do.
type KeyHelp struct {
	Keys, Name string
	// Why says why they do nothing now; empty when they do.
	Why string
}

// widths are the cells that keys and names of a group take.
func (g KeyGroup) widths() (keys, names int) {
	for _, e := range g.Keys {
		keys = max(keys, text.Width(e.Keys))
		if e.Why == "" {
			names = max(names, text.Width(e.Name))
		}
	}
	return min(keys, mostKeys), min(names, mostNames)
}

// Keys shows what keys do, in as many columns as the width has room for. "/" narrows it.
type Keys struct {
	dialog
	groups []KeyGroup
	input  field.Input
	typing bool
}

// The widths of a column: of the keys in it, and of what they do.
const (
	mostKeys  = 14
	mostNames = 26
	columnGap = 2
)

// NewKeys opens a help.
func NewKeys(th *theme.Theme, title string, groups []KeyGroup) *Keys {
	k := &Keys{groups: groups, input: field.New(th, "/")}
	k.dialog = newDialog(th, title, k.layout)
	return k
}

// Writes reports whether what is pressed narrows the help.
func (k *Keys) Writes(tea.Msg) bool { return k.typing }

// Update narrows, scrolls and closes.
func (k *Keys) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	key := press.String()
	switch {
	case !ok && !k.typing:
	case key == "esc" && (k.typing || k.input.Value() != ""):
		k.typing = false
		k.narrow("")
	case key == "enter" && k.typing:
		k.typing = false
	case k.typing && (key == "up" || key == "down" || key == "pgup" || key == "pgdown"):
		k.body.Key(key)
	case k.typing:
		var cmd tea.Cmd
		k.input, cmd = k.input.Update(msg)
		k.narrow(k.input.Value())
		return cmd
	case key == "/":
		k.typing = true
	case key == "esc" || key == "enter" || key == "q" || key == "?":
		k.done = true
	default:
		k.body.Key(key)
	}
	return nil
}

func (k *Keys) narrow(to string) {
	if k.input.Value() != to {
		k.input.SetValue(to)
	}
	k.body.Changed()
	k.body.Top()
}

// View draws the help, and what narrows it.
func (k *Keys) View(w, h int) (string, *tea.Cursor) {
	var foot []string
	if k.typing || k.input.Value() != "" {
		k.input.SetWidth(max(1, w-3))
		foot = []string{" " + k.input.View()}
	}
	lines := k.frame(w, h, foot...)
	if !k.typing {
		return strings.Join(lines, "\n"), nil
	}
	cursor := k.input.Cursor()
	if cursor != nil {
		cursor.X++
		cursor.Y = len(lines) - 1
	}
	return strings.Join(lines, "\n"), cursor
}

// Hints are the keys that it takes.
func (k *Keys) Hints() []struct{ Key, Name string } {
	if k.typing {
		return []struct{ Key, Name string }{{"enter", "keep"}, {"esc", "all keys"}, {"pgdn", "scroll"}}
	}
	return []struct{ Key, Name string }{{"esc", "close"}, {"/", "search"}, {"pgdn", "scroll"}}
}

// fits reports whether a group or an entry of it is looked for.
func (k *Keys) fits(g KeyGroup, e KeyHelp) bool {
	for _, word := range strings.Fields(strings.ToLower(k.input.Value())) {
		if !strings.Contains(strings.ToLower(g.Title+" "+e.Keys+" "+e.Name+" "+e.Why), word) {
			return false
		}
	}
	return true
}

// layout draws the groups one below the other, each in columns that are read downward;
// what does nothing now has its reason in a row of its own.
func (k *Keys) layout(w int) (out []string) {
	for _, g := range k.groups {
		var cells, rows []string
		keys, names := g.widths()
		columns := max(1, (w-2+columnGap)/(keys+1+names+columnGap))
		for _, e := range g.Keys {
			switch {
			case !k.fits(g, e):
			case e.Why == "":
				cells = append(cells, k.cell(e, keys, names))
			default:
				head := k.theme.Paint(theme.Key, text.Fit(e.Keys, keys, k.theme.Glyphs().Ellipsis)) + " "
				for i, line := range k.theme.Wrap(theme.Dim, e.Name+": "+e.Why, 0, max(1, w-keys-3)) {
					if i > 0 {
						head = text.Spaces(keys + 1)
					}
					rows = append(rows, "  "+head+line)
				}
			}
		}
		if len(cells)+len(rows) == 0 {
			continue
		}
		out = append(out, k.line(theme.Header, g.Title, w))
		high := (len(cells) + columns - 1) / columns
		for i := range high {
			row := "  " + cells[i]
			for j := i + high; j < len(cells); j += high {
				row += text.Spaces(columnGap) + cells[j]
			}
			out = append(out, strings.TrimRight(row, " "))
		}
		out = append(append(out, rows...), "")
	}
	if len(out) == 0 {
		out = []string{k.line(theme.Dim, "  no key does that here", w)}
	}
	return out
}

func (k *Keys) cell(e KeyHelp, keys, names int) string {
	tail := k.theme.Glyphs().Ellipsis
	return k.theme.Paint(theme.Key, text.Fit(e.Keys, keys, tail)) + " " + text.Fit(e.Name, names, tail)
}
