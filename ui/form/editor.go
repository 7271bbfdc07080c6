package form

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"gantry/internal/clean"
	"gantry/ui/field"
	"gantry/ui/filter"
	"gantry/ui/theme"
)

// EditorOptions configure an editor.
type EditorOptions struct {
	Theme *theme.Theme
	// Groups are what is edited; the editor works on copies.
	Groups []Group
	// Parse reads a pasted block, such as a .env file; its error names the line.
	Parse func(block string) ([]Pair, error)
	// Shown returns a value as it may be seen, with a mask in place of what is secret in
	// it; nil shows all.
	Shown func(name, value string) string
}

// mode is what the keys mean now.
type mode int

const (
	browsing mode = iota
	naming        // the name of a new line
	renaming      // another name for a line
	valuing       // a line's value
	pasting       // a block
)

// Editor edits named values in groups. While Capturing it takes all keys by
// Update; otherwise its methods are what keys may be bound to.
type Editor struct {
	opts   EditorOptions
	groups []*group
	at     int // row under the cursor, into rows()
	top    int // first row drawn
	height int // rows of the last View
	filter filter.Filter

	mode    mode
	into    *group // of the line being added or the block being pasted
	name    string // of the line being added or changed
	target  *line  // nil for a new line
	input   field.Input
	escaped bool // the value is typed with backslash escapes
	start   string
	area    textarea.Model
	wrong   string
}

// NewEditor opens an editor on copies of the groups.
func NewEditor(o EditorOptions) *Editor {
	e := &Editor{opts: o}
	for _, g := range o.Groups {
		eg := &group{Group: g}
		for _, p := range g.Pairs {
			eg.lines = append(eg.lines, &line{pair: p, before: p})
		}
		eg.Pairs = nil
		e.groups = append(e.groups, eg)
	}
	e.at = min(1, len(e.rows())-1)
	return e
}

// row is what the cursor can stand on: a group's title or a line of it.
type row struct {
	group *group
	line  *line // nil for the title
}

// rows are what the filter lets through, and what was edited: no edit is out of sight.
func (e *Editor) rows() []row {
	var out []row
	for _, g := range e.groups {
		title := len(out)
		out = append(out, row{group: g})
		for _, l := range g.lines {
			if l.state() != Kept || e.filter.Keeps(l.pair.Name, e.shown(l.pair, l.revealed)) {
				out = append(out, row{group: g, line: l})
			}
		}
		if len(out) == title+1 && !e.filter.Empty() {
			out = out[:title]
		}
	}
	return out
}

// Filter is the filter in force.
func (e *Editor) Filter() string { return e.filter.Typed }

// SetFilter shows the lines whose name or value, as far as it is shown, a filter matches,
// beside those that were edited. The cursor stays on its line or goes to the first.
func (e *Editor) SetFilter(typed string) error {
	f, err := filter.Parse(typed)
	if err != nil {
		return err
	}
	on := e.current()
	e.filter = f
	rows := e.rows()
	if e.at = slices.Index(rows, on); e.at < 0 || on.line == nil {
		e.at = min(1, len(rows)-1)
	}
	return nil
}

func (e *Editor) current() row {
	rows := e.rows()
	if len(rows) == 0 {
		return row{}
	}
	e.at = max(0, min(e.at, len(rows)-1))
	return rows[e.at]
}

// Edits are the groups that changed, in their order.
func (e *Editor) Edits() []Edit {
	var out []Edit
	for _, g := range e.groups {
		if edit, ok := g.edit(); ok {
			out = append(out, edit)
		}
	}
	return out
}

// Changes counts changed lines.
func (e *Editor) Changes() int {
	n := 0
	for _, edit := range e.Edits() {
		n += edit.size()
	}
	return n
}

// Capturing reports whether something is being typed.
func (e *Editor) Capturing() bool { return e.mode != browsing }

// OnLine says why there is no line under the cursor that may be edited; empty if
// there is.
func (e *Editor) OnLine() string {
	if e.current().line == nil {
		return "no variable is selected"
	}
	return ""
}

// Add starts a new line in the group under the cursor.
func (e *Editor) Add() {
	r := e.current()
	if r.group == nil {
		return
	}
	e.into, e.target, e.name, e.mode, e.wrong = r.group, nil, "", naming, ""
	e.input, e.escaped = field.New(e.opts.Theme, ""), false
}

// Change starts typing another value for the line under the cursor.
func (e *Editor) Change() {
	r := e.current()
	if e.OnLine() != "" {
		return
	}
	e.into, e.target, e.name = r.group, r.line, r.line.pair.Name
	if r.line.pair.Secret && !r.line.revealed {
		// The old value stays unseen: what is typed replaces it.
		e.value("")
		return
	}
	e.value(r.line.pair.Value)
}

// Rename starts typing another name for the line under the cursor.
func (e *Editor) Rename() {
	r := e.current()
	if e.OnLine() != "" {
		return
	}
	e.into, e.target, e.name, e.mode, e.wrong = r.group, r.line, r.line.pair.Name, renaming, ""
	e.input, e.escaped = field.New(e.opts.Theme, ""), false
	e.input.SetValue(e.name)
	e.input.CursorEnd()
}

