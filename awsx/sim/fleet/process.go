package fleet

import (
	"cmp"
	"time"

	"gantry/awsx/sim/ecr"
)

// commandLasts is how long a command works that a run has in the place of the image's.
const commandLasts = 4 * time.Second

// MissingVariable names the first variable that the process needs and does not
// find.
func (c *Container) MissingVariable() string {
	for _, name := range c.Behaviour.NeedsEnv {
		if !c.Def.HasVariable(name) {
			return name
		}
	}
	return ""
}

// Fate reports whether the process will exit by itself, when and how.
func (c *Container) Fate() (after time.Duration, code int, dies bool) {
	after = cmp.Or(c.Behaviour.ExitAfter, ecr.ExitDelay)
	if !c.Behaviour.RunsHere() {
		return ecr.ExitDelay, ecr.ExitBadFormat, true
	}
	if c.MissingVariable() != "" {
		return after, 1, true
	}
	if c.Behaviour.Finishes > 0 {
		return c.Behaviour.Finishes, c.Behaviour.ExitCode, true
	}
	if c.Behaviour.ExitAfter > 0 && len(c.Behaviour.NeedsEnv) == 0 {
		return after, c.Behaviour.ExitCode, true
	}
	if c.Def.Overridden {
		return commandLasts, 0, true // what somebody runs by hand is no server
	}
	return 0, 0, false
}

// check is the outcome of one health check, in the words of the load balancer.
type check struct {
	Ok                  bool
	Reason, Description string
}

// Answer is what a health check of the container gets at now. The container's
// timestamps are the clock's, so its own durations come scaled.
func (a *Fleet) Answer(c *Container) check {
	if c.Last != Running || a.Now.Before(a.ListensAt(c)) {
		return check{Reason: "Target.FailedHealthChecks", Description: "Health checks failed"}
	}
	health := c.Behaviour.Health
	if at := c.Task.DegradesAt; health == ecr.AnswersOK && !at.IsZero() && !a.Now.Before(at) {
		health = ecr.AnswersUnavailable
	}
	switch health {
	case ecr.AnswersUnavailable:
		return check{Reason: "Target.ResponseCodeMismatch", Description: "Health checks failed with these codes: [503]"}
	case ecr.NeverAnswers:
		return check{Reason: "Target.Timeout", Description: "Request timed out"}
	case ecr.RefusesConnections:
		return check{Reason: "Target.FailedHealthChecks", Description: "Health checks failed"}
	}
	return check{Ok: true}
}

// ListensAt is when the process of a container begins to listen.
func (a *Fleet) ListensAt(c *Container) time.Time {
	return c.Task.StartedAt.Add(a.Scaled(c.Behaviour.StartsIn))
}

// nextChange is when the answer to a check may become another one by itself.
func (a *Fleet) nextChange(c *Container) (time.Time, bool) {
	if at := a.ListensAt(c); at.After(a.Now) {
		return at, true
	}
	if at := c.Task.DegradesAt; at.After(a.Now) {
		return at, true
	}
	return time.Time{}, false
}
