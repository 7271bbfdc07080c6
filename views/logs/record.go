package logs

import (
	tea "charm.land/bubbletea/v2"

	"gantry/internal/clean"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/modal"
)

// record shows everything about one line, and narrows the search by a value of it.
type record struct {
	*ui.Document
	screen *screen
	entry  *logs.Entry
}

// Actions are those of a document and the two that narrow the search.
func (r *record) Actions() []ui.Action {
	none := unless(r.entry.Gap == nil && !isMark(r.entry), "this is no line of the store")
	return append(r.Document.Actions(), r.beside(actNextRecord, 1), r.beside(actPrevRecord, -1),
		actOnlyValue.Does(func() { r.choose(false) }).Unless(none),
		actWithoutValue.Does(func() { r.choose(true) }).Unless(none))
}

// beside opens the record of the next line that is shown, or of the one before.
func (r *record) beside(b ui.Binding, step int) ui.Action {
	return b.Does(func() {
		s := r.screen
		from, ok := s.page.lines.find(r.entry)
		if !ok {
			s.viewer.Deps.Host.Flash(ui.Info, "the line is not held any more")
			return
		}
		s.page.anchor = nil
		s.page.view.Goto(from)
		s.page.view.Move(step)
		to, _ := s.page.view.Selected()
		if to == from || s.page.lines.ring.At(to) == nil {
			s.viewer.Deps.Host.Flash(ui.Info, "there is no line that way")
			return
		}
		s.viewer.Deps.Host.Replace(s.newRecord(to))
	})
}

// choose asks for a field of the line whose value is searched for, or left out.
func (r *record) choose(out bool) {
	host := r.screen.viewer.Deps.Host
	var names, values []string
	var options []modal.Option
	fieldsOf(r.entry, func(name, value string) {
		o := modal.Option{Name: clean.Line(name), Detail: clean.Line(clean.ShownText(value))}
		if !offerable(value) {
			o.Disabled = "it is masked, or empty"
		}
		names, values, options = append(names, name), append(values, value), append(options, o)
	})
	title := "Only the lines with the value of"
	if out {
		title = "Without the lines with the value of"
	}
	host.Modal(modal.NewChoice(host.Theme(), modal.ChoiceOptions{
		Title: title, Options: options,
		Chosen: func(i int) tea.Cmd {
			r.screen.narrowed = r.screen.search.expr.Narrowed(names[i], values[i], out).In(r.screen.page.lines.zone)
			host.Pop()
			return nil
		},
	}))
}
