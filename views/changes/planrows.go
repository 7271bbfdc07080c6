package changes

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views/wording"
)

// planRow is one target of a plan for several.
type planRow struct {
	target awsx.Ref
	name   string
	status theme.Status
	word   string
	text   string
}

// planRows are a row a target, those without a plan first.
func planRows(plan change.Planned, overridden []string) []planRow {
	var rows []planRow
	for _, u := range plan.Unplanned {
		cause, _ := CauseOf(u.Err)
		rows = append(rows, planRow{u.Target, u.Target.Name(), theme.StatusFailed, "no plan", cause})
	}
	for _, p := range plan.Batch.Plans {
		row := planRow{p.Target, p.Name(), theme.StatusOK, "ready", whatHappens(p)}
		for _, c := range p.Checks {
			st, words := CheckLook(c, overridden)
			if st == theme.StatusUnknown || st.Severity() <= row.status.Severity() {
				continue
			}
			row.status, row.word = st, "to mind"
			if st == theme.StatusFailed {
				row.word, row.text = "blocked", c.Name+": "+words
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// whatHappens says in one line what is left meanwhile, which is soonest missed where the
// line is cut, and what becomes of a target, in so few words that a narrow line has room for
// the revision as well.
func whatHappens(p deploy.Plan) string {
	leaves, _, _ := strings.Cut(p.Leaves, "; ")
	return wording.JoinNonEmpty("; ", strings.TrimSuffix(leaves, " during the deployment"), brief(p.Summary()))
}

func newPlanTable() *table.Table[planRow] {
	return table.New(table.Options[planRow]{
		Key: func(r planRow) string { return r.target.ARN },
		Columns: []table.Column[planRow]{
			{ID: "target", Title: "TARGET", Min: 12, Max: 40, Cell: func(r planRow) table.Cell { return table.Cell{Text: r.name} }},
			{ID: "plan", Title: "PLAN", Cell: func(r planRow) table.Cell {
				return table.Cell{Text: r.status.Glyph() + " " + r.word, Role: r.status.Role()}
			}},
			{ID: "text", Title: "WHAT IT DOES", Grow: true, Min: 16, Cell: func(r planRow) table.Cell { return table.Cell{Text: r.text} }},
		},
	})
}

// Move goes from target to target; at their ends, and where there is but one, it scrolls.
func (s *planScreen) Move(n int) {
	before := s.table.SelectedKey()
	s.table.Move(n)
	at := slices.IndexFunc(s.rows, func(r planRow) bool { return r.target.ARN == s.table.SelectedKey() })
	if !s.several() || at < 0 || s.rows[at].target.ARN == before {
		s.Pager.Move(n)
		return
	}
	s.Pager.Changed()
	s.Pager.Show(s.first + at)
}

// Page scrolls by windows.
func (s *planScreen) Page(n int) { s.Pager.Page(n) }

// Top goes to the first target and the first line.
func (s *planScreen) Top() {
	s.table.Top()
	s.Pager.Changed()
	s.Pager.Top()
}

// Bottom goes to the last target and the last line.
func (s *planScreen) Bottom() {
	s.table.Bottom()
	s.Pager.Changed()
	s.Pager.Bottom()
}

// open shows the whole plan of the target under the cursor. One that is carried out
// there is done, and no longer one of these.
func (s *planScreen) open() ui.Action {
	row, ok := s.table.Selected()
	a := actOpenPlan.Does(func() {
		s.changes.Deps.Host.Push(NewPlan(s.changes, s.intent, func(string) { s.without(row.target) }, row.target))
	})
	if s.planning || !ok {
		a.Disabled = s.waiting()
	}
	return a
}

// without takes targets out.
func (s *planScreen) without(out ...awsx.Ref) {
	s.targets = slices.DeleteFunc(slices.Clone(s.targets), func(t awsx.Ref) bool { return slices.Contains(out, t) })
}

// leaveOut plans anew without the targets that have no plan.
func (s *planScreen) leaveOut() ui.Action {
	a := actLeaveOut.Runs(func() tea.Cmd {
		for _, u := range s.plan.Unplanned {
			s.without(u.Target)
		}
		return s.replan()
	})
	switch a.Disabled = s.waiting(); {
	case a.Disabled != "":
	case len(s.plan.Unplanned) == 0:
		a.Disabled = "there is a plan for each"
	default:
		a.Hint = 2
	}
	return a
}
