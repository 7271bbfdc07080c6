package diagnose

import (
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose/reason"
)

// Cluster is what was read of a cluster, from which its services are judged.
// Screens and commands fill it alike; nothing else decides how a service stands.
type Cluster struct {
	// Tasks are the cluster's tasks by the name of their service, as ByService
	// splits them.
	Tasks                    map[string]Tasks
	RunningRead, StoppedRead bool
	RunningAt                time.Time // when they were read; zero is now
	// Untold is how many tasks were listed and could not be described.
	Untold int
	// Groups are the target groups that were read or tried, by ARN, and Gone those of them
	// that do not exist.
	Groups map[string]awsx.Group
	Gone   map[string]bool
	// Definition returns a task definition by ARN, nil while it is unread;
	// Instance a container instance. Either may be nil, which is unread.
	Definition func(arn string) *awsx.TaskDefinition
	Instance   func(arn string) (i awsx.Instance, ok bool)
	// Instances are the container instances, as far as all of them were read.
	Instances     []awsx.Instance
	InstancesRead bool
	// Ringing are the alarms that ring for a service; nil while they were not read.
	Ringing func(awsx.Service) []Ringing
	Now     time.Time
}

// Around is what of the cluster stands around one of its services.
func (c *Cluster) Around(s awsx.Service) Around {
	var groups []awsx.Group
	var gone []string
	for _, arn := range s.TargetGroups() {
		if g, ok := c.Groups[arn]; ok {
			groups = append(groups, g)
		}
		if c.Gone[arn] {
			gone = append(gone, arn)
		}
	}
	a := c.With(s, c.Tasks[s.Name], groups, gone)
	if c.Ringing != nil {
		a.Ringing = c.Ringing(s)
	}
	return a
}

// With is what stands around a service whose tasks and groups are kept elsewhere than in
// the Cluster: the groups in the order that the service names them, as far as they are
// known, and those (ARN) that do not exist. It asks for no alarms.
func (c *Cluster) With(s awsx.Service, own Tasks, groups []awsx.Group, gone []string) Around {
	e := Evidence{
		Service: s, Running: own.Running, RunningRead: c.RunningRead, RunningAt: c.RunningAt, Untold: c.Untold, Stopped: own.Stopped, StoppedRead: c.StoppedRead,
		Definition: c.Definition, Instance: c.Instance, Now: c.Now, Groups: groups,
	}
	return Around{Standing: Standing{Evidence: e}, Instances: c.Instances, InstancesRead: c.InstancesRead, GroupsGone: gone}
}

// Stand judges one service of the cluster.
func (c *Cluster) Stand(s awsx.Service) Standing { return c.Around(s).Stand() }

// Standing is how a service stands: the evidence, and the verdict on it.
type Standing struct {
	Evidence Evidence
	Finding  Finding
	// Troubles are what is wrong, by what was read; the first of them is what the finding
	// says.
	Troubles []Trouble
	joined   *alb.Joined
}

// Service is the service that was judged.
func (s Standing) Service() awsx.Service { return s.Evidence.Service }

// Joined relates the service's tasks to the targets of its groups.
func (s Standing) Joined() alb.Joined {
	if s.joined != nil {
		return *s.joined
	}
	return s.Evidence.Join()
}

// Stand judges a service by its own evidence.
func Stand(e Evidence) Standing { return Around{Standing: Standing{Evidence: e}}.Stand() }

// Stand judges a service. Targets that none of its tasks explains count for nothing, as
// far as that can be known.
func (a Around) Stand() Standing {
	if e := &a.Evidence; e.Foreign == nil && e.joinable() {
		joined := e.Join()
		a.joined, e.Foreign = &joined, joined.Foreign
		e.ofRollout = e.rolledOut(joined)
	}
	return a.Judge()
}

// rolledOut finds the targets of the tasks of the primary deployment.
func (e *Evidence) rolledOut(joined alb.Joined) func(group string, t awsx.TargetHealth) bool {
	primary, _ := e.Service.Primary()
	return func(group string, target awsx.TargetHealth) bool {
		for i, t := range joined.Tasks {
			if !of(e.Running[i], primary) {
				continue
			}
			for _, x := range t.Targets {
				if x.Group == group && x.Standing == alb.Registered && x.Health.ID == target.ID && x.Health.Port == target.Port {
					return true
				}
			}
		}
		return false
	}
}

// joinable reports whether relating tasks to targets can turn the verdict. It
// cannot while all targets are healthy and no more of them than tasks: these need no
// explanation. Nor is it done
// while the tasks read are fewer than those the service counts: a target of a task
// that is not known yet is not foreign.
func (e *Evidence) joinable() bool {
	return e.RunningRead && e.missing() == 0 && slices.ContainsFunc(e.Groups, func(g awsx.Group) bool { return unwell(g) || len(g.Targets) > len(e.Running) })
}

// missing is how many tasks the service counts that are not among those read.
func (e *Evidence) missing() int { return max(0, e.Service.Running+e.Service.Pending-len(e.Running)) }

// Join relates the service's tasks to the targets of its groups.
func (e *Evidence) Join() alb.Joined {
	return alb.Join(alb.Input{
		Service: e.Service, Tasks: e.Running, Stopped: e.Stopped,
		Definition: e.TaskDefinition, Instance: e.Instance, Groups: e.Groups, Incomplete: e.missing() > 0,
	})
}

// TaskDefinition returns a task definition by ARN, nil when it was not read.
func (e *Evidence) TaskDefinition(arn string) *awsx.TaskDefinition {
	if e.Definition == nil || arn == "" {
		return nil
	}
	return e.Definition(arn)
}

func unwell(g awsx.Group) bool {
	return slices.ContainsFunc(g.Targets, func(t awsx.TargetHealth) bool { return t.State != "healthy" })
}

// Needs returns the ARNs of the task definitions that were not read and that the
// verdict may hang on: those of tasks behind groups with targets that do not serve,
// where the network mode tells which target is whose, and those of tasks that an
// exit ended, where they tell which container is essential.
func (e *Evidence) Needs() []string {
	var arns []string
	need := func(arn string) {
		if arn != "" && e.TaskDefinition(arn) == nil && !slices.Contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	if e.joinable() {
		for _, t := range e.Running {
			need(t.TaskDefinition)
		}
	}
	for _, t := range e.Stopped {
		if len(t.Containers) > 1 && e.Now.Sub(reason.StoppedAt(t)) <= window && reason.StoppedTask(t, nil).Stage == reason.Exit {
			need(t.TaskDefinition)
		}
	}
	return arns
}
