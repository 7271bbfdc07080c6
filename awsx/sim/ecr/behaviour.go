package ecr

import (
	"slices"
	"time"
)

// HealthAnswer is what a health check gets from a running application.
type HealthAnswer int

// The answers to a health check.
const (
	AnswersOK          HealthAnswer = iota // 200
	AnswersUnavailable                     // 503
	NeverAnswers                           // the check times out
	RefusesConnections                     // nothing listens on the port
)

// Behaviour is what an image does when it runs. It belongs to the image, so
// everything that an operator sees follows from what they deployed. The zero
// value starts, answers its checks and stops when it is asked to.
type Behaviour struct {
	// NeedsEnv names variables without which the process fails at start: it
	// writes a stack trace that names the first missing one and exits with 1.
	NeedsEnv []string
	// ExitAfter makes the process exit with ExitCode once it has run this long.
	// Zero is never. With NeedsEnv it is how long the process takes to notice.
	ExitAfter time.Duration
	ExitCode  int
	// Finishes makes the image one of a batch job: it works for this long and
	// exits with ExitCode. Zero is a program that stays.
	Finishes time.Duration
	// StartsIn is how long the process takes to listen; checks before are refused.
	StartsIn time.Duration
	// Health is the answer to checks from then on.
	Health HealthAnswer
	// DegradesAfter makes a task answer 503 after about this long, give or take
	// a half. Zero is never.
	DegradesAfter time.Duration
	// Platforms are those that the image was built for, as os/architecture in
	// Docker's spelling. None is linux/amd64, which is what the instances are.
	Platforms []string
	// Bare makes the image a manifest without an index, of its first platform:
	// what it was built for shows only when it runs.
	Bare bool
	// Refused makes tasks of the image fail to start, for this reason, in any wording.
	Refused string
	// IgnoresTerm makes the process outlive SIGTERM, so that it is killed when
	// its stop timeout ends.
	IgnoresTerm bool
}

// ExitDelay is how long a process takes to fail when its behaviour leaves that
// open.
const ExitDelay = 3 * time.Second

const (
	instancePlatform = "linux/amd64"
	ExitBadFormat    = 255 // of a program that was built for another processor
)

func (b Behaviour) platforms() []string {
	if len(b.Platforms) == 0 {
		return []string{instancePlatform}
	}
	return b.Platforms
}

// RunsHere reports whether the image was built for the instances.
func (b Behaviour) RunsHere() bool { return slices.Contains(b.platforms(), instancePlatform) }
