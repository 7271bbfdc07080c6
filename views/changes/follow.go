package changes

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/views"
	"gantry/views/lastlines"
	"gantry/views/prose"
)

// followScreen shows a change from its first call to its verdict. Leaving it
// leaves the change running.
type followScreen struct {
	changes *Changes
	id      string
	Proposal

	ctx   context.Context
	job   change.Status
	known bool
	last  lastlines.Lines // of the task that failed last
	tries int             // to find lines of it
	young newLines
	sides counted // of a rollout
	// found is what is wrong with the service of a change that did not end well; asked says
	// that it is being found out.
	found []diagnose.Trouble
	asked bool

	beside bool // the lines of tasks stand beside the story, in so many rows
	rows   int

	prose.Sheet
}

// NewFollow makes the screen that follows a job. P says what it carries out, where that was
// planned here.
func NewFollow(c *Changes, id string, p Proposal) *followScreen {
	s := &followScreen{changes: c, id: id, Proposal: p}
	s.Sheet = prose.NewParagraphs(c.Deps.Host, func() []prose.Para { return s.paras(!s.beside) })
	return s
}

// linesRead are the last lines of a failed task, or why there are none.
type linesRead struct{ lastlines.Lines }

// linesDue tells that it is time to look for a task's lines again.
type linesDue struct{ task string }

func (s *followScreen) Name() string    { return "follow" }
func (s *followScreen) Capturing() bool { return false }
func (s *followScreen) Place() awsx.Ref { return s.Service }

func (s *followScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx, s.last, s.young = ctx, lastlines.Lines{}, newLines{}
	jobs := WatchJobs(ctx, s.changes.Desk.Runner)
	return tea.Batch(jobs, s.watchHosts(ctx), s.look())
}

// look takes the job as it is now, and reads what another task wrote that failed
// since.
func (s *followScreen) look() tea.Cmd {
	s.job, s.known = s.changes.Desk.Status(s.id)
	s.Pager.Changed()
	if task := newestStop(s.job.Progress.Stops); task != "" && task != s.last.Task {
		s.last, s.tries = lastlines.Lines{Task: task}, 0
		return s.readLines()
	}
	return tea.Batch(s.lookAtNew(), s.countSides(), s.findOut())
}

// newestStop is the task that stopped last of those that a change lost.
func newestStop(stops []follow.StopReason) string {
	var newest follow.StopReason
	for _, stop := range stops {
		if newest.Task == "" || stop.At.After(newest.At) {
			newest = stop
		}
	}
	return newest.Task
}

func (s *followScreen) readLines() tea.Cmd {
	ctx, task, most := s.ctx, s.last.Task, s.linesWanted()
	lines, target := s.changes.Lines, s.Service
	return func() tea.Msg {
		ref := target.ClusterRef().In(inquiry.TaskARN(target, task))
		return linesRead{lastlines.Read(ctx, lines, ref, stopped(lines.Store, target), most)}
	}
}

// lastLinesShown is how much of a failed container's log is shown.
const lastLinesShown = 5

// stopped returns the tasks of a service that are known to have stopped.
func stopped(st *store.Store, service awsx.Ref) []awsx.Task {
	if views.NotAService(service) != "" {
		return nil
	}
	w := st.Service(service)
	defer w.Close()
	if items := w.Snapshot().Items; len(items) > 0 {
		return items[0].Stopped
	}
	return nil
}

func (s *followScreen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case JobsChanged:
		return tea.Batch(s.look(), msg.Next())
	case linesRead:
		if msg.Task != s.last.Task {
			return nil
		}
		s.last = msg.Lines
		s.Pager.Changed()
		if s.tries++; msg.Again && s.tries < lastlines.Tries {
			return ui.After(s.ctx, lastlines.Delay, linesDue{msg.Task})
		}
	case newLines:
		s.young, s.young.reading = msg, false
		s.Pager.Changed()
	case counted:
		if s.sides != msg {
			s.sides = msg
			s.Pager.Changed()
		}
	case foundOut:
		s.found = msg.troubles
		s.Pager.Changed()
	case linesDue:
		if msg.task == s.last.Task {
			return s.readLines()
		}
	}
	return nil
}

func (s *followScreen) Header() ui.Header {
	h := s.changes.Deps.Header(s.Service, "follow")
	switch {
	case !s.known:
	case s.job.Over():
		h.Counts = s.id + " ended"
	default:
		h.Counts = s.id + ", esc leaves it running"
		h.Fresh = ui.Fresh{State: ui.FreshLive, Text: "following"}
		if err := s.job.Progress.Err; err != nil {
			t := prose.TroubleOf(err, s.Service.Context)
			h.Fresh = ui.Fresh{State: prose.FreshOf(t.Class), Text: t.Word}
		}
	}
	return h
}

// Text is the story so far, for a file.
func (s *followScreen) Text() string { return prose.PlainText(s.paras(true)) }
