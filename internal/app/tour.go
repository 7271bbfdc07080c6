package app

import (
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/views"
	"gantry/views/lessons"
)

var _ = views.Everywhere.Add(actTour)

// actTour begins the tour of the demo, or leaves it.
var actTour = ui.Binding{ID: "tour", Name: "tour of the demo"}

// The service of the demo in which something is wrong.
const tourCluster, tourService = "prod", "api-orders"

// tour leads through an incident of the demo, which is real in the simulated account. What it
// says follows from where the operator is and what is so, whichever keys led there: who goes
// back is told again what to do there, and who strayed how to come back.
type tour struct {
	app  *App
	deps *views.Deps
	on   bool
	step int  // of tourSteps
	read bool // the service's lines were seen
	sent bool // a change that is to mend it was carried out
	bad  string
	// lessons are what a newcomer is told of single keys while no tour leads him.
	lessons *lessons.Lessons
}

var _ ui.Guide = (*tour)(nil)

// The steps, in their order.
const (
	tourFind = iota
	tourRead
	tourReturn
	tourPlan
	tourCarryOut
	tourWait
	tourDone
	tourAside = -1 // where no step has anything to say
)

// tourSteps are what each step asks for.
var tourSteps = [tourDone + 1]struct {
	says string
	keys []ui.Binding
}{
	tourFind:     {"Something is wrong: the cluster prod names its worst service. Put the cursor on prod (%s and %s move), %s opens it.", []ui.Binding{ui.ActDown, ui.ActUp, ui.ActEnter}},
	tourRead:     {"The worst stands on top. Put the cursor on api-orders (%s and %s move) and press %s to read what its tasks say.", []ui.Binding{ui.ActDown, ui.ActUp, views.ActLogs}},
	tourReturn:   {"The new version ends at once, for want of a variable. That is enough: %s goes back to the services.", []ui.Binding{ui.ActBack}},
	tourPlan:     {"With the cursor on api-orders, %s plans the way back to what ran before. Looking changes nothing.", []ui.Binding{views.ActUndo}},
	tourCarryOut: {"Read the plan: what was, what will be, which call. %s asks, and y carries it out; the focus is on No.", []ui.Binding{ui.ActEnter}},
	tourWait:     {"The change is followed until ECS is done with it. Wait for the verdict: api-orders runs as before.", nil},
	tourDone:     {"Done: found, read and rolled back, and nothing else was changed. %s lists the keys of any screen; :tour ends the tour.", []ui.Binding{ui.ActHelp}},
}

// service is the tour's, as it was read last; ok is false while nothing was.
func (t *tour) service() (s awsx.Service, ok bool) {
	w := t.deps.Store.Clusters(t.app.Context)
	defer w.Close()
	for _, c := range w.Snapshot().Items {
		if c.Name != tourCluster {
			continue // this is asked after each message
		}
		for _, s := range t.app.Store.KnownServices(c.Ref) {
			if s.Name == tourService {
				return t.deps.Known(s.Ref)
			}
		}
	}
	return awsx.Service{}, false
}

// Step looks where the operator is and what is so.
func (t *tour) Step(h *ui.Host) {
	if !t.on {
		t.lessons.Step(h)
	}
	open := h.Screens()
	if !t.on || t.step == tourDone || len(open) == 0 {
		return
	}
	if s, ok := t.service(); ok && len(s.Deployments) > 0 {
		switch now := s.Deployments[0]; {
		case t.bad == "":
			t.bad = now.TaskDefinition
		case now.TaskDefinition != t.bad && len(s.Deployments) == 1 && now.RolloutState == "COMPLETED":
			t.step = tourDone
		}
	}
	for _, j := range t.app.Changes.Jobs() {
		back := j.Target.Name() == tourService && j.Action == (deploy.RollBack{}).Action() && j.Err == nil
		if t.sent = t.sent || back; back && j.Result.Verdict != nil && j.Result.Verdict.Good() {
			t.step = tourDone
		}
	}
	switch at := tourStop(open); {
	case t.step == tourDone:
	case at == tourCarryOut:
		t.step = tourCarryOut
	case t.sent:
		t.step = tourWait
	case at == tourReturn:
		t.step, t.read = tourReturn, true
	case at == tourRead && t.read:
		t.step = tourPlan
	case at == tourRead, at == tourFind:
		t.step = at
	}
}

// tourStop is the step whose place the screen is that is shown; tourRead is the services'.
func tourStop(open []ui.Screen) int {
	var place awsx.Ref
	if p, ok := open[0].(views.Placed); ok {
		place = p.Place()
	}
	in := place.ClusterName() == tourCluster
	ours := in && place.Name() == tourService
	switch open[0].Name() {
	case "clusters":
		return tourFind
	case "services":
		if in {
			return tourRead
		}
	case "logs":
		if ours {
			return tourReturn
		}
	case "plan":
		if p, ok := open[0].(interface{ Planned() deploy.Intent }); ours && ok && p.Planned().Action() == (deploy.RollBack{}).Action() {
			return tourCarryOut
		}
	}
	return tourAside
}

// Text is what the tour says now, empty when there is none.
func (t *tour) Text(h *ui.Host) string {
	if !t.on {
		return ""
	}
	step := tourSteps[t.step]
	keys := make([]any, len(step.keys))
	for i, b := range step.keys {
		keys[i] = h.Key(b)
	}
	says := fmt.Sprintf(step.says, keys...)
	switch open := h.Screens(); {
	case t.step == tourDone:
		return says
	case t.step == tourWait:
	case tourStop(open) == tourAside && open[0].Name() == "plan":
		says = fmt.Sprintf("This plans something else than the way back. %s leaves it, and nothing is changed.", h.Key(ui.ActBack))
	case tourStop(open) == tourAside:
		says = fmt.Sprintf("Look around: this changes nothing. The trouble is in api-orders of prod: %s goes back.", h.Key(ui.ActBack))
	}
	return fmt.Sprintf("Tour %d/%d  %s  (:tour leaves it)", t.step+1, tourDone, says)
}

// Leave ends the tour, and reports whether there was one.
func (t *tour) Leave() bool {
	led := t.on
	t.on = false
	return led
}

// action begins the tour, or leaves it.
func (t *tour) action(h *ui.Host) ui.Action {
	a := actTour.Does(func() {
		if t.Leave() {
			h.Flash(ui.Info, "the tour is over, :tour begins it again")
			return
		}
		if s, ok := t.service(); ok && len(s.Deployments) == 1 && s.Running == s.Desired {
			h.Flash(ui.Info, "what was wrong is mended: gantry --demo --tour begins anew")
			return
		}
		t.on, t.step, t.read, t.sent, t.bad = true, tourFind, false, false, ""
	})
	if !t.app.demo {
		a.Disabled = "it leads through the demo: gantry --demo --tour"
	}
	return a
}
