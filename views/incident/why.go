package incident

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/why"
	"gantry/internal/words"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/alarms"
	"gantry/views/capacity"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/routing"
	"gantry/views/targets"
	"gantry/views/tasks"
	"gantry/views/wording"
)

// actDo does the first thing that helps against the trouble under the cursor.
var actDo = ui.ActEnter.As("do what is first", 1)

// What is wrong with a service.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "why", Title: "Why", Bindings: livetable.Bindings(
		actDo, views.ActLogs, views.ActUndo, views.ActImage, views.ActEnv, views.ActEdit, views.ActScale, views.ActTargets, views.ActRouting, views.ActInstances, views.ActDeployments, views.ActAlarms,
	)},
	Of: views.OfService, Short: []string{"findings", "diagnose"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of)) },
})

// again is how soon what stands around a service is read again while its screen is open.
const again = 20 * time.Second

// row is one trouble of the service, or one that follows from the one above it.
type row struct {
	diagnose.Trouble
	place int // in the order in which troubles are told
	depth int // 0 for a cause
	// whose says of what it is told, where not all are of the service.
	whose string
}

// key tells rows apart, also when a reading brings them in another order.
func (r *row) key() string {
	return r.whose + string(r.Kind) + " " + strings.Repeat("<", r.depth) + r.Cause
}

// rowsOf are troubles with what follows from them below them.
func rowsOf(all []diagnose.Trouble, whose string, depth int, rows []*row) []*row {
	for _, t := range all {
		rows = append(rows, &row{t, len(rows), depth, whose})
		rows = rowsOf(t.Follows, whose, depth+1, rows)
	}
	return rows
}

// answer is the last answer to why; commands share it.
type answer struct {
	mu   sync.Mutex
	own  []diagnose.Trouble // of the one task that is asked about
	why  why.Answer
	err  error
	read bool
	of   uint64 // the snapshot of the service that it was given for
	at   time.Time
}

// New makes the screen of what is wrong with a service.
func New(deps *views.Deps, service awsx.Ref) ui.Screen { return newScreen(deps, service, nil) }

// NewOfTask makes the screen of what is wrong with a task, and with the service that it is of.
func NewOfTask(deps *views.Deps, service awsx.Ref, task awsx.Task) ui.Screen {
	return newScreen(deps, service, &task)
}

func newScreen(deps *views.Deps, service awsx.Ref, task *awsx.Task) ui.Screen {
	at := &livetable.Moment{}
	crumb := ""
	if task != nil {
		crumb = views.Crumb(service) + " task " + wording.ShortID(task.ID) + " why"
	}
	return livetable.New(deps, livetable.Spec[*row]{
		Name: "why", Nouns: "findings", Permission: "ecs:DescribeServices", Subject: service, Crumb: crumb,
		Table: table.Options[*row]{
			Key: (*row).key, Columns: columns(at, task), Sort: livetable.ColName, Fault: func(r *row) bool { return r.depth == 0 },
		},
		Moment:   at,
		Status:   func(r *row) (theme.Status, bool) { return statusOf(r.Trouble), r.depth == 0 },
		Open:     func() livetable.Feed[*row] { return open(deps, service, task) },
		Evidence: func(r *row) []prose.Para { return r.paras(at.Time(), deps.Host.Key) },
		Actions:  func(r *row, ok bool) []ui.Action { return actions(deps, service, r, ok) },
		Describe: func(_ context.Context, r *row) ([]prose.Para, error) {
			return r.paras(at.Time(), func(ui.Binding) string { return "" }), nil
		},
	})
}

// Asker finds out what is wrong with the services of a context.
func Asker(deps *views.Deps, of awsx.ContextID) why.Asker {
	return why.Asker{Reader: inquiry.Reader{Context: of, Store: deps.Store, Clock: deps.Now}, Lines: deps.Lines, SetByHand: deps.CountsSet}
}

