package check

import (
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/internal/words"
)

// ActiveBeside counts the active instances of the cluster but for the one that is meant.
func ActiveBeside(cur read.Current) int {
	n := 0
	for _, i := range cur.Fleet.Value {
		if i.Status == "ACTIVE" && i.Ref.ARN != cur.Instance.Ref.ARN {
			n++
		}
	}
	return n
}

// Drained sorts the tasks on an instance by what becomes of them: those of a
// service move as its percentages allow, 100/100 allowing nothing; daemons stop;
// standalone tasks stay until they end (ECS, container instance draining).
func Drained(cur read.Current) Finding {
	if cur.Tasks.Err != nil {
		return Finding{Name: Drain, Result: Skipped, Text: "the tasks on the instance are not known: " + read.Why(cur.Tasks.Err)}
	}
	byService := map[string][]awsx.Task{}
	var alone []string
	for _, t := range cur.Tasks.Value {
		if name, ok := strings.CutPrefix(t.Group, "service:"); ok {
			byService[name] = append(byService[name], t)
		} else {
			alone = append(alone, awsx.ARNName(t.TaskDefinition)+" "+t.ID)
		}
	}
	c := Finding{Name: Drain, Result: OK}
	var move, stuck, daemons, unknown, pending []string
	for _, name := range slices.Sorted(maps.Keys(byService)) {
		tasks := byService[name]
		label := name + " " + words.Count(len(tasks), "task")
		i := slices.IndexFunc(cur.Hosted.Value, func(s awsx.Service) bool { return s.Name == name })
		switch {
		case i < 0:
			unknown = append(unknown, label)
		case cur.Hosted.Value[i].SchedulingStrategy == "DAEMON":
			daemons = append(daemons, label)
		case cur.Hosted.Value[i].Deadlocked():
			stuck = append(stuck, label)
		default:
			move = append(move, label)
		}
		for _, t := range tasks {
			if t.LastStatus != "RUNNING" {
				pending = append(pending, t.ID)
			}
		}
	}
	slices.Sort(alone)
	var parts []string
	say := func(result Result, what string, names []string) {
		if len(names) == 0 {
			return
		}
		if result != OK {
			c.Result = result
		}
		parts = append(parts, what+" "+strings.Join(names, ", "))
	}
	say(Warning, "never move, as their minimum and maximum percent allow no task more or less:", stuck)
	say(Warning, "are standalone, stay and do not come back elsewhere:", alone)
	say(Warning, "are of services that were not read:", unknown)
	say(OK, "move:", move)
	say(OK, "are daemons and end:", daemons)
	say(OK, "are stopped at once, not running yet:", pending)
	if len(cur.Tasks.Value) > 0 && cur.Fleet.Err == nil && ActiveBeside(cur) == 0 {
		say(Warning, "no other instance of the cluster is", []string{"active"})
	}
	c.Text = strings.Join(parts, "; ")
	if len(parts) == 0 {
		c.Text = "no task is on the instance"
	}
	return c
}
