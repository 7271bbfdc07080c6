package changes

import (
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The actions on the list of changes, which every screen opens.
var (
	actJobs   = ui.Binding{ID: "changes", Name: "changes", Keys: []string{"%"}}
	actFollow = ui.ActEnter.As("follow", 1)
)

var _ = views.Everywhere.Add(actJobs)

// The list of changes.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "changes", Title: "Changes of this run",
	Bindings: livetable.Bindings(actFollow)}})

// Globals are the actions that every screen has for the sake of changes.
func (c *Changes) Globals() []ui.Action {
	return []ui.Action{actJobs.Does(func() { c.Deps.Host.Push(newJobs(c)) })}
}

// JobsKey is the key that lists the changes.
func (c *Changes) JobsKey() string {
	return c.Deps.Host.Key(actJobs)
}

// jobsWatch makes a table's watch of the jobs, which live in memory.
type jobsWatch struct {
	changed <-chan struct{}
	stop    func()
}

// Changed receives after any change to a job.
func (w jobsWatch) Changed() <-chan struct{} { return w.changed }

// Need is for watches that poll.
func (w jobsWatch) Need(store.Need) {}

// Refresh is for watches that read: jobs tell of themselves.
func (w jobsWatch) Refresh() {}

// Close ends the watch.
func (w jobsWatch) Close() { w.stop() }

// newJobs makes the screen of all that this console changes and follows.
func newJobs(c *Changes) *livetable.Screen[change.Status] {
	return livetable.New(c.Deps, livetable.Spec[change.Status]{
		Name: "changes", Crumb: "changes",
		Table: table.Options[change.Status]{
			Key: func(j change.Status) string { return j.ID }, Columns: jobColumns(c.Deps), Sort: livetable.ColState,
			Fault: func(j change.Status) bool { return jobStatus(j).Fault() },
		},
		Status: func(j change.Status) (theme.Status, bool) { return jobStatus(j), true },
		Open: JobsFeed(c, func() livetable.Load[change.Status] {
			return livetable.Load[change.Status]{Rows: c.Desk.Jobs(),
				Foot: []prose.Para{{Text: "nothing was changed or followed since gantry started; :events tells of what was before", Depth: 1}}}
		}),
		Evidence: jobEvidence,
		Actions:  c.following(nil),
		Ref:      func(j change.Status) awsx.Ref { return j.Target },
	})
}

// JobsFeed feeds a table of what is made of jobs.
func JobsFeed[T any](c *Changes, build func() livetable.Load[T]) func() livetable.Feed[T] {
	return func() livetable.Feed[T] {
		changed, stop := c.Desk.Subscribe()
		return livetable.Feed[T]{
			Watches: []livetable.Watch{jobsWatch{changed, stop}},
			Build: func(time.Time) livetable.Load[T] {
				l := build()
				l.Status = livetable.AnswerStatus(true, true, nil)
				return l
			},
		}
	}
}

// following opens the follow of a job. Intents say what it carries out, where that was
// planned here.
func (c *Changes) following(intents map[awsx.Ref]deploy.Intent) func(change.Status, bool) []ui.Action {
	return func(j change.Status, ok bool) []ui.Action {
		return []ui.Action{actFollow.Does(func() {
			c.Deps.Host.Push(NewFollow(c, j.ID, Proposal{Service: j.Target, Intent: intents[j.Target]}))
		}).Unless(livetable.Nothing(ok))}
	}
}

// jobStatus is how a change stands.
func jobStatus(j change.Status) theme.Status {
	p := j.Progress
	switch {
	case j.Missed():
		return theme.StatusStopped
	case !j.Over() && (p.Failed > 0 || len(p.Stops) > 0 || p.Phase == follow.PhaseRollingBack):
		return theme.StatusDegraded
	case j.Stage == change.Open:
		return theme.StatusOK
	case !j.Over():
		return theme.StatusPending
	case j.Err != nil:
		return theme.StatusFailed
	case j.Result.Verdict == nil:
		return theme.StatusOK
	}
	return outcomeStatus(*j.Result.Verdict)
}

// jobWord is the state of a change in a word or two.
func jobWord(j change.Status) string {
	switch {
	case j.Missed():
		return "not begun"
	case j.Stage == change.Waiting:
		return "waiting"
	case j.Stage == change.Open:
		return "open"
	case !j.Over() && j.Progress.At.IsZero():
		return "calling"
	case !j.Over():
		return phaseWords(j.Progress)
	case j.Refused():
		return "refused"
	case j.Err != nil:
		return "failed"
	case j.Result.Verdict == nil:
		return "done"
	}
	return string(j.Result.Verdict.Outcome)
}

// jobName says what is done to what.
func jobName(j change.Status) string { return j.Action + " " + j.Target.Name() }

func jobColumns(deps *views.Deps) []table.Column[change.Status] {
	return []table.Column[change.Status]{
		{ID: livetable.ColName, Title: "CHANGE", Frozen: true, Min: 16, Max: 40,
			Cell:    func(j change.Status) table.Cell { return table.Cell{Text: jobName(j)} },
			Compare: func(a, b change.Status) int { return strings.Compare(jobName(a), jobName(b)) }},
		{ID: livetable.ColState, Title: "ST", Descending: true,
			Cell: func(j change.Status) table.Cell {
				return table.Cell{Text: jobStatus(j).Glyph() + " " + jobWord(j), Role: jobStatus(j).Role()}
			},
			Compare: func(a, b change.Status) int { return urgency(a) - urgency(b) }},
		{ID: "cluster", Title: "CLUSTER", Max: 20, Priority: 2,
			Cell: func(j change.Status) table.Cell { return table.Cell{Text: j.Target.ClusterName()} }},
		{ID: livetable.ColAge, Title: "BEGAN", Right: true, Descending: true,
			Cell:    func(j change.Status) table.Cell { return table.Cell{Text: wording.Since(j.Started, deps.Host.Now())} },
			Compare: func(a, b change.Status) int { return a.Started.Compare(b.Started) }},
		{ID: "progress", Title: "PROGRESS", Grow: true, Min: 14, Priority: 1,
			Cell: func(j change.Status) table.Cell { return table.Cell{Text: jobProgress(j)} }},
	}
}

// jobProgress is what there is to say beyond the state.
func jobProgress(j change.Status) string {
	switch {
	case j.Stage == change.Waiting:
		return brief(j.Summary)
	case j.Err != nil:
		cause, _ := CauseOf(j.Err)
		return cause
	case j.Over() && j.Result.Verdict != nil:
		return j.Result.Verdict.Text
	case j.Over() && j.Result.Outcome != "":
		return j.Result.Outcome
	case j.Progress.At.IsZero():
		return j.Step
	}
	return progressCounts(j)
}

// jobEvidence tells all of a row.
func jobEvidence(j change.Status) []prose.Para {
	paras := []prose.Para{{Text: jobName(j) + "  " + jobWord(j), Role: jobStatus(j).Role()}}
	if words := jobProgress(j); words != "" {
		paras = append(paras, prose.Para{Text: words})
	}
	if j.Err != nil {
		if _, fix := CauseOf(j.Err); fix != "" {
			paras = append(paras, prose.Para{Label: "fix", Text: fix, Role: theme.Accent})
		}
	}
	if j.Stage != change.Waiting {
		paras = append(paras, prose.Para{Label: j.Action, Text: brief(j.Summary)})
	}
	for _, stop := range j.Progress.Stops {
		paras = append(paras, prose.Para{Label: "stopped", Text: stop.String()})
	}
	return paras
}
