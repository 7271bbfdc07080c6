// Package form holds small editors: fields that say what is wrong with what was
// typed, and lists of named values. They know nothing of what is edited.
package form

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/field"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Field is one line to be filled in.
type Field struct {
	Label       string
	Value       string // typed already
	Placeholder string
	Help        string // what is expected, shown while the field has the focus
	Wrong       string // what is known to be wrong with Value already
	// Check names what is wrong with a value and what was expected; nil takes all.
	Check func(value string) error
	// Prompt helps with a field in which one language is typed; nil is no help.
	Prompt *Prompt
}

// Options configure a form.
type Options struct {
	Title  string
	Fields []Field
	// Submit gets the values, in the order of the fields, once all are right. An
	// error keeps the form open and is shown.
	Submit func(values []string) (tea.Cmd, error)
	// Cancel is called when the form is left; it may be nil.
	Cancel func() tea.Cmd
}

// Form is a few fields with one way out: all of them right, or esc. It is a
// modal. What was typed stays until then.
type Form struct {
	theme   *theme.Theme
	opts    Options
	inputs  []field.Input
	wrong   []string
	prompts []*prompt // nil for a field without one
	failed  string    // what Submit said
	at      int
	done    bool
}

// New opens a form.
func New(th *theme.Theme, o Options) *Form {
	f := &Form{theme: th, opts: o, inputs: make([]field.Input, len(o.Fields)), wrong: make([]string, len(o.Fields))}
	for i, spec := range o.Fields {
		in := field.New(th, "")
		in.Placeholder = spec.Placeholder
		in.SetValue(spec.Value)
		in.CursorEnd()
		f.wrong[i] = spec.Wrong
		if i > 0 {
			in.Blur()
		}
		f.inputs[i] = in
		f.prompts = append(f.prompts, newPrompt(spec.Prompt))
	}
	return f
}

// Done reports whether the form was submitted or left.
func (f *Form) Done() bool { return f.done }

// Writes is true of every key: what is submitted was typed before.
func (f *Form) Writes(tea.Msg) bool { return true }

// Values are what is typed now.
func (f *Form) Values() []string {
	out := make([]string, len(f.inputs))
	for i, in := range f.inputs {
		out[i] = in.Value()
	}
	return out
}

// Update types, moves between fields and submits.
func (f *Form) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch press.String() {
		case "esc":
			f.done = true
			if f.opts.Cancel != nil {
				return f.opts.Cancel()
			}
			return nil
		}
		if len(f.inputs) > 0 && f.press(press.String()) {
			return nil
		}
		switch press.String() {
		case "tab", "down":
			f.focus(f.at + 1)
			return nil
		case "shift+tab", "up":
			f.focus(f.at - 1)
			return nil
		case "enter":
			if f.check(f.at) && f.at < len(f.inputs)-1 {
				f.focus(f.at + 1)
				return nil
			}
			return f.submit()
		case "ctrl+d":
			return f.submit()
		}
	}
	if len(f.inputs) == 0 {
		return nil
	}
	before := f.inputs[f.at].Value()
	var cmd tea.Cmd
	f.inputs[f.at], cmd = f.inputs[f.at].Update(msg)
	if f.inputs[f.at].Value() != before {
		f.failed = ""
		f.typedIn()
		if f.wrong[f.at] != "" {
			f.check(f.at)
		}
	}
	return cmd
}

func (f *Form) focus(i int) {
	if len(f.inputs) == 0 {
		return
	}
	f.check(f.at)
	f.inputs[f.at].Blur()
	f.at = (i + len(f.inputs)) % len(f.inputs)
	f.inputs[f.at].Focus()
}

// check looks at one field and remembers what is wrong.
func (f *Form) check(i int) bool {
	if i >= len(f.inputs) {
		return true
	}
	f.wrong[i] = ""
	if f.prompts[i] != nil {
		f.prompts[i].mark = 0
	}
	if check := f.opts.Fields[i].Check; check != nil {
		if err := check(f.inputs[i].Value()); err != nil {
			f.wrong[i] = err.Error()
			var m *Mistake
			if errors.As(err, &m) && f.prompts[i] != nil {
				f.prompts[i].mark = m.Column
			}
		}
	}
	return f.wrong[i] == ""
}

// submit goes to the first field that is wrong, or hands over the values.
func (f *Form) submit() tea.Cmd {
	bad := -1
	for i := range f.inputs {
		if !f.check(i) && bad < 0 {
			bad = i
		}
	}
	if bad >= 0 {
		f.focus(bad)
		return nil
	}
	cmd, err := f.opts.Submit(f.Values())
	if err != nil {
		f.failed = err.Error()
		return nil
	}
	f.done = true
	return cmd
}

// View draws the fields; when not all fit, those around the focus.
func (f *Form) View(w, h int) (string, *tea.Cursor) {
	if w <= 0 || h <= 0 {
		return "", nil
	}
	tail := f.theme.Glyphs().Ellipsis
	label := 0
	for _, spec := range f.opts.Fields {
		label = max(label, text.Width(spec.Label))
	}
	label = min(label, w/3)
	lines := []string{f.theme.Paint(theme.Title, text.Truncate(" "+f.opts.Title, w, tail))}
	var cursor *tea.Cursor
	for i := range f.inputs {
		spec := f.opts.Fields[i]
		f.inputs[i].SetWidth(max(1, w-label-4))
		name := text.Fit(spec.Label, label, tail)
		if i == f.at {
			name = f.theme.Paint(theme.Selected, name)
			if cursor = f.inputs[i].Cursor(); cursor != nil {
				cursor.X += label + 3
				cursor.Y = len(lines)
			}
		}
		lines = append(lines, " "+name+"  "+f.inputs[i].View())
		lines = append(lines, f.help(i, label+3, w)...)
		switch {
		case f.wrong[i] != "":
			role := theme.Failed
			if f.begun(i) {
				role = theme.Dim
			}
			lines = append(lines, f.theme.Wrap(role, f.wrong[i], label+3, w)...)
		case i == f.at && spec.Help != "":
			lines = append(lines, f.theme.Wrap(theme.Dim, spec.Help, label+3, w)...)
		}
	}
	if f.failed != "" {
		lines = append(lines, f.theme.Wrap(theme.Failed, f.failed, 1, w)...)
	}
	lines, cursor = window(lines, cursor, h)
	return strings.Join(lines, "\n"), cursor
}

// window keeps h lines, among them the one with the cursor and the one below it.
func window(lines []string, cursor *tea.Cursor, h int) ([]string, *tea.Cursor) {
	if len(lines) <= h {
		return lines, cursor
	}
	from := 0
	if cursor != nil {
		from = max(0, min(cursor.Y+2-h, len(lines)-h))
		cursor.Y -= from
	}
	return lines[from : from+h], cursor
}

// Hints are the form's keys.
func (f *Form) Hints() []struct{ Key, Name string } {
	if hints := f.promptHints(); hints != nil {
		return hints
	}
	return []struct{ Key, Name string }{
		{"enter", "next, submit"}, {"tab", "next field"}, {"ctrl+d", "submit"}, {"esc", "cancel"},
	}
}