// open watches the service, and asks why anew when it changed, or after a while.
func open(deps *views.Deps, service awsx.Ref, task *awsx.Task) livetable.Feed[*row] {
	w := deps.Store.Service(service)
	asker := Asker(deps, service.Context)
	a := &answer{}
	return livetable.Feed[*row]{
		Watches: []livetable.Watch{w},
		Build: func(now time.Time) livetable.Load[*row] {
			a.mu.Lock()
			defer a.mu.Unlock()
			return load(w.Snapshot(), a, task)
		},
		Details: func(ctx context.Context, _ []string) bool {
			s := w.Snapshot()
			a.mu.Lock()
			fresh := a.read && a.of == s.Seq || a.read && deps.Now().Sub(a.at) < again/4 || a.err != nil && deps.Now().Sub(a.at) < again
			a.mu.Unlock()
			if len(s.Items) == 0 || fresh {
				return false
			}
			var own []diagnose.Trouble
			var found why.Answer
			var err error
			if task == nil {
				found, err = asker.Service(ctx, service)
			} else {
				own, found, err = asker.Task(ctx, service, *task)
			}
			if ctx.Err() != nil {
				return false
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if err == nil {
				a.own, a.why, a.read = own, found, true
			}
			a.err, a.of, a.at = err, s.Seq, deps.Now()
			return true
		},
	}
}

// load makes the rows of an answer, and says where there is none that nothing was found.
func load(s *store.Snapshot[store.ServiceState], a *answer, task *awsx.Task) livetable.Load[*row] {
	l := livetable.Load[*row]{Status: livetable.StatusOf(s)}
	if a.err != nil {
		l.Note = append(l.Note, livetable.Span{Text: a.err.Error(), Role: theme.Unknown})
	}
	if !a.read {
		if len(s.Items) > 0 && a.err == nil {
			l.Foot = []prose.Para{{Text: "looking at the service, its tasks, its lines and what it runs on", Role: theme.Dim, Depth: 1}}
		}
		return l
	}
	whose := ""
	if task != nil {
		whose = "service"
		l.Rows = rowsOf(a.own, "task", 0, nil)
		if len(a.own) == 0 {
			l.Foot = []prose.Para{{Text: "nothing is found of the task itself: it is " + taskWords(*task), Role: theme.OK, Depth: 1}}
		}
	}
	l.Rows = rowsOf(a.why.Troubles, whose, 0, l.Rows)
	for _, err := range a.why.Unread {
		l.Note = append(l.Note, livetable.Span{Text: err.Error(), Role: theme.Unknown})
	}
	switch {
	case len(l.Rows) > 0:
	case !a.why.Told():
		l.Foot = append(l.Foot, prose.Para{Text: "what decides could not be read: " + a.why.Finding.Why, Role: theme.Unknown, Depth: 1})
	default:
		l.Foot = append(l.Foot, prose.Para{Text: "nothing is found: the service is " + wording.JoinNonEmpty(", ", a.why.Finding.Status.String(), a.why.Finding.Why), Role: theme.OK, Depth: 1})
	}
	return l
}

// taskWords say how a task stands, for one of which nothing is wrong.
func taskWords(t awsx.Task) string {
	if ended := reason.StoppedTask(t, nil); t.DesiredStatus == "STOPPED" || t.LastStatus == "STOPPED" {
		return strings.ToLower(t.LastStatus) + words.Prefixed(", ", ended.Why())
	}
	return strings.ToLower(t.LastStatus)
}

func columns(at *livetable.Moment, task *awsx.Task) []table.Column[*row] {
	all := []table.Column[*row]{
		{ID: livetable.ColName, Title: "FINDING", Frozen: true, Min: 16, Max: 34,
			Cell: func(r *row) table.Cell {
				role := roleOf(r.Trouble)
				if r.depth > 0 {
					role = theme.Dim
				}
				return table.Cell{Text: strings.Repeat("  ", r.depth) + string(r.Kind), Role: role}
			},
			Compare: func(a, b *row) int { return a.place - b.place }},
		{ID: "since", Title: "SINCE", Cell: func(r *row) table.Cell {
			if r.Since.IsZero() {
				return table.Cell{Text: "-", Role: theme.Dim}
			}
			return table.Cell{Text: wording.Since(r.Since, at.Time())}
		}, Compare: func(a, b *row) int { return b.Since.Compare(a.Since) }},
		{ID: "sure", Title: "SURE", Priority: 2, Cell: func(r *row) table.Cell { return table.Cell{Text: string(r.Sure)} },
			Compare: func(a, b *row) int { return cmp.Compare(a.Sure, b.Sure) }},
		{ID: "cause", Title: "CAUSE", Grow: true, Min: 20, Cell: func(r *row) table.Cell { return table.Cell{Text: wording.Named(r.Short)} }}, // the whole sentence is below
	}
	if task != nil {
		all = slices.Insert(all, 1, table.Column[*row]{ID: "whose", Title: "OF", Cell: func(r *row) table.Cell { return table.Cell{Text: r.whose} },
			Compare: func(a, b *row) int { return cmp.Compare(b.whose, a.whose) }})
	}
	return all
}

// actions are what can be done to the service, and what helps first against the trouble
// under the cursor.
func actions(deps *views.Deps, service awsx.Ref, r *row, ok bool) []ui.Action {
	list := []ui.Action{
		views.ActLogs.Does(func() { deps.Nav.Logs(views.LogScope{Service: service}) }),
		views.ActUndo.Does(func() { deps.Nav.Undo(service) }),
		views.ActImage.Does(func() { deps.Nav.Image(service) }),
		views.ActEnv.Does(func() { deps.Nav.Env(service) }),
		views.ActEdit.Does(func() { deps.Nav.Edit(service) }),
		views.ActScale.Does(func() { deps.Nav.Scale(service) }),
		views.ActTargets.Does(func() { deps.Host.Push(targets.New(deps, service)) }),
		views.ActRouting.Does(func() { deps.Host.Push(routing.NewRules(deps, service)) }),
		views.ActInstances.Does(func() {
			deps.Host.Push(capacity.NewInstances(deps, capacity.InstancesOf{Cluster: service.ClusterRef(), Service: service}))
		}),
		views.ActDeployments.Does(func() { deps.Nav.Deployments(service) }),
		views.ActAlarms.Does(func() { deps.Host.Push(alarms.New(deps, service.ClusterRef(), service)) }),
	}
	first := actDo.Does(func() { deps.Host.Push(tasks.New(deps, service)) })
	if !ok {
		return append(list, first.Unless("nothing is found: there is nothing to do here"))
	}
	for _, s := range r.Next {
		b, has := bindings[s.Do]
		if !has || b.ID == actDo.ID {
			continue
		}
		for i, a := range list {
			if a.ID == b.ID {
				list[i].Hint = 0 // one key is hinted at for one thing
				first.Name, first.Run, first.Disabled = a.Name, a.Run, a.Disabled
				return append(list, first)
			}
		}
	}
	return append(list, first)
}
