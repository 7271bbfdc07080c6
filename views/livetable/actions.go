package livetable

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	api "gantry/awsx/document"
	"gantry/ui"
	"gantry/ui/theme"
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

// ActRelated shows what the row under the cursor is tied to.
var ActRelated = ui.Binding{ID: "related", Name: "what it is tied to", Keys: []string{"."}, Lesson: "lists all that it is tied to"}

// Bindings are those that a table screen declares: its own, and what every table has.
func Bindings(own ...ui.Binding) []ui.Binding {
	return slices.Concat(own, []ui.Binding{
		ui.ActCopy, ui.ActCopyCell, ui.ActJSON, ui.ActDescribe, ActRelated,
		ui.ActFaults, ui.ActWide, ui.ActRefresh, ui.ActMark, ui.ActMarkRange, ui.ActClearMarks,
		ui.ActSort, ui.ActSortName, ui.ActSortState, ui.ActSortAge,
		ui.ActColumnLeft, ui.ActColumnRight, ui.ActLeft, ui.ActRight,
	}, ui.MovementBindings())
}

// Actions are the screen's own, then what every table can do.
func (s *Screen[T]) Actions() []ui.Action {
	s.Table.Narrowed() // nobody acts on rows that what was typed hides
	row, ok := s.Table.Selected()
	var out []ui.Action
	if s.spec.Actions != nil {
		out = s.spec.Actions(row, ok)
	}
	out = append(out, s.commands(row, ok)...)
	s.oneAtATime(out)
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

// Several reports whether the rows are of several contexts, and the screen of none of them.
func (s *Screen[T]) Several() bool { return s.spec.Several }

// Nothing says why an action on a row is not possible, if it is not.
func Nothing(ok bool) string {
	if ok {
		return ""
	}
	return "no row is selected"
}

// about are the actions on the row under the cursor, or on the marked ones.
func (s *Screen[T]) about(row T, ok bool) []ui.Action {
	over := func(b ui.Binding, run func(rows []T)) ui.Action {
		a := b.Does(func() { run([]T{row}) }).Unless(Nothing(ok))
		// Only the name can be copied of a row that is no resource.
		if ok && b.ID != ui.ActCopy.ID && s.spec.Ref(row) == (awsx.Ref{}) {
			a.Disabled = "there is no resource behind this row"
		}
		return s.OverRows(a, func(rows []T) ui.Action { return b.Does(func() { run(rows) }) })
	}
	related := ActRelated.Does(func() {
		s.Deps.Nav.Related(s.spec.Ref(row), s.Table.CellText(row, s.spec.Table.Columns[0].ID))
	}).Unless(Nothing(ok))
	if ok && s.spec.Ref(row) == (awsx.Ref{}) {
		related.Disabled = "there is no resource behind this row"
	}
	related.Helps = related.Disabled == ""
	out := []ui.Action{related, over(ui.ActCopy, s.copyNames), over(ui.ActCopyCell, s.copyCells)}
	if s.spec.Kind != "" {
		out = append(out, over(ui.ActJSON, s.openJSON))
	}
	if s.spec.Describe != nil {
		out = append(out, over(ui.ActDescribe, s.openDescription))
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
		return s.looking(a)
	}
	column := func(b ui.Binding, n int) ui.Action {
		return b.Does(func() {
			s.chosen = true
			t.Choose(n)
		})
	}
	return []ui.Action{
		ui.ActFaults.Runs(s.carrying(ui.Do(func() { t.SetFaultsOnly(!t.FaultsOnly()) }))).Helping(s.manyFaults()),
		s.looking(ui.ActWide.Runs(s.widen)),
		ui.ActRefresh.Does(s.feed.refresh),
		ui.ActMark.Runs(s.carrying(ui.Do(t.MarkOn))).Unless(s.unmarkable()),
		ui.ActMarkRange.Does(t.MarkRange).Unless(s.unmarkable()),
		ui.ActClearMarks.Does(t.ClearMarks).Unless(s.unmarkable()),
		s.looking(ui.ActSort.Does(func() { t.SortChosen() })),
		sortBy(ui.ActSortName, ColName),
		sortBy(ui.ActSortState, ColState),
		sortBy(ui.ActSortAge, ColAge),
		column(ui.ActColumnLeft, -1),
		column(ui.ActColumnRight, 1),
		ui.ActLeft.Does(func() { t.ScrollColumns(-1) }),
		ui.ActRight.Does(func() { t.ScrollColumns(1) }),
	}
}

// manyFaults reports whether the faults are worth being seen alone: one is under the cursor,
// and there are more rows than a screen takes.
func (s *Screen[T]) manyFaults() bool {
	row, ok := s.Table.Selected()
	faulty := s.spec.Table.Fault
	return ok && faulty != nil && !s.Table.FaultsOnly() && s.Table.Counts().Total > screenful && faulty(row)
}

// screenful is how many rows may be called few on any terminal.
const screenful = 20

// widen shows the other columns than what the width gives. Where some have to be asked for
// this asks for them, and takes none away.
func (s *Screen[T]) widen() tea.Cmd {
	s.wide = !s.wide
	if s.spec.Asked == nil {
		return nil
	}
	s.Table.SetAsked(s.wide)
	s.spec.Asked(s.wide)
	return s.Again()
}

// widened reports whether wide columns are shown in a width.
func (s *Screen[T]) widened(w int) bool {
	if s.spec.Asked != nil {
		return w >= wideWidth || s.wide
	}
	return w >= wideWidth != s.wide
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

// copyNames copies the names of rows, one a line.
func (s *Screen[T]) copyNames(rows []T) {
	s.copy("name", rows, func(row T) string { return s.Table.CellText(row, s.spec.Table.Columns[0].ID) })
}

// copyCells copies the cells under the column cursor, or ARNs while no column was chosen.
func (s *Screen[T]) copyCells(rows []T) {
	column := s.Table.Chosen()
	if !s.chosen {
		s.copy("ARN", rows, func(row T) string { return s.spec.Ref(row).ARN })
		return
	}
	s.copy(strings.ToLower(column), rows, func(row T) string { return s.Table.CellText(row, column) })
}

func (s *Screen[T]) copy(what string, rows []T, of func(T) string) {
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = of(row)
	}
	if len(rows) > 1 {
		what = wording.Count(len(rows), "marked "+what)
	}
	s.Deps.Host.Copy(what, strings.Join(texts, "\n"))
}

// openDescription shows rows in words.
func (s *Screen[T]) openDescription(rows []T) { s.openText("describe", rows, s.spec.Describe) }

// openJSON shows the resources of rows as the API gives them.
func (s *Screen[T]) openJSON(rows []T) {
	s.openText("json", rows, func(ctx context.Context, row T) ([]prose.Para, error) {
		return resourceJSON(ctx, s.Deps, s.spec.Kind, s.spec.Ref(row))
	})
}

// openText shows a text about each of some rows.
func (s *Screen[T]) openText(name string, rows []T, load func(context.Context, T) ([]prose.Para, error)) {
	spec := prose.TextSpec{
		Name:    name,
		What:    wording.JoinNonEmpty(" ", string(s.spec.Kind), s.shortName(rows[0])),
		Subject: s.spec.Ref(rows[0]),
		Crumb:   s.crumbOf(rows[0]),
		Load:    func(ctx context.Context) ([]prose.Para, error) { return load(ctx, rows[0]) },
	}
	if len(rows) > 1 {
		spec.What = fmt.Sprintf("%d %s", len(rows), s.spec.Nouns)
		spec.Crumb = s.spec.Crumb + " " + spec.What
		names := make([]string, len(rows))
		for i, row := range rows {
			names[i] = s.shortName(row)
		}
		spec.Load = func(ctx context.Context) ([]prose.Para, error) { return each(ctx, rows, names, load) }
	}
	s.Deps.Host.Push(prose.NewTextScreen(s.Deps, spec))
}

// each puts the texts about rows below one another, each under its row's name. One that
// cannot be read does not take the others along.
func each[T any](ctx context.Context, rows []T, names []string, load func(context.Context, T) ([]prose.Para, error)) ([]prose.Para, error) {
	var d prose.Document
	var first error
	failed := 0
	for i, row := range rows {
		d.Heading(names[i])
		paras, err := load(ctx, row)
		if err != nil {
			if failed++; first == nil {
				first = err
			}
			d.Line(theme.Failed, err.Error())
		}
		d.Paras = append(d.Paras, paras...)
	}
	if failed == len(rows) {
		return nil, first
	}
	return d.Paras, nil
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

// resourceJSON is one resource as the API gives it, with secrets masked.
func resourceJSON(ctx context.Context, d *views.Deps, kind awsx.Kind, ref awsx.Ref) ([]prose.Para, error) {
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

// Planning plans one change for all that is marked.
func Planning(deps *views.Deps, intent deploy.Intent) func([]awsx.Ref, func()) {
	return func(targets []awsx.Ref, started func()) {
		deps.Nav.Plan(intent, started, targets...)
	}
}
