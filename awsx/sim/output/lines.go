package output

import (
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/cwlogs"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/world"
)

// Sink takes what containers write, except through the awslogs driver, whose
// lines are in CloudWatch Logs. Run calls it from one goroutine, in the
// order of the documents' times; it must not call the account back.
type Sink interface{ WriteLog(Doc) }

// Doc is one message with what its container's log driver knows. Document makes
// of it what is stored.
type Doc struct {
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

// Awslogs is the name of the driver that writes to CloudWatch Logs.
const Awslogs = "awslogs"

// Writer writes what the processes of a fleet would.
type Writer struct {
	*fleet.Fleet
	groups    *cwlogs.Store
	random    world.Source
	listening bool          // somebody reads: without that nothing is written
	talking   bool          // the services are talking
	pause     time.Duration // mean time between two lines of a service
	outbox    []Doc
}

// NewWriter returns a writer for the processes of a fleet. What goes to CloudWatch
// Logs it writes to groups.
func NewWriter(f *fleet.Fleet, groups *cwlogs.Store, listening bool) *Writer {
	return &Writer{Fleet: f, groups: groups, random: world.NewSource(f.Seed, world.LogStream), listening: listening}
}

// Take returns what was written since it was last called, and not to CloudWatch
// Logs.
func (a *Writer) Take() []Doc {
	docs := a.outbox
	a.outbox = nil
	return docs
}

// Waiting reports whether there is something to take.
func (a *Writer) Waiting() bool { return len(a.outbox) > 0 }

// streamName is where the awslogs driver writes: with a prefix a name that tells
// container and task, without one Docker's id of the container.
func streamName(c *fleet.Container) string {
	if prefix := c.Def.LogOptions["awslogs-stream-prefix"]; prefix != "" {
		return prefix + "/" + c.Def.Name + "/" + c.Task.ID
	}
	return c.RuntimeID
}

// backlog is how far back lines reach when the account starts to run.
const backlog = 10 * time.Minute

// log writes a message of a container.
func (a *Writer) log(c *fleet.Container, at time.Time, level int, message string) {
	if !a.listening || c.RuntimeID == "" {
		return
	}
	if c.Def.LogDriver == Awslogs {
		options := c.Def.LogOptions
		a.groups.Write(cwlogs.Place{Region: options["awslogs-region"], Group: options["awslogs-group"], Stream: streamName(c)}, at, message)
		return
	}
	of := ""
	if s := c.Task.Service; s != nil {
		of = s.Name
	}
	t := c.Task
	a.outbox = append(a.outbox, Doc{
		Time: at.UTC(), Driver: c.Def.LogDriver, Host: t.Instance.Host, SourceHost: t.Instance.IP, Instance: t.Instance.EC2,
		Stderr: level == stderr, Message: message,
		ContainerID: c.RuntimeID, ContainerName: c.DockerName, ImageName: c.Image,
		ImageID: world.ContentDigest(c.Digest, "image"), Command: strings.Join(c.Def.Command, " "), Created: c.CreatedAt.UTC(),
		TaskARN: t.ARN, Family: t.Def.Family, Revision: t.Def.Revision, Container: c.Def.Name,
		Cluster: t.Cluster.Name, Service: of,
	})
}

// StartLogging writes what was written before Run and sets every service
// talking. It does so once.
func (a *Writer) StartLogging() {
	if !a.listening || a.talking {
		return
	}
	a.talking = true
	total := 0
	for _, c := range a.Clusters {
		total += len(c.Services)
	}
	a.pause = max(1500*time.Millisecond, time.Duration(total)*50*time.Millisecond)
	before := max(8*time.Second, a.pause*4)
	for _, c := range a.Clusters {
		for _, t := range c.Tasks {
			if t.Last == fleet.Stopped {
				a.logPast(t)
			}
		}
		for _, s := range c.Services {
			for at := a.Ago(backlog); at.Before(a.Now); at = at.Add(a.random.Between(before/2, before*3/2)) {
				a.At(at, func() { a.chat(s) })
			}
			a.keepChatting(s)
		}
	}
	slices.SortStableFunc(a.outbox, func(x, y Doc) int { return x.Time.Compare(y.Time) })
}

// logPast writes the start and the end of a task that stopped before Run.
func (a *Writer) logPast(t *fleet.Task) {
	for _, c := range t.Containers {
		if c.RuntimeID == "" {
			continue
		}
		a.At(t.StartedAt, func() { a.Started(c) })
		if t.StopCode == fleet.EssentialExited && c.ExitCode != nil {
			a.At(t.ExecStopped, func() { a.Died(c, *c.ExitCode) })
		}
	}
}

// keepChatting has a service write lines at a pace that does not grow with the
// number of its tasks, nor with the speed of the control plane.
func (a *Writer) keepChatting(s *fleet.Service) {
	at := a.Now.Add(a.random.Between(a.pause/2, a.pause*3/2))
	a.Agenda.Plan(at, func() {
		a.chat(s)
		a.keepChatting(s)
	})
}

// chat writes one line of a container that runs.
func (a *Writer) chat(s *fleet.Service) {
	if len(s.Live) == 0 {
		return
	}
	t := s.Live[a.random.IntN(len(s.Live))]
	if t.Last != fleet.Running || t.StartedAt.After(a.Now) || len(t.Containers) == 0 {
		return
	}
	c := t.Containers[0]
	if n := a.random.IntN(5 * len(t.Containers)); n < len(t.Containers) {
		c = t.Containers[n]
	}
	if _, _, dies := c.Fate(); dies || c.Last != fleet.Running || a.Now.Before(a.ListensAt(c)) {
		return
	}
	failing := !t.DegradesAt.IsZero() && !a.Now.Before(t.DegradesAt)
	level, message := a.line(c, failing)
	a.log(c, a.Now, level, message)
}

// Started writes what a process says first.
func (a *Writer) Started(c *fleet.Container) {
	if !c.Behaviour.RunsHere() {
		return
	}
	a.log(c, a.Now, stdout, startLine(c, a.Now))
}

// Died is the last thing that a process says which exits by itself.
func (a *Writer) Died(c *fleet.Container, code int) {
	at := a.Now.Add(-50 * time.Millisecond)
	if code == ecr.ExitBadFormat && !c.Behaviour.RunsHere() {
		a.log(c, at, stderr, "exec "+executable(c)+": exec format error")
		return
	}
	if name := c.MissingVariable(); name != "" {
		a.log(c, at, stderr, missingTrace(c, name))
		return
	}
	if code != 0 {
		a.log(c, at, stderr, fatalTrace(c, code))
		return
	}
	a.log(c, at, stdout, stamp(c, at, "INFO")+"all work done")
}

// Signalled is what a process writes when it is asked to stop.
func (a *Writer) Signalled(c *fleet.Container) {
	if c.Behaviour.IgnoresTerm {
		a.log(c, a.Now, stdout, stamp(c, a.Now, "WARN")+"SIGTERM received, 3 jobs in flight, not stopping")
		return
	}
	a.log(c, a.Now, stdout, stamp(c, a.Now, "INFO")+"SIGTERM received, shutting down")
}

// FailsChecks explains why a health check fails.
func (a *Writer) FailsChecks(c *fleet.Container) {
	switch c.Behaviour.Health {
	case ecr.NeverAnswers:
		a.log(c, a.Now, stderr, stamp(c, a.Now, "WARN")+"worker pool exhausted: 64 of 64 busy, health check queued for 5.0 s")
	case ecr.RefusesConnections:
		a.log(c, a.Now, stderr, stamp(c, a.Now, "ERROR")+"bind to 127.0.0.1:18080 instead of 0.0.0.0: not reachable from outside")
	default:
		a.log(c, a.Now, stderr, poolTrace(c, a.Now))
	}
}
