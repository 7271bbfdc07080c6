package ecslog

import (
	"slices"

	"gantry/awsx"
)

// Failed names the container at which a stopped task failed: the first that ended
// badly, else the first of which ECS says why; empty when none stands out.
func Failed(t awsx.Task) string {
	for _, bad := range []func(awsx.Container) bool{
		func(c awsx.Container) bool { return c.ExitCode > 0 },
		func(c awsx.Container) bool { return c.Reason != "" },
	} {
		if i := slices.IndexFunc(t.Containers, bad); i >= 0 {
			return t.Containers[i].Name
		}
	}
	return ""
}

// Started reports whether any container of a task was created, so that lines of it
// can be looked for.
func Started(t awsx.Task) bool {
	return slices.ContainsFunc(t.Containers, func(c awsx.Container) bool { return c.RuntimeID != "" })
}
