package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	api "gantry/awsx/document"
	"gantry/ui"
)

// The IDs of the columns that N, S and A sort by, where a table has them.
const (
	colName  = "name"
	colState = "fault"
	colAge   = "age"
)

// Actions are the screen's own, then what every table can do.
func (s *tableScreen[T]) Actions() []ui.Action {
	row, ok := s.table.Selected()
	var out []ui.Action
	if s.spec.actions != nil {
		out = s.spec.actions(row, ok)
	}
	out = append(out, s.about(row, ok)...)
	out = append(out, s.choosing()...)
	for _, move := range ui.Movement(s.table) {
		move.Run = s.carrying(move.Run)
		out = append(out, move)
	}
	return out
}

// nothing says why an action on a row is not possible, if it is not.
func nothing(ok bool) string {
	if ok {
		return ""
	}
	return "no row is selected"
}

// about are the actions on the row under the cursor.
func (s *tableScreen[T]) about(row T, ok bool) []ui.Action {
	describe := ui.Shared(ui.ActDescribe, func() tea.Cmd { s.openDescription(row); return nil })
	json := ui.Shared(ui.ActJSON, func() tea.Cmd { s.openJSON(row); return nil })
	name := ui.Shared(ui.ActCopy, ui.Do(s.copyNames))
	cell := ui.Shared(ui.ActCopyCell, ui.Do(func() { s.copyCell(row) }))
	out := []ui.Action{name, cell}
	if s.spec.kind != "" {
		out = append(out, json)
	}
	if s.spec.describe != nil {
		out = append(out, describe)
	}
	why := nothing(ok)
	for i := range out {
		out[i].Disabled = why
		// Only the name can be copied of a row that is no resource.
		if ok && i > 0 && s.spec.ref(row) == (awsx.Ref{}) {
			out[i].Disabled = "there is no resource behind this row"
		}
	}
	return out
}

// choosing are the actions on the table as a whole.
func (s *tableScreen[T]) choosing() []ui.Action {
	t := s.table
	sortBy := func(id, column string) ui.Action {
		a := ui.Shared(id, ui.Do(func() { t.SortBy(column) }))
		if !s.sortable(column) {
			a.Disabled = "this table has no such column"
		}
		return a
	}
	column := func(id string, n int) ui.Action {
		return ui.Shared(id, ui.Do(func() {
			s.chosen = true
			t.Choose(n)
		}))
	}
	return []ui.Action{
		ui.Shared(ui.ActFaults, ui.Do(func() {
			t.SetFaultsOnly(!t.FaultsOnly())
			s.explain()
		})),
		ui.Shared(ui.ActWide, ui.Do(func() { s.wide = !s.wide })),
		ui.Shared(ui.ActRefresh, ui.Do(s.feed.refresh)),
		ui.Shared(ui.ActMark, s.carrying(ui.Do(func() {
			t.ToggleMark()
			t.Move(1)
		}))),
		ui.Shared(ui.ActMarkRange, ui.Do(t.MarkRange)),
		ui.Shared(ui.ActClearMarks, ui.Do(t.ClearMarks)),
		ui.Shared(ui.ActSort, ui.Do(func() { t.SortChosen() })),
		sortBy(ui.ActSortName, colName),
		sortBy(ui.ActSortState, colState),
		sortBy(ui.ActSortAge, colAge),
		column(ui.ActColumnLeft, -1),
		column(ui.ActColumnRight, 1),
		ui.Shared(ui.ActLeft, ui.Do(func() { t.ScrollColumns(-1) })),
		ui.Shared(ui.ActRight, ui.Do(func() { t.ScrollColumns(1) })),
	}
}

// sortable tells whether the table has a column and an order for it.
func (s *tableScreen[T]) sortable(id string) bool {
	for _, c := range s.spec.table.Columns {
		if c.ID == id {
			return c.Compare != nil
		}
	}
	return false
}

// carrying runs something that moves the cursor.
func (s *tableScreen[T]) carrying(run func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		run()
		return s.moved()
	}
}

// copyNames copies the name of the row under the cursor, or of all marked rows, one
// a line.
func (s *tableScreen[T]) copyNames() {
	marked := s.table.Marked()
	if len(marked) == 0 {
		s.deps.Host.Copy("name", s.table.Name())
		return
	}
	names := make([]string, len(marked))
	for i, row := range marked {
		names[i] = s.spec.table.Columns[0].Cell(row).Text
	}
	s.deps.Host.Copy(count(len(marked), "marked name"), strings.Join(names, "\n"))
}

// copyCell copies the cell under the column cursor, or the row's ARN while no
// column was chosen.
func (s *tableScreen[T]) copyCell(row T) {
	if !s.chosen {
		s.deps.Host.Copy("ARN", s.spec.ref(row).ARN)
		return
	}
	column := s.table.Chosen()
	s.deps.Host.Copy(strings.ToLower(column), s.table.CellText(column))
}

// openDescription shows a row in words.
func (s *tableScreen[T]) openDescription(row T) {
	describe := s.spec.describe
	s.deps.Host.Push(newTextScreen(s.deps, textSpec{
		name:    "describe",
		what:    string(s.spec.kind) + " " + s.shortName(row),
		subject: s.spec.ref(row),
		crumb:   s.crumbOf(row),
		load:    func(ctx context.Context) ([]para, error) { return describe(ctx, row) },
	}))
}

// shortName is what a row's resource is called among its like.
func (s *tableScreen[T]) shortName(row T) string {
	name := s.spec.ref(row).Name()
	if s.spec.kind == awsx.KindTask {
		return shortID(name)
	}
	return name
}

// crumbOf is where a row's own screen stands. A screen about one resource does
// not name it twice.
func (s *tableScreen[T]) crumbOf(row T) string {
	if s.spec.ref(row) == s.spec.subject {
		return s.spec.crumb
	}
	return s.spec.crumb + " " + s.shortName(row)
}

// openJSON shows a row's resource as the API gives it.
func (s *tableScreen[T]) openJSON(row T) {
	ref := s.spec.ref(row)
	s.deps.Host.Push(newTextScreen(s.deps, textSpec{
		name:    "json",
		what:    string(s.spec.kind) + " " + s.shortName(row),
		subject: ref,
		crumb:   s.crumbOf(row),
		load:    s.deps.json(s.spec.kind, ref),
	}))
}

// json loads one resource as the API gives it, with secrets masked.
func (d *Deps) json(kind awsx.Kind, ref awsx.Ref) func(ctx context.Context) ([]para, error) {
	return func(ctx context.Context) ([]para, error) {
		account, err := d.Store.Account(ctx, ref.Context)
		if err != nil {
			return nil, err
		}
		raw, err := account.Raw(ctx, kind, ref)
		if err != nil {
			return nil, err
		}
		text, err := api.Shown(raw)
		if err != nil {
			return nil, err
		}
		return jsonParas(text), nil
	}
}
