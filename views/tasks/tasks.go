package tasks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/internal/words"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The actions on tasks.
var (
	actContainers = ui.ActEnter.As("containers", 1)
	actToggle     = ui.Binding{ID: "toggle-stopped", Name: "running/stopped", Keys: []string{"x"}, Hint: 3, Takes: ui.TakesNone}
	actStop       = ui.Binding{ID: "stop", Name: "stop", Keys: []string{"ctrl+d"}, Hint: 5, Takes: ui.TakesMarked}
	actAddress    = ui.Binding{ID: "copy-address", Name: "copy its address", Keys: []string{"H"}, Takes: ui.TakesMarked}
	actService    = ui.Binding{ID: "service", Name: "its service", Keys: []string{"J"}, Takes: ui.TakesNone}
)

// The tasks screen.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "tasks", Title: "Tasks",
		Bindings: livetable.Bindings(actContainers, views.ActLogs, views.ActWhy, actAddress, actStop, views.ActShell, views.ActForward, actToggle, views.ActInstances, actService)},
	Of: views.OfService, Word: "service", Rows: "task", Tagged: true, Short: []string{"task", "po", "pod", "pods"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of)) },
})

// which tasks a tasks screen shows.
type which int

const (
	whichRunning which = iota
	whichStopped
	whichAll
)

func (w which) String() string { return [...]string{"running", "stopped", "all"}[w] }

// tasksMode is the operator's choice, and whether it was made: until then a
// service without running tasks shows its stopped ones.
type tasksMode struct {
	which  which
	chosen bool
}

// New makes the screen of a service's tasks: where each runs, on which
// ports, and what the load balancer thinks of it.
func New(deps *views.Deps, service awsx.Ref) ui.Screen {
	mode, at := &tasksMode{}, &livetable.Moment{}
	var s *livetable.Screen[*taskRow]
	s = livetable.New(deps, livetable.Spec[*taskRow]{
		Name: "tasks", Nouns: "tasks", Permission: "ecs:ListTasks",
		Subject: service, Crumb: views.Crumb(service),
		Table: table.Options[*taskRow]{
			Key: (*taskRow).key, Columns: taskColumns(at), Sort: livetable.ColState,
			Fault: func(r *taskRow) bool { return r.status.Fault() },
		},
		Moment:   at,
		Status:   func(r *taskRow) (theme.Status, bool) { return r.status, r.stray == nil },
		Open:     func() livetable.Feed[*taskRow] { return openTasks(deps.Store, service) },
		Pick:     mode.pick,
		Lead:     func(all []*taskRow) []prose.Para { return mode.deaths(all, deps.Now()) },
		Evidence: func(r *taskRow) []prose.Para { return taskEvidence(r, at.Time()) },
		Actions: func(r *taskRow, ok bool) []ui.Action {
			return append(taskActions(s, service, r, ok), mode.toggle(s), copyingAddress(s, r, ok))
		},
		Marks: true,
		Tags:  func(r *taskRow) awsx.Tags { return r.task.Tags },
		Kind:  awsx.KindTask,
		Ref: func(r *taskRow) awsx.Ref {
			if r.stray != nil {
				return awsx.Ref{}
			}
			return r.task.Ref
		},
		Values: (*taskRow).values,
		Describe: func(ctx context.Context, r *taskRow) ([]prose.Para, error) {
			return describe.Task(ctx, deps, r.task, r.host)
		},
	})
	return s
}

// toggle goes from running to stopped to all tasks.
func (m *tasksMode) toggle(s *livetable.Screen[*taskRow]) ui.Action {
	return actToggle.Does(func() {
		m.which, m.chosen = (m.which+1)%3, true
		s.Show()
	})
}

