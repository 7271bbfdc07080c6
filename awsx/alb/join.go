package alb

import (
	"cmp"
	"slices"

	"gantry/awsx"
)

// Input is what Join relates. Absent parts make results undetermined, never
// wrong.
type Input struct {
	Service awsx.Service
	// Tasks are the service's tasks that are to be found in its groups.
	Tasks []awsx.Task
	// Stopped are known stopped tasks; they only explain targets left behind.
	Stopped []awsx.Task
	// Definition returns a task definition by ARN, nil when it was not read.
	Definition func(arn string) *awsx.TaskDefinition
	// Instance returns a container instance by ARN; ok is false when unread.
	Instance func(arn string) (i awsx.Instance, ok bool)
	Groups   []awsx.Group
	// Incomplete is true when some task of the service is missing among Tasks: then
	// no target is foreign for want of a task.
	Incomplete bool
}

// Standing is how a task stands with one target group.
type Standing uint8

const (
	// Unread means that the group's health was not read: nothing is known.
	Unread Standing = iota
	// Unresolved means that it is not known yet where the group would reach the
	// task: no port bound, no address, or the instance was not read.
	Unresolved
	// NotRegistered means that the group has no target at the task's address.
	NotRegistered
	// Registered means that the target was found; Health is its state.
	Registered
)

// Target is one load balancer entry of a service seen from one task.
type Target struct {
	Group         string // ARN; empty for a classic load balancer
	Container     string
	ContainerPort int
	Standing      Standing
	// Address is where the group reaches the task; zero while unresolved.
	Address awsx.Address
	// Health is the registered target; zero unless Standing is Registered.
	Health awsx.TargetHealth
}

// TaskTargets is a task with its targets, in the order of the service's load
// balancer entries. A dual-stack task registered twice in a group has two.
type TaskTargets struct {
	Task    awsx.Ref
	Targets []Target
	Ports   []Port
}

// Leftover classifies a registered target that belongs to no task given.
type Leftover uint8

const (
	// Foreign is a target that no task of the service explains: it was
	// registered by another service or by hand.
	Foreign Leftover = iota
	// Draining is a target on its way out.
	Draining
	// Undetermined is a target that may belong to a task not located yet.
	Undetermined
)

// String returns the word for a table.
func (l Leftover) String() string {
	return [...]string{"foreign", "draining", "undetermined"}[l]
}

// Unmatched is a registered target that matches no task.
type Unmatched struct {
	Group  string
	Target awsx.TargetHealth
	Kind   Leftover
	// Stopped is the ARN of the newest known stopped task that had the address.
	Stopped string
}

// Joined is the whole relation: every registered target of a group that was
// read is in it exactly once.
type Joined struct {
	Tasks     []TaskTargets // in the order of Input.Tasks
	Unmatched []Unmatched   // in the order of the groups and their targets
	Unread    []string      // ARNs of the service's groups that were not read
}

// Foreign tells whether a target was found to belong to no task of the service.
func (j Joined) Foreign(group string, t awsx.TargetHealth) bool {
	return slices.ContainsFunc(j.Unmatched, func(u Unmatched) bool {
		return u.Kind == Foreign && u.Group == group && u.Target.ID == t.ID && u.Target.Port == t.Port
	})
}

// Join relates tasks to targets by the service's load balancer entries.
func Join(in Input) Joined {
	j := newJoin(in)
	out := Joined{Tasks: make([]TaskTargets, len(in.Tasks))}
	for i, t := range in.Tasks {
		td := j.definition(t.TaskDefinition)
		out.Tasks[i] = TaskTargets{Task: t.Ref, Ports: Ports(t, td, j.instance(t.ContainerInstance).Address())}
	}
	for _, i := range byClaim(in.Tasks) {
		for _, lb := range j.entries {
			out.Tasks[i].Targets = append(out.Tasks[i].Targets, j.claimEither(in.Tasks[i], lb)...)
		}
	}
	for _, lb := range j.entries {
		for _, arn := range []string{lb.TargetGroup, lb.Alternate} {
			if arn == "" || slices.Contains(out.Unread, arn) {
				continue
			}
			if g := j.groups[arn]; g == nil || !g.Read {
				out.Unread = append(out.Unread, arn)
			}
		}
	}
	out.Unmatched = j.leftovers()
	return out
}

// byClaim orders tasks so that, where two could claim one address, the one that
// is running gets it, then the newest: a host port is free for the next task
// before the last one's record is gone.
func byClaim(tasks []awsx.Task) []int {
	order := make([]int, len(tasks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := tasks[a], tasks[b]
		return cmp.Or(
			cmp.Compare(claimRank(x), claimRank(y)),
			y.StartedAt.Compare(x.StartedAt),
			y.CreatedAt.Compare(x.CreatedAt),
		)
	})
	return order
}

func claimRank(t awsx.Task) int {
	switch {
	case t.LastStatus == "STOPPED":
		return 2
	case t.DesiredStatus == "STOPPED":
		return 1
	}
	return 0
}

type join struct {
	in      Input
	entries []awsx.LoadBalancer
	groups  map[string]*groupIndex
}

