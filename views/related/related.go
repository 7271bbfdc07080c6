package related

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/alarms"
	"gantry/views/capacity"
	"gantry/views/images"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

var actGo = ui.ActEnter.As("go there", 1)

// What a row is tied to.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "related", Title: "What is tied to a row", Bindings: livetable.Bindings(actGo)}})

// Ways lead from a row to what it is tied to.
type Ways struct {
	Around *views.Deps
	// Screen makes the screen of what is found in an account by its name as well.
	Screen func(inquiry.Named) ui.Screen
}

// Related shows what a resource is tied to.
func (r Ways) Related(of awsx.Ref, name string) {
	if of.Noun() == "task" {
		name = wording.ShortID(name)
	}
	r.Around.Host.Push(r.screen(of, name, ""))
}

// tieRow is a kind of what a resource is tied to with all of that kind, or one of them.
type tieRow struct {
	kind inquiry.TieKind
	ties []inquiry.Tie
}

func (r *tieRow) key() string {
	if len(r.ties) == 1 {
		return r.ties[0].ID
	}
	return string(r.kind)
}

// names are those of all, as far as they fit.
func (r *tieRow) names() string {
	names := make([]string, len(r.ties))
	for i, t := range r.ties {
		names[i] = shortName(t)
	}
	return strings.Join(names, ", ")
}

func shortName(t inquiry.Tie) string {
	if t.Kind == inquiry.TieTask {
		return wording.ShortID(t.Name)
	}
	return t.Name
}

// screen lists the ties by kind, or one by one those of a kind.
func (r Ways) screen(of awsx.Ref, name string, only inquiry.TieKind) ui.Screen {
	deps := r.Around
	noun := "ties"
	if only != "" {
		noun = string(only) + "s"
	}
	return livetable.New(deps, livetable.Spec[*tieRow]{
		Name: "related", Nouns: noun,
		Subject: of, Crumb: wording.JoinNonEmpty(" ", of.Context.String(), of.ClusterName(), name, "related", string(only)),
		Table: table.Options[*tieRow]{Key: (*tieRow).key, Columns: tieColumns()},
		Open:  func() livetable.Feed[*tieRow] { return r.open(of, name, only) },
		Evidence: func(row *tieRow) []prose.Para {
			var paras []prose.Para
			for _, t := range row.ties {
				whose := ""
				if t.Service.ARN != "" && t.Kind != inquiry.TieService {
					whose = "  of " + t.Service.ClusterName() + "/" + t.Service.Name()
				}
				paras = append(paras, prose.Para{Label: string(t.Kind), Text: t.Name + whose})
			}
			return paras
		},
		Actions: func(row *tieRow, ok bool) []ui.Action { return []ui.Action{r.going(of, name, row, ok)} },
		Ref: func(row *tieRow) awsx.Ref {
			if len(row.ties) != 1 {
				return awsx.Ref{}
			}
			t := row.ties[0]
			return awsx.Ref{Context: of.Context, Cluster: t.Cluster.ARN, ARN: t.ID}
		},
	})
}

func (r Ways) open(of awsx.Ref, name string, only inquiry.TieKind) livetable.Feed[*tieRow] {
	deps := r.Around
	q := livetable.AskAgain(func(ctx context.Context, publish func(inquiry.Surroundings)) error {
		reader := inquiry.Reader{Context: of.Context, Store: deps.Store, Clock: deps.Now}
		return errors.Join(reader.Surroundings(ctx, of, publish)...)
	})
	return livetable.Feed[*tieRow]{
		Watches: []livetable.Watch{q},
		Build: func(time.Time) livetable.Load[*tieRow] {
			a := q.Answer()
			if !a.Read {
				return livetable.Load[*tieRow]{Status: livetable.AnswerStatus(false, a.Done, a.Err)}
			}
			ties, known := a.Value.Related(of)
			l := livetable.Load[*tieRow]{Rows: tieRows(ties, only)}
			l.Status = livetable.AnswerStatus(len(l.Rows) > 0, a.Done, a.Err)
			switch {
			case a.Done && !known:
				l.Foot = []prose.Para{{Text: name + " is nothing that services, tasks, instances or load balancers of the account tell of", Depth: 1}}
			case !a.Done:
				l.Note = []livetable.Span{{Text: "reading on", Role: theme.Pending}}
			}
			return l
		},
	}
}