// pick chooses the rows of the mode. A service that runs nothing shows what
// became of its tasks instead of an empty table.
func (m *tasksMode) pick(rows []*taskRow) ([]*taskRow, []livetable.Span) {
	running, stopped, remembered := 0, 0, 0
	for _, r := range rows {
		switch {
		case r.stray != nil:
		case !r.remembered.IsZero():
			remembered++
		case r.stopped:
			stopped++
		default:
			running++
		}
	}
	if !m.chosen {
		m.which = whichRunning
		if running == 0 && stopped+remembered > 0 {
			m.which = whichStopped
		}
	}
	var shown []*taskRow
	strays, unlocated := 0, 0
	for _, r := range rows {
		switch {
		case r.stray != nil:
			if r.stray.Kind == alb.Undetermined {
				unlocated++
			} else {
				strays++
			}
			if m.which == whichStopped && running > 0 {
				continue
			}
		case m.which == whichAll, r.stopped == (m.which == whichStopped):
		default:
			continue
		}
		shown = append(shown, r)
	}
	note := []livetable.Span{{Text: m.which.String(), Role: theme.Accent}}
	if m.which == whichRunning && stopped > 0 {
		note = append(note, livetable.Span{Text: wording.Count(stopped, "stopped task"), Role: theme.Dim})
	}
	if m.which != whichRunning && remembered > 0 {
		note = append(note, livetable.Span{Text: fmt.Sprintf("%d remembered", remembered), Role: theme.Dim})
	}
	if m.which == whichStopped {
		note = append(note, livetable.Span{Text: wording.Count(running, "running task"), Role: theme.Dim})
	}
	if strays > 0 {
		note = append(note, livetable.Span{Text: wording.Count(strays, "target") + " of no task", Role: theme.Unknown})
	}
	if unlocated > 0 {
		note = append(note, livetable.Span{Text: wording.Count(unlocated, "target") + " of a task not located", Role: theme.Unknown})
	}
	return shown, note
}

// openTasks watches one service with all that its tasks show, and its cluster's
// instances.
func openTasks(st *store.Store, service awsx.Ref) livetable.Feed[*taskRow] {
	state, instances := st.Service(service), st.Instances(service.ClusterRef())
	define := livetable.DefinitionsOf(st, service.Context)
	memory := recall(st)
	var goneThen *[]past.Stopped
	// The rows of one service share its evidence: they are kept together, as long as
	// nothing that they were made of changed. Time alone changes none of them.
	var kept livetable.Load[*taskRow]
	var stateRev, hostsRev uint64
	return livetable.Feed[*taskRow]{
		Watches: []livetable.Watch{state, instances},
		Build: func(now time.Time) livetable.Load[*taskRow] {
			s, hosts := state.Snapshot(), instances.Snapshot()
			if len(s.Items) == 0 {
				kept, stateRev = livetable.Load[*taskRow]{}, 0
			} else if remembered := memory.gone.Load(); remembered != goneThen || s.Rev != stateRev || hosts.Rev != hostsRev || slices.ContainsFunc(kept.Rows, func(r *taskRow) bool {
				return r.stray == nil && r.def == nil && define(r.task.TaskDefinition) != nil ||
					r.host != nil && r.host.PrivateIP == "" && st.Housed(*r.host).PrivateIP != "" ||
					!r.protected.Equal(protectedUntil(st, r))
			}) {
				f := factsOf(st, *s.Items[0], hosts, define, now)
				f.remembered = unlisted(*remembered, *s.Items[0])
				kept.Rows, kept.Foot, kept.Note = taskRows(f), noTasks(f), taskNote(f)
				for _, r := range kept.Rows {
					r.protected = protectedUntil(st, r)
				}
				stateRev, hostsRev, goneThen = s.Rev, hosts.Rev, remembered
			}
			l := kept
			l.Status = livetable.StatusOf(s)
			if len(s.Items) > 0 {
				l.Note = append(slices.Clip(l.Note), protectionNote(st, s.Items[0].Running)...)
				l.Note = append(l.Note, livetable.HousingNote(st, inquiry.HostsOf(hosts.Values(), s.Items[0].Running...))...)
			}
			return l
		},
		Details: func(ctx context.Context, visible []string) bool {
			var all []awsx.Task
			var shown []string
			for _, s := range state.Snapshot().Items {
				all = slices.Concat(all, s.Running, s.Stopped)
				for _, t := range s.Running {
					if slices.Contains(visible, t.Ref.ARN) {
						shown = append(shown, t.Ref.ARN)
					}
				}
			}
			news := st.ReadProtection(ctx, service.ClusterRef(), shown)
			for _, s := range state.Snapshot().Values() {
				news = memory.look(ctx, s) || news
			}
			for _, s := range *memory.gone.Load() {
				if slices.Contains(visible, s.Task.Ref.ARN) {
					all = append(all, s.Task)
				}
			}
			return readBehind(ctx, st, all, instances.Snapshot().Values()) || news
		},
	}
}

