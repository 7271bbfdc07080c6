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
	out := map[string]Tasks{}
	for _, t := range tasks {
		name, ok := strings.CutPrefix(t.Group, "service:")
		if !ok {
			continue
		}
		x := out[name]
		if t.DesiredStatus == "STOPPED" || t.LastStatus == "STOPPED" {
			x.Stopped = append(x.Stopped, t)
		} else {
			x.Running = append(x.Running, t)
		}
		out[name] = x
	}
	return out
}
