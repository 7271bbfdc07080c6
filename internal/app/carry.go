package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/step"
)

// CarryOptions say how a plan is carried out.
type CarryOptions struct {
	Follow   bool
	Timeout  time.Duration // of the follow; zero takes the derived one
	Override []string
	// Hold joins the session that the plan opens, as change.Job has it.
	Hold func(ctx context.Context, s awsx.Session, tell func(words string)) (deploy.Held, error)
	// Step is told of each call, in order and about when it is made. Progress is
	// told of observations, and may miss what was soon outdated, but never the last.
	// Both are called from one goroutine.
	Step     func(words string)
	Progress func(follow.Progress)
}

// Carry carries a plan out and waits for its end. When ctx ends first, a call under way
// is finished, none is made after it, and what was started goes on in ECS: the error is
// then that of ctx, with the change's own.
func (a *App) Carry(ctx context.Context, plan deploy.Plan, o CarryOptions) (deploy.Result, error) {
	changed, stop := a.Changes.Subscribe()
	defer stop()
	id, err := a.Changes.Start(change.Job{
		Plan: plan, Override: o.Override, NoFollow: !o.Follow, Timeout: o.Timeout, Hold: o.Hold,
	})
	if err != nil {
		return deploy.Result{}, err
	}
	steps := plan.Steps
	var at time.Time
	step := ""
	for {
		s, _ := a.Changes.Status(id)
		for n := begun(steps, s); n > 0; n-- {
			step = steps[0].Describe().Text
			o.Step(step)
			steps = steps[1:]
		}
		if s.Step != "" && s.Step != step { // one that is repeated
			step = s.Step
			o.Step(step)
		}
		// The last one may have been made at the same instant as the one before.
		if ended := s.Stage == change.Ended && !s.Progress.At.IsZero(); ended || s.Progress.At.After(at) {
			at = s.Progress.At
			o.Progress(s.Progress)
		}
		if s.Stage == change.Ended {
			return s.Result, s.Err
		}
		select {
		case <-ctx.Done():
			a.drain(ctx)
			s, _ = a.Changes.Status(id)
			return s.Result, errors.Join(ctx.Err(), s.Err)
		case <-changed:
		}
	}
}

// drain ends changes between two calls and waits for those under way.
func (a *App) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_ = a.Changes.Shutdown(ctx) // what it has to tell is in the changes' results
}

// begun is how many of the steps that were not told of have begun. A status is
// the latest: it may have passed over some of them.
func begun(steps []step.Step, s change.Status) int {
	if s.Stage == change.Following || s.Stage == change.Open || s.Stage == change.Ended && s.Err == nil {
		return len(steps)
	}
	for i, step := range steps {
		if text := step.Describe().Text; text == s.Step || strings.HasPrefix(s.Step, text+": ") {
			return i + 1
		}
	}
	return 0
}
