package changes

import (
	"context"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
)

// Session is how the session is held that a plan opens, or the program is run that it is about.
type Session struct {
	// Intent returns the intent with what joins the session from this machine as it is now. It
	// is called off the loop.
	Intent func(ctx context.Context) (deploy.Intent, error)
	// Hold returns what joins the session of a plan, as change.Job has it.
	Hold func(p deploy.Plan) func(ctx context.Context, s awsx.Session, tell func(words string)) (deploy.Held, error)
	// Next makes the screen that the plan gives way to once the session is being opened, by
	// the id of the job, or of the batch of several targets.
	Next func(job string, p deploy.Plan) ui.Screen
}

// ProposeSession shows the plan of a session with a target, or of what is run for several,
// and asks at once where nothing stands in its way. The intent names it until it was planned.
// Started is called on the loop once it is being carried out; it may be nil.
func (c *Changes) ProposeSession(intent deploy.Intent, session Session, started func(), targets ...awsx.Ref) {
	s := NewPlan(c, intent, func(string) {
		if started != nil {
			started()
		}
	}, targets...)
	s.session = &session
	c.Deps.Host.Push(s)
}

// askAtOnce asks about a session as soon as its plan is there, and only once: a shell is
// opened to look, and a plan without an obstacle is not read first.
func (s *planScreen) askAtOnce() {
	if s.session == nil || s.asked || s.covered || s.waiting() != "" || s.obstacle().text != "" {
		return
	}
	host := s.changes.Deps.Host
	if mode := host.Mode(s.scope()); !mode.Writable && !mode.Armable {
		return
	}
	s.asked = true
	s.confirm()
}

// mending proposes the change that takes the obstacle out of the way.
func (s *planScreen) mending() ui.Action {
	m := s.mend()
	mend := actMend.Does(func() { s.changes.Propose(m.Service, m.Intent, nil) })
	if m == nil {
		mend.Disabled, mend.Hint = "nothing stands in the way that a change of the service would mend", 0
	}
	return mend
}

// mend is the change that takes the obstacle out of the plan's way; nil where none does.
func (s *planScreen) mend() *deploy.Mend {
	if s.several() || s.waiting() != "" {
		return nil
	}
	return s.plan.Batch.Plans[0].Mend
}
