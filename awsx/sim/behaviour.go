package sim

import (
	"fmt"
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
	// IgnoresTerm makes the process outlive SIGTERM, so that it is killed when
	// its stop timeout ends.
	IgnoresTerm bool
}

// exitDelay is how long a process takes to fail when its behaviour leaves that
// open.
const exitDelay = 3 * time.Second

const (
	instancePlatform = "linux/amd64"
	exitBadFormat    = 255 // of a program that was built for another processor
)

func (b Behaviour) platforms() []string {
	if len(b.Platforms) == 0 {
		return []string{instancePlatform}
	}
	return b.Platforms
}

func (b Behaviour) runsHere() bool { return slices.Contains(b.platforms(), instancePlatform) }

// missingVariable names the first variable that the process needs and does not
// find.
func (c *container) missingVariable() string {
	for _, name := range c.behaviour.NeedsEnv {
		if !c.def.hasVariable(name) {
			return name
		}
	}
	return ""
}

// fate tells whether the process will exit by itself, when and how.
func (c *container) fate() (after time.Duration, code int, dies bool) {
	after = c.behaviour.ExitAfter
	if after == 0 {
		after = exitDelay
	}
	if !c.behaviour.runsHere() {
		return exitDelay, exitBadFormat, true
	}
	if c.missingVariable() != "" {
		return after, 1, true
	}
	if c.behaviour.Finishes > 0 {
		return c.behaviour.Finishes, c.behaviour.ExitCode, true
	}
	if c.behaviour.ExitAfter > 0 && len(c.behaviour.NeedsEnv) == 0 {
		return after, c.behaviour.ExitCode, true
	}
	return 0, 0, false
}

// check is the outcome of one health check, in the words of the load balancer.
type check struct {
	ok                  bool
	reason, description string
}

// answer is what a health check of the container gets at now. The container's
// timestamps are the clock's, so its own durations come scaled.
func (a *Account) answer(c *container) check {
	if c.last != running || a.now.Before(a.listensAt(c)) {
		return check{reason: "Target.FailedHealthChecks", description: "Health checks failed"}
	}
	health := c.behaviour.Health
	if at := c.task.degradesAt; health == AnswersOK && !at.IsZero() && !a.now.Before(at) {
		health = AnswersUnavailable
	}
	switch health {
	case AnswersUnavailable:
		return check{reason: "Target.ResponseCodeMismatch", description: "Health checks failed with these codes: [503]"}
	case NeverAnswers:
		return check{reason: "Target.Timeout", description: "Request timed out"}
	case RefusesConnections:
		return check{reason: "Target.FailedHealthChecks", description: "Health checks failed"}
	}
	return check{ok: true}
}

func (a *Account) listensAt(c *container) time.Time {
	return c.task.startedAt.Add(a.scaled(c.behaviour.StartsIn))
}

// nextChange is when the answer to a check may become another one by itself.
func (a *Account) nextChange(c *container) (time.Time, bool) {
	if at := a.listensAt(c); at.After(a.now) {
		return at, true
	}
	if at := c.task.degradesAt; at.After(a.now) {
		return at, true
	}
	return time.Time{}, false
}

// PushImage puts an image with behaviour b under tag in repository, creating
// the repository if need be, and returns its digest. A tag that exists moves;
// services that resolved it keep what they have until they are deployed again.
func (a *Account) PushImage(repository, tag string, b Behaviour) (digest string) {
	a.change(func() {
		digest = a.push(repository, []string{tag}, a.now, b).digest
	})
	return digest
}

// SetBehaviour changes what the image under tag does, for tasks that start from
// now on.
func (a *Account) SetBehaviour(repository, tag string, b Behaviour) (err error) {
	a.change(func() {
		found := a.repositories[repository].tagged(tag)
		if found == nil {
			err = fmt.Errorf("no image %s:%s in the registry", repository, tag)
			return
		}
		found.behaviour = b
	})
	return err
}

// DeleteImage removes the image under tag, so that it can no longer be pulled.
func (a *Account) DeleteImage(repository, tag string) (err error) {
	a.change(func() {
		repo := a.repositories[repository]
		found := repo.tagged(tag)
		if found == nil {
			err = fmt.Errorf("no image %s:%s in the registry", repository, tag)
			return
		}
		repo.images = slices.DeleteFunc(repo.images, func(i *image) bool { return i == found })
	})
	return err
}

// KillTask makes the first essential container of a running task, named by ARN
// or id, exit with code at once.
func (a *Account) KillTask(name string, code int) (err error) {
	a.change(func() {
		for _, c := range a.clusters {
			t := a.findTask(c, name)
			if t == nil || t.last != running || t.desired != running {
				continue
			}
			for _, essential := range t.containers {
				if essential.def.essential {
					a.exit(essential, code)
					return
				}
			}
		}
		err = fmt.Errorf("no running task %s", name)
	})
	return err
}

// SetAgentConnected connects or disconnects the agent of an instance, named by
// ARN or EC2 instance id. Tasks are not placed on a disconnected one.
func (a *Account) SetAgentConnected(name string, connected bool) (err error) {
	a.change(func() {
		for _, c := range a.clusters {
			for _, i := range c.instances {
				if i.arn == name || i.ec2 == name {
					i.connected = connected
					i.version++
					return
				}
			}
		}
		err = fmt.Errorf("no container instance %s", name)
	})
	return err
}
