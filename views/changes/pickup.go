package changes

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views/prose"
)

// Follow follows the deployment that a service has in progress, whoever started
// it: all of its state is in ECS.
func (c *Changes) Follow(service awsx.Ref) {
	for _, j := range c.Desk.Jobs() {
		if j.Target == service && !j.Over() {
			c.Deps.Host.Push(NewFollow(c, j.ID, Proposal{Service: service}))
			return
		}
	}
	c.Deps.Host.Push(NewPickUp(c, service))
}

// NewPickUp makes the screen that looks for the deployment that a service has in
// progress.
func NewPickUp(c *Changes, service awsx.Ref) ui.Screen {
	return &pickUpScreen{changes: c, service: service}
}

// pickUpScreen finds the deployment in progress and gives way to its follow.
type pickUpScreen struct {
	changes *Changes
	service awsx.Ref

	ctx     context.Context
	err     error
	found   *pickedUp // what came while another screen lay above
	covered bool
}

// pickedUp is the job that follows what was found.
type pickedUp struct {
	id  string
	err error
}

func (s *pickUpScreen) Name() string    { return "follow" }
func (s *pickUpScreen) Capturing() bool { return false }

func (s *pickUpScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.find()
}

func (s *pickUpScreen) find() tea.Cmd {
	s.err, s.found = nil, nil
	ctx, desk, service := s.ctx, s.changes.Desk, s.service
	return func() tea.Msg {
		id, err := desk.PickUp(ctx, service)
		return pickedUp{id, err}
	}
}

func (s *pickUpScreen) Update(msg tea.Msg) tea.Cmd {
	if found, ok := msg.(pickedUp); ok {
		s.err, s.found = found.err, &found
		s.giveWay()
	}
	return nil
}

// giveWay puts the follow in this screen's place, unless another lies above.
func (s *pickUpScreen) giveWay() {
	host := s.changes.Deps.Host
	switch {
	case s.covered || s.found == nil:
	case s.err == nil:
		host.Replace(NewFollow(s.changes, s.found.id, Proposal{Service: s.service}))
	case fault.ClassOf(s.err) == fault.NotFound:
		// It has ended since the table was read: the history tells how.
		host.Replace(s.changes.NewDeployments(s.service))
		host.Flash(ui.Info, "no deployment of %s is in progress any more", s.service.Name())
	}
}

// Covered notes that another screen lies above, in whose place none must come.
func (s *pickUpScreen) Covered(covered bool) tea.Cmd {
	s.covered = covered
	s.giveWay()
	return nil
}

func (s *pickUpScreen) View(w, h int) ui.Frame {
	th := s.changes.Deps.Host.Theme()
	text := prose.Para{Text: "looking for the deployment in progress", Role: theme.Dim}
	if s.err != nil {
		text = prose.Para{Text: theme.StatusFailed.Glyph() + " " + s.err.Error(), Role: theme.Failed}
	}
	lines := prose.Wrapped(th, w, []prose.Para{text})
	return ui.Frame{Body: strings.Join(lines[:min(len(lines), h)], "\n")}
}

func (s *pickUpScreen) Header() ui.Header { return s.changes.Deps.Header(s.service, "follow") }

func (s *pickUpScreen) Actions() []ui.Action {
	again := actLookAgain.Runs(s.find)
	if s.err == nil {
		again.Disabled = "it is being looked for"
	}
	return []ui.Action{again}
}
