package targets

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/internal/words"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/tasks"
	"gantry/views/wording"
)

var actTasks = ui.ActEnter.As("tasks", 1)

// The targets of a service.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "targets", Title: "Targets", Bindings: livetable.Bindings(actTasks, views.ActLogs)},
	Of:          views.OfService, Short: []string{"target", "tg", "endpoints", "ep"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of)) },
})

// targetRow is one target of one of the service's groups.
type targetRow struct {
	inquiry.Target
	group   awsx.Group
	task    awsx.Task // zero where none that runs is behind it
	status  theme.Status
	inside  string              // its private address, where it is registered by an instance's id
	changes []past.TargetChange // that were seen, oldest first
	read    []time.Time         // when its group was read, oldest first
	now     time.Time
}

func (r *targetRow) key() string { return r.Group + " " + r.At() + " " + r.Target.Task }

// New makes the screen of the targets of a service's groups.
func New(deps *views.Deps, service awsx.Ref) ui.Screen {
	at := &livetable.Moment{}
	return livetable.New(deps, livetable.Spec[*targetRow]{
		Name: "targets", Nouns: "targets", Permission: "elasticloadbalancing:DescribeTargetHealth", Subject: service,
		Table: table.Options[*targetRow]{
			Key: (*targetRow).key, Columns: columns(), Sort: livetable.ColState,
			Fault: func(r *targetRow) bool { return r.status.Fault() },
		},
		Moment:   at,
		Status:   func(r *targetRow) (theme.Status, bool) { return r.status, true },
		Open:     func() livetable.Feed[*targetRow] { return open(deps, service) },
		Lead:     lead,
		Evidence: evidence,
		Actions: func(r *targetRow, ok bool) []ui.Action {
			return []ui.Action{
				actTasks.Does(func() { deps.Host.Push(tasks.New(deps, service)) }),
				logsOf(deps, service, r, ok),
			}
		},
		Kind:     awsx.KindTask,
		Ref:      func(r *targetRow) awsx.Ref { return r.task.Ref },
		Describe: func(_ context.Context, r *targetRow) ([]prose.Para, error) { return evidence(r), nil },
	})
}

// open watches the service with its tasks and groups.
func open(deps *views.Deps, service awsx.Ref) livetable.Feed[*targetRow] {
	st, cluster := deps.Store, service.ClusterRef()
	w, instances := st.Service(service), st.Instances(cluster)
	var changes atomic.Pointer[[]past.TargetChange] // of the groups' targets, as they were asked for last
	changes.Store(new([]past.TargetChange))
	return livetable.Feed[*targetRow]{
		Watches: []livetable.Watch{w, instances},
		Build: func(now time.Time) livetable.Load[*targetRow] {
			s := w.Snapshot()
			l := livetable.Load[*targetRow]{Status: livetable.StatusOf(s)}
			if len(s.Items) == 0 {
				return l
			}
			standing := diagnose.Stand(inquiry.Evidence(*s.Items[0], livetable.DefinitionsOf(st, service.Context), inquiry.Instances(instances.Snapshot().Values()), now))
			l.Rows = rows(deps, standing, s.Items[0].Groups, *changes.Load(), now)
			for _, g := range s.Items[0].Groups {
				if g.Err != nil {
					l.Note = append(l.Note, livetable.Span{Text: g.Err.Error(), Role: theme.Unknown})
				}
			}
			if len(s.Items[0].Groups) == 0 {
				l.Foot = []prose.Para{{Text: "the service has no target groups: no load balancer sends to it", Role: theme.Dim, Depth: 1}}
			}
			return l
		},
		Details: func(ctx context.Context, _ []string) bool {
			var arns []string
			for _, s := range w.Snapshot().Items {
				for _, t := range s.Running {
					arns = append(arns, t.TaskDefinition)
				}
			}
			var groups []awsx.Group
			for _, s := range w.Snapshot().Items {
				for _, g := range s.Groups {
					groups = append(groups, g.Group)
				}
			}
			news, _ := st.ReadMachines(ctx, service.Context, inquiry.TargetIDs(groups)) // without them a target has its id
			slices.Sort(arns)
			news = livetable.CacheDefinitions(ctx, st, service.Context, slices.Compact(arns)) || news
			return remember(ctx, st, service.Context, groups, &changes) || news
		},
	}
}

