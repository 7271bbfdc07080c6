package changes

import (
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/ui"
	"gantry/views"
)

// The actions of a follow.
var (
	actContinue  = ui.Binding{ID: "continue", Name: "continue", Keys: []string{"enter"}}
	actCancel    = ui.Binding{ID: "cancel", Name: "cancel", Keys: []string{"x"}}
	actHistory   = ui.Binding{ID: views.ActDeployments.ID, Name: "deployments", Keys: []string{"z"}, Hint: 6}
	actCopyText  = ui.ActCopy.As("copy text", 7)
	actPlanAnew  = ui.ActRefresh.As("plan anew", 0)
	actLookAgain = ui.ActRefresh.As("look again", 1)
)

// The follow of a change, and of a deployment that is looked for.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "follow", Title: "A change under way", Bindings: append([]ui.Binding{
	actPlanAnew, actContinue, views.ActLogs, views.ActUndo, actCancel, actHistory, actCopyText, actLookAgain,
}, ui.MovementBindings()...)}})

// Actions come first that the moment asks for: what a pause waits for, else the
// logs and the way back.
func (s *followScreen) Actions() []ui.Action {
	again := s.again()
	switch {
	case s.Intent == nil:
		again.Disabled = "this deployment was not planned here"
	case s.unmade():
		again.Hint = 1
	default:
		again.Disabled = "the change was made or is being made"
	}
	history := actHistory.Does(func() { s.changes.Deps.Nav.Deployments(s.Service) }).Unless(views.NotAService(s.Service))
	cp := actCopyText.Does(func() { s.changes.Deps.Host.Copy("progress", s.Text()) })
	return append([]ui.Action{again, s.onwards(), s.logs(), s.back(), s.cancel(), history, cp}, ui.Movement(s.Pager)...)
}

func (s *followScreen) logs() ui.Action {
	return views.ActLogs.Does(func() { s.changes.Deps.Nav.Logs(views.LogScope{Service: s.Service}) }).Unless(views.NotAService(s.Service))
}

// paused reports whether the deployment waits for somebody.
func (s *followScreen) paused() bool { return !s.job.Over() && s.job.Progress.Paused != nil }

// onwards ends the pause of a deployment.
func (s *followScreen) onwards() ui.Action {
	a := actContinue.Does(func() { s.changes.Propose(s.Service, deploy.Continue{}, nil) })
	if !s.paused() {
		a.Disabled = "no hook holds the deployment up"
		return a
	}
	a.Hint = 1
	return a
}

// back plans the way back: of a deployment that waits by its hook, of another by
// what the record tells.
func (s *followScreen) back() ui.Action {
	a := views.ActUndo.Does(func() { s.changes.Undo(s.Service) }).Unless(views.NotAService(s.Service))
	if s.paused() {
		a.Run = ui.Do(func() { s.changes.Propose(s.Service, deploy.Continue{RollBack: true}, nil) })
	}
	return a
}

// cancel plans to stop the deployment.
func (s *followScreen) cancel() ui.Action {
	a := actCancel.Does(func() { s.changes.Propose(s.Service, deploy.Cancel{}, nil) }).Unless(views.NotAService(s.Service))
	p := s.job.Progress
	switch {
	case a.Disabled != "":
	case s.job.Over():
		a.Disabled = "the change has ended"
	case p.At.IsZero() || p.Phase == follow.PhaseWaiting:
		a.Disabled = "nothing was read of the deployment yet"
	case p.Phase == follow.PhaseRollingBack:
		a.Disabled = "it is being rolled back already"
	case p.Record == "":
		a.Disabled = "no record of a deployment in progress was read, so none can be stopped"
	default:
		a.Hint = 4
	}
	return a
}

// again proposes the same once more, on what is there now.
func (s *followScreen) again() ui.Action {
	return actPlanAnew.Does(func() { s.changes.Deps.Host.Replace(NewPlan(s.changes, s.Intent, s.started, s.Service)) })
}
