package changes

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/internal/fault"
	"gantry/ui"
)

// variants are the ways in which the same intent can be meant.
func (s *planScreen) variants() []ui.Action {
	waiting := ""
	if s.planning {
		waiting = s.waiting()
	}
	var out []ui.Action
	if _, ok := s.intent.(deploy.RollBack); ok || s.undoing != nil {
		another := s.another()
		another.Disabled = waiting
		out = append(out, another)
	}
	out = append(out, s.mending())
	if intent, ok := nextPinning(s.intent); ok {
		pin := s.pin(intent)
		pin.Disabled = waiting
		if waiting == "" && s.pinning() == "" && s.waiting() == "" {
			pin.Disabled, pin.Hint = "ECS returns to what ran before by itself: no image is named", 0
		}
		out = append(out, pin)
	}
	return out
}

// another lists what else can be undone, or what else to go back to.
func (s *planScreen) another() ui.Action {
	if s.undoing == nil {
		return actOther.As("another revision", actOther.Hint).Does(func() { s.changes.Deps.Host.Push(s.changes.NewRevisions(s.targets[0], "")) })
	}
	return actOther.Does(func() { s.changes.Deps.Host.Push(newUndoable(s.changes, s.targets[0], "")) })
}

// pin plans anew with images named in another way.
func (s *planScreen) pin(intent deploy.Intent) ui.Action {
	return actPin.Runs(func() tea.Cmd {
		s.intent = intent
		return s.replan()
	})
}

// nextPinning is the intent with the next way to name its images; ok is false
// when it names none, or names them by digest anyway.
func nextPinning(intent deploy.Intent) (next deploy.Intent, ok bool) {
	switch in := intent.(type) {
	case deploy.RollBack:
		in.Pin = (in.Pin + 1) % (deploy.PinNone + 1)
		return in, true
	case deploy.SetImages:
		for _, image := range in.Images {
			if !strings.Contains(image, "@") {
				in.Pin = !in.Pin
				return in, true
			}
		}
	}
	return intent, false
}

// pinning says how the plan names its images, and what changes that; empty where
// there is no choice.
func (s *planScreen) pinning() string {
	_, ok := nextPinning(s.intent)
	if !ok || s.waiting() != "" {
		return ""
	}
	words := ""
	switch in := s.intent.(type) {
	case deploy.RollBack:
		// The check is the engine's word on what ran, made where images are deployed.
		if !slices.ContainsFunc(s.plan.Batch.Plans[0].Checks, func(c check.Finding) bool { return c.Name == check.Tag }) {
			return ""
		}
		words = rollBackPinning(in.Pin)
	case deploy.SetImages:
		words = "by tag, which may be pushed again later"
		if in.Pin {
			words = "pinned to the digest that the tag has now"
		}
	}
	return words + " (" + s.key(actPin) + " changes that)"
}

func rollBackPinning(p deploy.Pinning) string {
	switch p {
	case deploy.PinAll:
		return "all pinned to the digest that ran"
	case deploy.PinNone:
		return "as the revision names them: by tag another may be pulled"
	}
	return "pinned to the digest that ran where a tag moved"
}

// unknownWayBack gives way to the revisions when no record tells which of them a
// roll back would return to.
func (s *planScreen) unknownWayBack() {
	in, ok := s.intent.(deploy.RollBack)
	if !ok || in.To != "" || s.several() || s.covered || fault.ClassOf(s.err) != fault.NotFound {
		return
	}
	s.changes.Deps.Host.Replace(s.changes.NewRevisions(s.targets[0], whyChoose(s.err)))
}

// whyChoose says why a revision has to be chosen.
func whyChoose(err error) string {
	if e := (*fault.Error)(nil); errors.As(err, &e) && e.Err != nil {
		return e.Err.Error() + ": choose the revision to go back to"
	}
	return err.Error()
}
