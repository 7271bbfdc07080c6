package app

import (
	"fmt"

	"gantry/awsx"
	"gantry/ui"
	"gantry/views"
)

var _ = views.Everywhere.Add(actTour)

// actTour begins the tour of the demo, or leaves it.
var actTour = ui.Binding{ID: "tour", Name: "tour of the demo"}

// The service of the demo in which something is wrong.
const tourCluster, tourService = "prod", "api-orders"

// tour leads through an incident of the demo, which is real in the simulated account: each
// step asks for something, and is over when what it asked for is so, whichever keys led there.
type tour struct {
	app  *App
	deps *views.Deps
	at   int // the step; below zero there is no tour
	bad  string
}

var _ ui.Guide = (*tour)(nil)

// tourStep is one step: what it asks for, and when it is over.
type tourStep struct {
	ask  func(h *ui.Host) string
	over func(t *tour, top ui.Screen) bool
}

func showing(name string, service bool) func(*tour, ui.Screen) bool {
	return func(_ *tour, top ui.Screen) bool {
		p, ok := top.(views.Placed)
		if !ok || top.Name() != name {
			return false
		}
		return p.Place().ClusterName() == tourCluster && (!service || p.Place().Name() == tourService)
	}
}

func titled(name string) func(*tour, ui.Screen) bool {
	return func(_ *tour, top ui.Screen) bool { return top.Name() == name }
}

func tourSteps() []tourStep {
	say := func(format string, keys ...ui.Binding) func(*ui.Host) string {
		return func(h *ui.Host) string {
			args := make([]any, len(keys))
			for i, b := range keys {
				args[i] = h.Key(b)
			}
			return fmt.Sprintf(format, args...)
		}
	}
	return []tourStep{
		{say("Something is wrong: the cluster prod names its worst service. %s opens the cluster under the cursor.", ui.ActEnter), showing("services", false)},
		{say("The worst stands on top. Put the cursor on api-orders (j and k move) and press l to read what its tasks say."), showing("logs", true)},
		{say("The new version ends at once, for want of a variable. That is enough: %s goes back to the services.", ui.ActBack), showing("services", false)},
		{say("With the cursor on api-orders, u plans the way back to what ran before. Looking changes nothing."), titled("plan")},
		{say("Read the plan: what was, what will be, which call. %s asks, and y carries it out; the focus is on No.", ui.ActEnter), titled("follow")},
		{say("The change is followed until ECS is done with it. Wait for the verdict: api-orders runs as before."), (*tour).healed},
	}
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

// healed reports whether the service runs one revision again, another than the bad one.
func (t *tour) healed(ui.Screen) bool {
	s, ok := t.service()
	return ok && len(s.Deployments) == 1 && s.Deployments[0].RolloutState == "COMPLETED" && s.Deployments[0].TaskDefinition != t.bad
}

// Step goes on when what the step asks for is so.
func (t *tour) Step(h *ui.Host) {
	steps := tourSteps()
	open := h.Screens()
	if t.at < 0 || t.at >= len(steps) || len(open) == 0 {
		return
	}
	if s, ok := t.service(); ok && t.bad == "" && len(s.Deployments) > 0 {
		t.bad = s.Deployments[0].TaskDefinition
	}
	if steps[t.at].over(t, open[0]) {
		t.at++
	}
}

// Text is what the tour says now, empty when there is none.
func (t *tour) Text(h *ui.Host) string {
	steps := tourSteps()
	switch {
	case t.at < 0:
		return ""
	case t.at >= len(steps):
		return "Done: found, read and rolled back, and nothing else was changed. " + h.Key(ui.ActHelp) + " lists the keys of any screen; :tour ends the tour."
	}
	return fmt.Sprintf("Tour %d/%d  %s  (:tour leaves it)", t.at+1, len(steps), steps[t.at].ask(h))
}

// Leave ends the tour, and reports whether there was one.
func (t *tour) Leave() bool {
	led := t.at >= 0
	t.at = -1
	return led
}

// action begins the tour, or leaves it.
func (t *tour) action(h *ui.Host) ui.Action {
	a := actTour.Does(func() {
		if t.Leave() {
			h.Flash(ui.Info, "the tour is over, :tour begins it again")
			return
		}
		t.at = 0
	})
	if !t.app.demo {
		a.Disabled = "it leads through the demo: gantry --demo --tour"
	}
	return a
}
