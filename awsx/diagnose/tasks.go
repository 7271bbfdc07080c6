package diagnose

import (
	"strings"

	"gantry/awsx"
)

// Tasks are the tasks of one service.
type Tasks struct{ Running, Stopped []awsx.Task }

// ByService splits a cluster's tasks by the name of the service they belong to.
// A task whose desired status is STOPPED is stopped for this purpose, whatever
// it still runs.
func ByService(tasks []awsx.Task) map[string]Tasks {
	type size struct{ running, stopped int }
	sizes := map[string]size{}
	for i := range tasks {
		if name, stopped, ok := OfService(&tasks[i]); ok {
			n := sizes[name]
			if stopped {
				n.stopped++
			} else {
				n.running++
			}
			sizes[name] = n
		}
	}
	// Counted first: a cluster has thousands of tasks, and growing a list for
	// each service would allocate three times what is kept.
	out := make(map[string]Tasks, len(sizes))
	for name, n := range sizes {
		var x Tasks
		if n.running > 0 {
			x.Running = make([]awsx.Task, 0, n.running)
		}
		if n.stopped > 0 {
			x.Stopped = make([]awsx.Task, 0, n.stopped)
		}
		out[name] = x
	}
	for i := range tasks {
		name, stopped, ok := OfService(&tasks[i])
		if !ok {
			continue
		}
		x := out[name]
		if stopped {
			x.Stopped = append(x.Stopped, tasks[i])
		} else {
			x.Running = append(x.Running, tasks[i])
		}
		out[name] = x
	}
	return out
}

// OfService returns the name of the service that runs a task, and whether the task counts
// among those that stopped; ok is false for a task of none.
func OfService(t *awsx.Task) (name string, stopped, ok bool) {
	name, ok = strings.CutPrefix(t.Group, "service:")
	return name, t.DesiredStatus == "STOPPED" || t.LastStatus == "STOPPED", ok
}