// tieRows makes a row of each kind, or of each one of a kind.
func tieRows(ties []inquiry.Tie, only inquiry.TieKind) (rows []*tieRow) {
	for _, t := range ties {
		last := len(rows) - 1
		switch {
		case only != "" && t.Kind != only:
		case only == "" && last >= 0 && rows[last].kind == t.Kind:
			rows[last].ties = append(rows[last].ties, t)
		default:
			rows = append(rows, &tieRow{t.Kind, []inquiry.Tie{t}})
		}
	}
	return rows
}

func tieColumns() []table.Column[*tieRow] {
	return []table.Column[*tieRow]{
		{ID: livetable.ColName, Title: "KIND", Frozen: true, Min: 14, Cell: func(r *tieRow) table.Cell { return table.Cell{Text: string(r.kind)} }},
		{ID: "count", Title: "COUNT", Right: true, Cell: func(r *tieRow) table.Cell { return table.Cell{Text: strconv.Itoa(len(r.ties))} }},
		{ID: "names", Title: "WHICH", Grow: true, Min: 20, Cell: func(r *tieRow) table.Cell { return table.Cell{Text: r.names()} }},
	}
}

// going goes to what a row is about: to the only one, or to the list of all of its kind.
func (r Ways) going(of awsx.Ref, name string, row *tieRow, ok bool) ui.Action {
	if !ok {
		return actGo.Does(nil).Unless(livetable.Nothing(ok))
	}
	if len(row.ties) > 1 {
		return actGo.Does(func() { r.Around.Host.Push(r.screen(of, name, row.kind)) })
	}
	run, why := r.wayTo(row.ties[0])
	return actGo.Runs(run).Unless(why)
}

// wayTo goes to one thing; why says that no screen shows it.
func (r Ways) wayTo(t inquiry.Tie) (run func() tea.Cmd, why string) {
	deps := r.Around
	push := func(make func() ui.Screen) (func() tea.Cmd, string) {
		return func() tea.Cmd { deps.Host.Push(make()); return nil }, ""
	}
	named := inquiry.Named{Cluster: t.Cluster, Service: t.Service, Task: t.Task, Instance: t.Instance}
	switch t.Kind {
	case inquiry.TieCluster, inquiry.TieService, inquiry.TieTask, inquiry.TieInstance:
		return push(func() ui.Screen { return r.Screen(named) })
	case inquiry.TieImage:
		ref, err := awsx.ParseReference(t.ID)
		if err != nil || !ref.ECR() {
			return nil, "it is in a registry that cannot be listed"
		}
		return push(func() ui.Screen { return images.NewRepository(deps, t.Cluster.Context, ref.Repository) })
	case inquiry.TieScaling:
		return push(func() ui.Screen { return capacity.NewGroups(deps, t.Cluster) })
	case inquiry.TieAlarm:
		return push(func() ui.Screen { return alarms.New(deps, t.Cluster, t.Service) })
	}
	if t.Service == (awsx.Ref{}) {
		return nil, fmt.Sprintf("this %s is of several services: go to one of them", t.Kind)
	}
	switch t.Kind {
	case inquiry.TieRevision:
		named.Revisions = true
		return push(func() ui.Screen { return r.Screen(named) })
	case inquiry.TieDeployment:
		return ui.Do(func() { deps.Nav.Deployments(t.Service) }), ""
	case inquiry.TieLog:
		return ui.Do(func() { deps.Nav.Logs(views.LogScope{Service: t.Service}) }), ""
	}
	kinds := views.Kinds.All()
	for _, screen := range map[inquiry.TieKind][]string{
		inquiry.TieGroup: {"targets"}, inquiry.TieRule: {"rules"}, inquiry.TieBalancer: {"rules"},
	}[t.Kind] {
		at := slices.IndexFunc(kinds, func(k views.Kind) bool { return k.Screen == screen && k.Open != nil })
		if at < 0 {
			continue
		}
		if within, fits := kinds[at].Of.Within(t.Service); fits {
			return func() tea.Cmd { kinds[at].Open(deps, within); return nil }, ""
		}
	}
	return push(func() ui.Screen { return r.Screen(named) })
}
