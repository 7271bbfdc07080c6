package livetable

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	api "gantry/awsx/document"
	"gantry/ui"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The IDs of the columns that N, S and A sort by, where a table has them.
const (
	ColName  = "name"
	ColState = "fault"
	ColAge   = "age"
)

// Bindings are those that a table screen declares: its own, and what every table has.
func Bindings(own ...ui.Binding) []ui.Binding {
	return slices.Concat(own, []ui.Binding{
		ui.ActCopy, ui.ActCopyCell, ui.ActJSON, ui.ActDescribe,
		ui.ActFaults, ui.ActWide, ui.ActRefresh, ui.ActMark, ui.ActMarkRange, ui.ActClearMarks,
		ui.ActSort, ui.ActSortName, ui.ActSortState, ui.ActSortAge,
		ui.ActColumnLeft, ui.ActColumnRight, ui.ActLeft, ui.ActRight,
	}, ui.MovementBindings())
}

// Actions are the screen's own, then what every table can do.
func (s *Screen[T]) Actions() []ui.Action {
	row, ok := s.Table.Selected()
	var out []ui.Action
	if s.spec.Actions != nil {
		out = s.spec.Actions(row, ok)
	}
	if !ok && (s.taken == 0 || s.load.Status.loading(s.Deps.Host.Now())) {
		for i := range out {
			if out[i].ID == ui.ActEnter.ID {
				out[i] = out[i].Does(func() { s.early = true })
			}
		}
	}
	out = append(out, s.about(row, ok)...)
	out = append(out, s.choosing()...)
	for _, move := range ui.Movement(s.Table) {
		move.Run = s.carrying(move.Run)
		out = append(out, move)
	}
	return out
}

// Place is the row under the cursor, else what the rows are of.
func (s *Screen[T]) Place() awsx.Ref {
	if row, ok := s.Table.Selected(); ok {
		ref := s.spec.Ref(row)
		if _, service := views.OfService.Within(ref); service || ref.ARN != "" && ref.ARN == ref.Cluster {
			return ref
		}
	}
	return s.spec.Subject
}

// Nothing says why an action on a row is not possible, if it is not.
func Nothing(ok bool) string {
	if ok {
		return ""
	}
	return "no row is selected"
}

// about are the actions on the row under the cursor.
func (s *Screen[T]) about(row T, ok bool) []ui.Action {
	describe := ui.ActDescribe.Runs(func() tea.Cmd { s.openDescription(row); return nil })
	json := ui.ActJSON.Runs(func() tea.Cmd { s.openJSON(row); return nil })
	name := ui.ActCopy.Does(s.copyNames)
	cell := ui.ActCopyCell.Does(func() { s.copyCell(row) })
	out := []ui.Action{name, cell}
	if s.spec.Kind != "" {
		out = append(out, json)
	}
	if s.spec.Describe != nil {
		out = append(out, describe)
	}
	why := Nothing(ok)
	for i := range out {
		out[i].Disabled = why
		// Only the name can be copied of a row that is no resource.
		if ok && i > 0 && s.spec.Ref(row) == (awsx.Ref{}) {
			out[i].Disabled = "there is no resource behind this row"
		}
	}
	return out
}

// choosing are the actions on the table as a whole.
func (s *Screen[T]) choosing() []ui.Action {
	t := s.Table
	sortBy := func(b ui.Binding, column string) ui.Action {
		a := b.Does(func() { t.SortBy(column) })
		if !s.sortable(column) {
			a.Disabled = "this table has no such column"
		}
		return a
	}
	column := func(b ui.Binding, n int) ui.Action {
		return b.Does(func() {
			s.chosen = true
			t.Choose(n)
		})
	}
	return []ui.Action{
		ui.ActFaults.Runs(s.carrying(ui.Do(func() { t.SetFaultsOnly(!t.FaultsOnly()) }))),
		ui.ActWide.Does(func() { s.wide = !s.wide }),
		ui.ActRefresh.Does(s.feed.refresh),
		ui.ActMark.Runs(s.carrying(ui.Do(t.MarkOn))).Unless(s.unmarkable()),
		ui.ActMarkRange.Does(t.MarkRange).Unless(s.unmarkable()),
		ui.ActClearMarks.Does(t.ClearMarks).Unless(s.unmarkable()),
		ui.ActSort.Does(func() { t.SortChosen() }),
		sortBy(ui.ActSortName, ColName),
		sortBy(ui.ActSortState, ColState),
		sortBy(ui.ActSortAge, ColAge),
		column(ui.ActColumnLeft, -1),
		column(ui.ActColumnRight, 1),
		ui.ActLeft.Does(func() { t.ScrollColumns(-1) }),
		ui.ActRight.Does(func() { t.ScrollColumns(1) }),
	}
}

