package change

import (
	"cmp"
	"context"
	"errors"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
)

// Job is a change to make.
type Job struct {
	Plan     deploy.Plan
	Override []string // failed checks that do not stand in the way
	// NoFollow ends the job once the calls are made.
	NoFollow bool
	// Timeout replaces the derived one of the follow when it is not zero.
	Timeout time.Duration

	// Hold joins the session that the plan opens, and returns when it is over or its context
	// ends; tell says in words how it stands. Nil ends such a session at once.
	Hold func(ctx context.Context, s awsx.Session, tell func(words string)) (deploy.Held, error)

	batched  bool // the herald tells of its batch
	admitted admission
}

// Stage is how far a job has come.
type Stage string

// The stages of a job.
const (
	Waiting   Stage = "waiting"   // for others of its batch
	Executing Stage = "executing" // calls are being made
	Following Stage = "following" // ECS is at work
	Open      Stage = "open"      // a session is held
	Ended     Stage = "ended"
)

// Status is what is known about a job. It is a copy that nobody changes.
type Status struct {
	ID      string
	Target  awsx.Ref
	Action  string
	Intent  deploy.Intent // nil for what is followed alone
	Summary string
	Stage   Stage
	Step    string // the step under way, or how a session stands, in words
	Started time.Time
	// Progress is the latest; its events are those of all progress so far.
	Progress follow.Progress
	// Result and Err are what an ended job came to.
	Result deploy.Result
	Err    error
}

// Over reports whether the job has ended.
func (s Status) Over() bool { return s.Stage == Ended }

// Missed reports whether the job's turn in its batch never came: another target ended
// badly.
func (s Status) Missed() bool { return errors.Is(s.Err, ErrNotBegun) }

// Refused reports whether gantry itself refused the job before anything was sent.
func (s Status) Refused() bool { return errors.Is(s.Err, deploy.ErrRefused) && s.Result.Sent == 0 }

// byAge puts the oldest job first; the targets of a batch begin at one moment.
func byAge(a, b Status) int {
	return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Target.ARN, b.Target.ARN), cmp.Compare(a.ID, b.ID))
}
