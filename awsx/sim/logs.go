package sim

import (
	"slices"
	"strings"
	"time"
)

// LogSink takes what containers write, except through the awslogs driver, whose
// lines are in CloudWatch Logs. Run calls it from one goroutine, in the
// order of the documents' times; it must not call the account back.
type LogSink interface{ WriteLog(LogDoc) }

// LogDoc is one message with what its container's log driver knows. Document makes
// of it what is stored.
type LogDoc struct {
	Time          time.Time
	Driver        string // of the container's task definition
	Host          string // the instance's host name
	SourceHost    string // the instance's address
	Instance      string // its EC2 id
	Stderr        bool   // standard error rather than standard output
	Message       string // several lines where the driver, or what ships them, joined them
	ContainerID   string
	ContainerName string // ecs-<family>-<revision>-<container>-<20 hex>
	ImageName     string
	ImageID       string
	Command       string
	Created       time.Time // when the container was
	TaskARN       string
	Family        string
	Revision      int
	Container     string // the name in the task definition

	// Cluster and Service say where the container runs; a standalone task has no
	// service.
	Cluster string
	Service string
}

// backlog is how far back lines reach when the account starts to run.
const backlog = 10 * time.Minute

// log writes a message of a container.
func (a *Account) log(c *container, at time.Time, level int, message string) {
	if a.opts.Logs == nil || c.runtimeID == "" {
		return
	}
	if c.def.logDriver == awslogs {
		a.logToGroup(c, at, message)
		return
	}
	of := ""
	if s := c.task.service; s != nil {
		of = s.name
	}
	t := c.task
	a.outbox = append(a.outbox, LogDoc{
		Time: at.UTC(), Driver: c.def.logDriver, Host: t.instance.host, SourceHost: t.instance.ip, Instance: t.instance.ec2,
		Stderr: level == stderr, Message: message,
		ContainerID: c.runtimeID, ContainerName: c.dockerName, ImageName: c.image,
		ImageID: contentDigest(c.digest, "image"), Command: strings.Join(c.def.command, " "), Created: c.createdAt.UTC(),
		TaskARN: t.arn, Family: t.def.family, Revision: t.def.revision, Container: c.def.name,
		Cluster: t.cluster.name, Service: of,
	})
}

// startLogging writes what was written before Run and sets every service
// talking. It does so once.
func (a *Account) startLogging() {
	if a.opts.Logs == nil || a.logging {
		return
	}
	a.logging = true
	total := 0
	for _, c := range a.clusters {
		total += len(c.services)
	}
	a.logPause = max(1500*time.Millisecond, time.Duration(total)*50*time.Millisecond)
	before := max(8*time.Second, a.logPause*4)
	for _, c := range a.clusters {
		for _, t := range c.tasks {
			if t.last == stopped {
				a.logPast(t)
			}
		}
		for _, s := range c.services {
			for at := a.ago(backlog); at.Before(a.now); at = at.Add(a.logRng.between(before/2, before*3/2)) {
				a.at(at, func() { a.chat(s) })
			}
			a.keepChatting(s)
		}
	}
	slices.SortStableFunc(a.outbox, func(x, y LogDoc) int { return x.Time.Compare(y.Time) })
}

// logPast writes the start and the end of a task that stopped before Run.
func (a *Account) logPast(t *task) {
	for _, c := range t.containers {
		if c.runtimeID == "" {
			continue
		}
		a.at(t.startedAt, func() { a.logStart(c) })
		if t.stopCode == essentialExited && c.exitCode != nil {
			a.at(t.execStopped, func() { a.logDeath(c, *c.exitCode) })
		}
	}
}

// keepChatting has a service write lines at a pace that does not grow with the
// number of its tasks, nor with the speed of the control plane.
func (a *Account) keepChatting(s *service) {
	at := a.now.Add(a.logRng.between(a.logPause/2, a.logPause*3/2))
	a.agenda.plan(at, func() {
		a.chat(s)
		a.keepChatting(s)
	})
}

// chat writes one line of a container that runs.
func (a *Account) chat(s *service) {
	if len(s.live) == 0 {
		return
	}
	t := s.live[a.logRng.IntN(len(s.live))]
	if t.last != running || t.startedAt.After(a.now) || len(t.containers) == 0 {
		return
	}
	c := t.containers[0]
	if n := a.logRng.IntN(5 * len(t.containers)); n < len(t.containers) {
		c = t.containers[n]
	}
	if _, _, dies := c.fate(); dies || c.last != running || a.now.Before(a.listensAt(c)) {
		return
	}
	failing := !t.degradesAt.IsZero() && !a.now.Before(t.degradesAt)
	level, message := a.line(c, failing)
	a.log(c, a.now, level, message)
}

func (a *Account) logStart(c *container) {
	if !c.behaviour.runsHere() {
		return
	}
	a.log(c, a.now, stdout, startLine(c, a.now))
}

// logDeath is the last thing that a process says which exits by itself.
func (a *Account) logDeath(c *container, code int) {
	at := a.now.Add(-50 * time.Millisecond)
	if code == exitBadFormat && !c.behaviour.runsHere() {
		a.log(c, at, stderr, "exec "+executable(c)+": exec format error")
		return
	}
	if name := c.missingVariable(); name != "" {
		a.log(c, at, stderr, missingTrace(c, name))
		return
	}
	if code != 0 {
		a.log(c, at, stderr, fatalTrace(c, code))
		return
	}
	a.log(c, at, stdout, stamp(c, at, "INFO")+"all work done")
}

// logSignal is what a process writes when it is asked to stop.
func (a *Account) logSignal(c *container) {
	if c.behaviour.IgnoresTerm {
		a.log(c, a.now, stdout, stamp(c, a.now, "WARN")+"SIGTERM received, 3 jobs in flight, not stopping")
		return
	}
	a.log(c, a.now, stdout, stamp(c, a.now, "INFO")+"SIGTERM received, shutting down")
}

// logUnhealthy explains why a health check fails.
func (a *Account) logUnhealthy(c *container) {
	switch c.behaviour.Health {
	case NeverAnswers:
		a.log(c, a.now, stderr, stamp(c, a.now, "WARN")+"worker pool exhausted: 64 of 64 busy, health check queued for 5.0 s")
	case RefusesConnections:
		a.log(c, a.now, stderr, stamp(c, a.now, "ERROR")+"bind to 127.0.0.1:18080 instead of 0.0.0.0: not reachable from outside")
	default:
		a.log(c, a.now, stderr, poolTrace(c, a.now))
	}
}