// remember asks what was seen of the targets of groups, and reports whether that is news.
// What of it cannot be read is missing: the rows tell how things stand without it.
func remember(ctx context.Context, st *store.Store, id awsx.ContextID, groups []awsx.Group, changes *atomic.Pointer[[]past.TargetChange]) bool {
	if len(groups) == 0 {
		return false
	}
	var arns []string
	for _, g := range groups {
		arns = append(arns, g.ARN)
	}
	all, _ := st.Past().TargetChanges(ctx, id, time.Time{}, arns...)
	if slices.Equal(all, *changes.Load()) {
		return false
	}
	changes.Store(&all)
	return true
}

func rows(deps *views.Deps, s diagnose.Standing, groups []store.GroupState, changes []past.TargetChange, now time.Time) (all []*targetRow) {
	running := map[string]awsx.Task{}
	for _, t := range s.Evidence.Running {
		running[t.Ref.ARN] = t
	}
	for _, t := range inquiry.Targets(s) {
		r := &targetRow{Target: t, task: running[t.Task], status: statusOf(t), now: now}
		r.inside = t.Inside(deps.Store, s.Service().Ref.Context)
		for _, g := range groups {
			if g.ARN == t.Group {
				r.group, r.read = g.Group, g.Readings
			}
		}
		for _, c := range slices.Backward(changes) {
			if to := cmp.Or(c.To.ID, c.From.ID); c.Group == t.Group && to == t.Address.ID && cmp.Or(c.To.Port, c.From.Port) == t.Address.Port {
				r.changes = append(r.changes, c)
			}
		}
		all = append(all, r)
	}
	return all
}

// statusOf is how a target stands in the words of every table.
func statusOf(t inquiry.Target) theme.Status {
	switch {
	case t.State == livetable.Unread, t.State == "not located":
		return theme.StatusUnknown
	case t.State == "healthy":
		return theme.StatusOK
	case t.State == "initial":
		return theme.StatusPending
	case t.State == "draining":
		return theme.StatusStopped
	case strings.HasPrefix(t.State, "unhealthy"):
		return theme.StatusFailed
	case t.State == "unused", t.State == "unavailable", t.State == "not registered":
		return theme.StatusDegraded
	}
	return theme.StatusUnknown
}

func (r *targetRow) whose() table.Cell {
	switch {
	case r.task.ID != "":
		return table.Cell{Text: wording.ShortID(r.task.ID)}
	case r.Target.Task != "":
		return table.Cell{Text: wording.ShortID(awsx.ARNName(r.Target.Task)) + " ended", Role: theme.Dim}
	}
	return table.Cell{Text: "(no task)", Role: theme.Dim}
}

func columns() []table.Column[*targetRow] {
	type row = *targetRow
	plain := func(s func(row) string) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: s(r)} }
	}
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "TASK", Frozen: true, Min: 14, Max: 26, Cell: row.whose},
		{ID: livetable.ColState, Title: "ST", Descending: true,
			Cell: func(r row) table.Cell {
				return table.Cell{Text: r.status.Glyph() + " " + r.State, Role: r.status.Role()}
			},
			Compare: func(a, b row) int { return cmp.Compare(a.status.Severity(), b.status.Severity()) }},
		{ID: "target", Title: "TARGET", Cell: plain(row.At), Middle: true, Min: 16, Compare: func(a, b row) int { return strings.Compare(a.At(), b.At()) }},
		{ID: "address", Title: "ADDRESS", Priority: 5, Middle: true, Cell: plain(func(r row) string { return r.inside })},
		{ID: "group", Title: "GROUP", Priority: 2, Max: 32, Cell: plain(func(r row) string { return r.group.Name() })},
		{ID: "zone", Title: "AZ", Priority: 4, Max: 14, Cell: plain(func(r row) string { return r.task.AvailabilityZone })},
		{ID: "run", Title: "THIS RUN", Priority: 3, Cell: plain(func(r row) string { return r.strip(stripShown) })},
		{ID: "why", Title: "WHY", Grow: true, Min: 14, Cell: func(r row) table.Cell {
			if r.Why == r.State {
				return table.Cell{}
			}
			return table.Cell{Text: r.Why}
		}},
	}
}

