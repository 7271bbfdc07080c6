package changes

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/views"
	"gantry/views/lastlines"
	"gantry/views/prose"
)

// newLines are the last lines of the task that the deployment started last, while none of
// its tasks has failed.
type newLines struct {
	lastlines.Lines
	at      time.Time // when they were read
	reading bool
}

// newLinesEach is how often the lines of a new task are read while one looks on.
const newLinesEach = 3 * time.Second

// lookAtNew reads what the newest task of the deployment writes, unless one that failed
// tells more.
func (s *followScreen) lookAtNew() tea.Cmd {
	now := s.changes.Deps.Host.Now()
	if s.changes.Lines.Open == nil || s.job.Over() || s.last.Task != "" || s.young.reading || now.Sub(s.young.at) < newLinesEach || views.NotAService(s.Service) != "" {
		return nil
	}
	task, ok := newestTask(s.changes.Deps.Store, s.Service)
	if !ok {
		return nil
	}
	s.young.reading = true
	ctx, lines, most := s.ctx, s.changes.Lines, s.linesWanted()
	return func() tea.Msg {
		return newLines{Lines: lastlines.Read(ctx, lines, task.Ref, []awsx.Task{task}, most), at: now}
	}
}

// newestTask is the task that the deployment in progress started last, of those that were
// read.
func newestTask(st *store.Store, service awsx.Ref) (newest awsx.Task, ok bool) {
	w := st.Service(service)
	defer w.Close()
	for _, state := range w.Snapshot().Items {
		rolling, inProgress := state.Service.InProgress()
		for _, t := range state.Running {
			if inProgress && t.StartedBy == rolling.ID && !t.StartedAt.IsZero() && t.StartedAt.After(newest.StartedAt) {
				newest, ok = t, true
			}
		}
	}
	return newest, ok
}

// newTask shows the lines of the new task.
func (s *followScreen) newTask(d *prose.Document, here *time.Location) {
	if s.young.Task == "" || s.last.Task != "" || s.job.Over() {
		return
	}
	d.Heading(s.young.Heading() + ", which is new")
	d.Paras = append(d.Paras, s.young.Paras(here)...)
}