// protectedUntil is until when a row's task is protected, as far as that was read.
func protectedUntil(st *store.Store, r *taskRow) time.Time {
	if r.stray != nil || r.stopped {
		return time.Time{}
	}
	until, _ := st.Protection(r.task.Ref.Context, r.task.Ref.ARN) // protectionNote tells why not
	return until
}

// protectionNote says why it is not known which tasks are protected.
func protectionNote(st *store.Store, tasks []awsx.Task) []livetable.Span {
	for _, t := range tasks {
		if _, err := st.Protection(t.Ref.Context, t.Ref.ARN); err != nil {
			return []livetable.Span{{Text: "protection unread: " + livetable.ReasonUnread(err), Role: theme.Unknown}}
		}
	}
	return nil
}

// readBehind reads what is behind tasks: their definitions and the addresses of the
// instances that they are on. It tells whether that brought anything.
func readBehind(ctx context.Context, st *store.Store, tasks []awsx.Task, instances []awsx.Instance) bool {
	byContext := map[awsx.ContextID][]string{}
	for _, t := range tasks {
		byContext[t.Ref.Context] = append(byContext[t.Ref.Context], t.TaskDefinition)
	}
	news, _ := st.ReadHosts(ctx, inquiry.HostsOf(instances, tasks...)) // HousingNote tells why not
	for id, arns := range byContext {
		news = livetable.CacheDefinitions(ctx, st, id, arns) || news
	}
	return news
}

// factsOf puts together what was read of a service.
func factsOf(st *store.Store, s store.ServiceState, instances *store.Snapshot[awsx.Instance], define func(string) *awsx.TaskDefinition, now time.Time) *serviceFacts {
	return &serviceFacts{Evidence: inquiry.Evidence(s, define, inquiry.Hosts(st, instances.Values()), now)}
}

// deaths says in one line which tasks died, for the list of those that live.
func (m *tasksMode) deaths(rows []*taskRow, now time.Time) []prose.Para {
	if m.which != whichRunning {
		return nil
	}
	var last *taskRow
	whys, counts := []string{}, map[string]int{}
	for _, r := range rows {
		if !r.stopped || !r.remembered.IsZero() || !r.ended.Failure {
			continue
		}
		if last == nil || r.turned().After(last.turned()) {
			last = r
		}
		why := cmp.Or(r.ended.Why(), "no reason given")
		whys = words.AddNew(whys, why)
		counts[why]++
	}
	if last == nil {
		return nil
	}
	slices.SortStableFunc(whys, func(a, b string) int { return counts[b] - counts[a] })
	total := 0
	for i, why := range whys {
		total += counts[why]
		if len(whys) > 1 {
			whys[i] = fmt.Sprintf("%d x %s", counts[why], why)
		}
	}
	return []prose.Para{{Role: theme.Failed, Depth: 1,
		Text: fmt.Sprintf("%d died, the last at %s: %s", total, wording.Clock(last.turned(), now), strings.Join(whys, ", "))}}
}

// taskNote says which parts of the picture are missing.
func taskNote(f *serviceFacts) []livetable.Span {
	var missing []string
	if !f.RunningRead {
		missing = append(missing, "tasks")
	}
	if !f.StoppedRead {
		missing = append(missing, "stopped tasks")
	}
	for _, g := range f.Groups {
		if !g.Read {
			missing = append(missing, "targets of "+awsx.GroupName(g.ARN))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []livetable.Span{{Text: wording.JoinNonEmpty(", ", missing...) + " unread", Role: theme.Unknown}}
}

// noTasks says why a service has no task to show, with its newest events.
func noTasks(f *serviceFacts) []prose.Para {
	var d prose.Document
	s := f.Service
	d.Paras = append(d.Paras, prose.Para{
		Text: fmt.Sprintf("%s: %s wanted, %d running, %d stopped within the hour", s.Name, wording.Count(s.Desired, "task"), len(f.Running), len(f.Stopped)), Depth: 1,
	})
	if !f.RunningRead || !f.StoppedRead {
		d.Paras[0].Text = s.Name + ": its tasks were not read yet"
		d.Paras[0].Role = theme.Unknown
	}
	for _, e := range s.Events[:min(len(s.Events), 10)] {
		role := theme.Text
		if reason.ReadEvent(e.Message).Trouble() {
			role = theme.Degraded
		}
		d.Paras = append(d.Paras, prose.Para{Label: wording.Clock(e.At, f.Now), Text: reason.EventBody(e.Message), Role: role, Depth: 1})
	}
	return d.Paras
}