// lead tells of groups whose targets all fail.
func lead(all []*targetRow) (paras []prose.Para) {
	var told []string
	for _, r := range all {
		if slices.Contains(told, r.Group) {
			continue
		}
		told = append(told, r.Group)
		if s := alb.ServingOf(r.group); s.FailsOpen() || s.Empty() {
			paras = append(paras, prose.Para{Text: r.group.Name() + " " + s.Words(), Role: theme.Failed})
		}
	}
	return paras
}

// evidence explains a target: why it is in its state, what to look at, how it is checked,
// and how it changed in this run.
func evidence(r *targetRow) []prose.Para {
	paras := []prose.Para{{Text: wording.JoinNonEmpty("  ", r.whose().Text, r.At(), r.status.Glyph()+" "+r.State), Role: theme.Title}}
	add := func(label, words string, role theme.Role) {
		if words != "" {
			paras = append(paras, prose.Para{Label: label, Text: words, Role: role})
		}
	}
	if r.Why != r.State {
		add("why", r.Why, r.status.Role())
	}
	if r.task.ID == "" {
		add("of", r.Whose, theme.Dim)
	}
	add("next", r.Next, theme.Accent)
	add("address", r.inside, theme.Text)
	if strip := r.strip(len(r.read)); strip != "" {
		add("readings", strip+"  "+words.Count(len(r.read), "reading")+", the first "+wording.Since(r.read[0], r.now)+" ago", theme.Text)
	}
	add("check", alb.CheckWords(r.group.Settings.Check), theme.Text)
	add("group", r.group.Name()+": "+alb.ServingOf(r.group).Words(), theme.Text)
	for i := len(r.changes) - 1; i >= 0; i-- {
		c := r.changes[i]
		add(wording.Since(c.At, r.now)+" ago", wording.JoinNonEmpty(" ", cmp.Or(c.From.State, "not registered"), "→", cmp.Or(c.To.State, "gone"), c.To.Reason), theme.Dim)
	}
	if len(r.changes) == 0 && r.State != livetable.Unread {
		add("this run", "no change seen", theme.Dim)
	}
	return paras
}

// stripShown is how many readings have a cell in the table; the panel has all that are kept.
const stripShown = 12

// strip is how a target stood at each reading of this run, oldest left: a cell for each of
// the last n, a dot where the target was not registered. The glyphs are the same in ASCII.
func (r *targetRow) strip(n int) string {
	if r.State == livetable.Unread {
		return ""
	}
	cells := make([]byte, min(n, len(r.read)))
	state, left := r.State, len(r.changes)
	for i := range cells {
		at := r.read[len(r.read)-1-i]
		for ; left > 0 && r.changes[left-1].At.After(at); left-- {
			state = r.changes[left-1].From.State
		}
		cell := "."
		if state != "" {
			cell = statusOf(inquiry.Target{State: state}).Glyph()
		}
		cells[len(cells)-1-i] = cell[0]
	}
	return string(cells)
}

func logsOf(deps *views.Deps, service awsx.Ref, r *targetRow, ok bool) ui.Action {
	if !ok || r.task.ID == "" {
		return views.ActLogs.Does(nil).Unless("no task that runs is behind it")
	}
	task := r.task
	return views.ActLogs.Does(func() { deps.Nav.Logs(views.LogScope{Service: service, Task: &task}) })
}
