package reason

import (
	"strings"

	"gantry/awsx"
)

// OfService returns the service that a task belongs to, by its group (ECS, Task: service:NAME
// for those of a service, family:NAME or what RunTask was given for others).
func OfService(t awsx.Task) (service string, ok bool) { return strings.CutPrefix(t.Group, "service:") }

// Starter says who started a task, by its startedBy: EventBridge writes there which rule or
// schedule it was, RunTask what its caller gave. Any other text is shown as it is.
func Starter(startedBy string) string {
	if name, ok := strings.CutPrefix(startedBy, "events-rule/"); ok {
		return "rule " + name
	}
	if name, ok := strings.CutPrefix(startedBy, "chronos-schedule/"); ok {
		return "schedule " + name
	}
	return startedBy
}
