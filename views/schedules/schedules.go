package schedules

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/internal/inquiry/scheduled"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/tasks"
	"gantry/views/wording"
)

// actTasks opens the tasks of the cluster that no service runs.
var actTasks = ui.ActEnter.As("standalone tasks", 1)

// The schedules of a cluster.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "schedules", Title: "Schedules", Bindings: livetable.Bindings(actTasks)},
	Of:          views.OfCluster, Short: []string{"schedule", "cron", "cronjobs", "cj"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of)) },
})

// row is a task that something starts by itself.
type row struct{ scheduled.Start }

func (r *row) key() string { return r.Ref.ARN + " " + r.Task.Definition }

// New makes the screen of what starts tasks by itself in a cluster.
func New(deps *views.Deps, cluster awsx.Ref) ui.Screen {
	at := &livetable.Moment{}
	return livetable.New(deps, livetable.Spec[*row]{
		Name: "schedules", Permission: "events:ListRules", Subject: cluster,
		Table: table.Options[*row]{
			Key: (*row).key, Columns: columns(at), Fault: func(r *row) bool { return r.status().Fault() },
		},
		Moment:   at,
		Status:   func(r *row) (theme.Status, bool) { return r.status(), true },
		Open:     func() livetable.Feed[*row] { return open(deps, cluster) },
		Evidence: func(r *row) []prose.Para { return evidence(r, at.Time()) },
		Actions: func(*row, bool) []ui.Action {
			return []ui.Action{actTasks.Does(func() { deps.Host.Push(tasks.NewStandalone(deps, cluster)) })}
		},
		Ref: func(r *row) awsx.Ref {
			return awsx.Ref{Context: cluster.Context, Cluster: cluster.Cluster, ARN: r.Task.Definition}
		},
		Describe: func(_ context.Context, r *row) ([]prose.Para, error) { return evidence(r, deps.Now()), nil },
	})
}

// open watches the schedules and the cluster's tasks, and reads the revisions that are started.
func open(deps *views.Deps, cluster awsx.Ref) livetable.Feed[*row] {
	st := deps.Store
	all, ran := st.Schedules(cluster.Context), st.Tasks(cluster)
	pins := &scheduled.Pins{}
	var mu sync.Mutex
	var unread error // of the revisions
	return livetable.Feed[*row]{
		Watches: []livetable.Watch{all, ran},
		Build: func(now time.Time) livetable.Load[*row] {
			s, seen := all.Snapshot(), ran.Snapshot()
			l := livetable.Load[*row]{Status: livetable.StatusOf(s).Beside(seen), Note: note(s, seen)}
			for _, x := range scheduled.In(cluster, s.Values(), seen.Values(), pins, now) {
				l.Rows = append(l.Rows, &row{x})
			}
			mu.Lock()
			defer mu.Unlock()
			if unread != nil {
				l.Note = append(l.Note, livetable.Span{Text: "revisions unread: " + livetable.ReasonUnread(unread), Role: theme.Unknown})
			}
			return l
		},
		Details: func(ctx context.Context, _ []string) bool {
			account, err := st.Account(ctx, cluster.Context)
			if err != nil {
				return false
			}
			news, err := pins.Read(ctx, account, scheduled.DefinitionsIn(cluster, all.Snapshot().Values()))
			mu.Lock()
			defer mu.Unlock()
			news = news || (err != nil) != (unread != nil)
			unread = err
			return news
		},
	}
}

// note says what of the two services, and of the tasks, was not read.
func note(s *store.Snapshot[awsx.Schedule], seen *store.Snapshot[awsx.Task]) (out []livetable.Span) {
	for _, err := range s.Partial {
		out = append(out, livetable.Span{Text: livetable.ReasonUnread(err), Role: theme.Unknown})
	}
	if seen.Err != nil {
		out = append(out, livetable.Span{Text: "tasks unread: " + livetable.ReasonUnread(seen.Err), Role: theme.Unknown})
	}
	return out
}

// status is how a schedule stands: what cannot be started is a failure, an old revision wants a
// look.
func (r *row) status() theme.Status {
	switch p := r.Pin; {
	case !r.Enabled:
		return theme.StatusStopped
	case !p.Read:
		return theme.StatusUnknown
	case p.Gone, p.Inactive, p.Newest == "":
		return theme.StatusFailed
	case r.Warning != "", r.Ended.Failure:
		return theme.StatusDegraded
	}
	return theme.StatusOK
}

