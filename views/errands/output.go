package errands

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/errand"
	"gantry/ui"
	"gantry/views"
	"gantry/views/changes"
)

// The screen of what commands print.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "output", Bindings: ui.DocumentBindings()}})

// outputScreen shows what programs print, as they do. Leaving it stops them.
type outputScreen struct {
	*ui.Document
	errands *Errands
	run     *run
	header  ui.Header
	// job is the id of the change that runs them, or of the batch of several; empty when this
	// screen does.
	job     string
	several bool
	ctx     context.Context
	ran     bool
	over    bool
	failed  error // why a change came to nothing before its program was run
}

// pace is how often what is printed is drawn at most.
const pace = 100 * time.Millisecond

// grew tells that more was printed, ranAll that the programs of this screen have ended.
type (
	grew   struct{}
	ranAll struct{}
)

func newOutput(e *Errands, r *run) *outputScreen {
	target, deps := r.lines[0].Row.Target, e.Changes.Deps
	s := &outputScreen{errands: e, run: r}
	s.header = deps.Within(target.ClusterRef(), views.Crumb(target)+" "+r.lines[0].Command.Name)
	s.Document = ui.NewDocument(deps.Host, ui.DocumentOptions{
		Name: "output", What: errand.Programs(r.lines), Live: s.text,
	})
	return s
}

// text is what was printed, and below it why a change came to nothing.
func (s *outputScreen) text() (string, int) {
	text, version := s.run.text()
	if s.failed != nil {
		cause, fix := changes.CauseOf(s.failed)
		text += "\n" + cause + "\n"
		if fix != "" {
			text += "fix: " + fix + "\n"
		}
		version = -version - 1
	}
	return text, version
}

// Place is what the command is run for.
func (s *outputScreen) Place() awsx.Ref { return s.run.lines[0].Row.Target }

// Open runs the programs, or watches the change that does.
func (s *outputScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	if s.job != "" {
		watch := changes.WatchJobs(ctx, s.errands.Changes.Desk.Runner)
		s.look()
		return tea.Batch(s.wait(0), watch)
	}
	if s.ran { // who comes back to it wants to read it
		s.over = s.run.over()
		if s.over {
			return nil
		}
		return s.wait(0)
	}
	s.ran = true
	run := s.run
	return tea.Batch(s.wait(0), func() tea.Msg {
		run.all(ctx)
		return ranAll{}
	})
}

// wait waits for more, and not less than a pace.
func (s *outputScreen) wait(pace time.Duration) tea.Cmd {
	ctx, wake := s.ctx, s.run.wake
	return func() tea.Msg {
		timer := time.NewTimer(pace)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
			return grew{}
		}
	}
}

// Update draws what was printed.
func (s *outputScreen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case grew:
		if s.job == "" && s.run.over() { // its end was told to a screen that was left
			s.over = true
			return nil
		}
		return s.wait(pace)
	case ranAll:
		s.over = true
		return nil
	case changes.JobsChanged:
		s.look()
		return msg.Next()
	}
	return s.Document.Update(msg)
}

// look takes the change as it is now.
func (s *outputScreen) look() {
	desk := s.errands.Changes.Desk
	if s.several {
		b, known := desk.Batch(s.job)
		s.over = known && b.Ended
		return
	}
	j, _ := desk.Status(s.job)
	if s.over = j.Over(); s.over && !s.run.over() {
		s.failed = j.Err
	}
}

// Header says whether it still runs.
func (s *outputScreen) Header() ui.Header {
	h := s.Document.Header()
	h.Crumb, h.Place, h.Badge, h.Scope = s.header.Crumb, s.header.Place, s.header.Badge, s.header.Scope
	if !s.over {
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "running, esc stops it"}
	}
	return h
}

// Escape stops what runs.
func (s *outputScreen) Escape() (cmd tea.Cmd, left bool) {
	if s.over {
		return nil, false
	}
	s.run.stop()
	return nil, true
}
