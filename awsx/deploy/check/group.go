package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/internal/words"
)

// Ends says what ends with the instances that a group gives up: the tasks on them that
// nobody drained. The group chooses, by its termination policies: what is told is whom those
// choose, or that it cannot be told. Where ECS drains them first, tasks get time to move.
func Ends(cur read.Current, wanted int) Finding {
	n := cur.Group.Staying() - wanted
	c := Finding{Name: Drain, Result: OK, Text: "no instance is ended"}
	switch {
	case n <= 0:
		return c
	case cur.Target.Cluster == "":
		return Finding{Name: Drain, Result: Warning, Text: "which tasks end is not known: the group belongs to no cluster that is known"}
	case cur.Tasks.Err != nil || cur.Fleet.Err != nil:
		return Finding{Name: Drain, Result: Warning, Text: "which tasks end is not known: " + read.Why(cmp.Or(cur.Fleet.Err, cur.Tasks.Err))}
	}
	order, by := choice(cur)
	if order == nil {
		return Finding{Name: Drain, Result: Warning, Text: words.Count(n, "instance") + " to end, and which ones cannot be told: the group chooses by " + by}
	}
	var parts []string
	killed := 0
	for _, m := range leastNeeded(cur, n, order) {
		tasks := tasksOn(cur, m.ID)
		killed += len(tasks)
		parts = append(parts, cmp.Or(wordsOf(m.ID, tasks), m.ID+" (no task)"))
	}
	which := words.Count(n, "instance") + " to end, by " + by + " " + strings.Join(parts, "; ")
	drains := slices.ContainsFunc(cur.Over.Value, func(p awsx.CapacityProvider) bool { return p.Drains })
	switch {
	case killed == 0:
		c.Text = which
	case drains:
		c.Text = which + "; ECS drains them first, as its capacity provider says"
	default:
		c.Result = Warning
		c.Text = fmt.Sprintf("%s; %s on them would be killed undrained: drain the instances first, or replace them one by one", which, words.Count(killed, "task"))
	}
	return c
}

// wordsOf names an instance with the tasks on it, empty without any.
func wordsOf(id string, tasks []awsx.Task) string {
	if len(tasks) == 0 {
		return ""
	}
	var names []string
	for _, t := range tasks {
		of, ok := strings.CutPrefix(t.Group, "service:")
		if !ok {
			of = "standalone " + awsx.ARNName(t.TaskDefinition)
		}
		names = append(names, of+" "+t.ID[:min(8, len(t.ID))])
	}
	slices.Sort(names)
	return id + " (" + strings.Join(names, ", ") + ")"
}

// tasksOn are the tasks on an EC2 instance.
func tasksOn(cur read.Current, ec2 string) []awsx.Task {
	var on []awsx.Task
	for _, i := range cur.Fleet.Value {
		for _, t := range cur.Tasks.Value {
			if i.EC2ID == ec2 && t.ContainerInstance == i.Ref.ARN {
				on = append(on, t)
			}
		}
	}
	return on
}

// choice is the order in which a group ends members of one zone, by its termination policies,
// and those in words; nil where a policy chooses by what is not known here: the hours that
// are billed, how capacity is allocated, a function.
func choice(cur read.Current) (order func(a, b awsx.Member) int, by string) {
	registered, newest := map[string]int64{}, ""
	for _, i := range cur.Fleet.Value {
		registered[i.EC2ID] = i.RegisteredAt.Unix()
	}
	for _, m := range cur.Group.Members {
		if v := m.Source.Version; !m.Leaving() && (len(v) > len(newest) || len(v) == len(newest) && v > newest) {
			newest = v
		}
	}
	oldest := func(a, b awsx.Member) int { return cmp.Compare(registered[a.ID], registered[b.ID]) }
	outdated := func(a, b awsx.Member) int {
		switch current, other := a.Source.Version == newest, b.Source.Version == newest; {
		case current == other:
			return 0
		case other:
			return -1
		}
		return 1
	}
	var all []func(a, b awsx.Member) int
	policies := cur.Group.Termination
	if len(policies) == 0 {
		policies = []string{"Default"}
	}
	for _, p := range policies {
		switch p {
		case "Default": // what is out of date, then the oldest (EC2 Auto Scaling, default termination policy)
			all = append(all, outdated, oldest)
		case "OldestLaunchTemplate", "OldestLaunchConfiguration":
			all = append(all, outdated)
		case "OldestInstance":
			all = append(all, oldest)
		case "NewestInstance":
			all = append(all, func(a, b awsx.Member) int { return oldest(b, a) })
		default:
			return nil, "its termination policy " + awsx.ARNName(p)
		}
	}
	by = "its termination policies " + strings.Join(policies, ", ")
	if len(policies) == 1 {
		by = "its termination policy " + policies[0]
	}
	if len(policies) == 1 && policies[0] == "Default" {
		by = "the default policy"
	}
	return func(a, b awsx.Member) int {
		for _, compare := range all {
			if c := compare(a, b); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.ID, b.ID)
	}, by
}

// leastNeeded are the members that the group ends, one after the other: each of the zone with
// the most. One that is protected is never chosen.
func leastNeeded(cur read.Current, n int, order func(a, b awsx.Member) int) (ended []awsx.Member) {
	staying := slices.DeleteFunc(slices.Clone(cur.Group.Members), func(m awsx.Member) bool { return m.Leaving() || m.Protected })
	for range min(n, len(staying)) {
		perZone := map[string]int{}
		for _, m := range staying {
			perZone[m.Zone]++
		}
		next := slices.MinFunc(staying, func(a, b awsx.Member) int { return cmp.Or(cmp.Compare(perZone[b.Zone], perZone[a.Zone]), order(a, b)) })
		ended = append(ended, next)
		staying = slices.DeleteFunc(staying, func(m awsx.Member) bool { return m.ID == next.ID })
	}
	return ended
}

// Managed says whether ECS sets a group's count back; the zero value when nothing does.
func Managed(cur read.Current) Finding {
	if cur.Over.Err != nil {
		return Finding{Name: Scaling, Result: Skipped, Text: "whether ECS scales the group is not known: " + read.Why(cur.Over.Err)}
	}
	for _, p := range cur.Over.Value {
		if p.Scales {
			return Finding{Name: Scaling, Result: Warning, Text: "ECS scales the group by the capacity provider " + p.Name + ": its managed scaling sets the count back within minutes"}
		}
	}
	if cur.Group.Managed {
		return Finding{Name: Scaling, Result: Warning, Text: "the group carries the tag of a capacity provider: managed scaling may set the count back"}
	}
	return Finding{Name: Scaling, Result: OK, Text: "no capacity provider scales the group; its own policies may"}
}

// Suspended warns of processes that somebody suspended, without which a count is no more
// than a number; the zero value when there are none.
func Suspended(g awsx.ScalingGroup) Finding {
	if len(g.Suspended) == 0 {
		return Finding{}
	}
	return Finding{Name: Status, Result: Warning, Text: "somebody suspended of the group: " + strings.Join(g.Suspended, ", ")}
}
