package changes

import (
	"cmp"
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The actions on a change that can be undone.
var (
	actUndoThis    = ui.ActEnter.As("undo it", 1)
	actAnyRevision = ui.Binding{ID: actOther.ID, Name: "any revision", Keys: []string{"u"}, Hint: 2}
)

// The list of the changes that can be undone.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "undoable", Title: "What can be undone", Bindings: livetable.Bindings(actUndoThis, actAnyRevision)}})

// Undo plans to undo the last change of a service, whatever that was. Where no record says
// what was last, what can be undone is listed.
func (c *Changes) Undo(service awsx.Ref) {
	c.Deps.Host.Push(&undoScreen{changes: c, service: service})
}

// undoScreen is the plan that undoes the last change while that is being looked for: it
// gives way to it.
type undoScreen struct {
	changes *Changes
	service awsx.Ref

	ctx     context.Context
	err     error
	found   *undoables // what came while another screen lay above
	covered bool
}

// undoables are what was found.
type undoables struct {
	changes []change.Undoable
	err     error
}

func (s *undoScreen) Name() string    { return "plan" }
func (s *undoScreen) Capturing() bool { return false }

func (s *undoScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.find()
}

func (s *undoScreen) find() tea.Cmd {
	s.err, s.found = nil, nil
	ctx, desk, service := s.ctx, s.changes.Desk, s.service
	return func() tea.Msg {
		list, err := desk.Undoables(ctx, service)
		return undoables{list, err}
	}
}

func (s *undoScreen) Update(msg tea.Msg) tea.Cmd {
	if found, ok := msg.(undoables); ok {
		s.err, s.found = found.err, &found
		s.giveWay()
	}
	return nil
}

// giveWay puts the plan in this screen's place, or the list where there is no evidence of
// which change was last, unless another screen lies above.
func (s *undoScreen) giveWay() {
	if s.covered || s.found == nil || s.err != nil && fault.ClassOf(s.err) != fault.NotFound {
		return
	}
	host, list := s.changes.Deps.Host, s.found.changes
	switch last, ok := change.Last(list); {
	case ok:
		host.Replace(newUndoing(s.changes, s.service, last))
	case s.err != nil:
		host.Replace(s.changes.NewRevisions(s.service, whyChoose(s.err)))
	default:
		host.Replace(newUndoable(s.changes, s.service, "which change was the last is not known: "+list[0].What+": "+list[0].Past))
	}
}

// Covered notes that another screen lies above, in whose place none must come.
func (s *undoScreen) Covered(covered bool) tea.Cmd {
	s.covered = covered
	s.giveWay()
	return nil
}

func (s *undoScreen) View(w, h int) ui.Frame {
	text := prose.Para{Text: "looking for the last change of " + s.service.Name(), Role: theme.Dim}
	if s.err != nil {
		text = prose.Para{Text: theme.StatusFailed.Glyph() + " " + s.err.Error(), Role: theme.Failed}
	}
	lines := prose.Wrapped(s.changes.Deps.Host.Theme(), w, []prose.Para{text})
	return ui.Frame{Body: strings.Join(lines[:min(len(lines), h)], "\n")}
}

func (s *undoScreen) Header() ui.Header { return s.changes.Deps.Header(s.service, "undo") }

func (s *undoScreen) Actions() []ui.Action {
	again := actPlanAnew.Runs(s.find)
	if s.err == nil {
		again.Disabled = "it is being looked for"
	}
	return []ui.Action{again}
}

// newUndoing makes the plan that undoes a change.
func newUndoing(c *Changes, service awsx.Ref, of change.Undoable) *planScreen {
	s := NewPlan(c, of.Intent, nil, service)
	s.undoing = &of
	return s
}

// newUndoable makes the list of the changes of a service that can be undone; why says why
// one has to be chosen, empty if nobody has to.
func newUndoable(c *Changes, service awsx.Ref, why string) ui.Screen {
	load := func(ctx context.Context, publish func([]change.Undoable)) error {
		list, err := c.Desk.Undoables(ctx, service)
		publish(list)
		return err
	}
	return &undoableScreen{why: why, Screen: livetable.New(c.Deps, livetable.Spec[change.Undoable]{
		Name: "undoable", Nouns: "changes", Permission: "ecs:ListServiceDeployments",
		Subject: service, Crumb: views.Crumb(service) + " undo",
		Table: table.Options[change.Undoable]{
			Key:  func(u change.Undoable) string { return u.ID + u.When.String() },
			Sort: livetable.ColAge, Columns: undoableColumns(c.Deps),
		},
		Status: func(u change.Undoable) (theme.Status, bool) {
			if u.Past != "" {
				return theme.StatusDegraded, true
			}
			return theme.StatusOK, true
		},
		Open: func() livetable.Feed[change.Undoable] {
			q := livetable.Ask(load)
			return livetable.Feed[change.Undoable]{Watches: []livetable.Watch{q}, Build: func(time.Time) livetable.Load[change.Undoable] {
				a := q.Answer()
				return livetable.Load[change.Undoable]{Rows: a.Value, Status: livetable.AnswerStatus(a.Read, a.Done, a.Err),
					Foot: []prose.Para{{Text: "Known are the changes that were made from this machine and the deployment that ECS has on record.", Role: theme.Dim}}}
			}}
		},
		Evidence: func(u change.Undoable) []prose.Para {
			var d prose.Document
			d.Field("changed", u.What)
			d.Field("by", u.Who)
			d.Field("when", u.When.Format("2006-01-02 15:04:05 MST"))
			d.Field("since", u.Past)
			d.Field("undone", "back to "+u.Back)
			return d.Paras
		},
		Actions: func(u change.Undoable, ok bool) []ui.Action {
			return []ui.Action{
				actUndoThis.Does(func() { c.Deps.Host.Push(newUndoing(c, service, u)) }).Unless(livetable.Nothing(ok)),
				actAnyRevision.Does(func() { c.Deps.Host.Push(c.NewRevisions(service, "")) }),
			}
		},
		Ref: func(change.Undoable) awsx.Ref { return service },
	})}
}

// undoableScreen says why one has to choose.
type undoableScreen struct {
	*livetable.Screen[change.Undoable]
	why string
}

func (s *undoableScreen) Header() ui.Header {
	h := s.Screen.Header()
	h.Banner = cmp.Or(h.Banner, s.why)
	return h
}

func undoableColumns(deps *views.Deps) []table.Column[change.Undoable] {
	return []table.Column[change.Undoable]{
		{ID: livetable.ColAge, Title: "WHEN", Frozen: true, Descending: true,
			Cell: func(u change.Undoable) table.Cell {
				return table.Cell{Text: wording.Since(u.When, deps.Now()) + " ago"}
			},
			Compare: func(a, b change.Undoable) int { return a.When.Compare(b.When) }},
		{ID: "change", Title: "CHANGE", Grow: true, Min: 34, Cell: func(u change.Undoable) table.Cell { return table.Cell{Text: u.What} }},
		{ID: "back", Title: "BACK TO", Max: 30, Min: 8, Cell: func(u change.Undoable) table.Cell { return table.Cell{Text: u.Back} }},
		{ID: "stands", Title: "STANDS", Cell: func(u change.Undoable) table.Cell {
			if u.Past != "" {
				return table.Cell{Text: "no", Role: theme.Degraded}
			}
			return table.Cell{Text: "yes"}
		}},
		{ID: "by", Title: "BY", Max: 40, Min: 6, Priority: 1, Cell: func(u change.Undoable) table.Cell { return table.Cell{Text: u.Who} }},
	}
}

// undoes says which change the plan undoes, empty for a plan of its own.
func (s *planScreen) undoes() string {
	if s.undoing == nil {
		return ""
	}
	return s.undoing.String() + " " + wording.Since(s.undoing.When, s.changes.Deps.Now()) + " ago"
}