// value starts typing a value. One that a field of one line would spoil is typed
// with escapes.
func (e *Editor) value(s string) {
	e.mode, e.wrong = valuing, ""
	e.escaped = unprintable(s)
	if e.escaped {
		s = escape(s)
	}
	e.input, e.start = field.New(e.opts.Theme, ""), s
	e.input.SetValue(s)
	e.input.CursorEnd()
	if e.hidden() {
		e.input.EchoMode = textinput.EchoPassword
	}
}

// hidden reports whether what is typed must not be seen, until ctrl+r shows it.
func (e *Editor) hidden() bool {
	if e.target != nil {
		return e.target.pair.Secret && !e.target.revealed
	}
	return !e.into.Public && e.secret(e.name, "")
}

// Remove marks the line under the cursor to be removed.
func (e *Editor) Remove() {
	if r := e.current(); e.OnLine() == "" {
		r.group.remove(r.line)
	}
}

// Undo brings the line under the cursor back to what it was.
func (e *Editor) Undo() {
	if r := e.current(); r.line != nil {
		r.group.undo(r.line)
	}
}

// Reveal shows or hides the value of the line under the cursor.
func (e *Editor) Reveal() {
	if r := e.current(); r.line != nil {
		r.line.revealed = !r.line.revealed
	}
}

// Block starts typing or pasting a block into the group under the cursor.
func (e *Editor) Block() {
	r := e.current()
	if r.group == nil {
		return
	}
	e.into, e.mode, e.wrong = r.group, pasting, ""
	e.area = textarea.New()
	e.area.SetVirtualCursor(false)
	e.area.ShowLineNumbers = false
	e.area.Prompt = ""
	e.area.SetStyles(textarea.DefaultStyles(e.opts.Theme.Options().Dark))
	e.area.Focus()
}

// Paste takes a block as it was pasted. One that cannot be read stays on the
// screen to be corrected.
func (e *Editor) Paste(block string) {
	r := e.current()
	if r.group == nil {
		return
	}
	e.into = r.group
	if err := e.merge(block); err != nil {
		e.Block()
		e.area.SetValue(block)
		e.wrong = err.Error()
	}
}

// merge sets what a block says, all of it or nothing.
func (e *Editor) merge(block string) error {
	pairs, err := e.opts.Parse(block)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := e.checkPair(p); err != nil {
			return err
		}
	}
	for _, p := range pairs {
		e.into.set(e.guarded(p))
	}
	return nil
}

func (e *Editor) checkPair(p Pair) error {
	if err := CheckName(p.Name); err != nil {
		return err
	}
	if e.into.leaving(p.Name) != nil {
		return fmt.Errorf("%s is renamed here: undo that first", p.Name)
	}
	if e.into.Check != nil {
		if err := e.into.Check(p); err != nil {
			return err
		}
	}
	if clean.FindMask(p.Value) > 0 {
		return fmt.Errorf("%s: %w", p.Name, clean.ErrMasked)
	}
	return nil
}

func (e *Editor) guarded(p Pair) Pair {
	if !e.into.Public && e.secret(p.Name, p.Value) {
		p.Secret = true
	}
	return p
}

// secret reports whether something of a value must be hidden.
func (e *Editor) secret(name, value string) bool {
	return e.opts.Shown != nil && e.opts.Shown(name, value) != value
}

// Update takes keys and pastes while Capturing.
func (e *Editor) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch press.String() {
		case "esc":
			e.mode = browsing
			return nil
		case "enter":
			if e.mode != pasting {
				e.accept()
				return nil
			}
		case "ctrl+d":
			e.accept()
			return nil
		case "ctrl+r":
			e.showTyped()
			return nil
		}
	}
	if paste, ok := msg.(tea.PasteMsg); ok && e.mode == valuing && unprintable(paste.Content) {
		msg = tea.PasteMsg{Content: e.escapedPaste(paste.Content)}
	}
	var cmd tea.Cmd
	switch e.mode {
	case naming, renaming, valuing:
		e.input, cmd = e.input.Update(msg)
	case pasting:
		e.area, cmd = e.area.Update(msg)
	}
	return cmd
}

// showTyped shows or hides a secret while it is typed.
func (e *Editor) showTyped() {
	switch {
	case e.mode != valuing:
	case e.input.EchoMode == textinput.EchoPassword:
		e.input.EchoMode = textinput.EchoNormal
	case e.hidden():
		e.input.EchoMode = textinput.EchoPassword
	}
}

// escapedPaste turns to typing with escapes when a value of several lines is
// pasted, which a field would join into one. The last line break is the copy's.
func (e *Editor) escapedPaste(s string) string {
	s = strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
	if !e.escaped && unprintable(s) {
		at := e.input.Position()
		runes := []rune(e.input.Value())
		head := escape(string(runes[:at]))
		e.input.SetValue(head + escape(string(runes[at:])))
		e.input.SetCursor(len([]rune(head)))
		e.escaped = true
	}
	if e.escaped {
		return escape(s)
	}
	return s
}
