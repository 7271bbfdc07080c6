package shells

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The actions on forwards.
var (
	actEnd     = ui.Binding{ID: "end-forward", Name: "stop", Keys: []string{"ctrl+d"}, Hint: 1, Takes: ui.TakesMarked}
	actAddress = ui.Binding{ID: "copy-address", Name: "copy its address", Keys: []string{"H"}, Hint: 2, Takes: ui.TakesNone}
)

// The list of forwards.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "forwards", Title: "Port forwards", Bindings: livetable.Bindings(actEnd, actAddress)},
	Of:          views.OfContext, Short: []string{"forward", "fwd", "pf"},
	Open: func(deps *views.Deps, _ awsx.Ref) { deps.Nav.Forwards() },
})

// Forwards lists the forwards of this run.
func (s *Shells) Forwards() { s.Changes.Deps.Host.Push(newForwards(s.Changes)) }

// forward is a row: a job and what it joins.
type forward struct {
	change.Status
	asked deploy.Forward
}

// here is where it listens, as far as that is known.
func (f forward) here() string {
	if _, at, told := strings.Cut(f.Step, "listening on "); told {
		at, _, _ = strings.Cut(at, ",")
		return at
	}
	return f.asked.Ports.Here(0)
}

// status is how it stands.
func (f forward) status() theme.Status {
	switch {
	case f.Over() && f.Err != nil:
		return theme.StatusFailed
	case f.Over():
		return theme.StatusStopped
	case f.Stage == change.Open && f.Step != "":
		return theme.StatusOK
	}
	return theme.StatusPending
}

// word is that in a word.
func (f forward) word() string {
	switch f.status() {
	case theme.StatusOK:
		return "listens"
	case theme.StatusFailed:
		return "failed"
	case theme.StatusStopped:
		return "stopped"
	}
	return "opens"
}

// why is what there is to say beyond that.
func (f forward) why() string {
	if f.Err != nil {
		cause, _ := changes.CauseOf(f.Err)
		return cause
	}
	return f.Result.Outcome
}

func forwardsOf(jobs []change.Status) []forward {
	var rows []forward
	for _, j := range jobs {
		if in, ok := j.Intent.(deploy.Forward); ok {
			rows = append(rows, forward{j, in})
		}
	}
	return rows
}

// newForwards makes the screen of the forwards that run, and of those that ended lately.
func newForwards(c *changes.Changes) *livetable.Screen[forward] {
	var s *livetable.Screen[forward]
	s = livetable.New(c.Deps, livetable.Spec[forward]{
		Name: "forwards", Nouns: "forwards", Crumb: "forwards",
		Table: table.Options[forward]{
			Key: func(f forward) string { return f.ID }, Columns: forwardColumns(c.Deps), Sort: livetable.ColState,
			Fault: func(f forward) bool { return f.status().Fault() },
		},
		Status: func(f forward) (theme.Status, bool) { return f.status(), true },
		Open: changes.JobsFeed(c, func() livetable.Load[forward] {
			return livetable.Load[forward]{Rows: forwardsOf(c.Desk.Jobs()),
				Foot: []prose.Para{{Text: "no port is forwarded: " + c.Deps.Host.Key(views.ActForward) + " on a task does", Depth: 1}}}
		}),
		Evidence: func(f forward) []prose.Para {
			paras := []prose.Para{{Text: f.here() + " leads to " + f.asked.Ports.There() + "  " + f.word(), Role: f.status().Role()}, {Text: f.Summary}}
			if why := f.why(); why != "" {
				paras = append(paras, prose.Para{Text: why})
			}
			return append(paras, prose.Para{Text: "it ends with gantry", Role: theme.Dim})
		},
		Marks: true,
		Actions: func(f forward, ok bool) []ui.Action {
			address := actAddress.Does(func() { c.Deps.Host.Copy("address", f.here()) }).Unless(livetable.Nothing(ok))
			return []ui.Action{s.OverRows(ending(c, livetable.Under(f, ok)), func(rows []forward) ui.Action { return ending(c, rows) }), address}
		},
		Ref: func(f forward) awsx.Ref { return f.Target },
	})
	return s
}

// ending stops forwards. It ends sessions of this run and asks nothing.
func ending(c *changes.Changes, rows []forward) ui.Action {
	running := slices.DeleteFunc(slices.Clone(rows), func(f forward) bool { return f.Over() })
	if len(running) == 0 {
		return actEnd.Does(nil).Unless("no forward that runs is selected")
	}
	return actEnd.Does(func() {
		for _, f := range running {
			c.Desk.Release(f.ID)
		}
	})
}

func forwardColumns(deps *views.Deps) []table.Column[forward] {
	return []table.Column[forward]{
		{ID: livetable.ColName, Title: "LOCAL", Frozen: true, Min: 16, Max: 28,
			Cell:    func(f forward) table.Cell { return table.Cell{Text: f.here()} },
			Compare: func(a, b forward) int { return strings.Compare(a.here(), b.here()) }},
		{ID: livetable.ColState, Title: "ST", Descending: true,
			Cell: func(f forward) table.Cell {
				return table.Cell{Text: f.status().Glyph() + " " + f.word(), Role: f.status().Role()}
			},
			Compare: func(a, b forward) int { return a.status().Severity() - b.status().Severity() }},
		{ID: "to", Title: "LEADS TO", Min: 12, Max: 48, Grow: true,
			Cell: func(f forward) table.Cell { return table.Cell{Text: f.asked.Ports.There()} }},
		{ID: "through", Title: "THROUGH", Max: 40, Priority: 1,
			Cell: func(f forward) table.Cell {
				return table.Cell{Text: strings.TrimSpace(wording.ShortID(f.Target.Name()) + " " + f.asked.Container)}
			}},
		{ID: "cluster", Title: "CLUSTER", Max: 20, Priority: 2,
			Cell: func(f forward) table.Cell { return table.Cell{Text: f.Target.ClusterName()} }},
		{ID: livetable.ColAge, Title: "SINCE", Right: true, Descending: true,
			Cell:    func(f forward) table.Cell { return table.Cell{Text: wording.Since(f.Started, deps.Host.Now())} },
			Compare: func(a, b forward) int { return a.Started.Compare(b.Started) }},
		{ID: "why", Title: "WHY", Max: 60, Priority: 3,
			Cell: func(f forward) table.Cell { return table.Cell{Text: f.why()} }},
	}
}