type groupIndex struct {
	awsx.Group
	at      map[awsx.Address][]int // indices into Targets, not claimed yet
	claimed []bool
	// unlocated is true when the address in this group of some task that runs is not
	// known, starting when that of one that starts is not.
	unlocated, starting bool
}

func newJoin(in Input) *join {
	j := &join{in: in, groups: make(map[string]*groupIndex, len(in.Groups))}
	for _, lb := range in.Service.LoadBalancers {
		if !slices.Contains(j.entries, lb) {
			j.entries = append(j.entries, lb)
		}
	}
	for _, g := range in.Groups {
		if j.groups[g.ARN] != nil {
			continue
		}
		x := &groupIndex{Group: g, at: map[awsx.Address][]int{}, claimed: make([]bool, len(g.Targets))}
		for i, t := range g.Targets {
			a := addressOf(t.ID, t.Port)
			x.at[a] = append(x.at[a], i)
		}
		j.groups[g.ARN] = x
	}
	return j
}

func (j *join) definition(arn string) *awsx.TaskDefinition {
	if j.in.Definition == nil {
		return nil
	}
	return j.in.Definition(arn)
}

// instance returns the container instance of an ARN, the zero value when it is unknown.
func (j *join) instance(arn string) awsx.Instance {
	if arn == "" || j.in.Instance == nil {
		return awsx.Instance{}
	}
	i, _ := j.in.Instance(arn)
	return i
}

func (j *join) locate(t awsx.Task, lb awsx.LoadBalancer) place {
	var protocol string
	if g := j.groups[lb.TargetGroup]; g != nil {
		protocol = g.Settings.Protocol
	}
	return locate(t, j.definition(t.TaskDefinition), lb, protocol, j.instance(t.ContainerInstance).EC2ID)
}

// claimEither returns the targets of one task in an entry's group or, where a
// deployment swaps two groups (blue/green), in the alternate one: a task is in either,
// and its absence from the other says nothing.
func (j *join) claimEither(t awsx.Task, lb awsx.LoadBalancer) []Target {
	first := j.claim(t, lb)
	if lb.Alternate == "" {
		return first
	}
	other := lb
	other.TargetGroup = lb.Alternate
	second := j.claim(t, other)
	switch {
	case first[0].Standing == Registered && second[0].Standing == Registered:
		return append(first, second...)
	case first[0].Standing == Registered, second[0].Standing == NotRegistered:
		return first
	case second[0].Standing == Registered, first[0].Standing == NotRegistered:
		return second
	}
	return first
}

// claim returns the targets of one task in one entry's group and takes them
// out of the group, so that no other task gets them too.
func (j *join) claim(t awsx.Task, lb awsx.LoadBalancer) []Target {
	base := Target{Group: lb.TargetGroup, Container: lb.Container, ContainerPort: lb.ContainerPort}
	p := j.locate(t, lb)
	if len(p.candidates) > 0 && !p.tentative {
		base.Address = p.candidates[0]
	}
	g := j.groups[lb.TargetGroup]
	if g == nil || !g.Read {
		return []Target{base}
	}
	var found []Target
	for _, a := range p.candidates {
		free := g.at[a]
		if len(free) == 0 {
			continue
		}
		g.at[a] = free[1:]
		g.claimed[free[0]] = true
		hit := base
		hit.Standing, hit.Address, hit.Health = Registered, a, g.Targets[free[0]]
		found = append(found, hit)
	}
	if len(found) > 0 {
		return found
	}
	base.Standing = NotRegistered
	if base.Address == (awsx.Address{}) && networkMode(t, j.definition(t.TaskDefinition)) != modeNone {
		base.Standing = Unresolved
		g.unlocated = g.unlocated || t.LastStatus == "RUNNING"
		g.starting = g.starting || t.LastStatus != "STOPPED"
	}
	return []Target{base}
}

// leftovers classifies what no task claimed.
func (j *join) leftovers() []Unmatched {
	var out []Unmatched
	seen := map[string]bool{}
	for _, in := range j.in.Groups {
		g := j.groups[in.ARN]
		if !g.Read || seen[in.ARN] {
			continue
		}
		seen[in.ARN] = true
		for i, t := range g.Targets {
			if g.claimed[i] {
				continue
			}
			u := Unmatched{Group: in.ARN, Target: t, Stopped: j.formerOwner(in.ARN, addressOf(t.ID, t.Port))}
			switch {
			case t.State == "draining":
				u.Kind = Draining
			case g.unlocated || j.in.Incomplete, g.starting && t.State == "initial":
				u.Kind = Undetermined
			}
			out = append(out, u)
		}
	}
	return out
}

// formerOwner returns the newest known stopped task that an address was of.
func (j *join) formerOwner(group string, a awsx.Address) string {
	var owner awsx.Task
	for _, t := range j.in.Stopped {
		for _, lb := range j.entries {
			if lb.TargetGroup != group && lb.Alternate != group || !slices.Contains(j.locate(t, lb).candidates, a) {
				continue
			}
			if owner.Ref.ARN == "" || t.StoppedAt.After(owner.StoppedAt) {
				owner = t
			}
		}
	}
	return owner.Ref.ARN
}
