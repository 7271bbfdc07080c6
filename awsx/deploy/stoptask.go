package deploy

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/words"
)

// StopTask stops one task. A service starts another in its place; a standalone
// task does not come back. The reason is kept with the task.
type StopTask struct{ Reason string }

// longestReason is how long a reason may be, in characters (ECS, StopTask).
const longestReason = 255

var _ = verbs.Add(StopTask{})

// Action names the intent.
func (StopTask) Action() string { return "stop" }

func (StopTask) reads() []read.Read {
	wanted := read.Mind[awsx.Task]{What: "task's desired status", Fact: func(t awsx.Task) string { return t.DesiredStatus }}
	return []read.Read{read.Task(wanted), read.Peers()}
}

func (in StopTask) draft(cur read.Current) (draft, error) {
	t := cur.Task
	switch {
	case t.LastStatus == "STOPPED" || t.DesiredStatus == "STOPPED":
		return draft{}, nothingChanged("the task is stopping or has stopped already: "+cmp.Or(t.StoppedReason, "none"), "")
	}
	if err := CheckReason(in.Reason); err != nil {
		return draft{}, err
	}
	return draft{
		before: "task " + t.ID + " of " + awsx.ARNName(t.TaskDefinition) + " " + t.LastStatus, after: "stopped",
		leaves: leavesWithout(cur),
		checks: check.Protected(cur),
		steps:  []step.Step{&step.StopTask{Task: t, Reason: in.Reason}},
		follow: follow.Spec{Tasks: []awsx.Ref{t.Ref}, Timeout: follow.MinTimeout},
	}, nil
}

// CheckReason checks the reason for stopping a task.
func CheckReason(reason string) error {
	if n := utf8.RuneCountInString(reason); n > longestReason {
		return invalid("the reason is %d characters and the service keeps %d", n, longestReason)
	}
	return nil
}

// leavesWithout says what still serves once the task is gone.
func leavesWithout(cur read.Current) string {
	name, ofService := strings.CutPrefix(cur.Task.Group, "service:")
	switch {
	case !ofService:
		return "no service starts it again"
	case cur.Tasks.Err != nil:
		return "what is left of " + name + " is not known: " + read.Why(cur.Tasks.Err)
	}
	healthy, known := cur.HealthyTasks()
	left, all := 0, 0
	for _, t := range cur.Tasks.Value {
		if t.DesiredStatus != "RUNNING" {
			continue
		}
		all++
		if healthy[t.Ref.ARN] && t.Ref.ARN != cur.Task.Ref.ARN {
			left++
		}
	}
	again := name + " starts another"
	if cur.Service.SchedulingStrategy == "DAEMON" {
		again += " on the same instance"
	}
	if !known {
		return fmt.Sprintf("leaves %d of %s, how healthy they are is not known; %s", all-1, words.Count(all, "task"), again)
	}
	return fmt.Sprintf("leaves %d healthy of %s; %s", left, words.Count(all, "task"), again)
}