func (r *row) stateCell() table.Cell {
	s := r.status()
	word := map[theme.Status]string{theme.StatusStopped: "off", theme.StatusFailed: "fail", theme.StatusDegraded: "look", theme.StatusUnknown: "unrd", theme.StatusOK: "ok"}[s]
	return table.Cell{Text: s.Glyph() + " " + word, Role: s.Role()}
}

// nextCell says when it is next started: in how long, and at which time.
func (r *row) nextCell(now time.Time) table.Cell {
	switch {
	case !r.Next.IsZero():
		return table.Cell{Text: wording.Clock(r.Next, now) + ", in " + text.Age(r.Next.Sub(now))}
	case !r.Enabled:
		return table.Cell{Text: "-", Role: theme.Dim}
	case r.Expression == "":
		return table.Cell{Text: "on events", Role: theme.Dim}
	}
	return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
}

// lastCell is how the last task that it started went, of which ECS still tells.
func (r *row) lastCell(now time.Time) table.Cell {
	switch {
	case r.Last == nil:
		return table.Cell{Text: "-", Role: theme.Dim}
	case r.Last.DesiredStatus != "STOPPED":
		return table.Cell{Text: "running", Role: theme.OK}
	}
	words, role := cmp.Or(r.Ended.Why(), "ended"), theme.Text
	if r.Ended.Failure {
		role = theme.Failed
	}
	return table.Cell{Text: words + ", " + text.Ago(now.Sub(reason.StoppedAt(*r.Last))), Role: role}
}

func columns(at *livetable.Moment) []table.Column[*row] {
	type r = *row
	starts := func(a r) string { return awsx.ARNName(a.Task.Definition) }
	return []table.Column[r]{
		{ID: livetable.ColName, Title: "SCHEDULE", Frozen: true, Min: 12, Max: 36, Middle: true,
			Cell:    func(a r) table.Cell { return table.Cell{Text: a.Name} },
			Compare: func(a, b r) int { return strings.Compare(a.Name, b.Name) }},
		{ID: livetable.ColState, Title: "ST", Cell: r.stateCell, Descending: true,
			Compare: func(a, b r) int { return cmp.Compare(a.status().Severity(), b.status().Severity()) }},
		{ID: "starts", Title: "STARTS", Priority: 1, Max: 28, Middle: true, Cell: func(a r) table.Cell { return table.Cell{Text: starts(a)} },
			Compare: func(a, b r) int { return strings.Compare(starts(a), starts(b)) }},
		{ID: "next", Title: "NEXT", Cell: func(a r) table.Cell { return a.nextCell(at.Time()) },
			Compare: func(a, b r) int { return a.Next.Compare(b.Next) }},
		{ID: "when", Title: "WHEN", Priority: 4, Max: 48, Cell: func(a r) table.Cell { return table.Cell{Text: a.When} }},
		{ID: "last", Title: "LAST", Priority: 3, Max: 30, Cell: func(a r) table.Cell { return a.lastCell(at.Time()) }},
		{ID: "why", Title: "WHY", Grow: true, Min: 16, Cell: func(a r) table.Cell { return table.Cell{Text: a.Warning, Role: a.status().Role()} }},
	}
}

// evidence explains a row.
func evidence(r *row, now time.Time) []prose.Para {
	role := r.status().Role()
	if r.status() == theme.StatusOK {
		role = theme.Title
	}
	paras := []prose.Para{{Text: wording.JoinNonEmpty("  ", r.Label(), r.stateCell().Text, r.Warning), Role: role}}
	say := func(label, words string) {
		if words != "" {
			paras = append(paras, prose.Para{Label: label, Text: words})
		}
	}
	say("starts", wording.JoinNonEmpty(", ", wording.Count(r.Task.Count, "task")+" of "+awsx.ARNName(r.Task.Definition), r.Task.LaunchType))
	say("when", wording.JoinNonEmpty("  ", r.When, r.Expression))
	if !r.Next.IsZero() {
		say("next", r.nextCell(now).Text)
	}
	if r.Pin.Read {
		say("newest", awsx.ARNName(r.Pin.Newest))
	}
	if r.Last != nil {
		say("last", "task "+r.Last.ID+"  "+awsx.ARNName(r.Last.TaskDefinition)+"  "+r.lastCell(now).Text)
	}
	return paras
}
