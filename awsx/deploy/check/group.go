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
// nobody drained. The group chooses; what is told is its default choice: of the zone with
// the most, what is out of date first, then the oldest (EC2 Auto Scaling, default
// termination policy). Where ECS drains them first, tasks get time to move.
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
	var parts []string
	killed := 0
	for _, m := range leastNeeded(cur, n) {
		tasks := tasksOn(cur, m.ID)
		killed += len(tasks)
		parts = append(parts, cmp.Or(wordsOf(m.ID, tasks), m.ID+" (no task)"))
	}
	which := words.Count(n, "instance") + " to end, by the default policy " + strings.Join(parts, "; ")
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

// leastNeeded are the members that the default policy ends, one after the other.
func leastNeeded(cur read.Current, n int) (ended []awsx.Member) {
	staying := slices.DeleteFunc(slices.Clone(cur.Group.Members), func(m awsx.Member) bool { return m.Leaving() || m.Protected })
	registered := map[string]int64{}
	for _, i := range cur.Fleet.Value {
		registered[i.EC2ID] = i.RegisteredAt.Unix()
	}
	newest := ""
	for _, m := range staying {
		if v := m.Source.Version; len(v) > len(newest) || len(v) == len(newest) && v > newest {
			newest = v
		}
	}
	for range min(n, len(staying)) {
		perZone := map[string]int{}
		for _, m := range staying {
			perZone[m.Zone]++
		}
		outdated := func(m awsx.Member) int {
			if m.Source.Version != newest {
				return 1
			}
			return 0
		}
		next := slices.MinFunc(staying, func(a, b awsx.Member) int {
			return cmp.Or(cmp.Compare(perZone[b.Zone], perZone[a.Zone]), cmp.Compare(outdated(b), outdated(a)),
				cmp.Compare(registered[a.ID], registered[b.ID]), cmp.Compare(a.ID, b.ID))
		})
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
