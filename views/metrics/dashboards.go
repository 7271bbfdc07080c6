package metrics

import (
	"context"
	"strconv"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/wording"
)

var actBoard = ui.ActEnter.As("its charts", 1)

// The CloudWatch dashboards of the account.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "dashboards", Title: "Dashboards", Bindings: livetable.Bindings(actBoard)},
	Of:          views.OfContext, Short: []string{"boards"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewDashboards(deps, of.Context)) },
})

// NewDashboards makes the screen of the dashboards of a context's account.
func NewDashboards(deps *views.Deps, id awsx.ContextID) ui.Screen {
	type row = awsx.Dashboard
	at := &livetable.Moment{}
	scope := awsx.Ref{Context: id}
	return livetable.New(deps, livetable.Spec[row]{
		Name: "dashboards", Permission: "cloudwatch:ListDashboards", Subject: scope, Crumb: id.String() + " dashboards",
		Table: table.Options[row]{
			Key: func(d row) string { return d.ARN }, Sort: livetable.ColName,
			Columns: []table.Column[row]{
				{ID: livetable.ColName, Title: "DASHBOARD", Frozen: true, Grow: true, Min: 20, Cell: func(d row) table.Cell { return table.Cell{Text: d.Name} }},
				{ID: livetable.ColAge, Title: "CHG", Cell: func(d row) table.Cell { return table.Cell{Text: wording.Since(d.Modified, at.Time())} },
					Compare: func(a, b row) int { return b.Modified.Compare(a.Modified) }},
				{ID: "size", Title: "BYTES", Right: true, Cell: func(d row) table.Cell { return table.Cell{Text: strconv.Itoa(d.Size)} },
					Compare: func(a, b row) int { return a.Size - b.Size }},
			},
		},
		Moment: at,
		Open: func() livetable.Feed[row] {
			w := store.Watched(deps.Store, store.List[awsx.DashboardReader, row]{
				Kind: "dashboards", Scope: scope, Rounds: 12,
				ID:    func(d *row) (string, string) { return d.Name, d.ARN },
				Pages: func(ctx context.Context, r awsx.DashboardReader) awsx.Pages[row] { return r.Dashboards(ctx) },
			})
			return livetable.Feed[row]{Watches: []livetable.Watch{w}, Build: func(time.Time) livetable.Load[row] {
				s := w.Snapshot()
				return livetable.Load[row]{Rows: s.Values(), Status: livetable.StatusOf(s)}
			}}
		},
		Actions: func(d row, ok bool) []ui.Action {
			a := actBoard.Does(func() { deps.Host.Push(newBoard(deps, id, d.Name)) })
			if !ok {
				a.Disabled = "no dashboard is selected"
			}
			return []ui.Action{a}
		},
	})
}
