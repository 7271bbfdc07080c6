package modal

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/field"
	"gantry/ui/text"
	"gantry/ui/theme"
)

func position(first, last, total int) string {
	return fmt.Sprintf("  (lines %d-%d of %d, pgdn scrolls)", first+1, last, total)
}

// Confirm asks yes or no. No has the focus: enter alone changes nothing.
type Confirm struct {
	dialog
	q   Question
	yes bool // the focus
}

// NewConfirm asks a yes-or-no question.
func NewConfirm(th *theme.Theme, q Question) *Confirm {
	return &Confirm{dialog: newDialog(th, q.Title, q.Body), q: q}
}

// Update answers by y, n or the focused button.
func (c *Confirm) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch key := press.String(); key {
	case "y", "Y":
		return finish(&c.dialog, c.q.Yes)
	case "n", "N", "esc", "q":
		c.done = true
	case "enter":
		if c.yes {
			return finish(&c.dialog, c.q.Yes)
		}
		c.done = true
	case "left", "right", "tab", "shift+tab", "h", "l":
		c.yes = !c.yes
	default:
		c.body.Key(key)
	}
	return nil
}

// View draws the question with its buttons.
func (c *Confirm) View(w, h int) (string, *tea.Cursor) {
	yes, no := "  Yes  ", "[ No ]"
	if c.yes {
		yes, no = "[ Yes ]", "  No  "
		yes = c.theme.Paint(theme.Selected, yes)
	} else {
		no = c.theme.Paint(theme.Selected, no)
	}
	return strings.Join(c.frame(w, h, append(c.asked(c.q, w), text.FitPainted(" "+yes+"  "+no, w, ""))...), "\n"), nil
}

// Hints are the keys that answer.
func (c *Confirm) Hints() []struct{ Key, Name string } {
	return []struct{ Key, Name string }{{"y", "yes"}, {"n", "no"}}
}

// Typed asks for a name to be typed, so that agreeing cannot become a reflex.
type Typed struct {
	dialog
	q     Question
	want  string
	what  string
	input field.Input
	wrong string
}

// NewTyped asks a question that only typing want answers with yes; what says
// what that is, as in "the service's name".
func NewTyped(th *theme.Theme, q Question, what, want string) *Typed {
	return &Typed{dialog: newDialog(th, q.Title, q.Body), q: q, what: what, want: want, input: field.New(th, "> ")}
}

// Writes is true of every key: only the whole name is a yes.
func (t *Typed) Writes(tea.Msg) bool { return true }

// Update types, and compares on enter. What was typed wrong stays.
func (t *Typed) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch key := press.String(); key {
		case "esc":
			t.done = true
			return nil
		case "enter":
			if t.input.Value() == t.want {
				return finish(&t.dialog, t.q.Yes)
			}
			t.wrong = fmt.Sprintf("this is not %s, expected %s", t.what, t.want)
			return nil
		case "up", "down", "pgup", "pgdown":
			t.body.Key(key)
			return nil
		}
	}
	var cmd tea.Cmd
	before := t.input.Value()
	t.input, cmd = t.input.Update(msg)
	if t.input.Value() != before {
		t.wrong = ""
	}
	return cmd
}

// View draws the question, what to type and the field.
func (t *Typed) View(w, h int) (string, *tea.Cursor) {
	t.input.SetWidth(max(1, w-4))
	foot := t.asked(t.q, w)
	foot = append(foot, t.theme.Wrap(theme.Text, fmt.Sprintf("To go on, type %s: %s", t.what, t.want), 1, w)...)
	if t.wrong != "" {
		foot = append(foot, t.theme.Wrap(theme.Failed, t.wrong, 1, w)...)
	}
	foot = append(foot, " "+t.input.View())
	lines := t.frame(w, h, foot...)
	cursor := t.input.Cursor()
	if cursor != nil {
		cursor.X++
		cursor.Y = len(lines) - 1
	}
	return strings.Join(lines, "\n"), cursor
}

// Hints are the keys that answer.
func (t *Typed) Hints() []struct{ Key, Name string } {
	return []struct{ Key, Name string }{{"enter", "confirm"}, {"esc", "cancel"}}
}