// unmarkable says why no row can be marked, empty where marks are good for something.
func (s *Screen[T]) unmarkable() string {
	if s.spec.Marks {
		return ""
	}
	return "nothing here acts on marked " + s.spec.Nouns
}

// sortable tells whether the table has a column and an order for it.
func (s *Screen[T]) sortable(id string) bool {
	for _, c := range s.spec.Table.Columns {
		if c.ID == id {
			return c.Compare != nil
		}
	}
	return false
}

// carrying runs something that moves the cursor.
func (s *Screen[T]) carrying(run func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		run()
		return s.moved()
	}
}

// copyNames copies the name of the row under the cursor, or of all marked rows, one
// a line.
func (s *Screen[T]) copyNames() {
	marked := s.Table.Marked()
	if len(marked) == 0 {
		s.Deps.Host.Copy("name", s.Table.Name())
		return
	}
	names := make([]string, len(marked))
	for i, row := range marked {
		names[i] = s.spec.Table.Columns[0].Cell(row).Text
	}
	s.Deps.Host.Copy(wording.Count(len(marked), "marked name"), strings.Join(names, "\n"))
}

// copyCell copies the cell under the column cursor, or the row's ARN while no
// column was chosen.
func (s *Screen[T]) copyCell(row T) {
	if !s.chosen {
		s.Deps.Host.Copy("ARN", s.spec.Ref(row).ARN)
		return
	}
	column := s.Table.Chosen()
	s.Deps.Host.Copy(strings.ToLower(column), s.Table.CellText(column))
}

// openDescription shows a row in words.
func (s *Screen[T]) openDescription(row T) {
	describe := s.spec.Describe
	s.Deps.Host.Push(prose.NewTextScreen(s.Deps, prose.TextSpec{
		Name:    "describe",
		What:    wording.JoinNonEmpty(" ", string(s.spec.Kind), s.shortName(row)),
		Subject: s.spec.Ref(row),
		Crumb:   s.crumbOf(row),
		Load:    func(ctx context.Context) ([]prose.Para, error) { return describe(ctx, row) },
	}))
}

// shortName is what a row's resource is called among its like.
func (s *Screen[T]) shortName(row T) string {
	name := s.spec.Ref(row).Name()
	if s.spec.Kind == awsx.KindTask {
		return wording.ShortID(name)
	}
	return name
}

// crumbOf is where a row's own screen stands. A screen about one resource does
// not name it twice.
func (s *Screen[T]) crumbOf(row T) string {
	if s.spec.Ref(row) == s.spec.Subject {
		return s.spec.Crumb
	}
	return s.spec.Crumb + " " + s.shortName(row)
}

// openJSON shows a row's resource as the API gives it.
func (s *Screen[T]) openJSON(row T) {
	ref := s.spec.Ref(row)
	s.Deps.Host.Push(prose.NewTextScreen(s.Deps, prose.TextSpec{
		Name:    "json",
		What:    string(s.spec.Kind) + " " + s.shortName(row),
		Subject: ref,
		Crumb:   s.crumbOf(row),
		Load:    resourceJSON(s.Deps, s.spec.Kind, ref),
	}))
}

// resourceJSON loads one resource as the API gives it, with secrets masked.
func resourceJSON(d *views.Deps, kind awsx.Kind, ref awsx.Ref) func(ctx context.Context) ([]prose.Para, error) {
	return func(ctx context.Context) ([]prose.Para, error) {
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
		return prose.JSONParas(text), nil
	}
}

// Planning plans one change for all that is marked.
func Planning(deps *views.Deps, intent deploy.Intent) func([]awsx.Ref, func()) tea.Cmd {
	return func(targets []awsx.Ref, started func()) tea.Cmd {
		return deps.Nav.Plan(intent, started, targets...)
	}
}
