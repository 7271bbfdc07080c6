package fleet

import "time"

// ExecAgent is how the agent that takes shells stands in a container, and since when; the
// empty status where it has none. A container whose root cannot be written to has one that
// did not start (ECS Exec, considerations).
func (c *Container) ExecAgent() (status string, since time.Time) {
	switch {
	case !c.Task.Exec:
		return "", time.Time{}
	case c.Last == Stopped || c.Def.ReadOnlyRoot:
		return Stopped, time.Time{}
	case c.Last == Running && c.RuntimeID != "":
		return Running, c.Task.StartedAt
	}
	return Pending, time.Time{}
}
