package shells

import (
	"context"
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/internal/plugin"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/prose"
)

// Handover carries a program from who holds a change to the loop, which alone may give the
// terminal away, and its end back.
type Handover struct {
	programs chan *exec.Cmd
	ended    chan error
}

// NewHandover makes the way of one program.
func NewHandover() *Handover {
	return &Handover{programs: make(chan *exec.Cmd), ended: make(chan error, 1)}
}

// Give waits until the terminal was given to a program, which ends with the context, and came
// back. Taken is false when the context ended before anybody took it; the error is that of the
// program's end.
func (h *Handover) Give(ctx context.Context, program *exec.Cmd) (taken bool, err error) {
	select {
	case h.programs <- program:
	case <-ctx.Done():
		return false, nil
	}
	// Once it is the loop's, its end comes: the program ends with the context.
	return true, <-h.ended
}

// hold waits until the terminal was given to the plugin and came back, or the context ends.
func (h *Handover) hold(ctx context.Context, j plugin.Joiner, s awsx.Session) (deploy.Held, error) {
	taken, ended := h.Give(ctx, j.At(ctx, s))
	if !taken {
		return deploy.Held{Words: "nobody joined it", Open: true}, nil
	}
	held, err := plugin.Left(ended)
	if ctx.Err() != nil {
		return deploy.Held{Words: "stopped", Open: true}, nil
	}
	return held, err
}

// The screen of a session while it opens, and after one that failed.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "session"}})

// sessionScreen waits for a session and gives the terminal to it. It leaves by itself when
// the session ended well, and says why when it did not.
type sessionScreen struct {
	changes *changes.Changes
	job     string
	plan    deploy.Plan
	hand    *Handover

	ctx    context.Context
	status change.Status
	prose.Sheet
}

// NewSession makes the screen that gives the terminal to the program of a plan, which a job
// holds.
func NewSession(c *changes.Changes, job string, p deploy.Plan, hand *Handover) *sessionScreen {
	s := &sessionScreen{changes: c, job: job, plan: p, hand: hand}
	s.Sheet = prose.NewParagraphs(c.Deps.Host, s.paras)
	return s
}

// handed is a program that the terminal is for.
type handed struct{ program *exec.Cmd }

// handedBack tells that the terminal is back.
type handedBack struct{}

func (s *sessionScreen) Name() string    { return "session" }
func (s *sessionScreen) Capturing() bool { return false }
func (s *sessionScreen) Place() awsx.Ref { return s.plan.Target }

func (s *sessionScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	desk, job, hand := s.changes.Desk, s.job, s.hand
	leave := func() tea.Msg { // whoever leaves before it opened does not want it any more
		<-ctx.Done()
		desk.Release(job)
		return nil
	}
	await := func() tea.Msg {
		select {
		case program := <-hand.programs:
			return handed{program}
		case <-ctx.Done():
			return nil
		}
	}
	watch := changes.WatchJobs(ctx, desk.Runner)
	return tea.Batch(leave, await, watch, s.look())
}

// look takes the job as it is now.
func (s *sessionScreen) look() tea.Cmd {
	s.status, _ = s.changes.Desk.Status(s.job)
	s.Pager.Changed()
	if !s.status.Over() || s.status.Err != nil {
		return nil
	}
	host := s.changes.Deps.Host
	host.Flash(ui.Info, "%s: %s", s.plan.After, s.status.Result.Outcome)
	host.Pop()
	return nil
}

func (s *sessionScreen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changes.JobsChanged:
		return tea.Batch(s.look(), msg.Next())
	case handed:
		lower, ended := plugin.Shield(), s.hand.ended
		return s.changes.Deps.Host.Exec(msg.program, func(err error) tea.Msg {
			lower()
			ended <- err
			return handedBack{}
		})
	}
	return nil
}

func (s *sessionScreen) View(w, h int) ui.Frame { return s.Draw("", w, h) }

func (s *sessionScreen) Header() ui.Header {
	h := s.changes.Deps.Header(s.plan.Target, s.plan.Intent.Action())
	if !s.status.Over() {
		h.Fresh = ui.Fresh{State: ui.FreshLoading, Text: "opening"}
	}
	return h
}

func (s *sessionScreen) Actions() []ui.Action { return nil }

// paras say what is opened and how far that is.
func (s *sessionScreen) paras() []prose.Para {
	paras := []prose.Para{{Text: s.plan.After, Role: theme.Title}, {Text: s.plan.Before}}
	switch {
	case !s.status.Over():
		return append(paras, prose.Para{Text: s.status.Step, Role: theme.Dim})
	case s.status.Err != nil:
		cause, fix := changes.CauseOf(s.status.Err)
		paras = append(paras, prose.Para{Text: theme.StatusFailed.Glyph() + " " + cause, Role: theme.Failed})
		if fix != "" {
			paras = append(paras, prose.Para{Label: "fix", Text: fix, Role: theme.Accent})
		}
	}
	return paras
}
