package diagnose_test

import (
	"slices"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

// TestATaskHasFindingsOfItsOwn: how it ended, long ago too, or what keeps it from serving,
// whatever befalls the others.
func TestATaskHasFindingsOfItsOwn(t *testing.T) {
	a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
	placed(&a)
	for i := range a.Evidence.Running {
		a.Evidence.Running[i].ID = a.Evidence.Running[i].Ref.ARN
	}
	a.Evidence.Groups[0].Targets[1].State, a.Evidence.Groups[0].Targets[1].Reason = "unhealthy", "Target.Timeout"
	a.Instances, a.InstancesRead = []awsx.Instance{{Ref: awsx.Ref{ARN: "instance/i-0a1"}, EC2ID: "i-0a1", AgentConnected: true}}, true
	a.Standing = a.Stand()
	stopped := func(code, why string, since time.Duration) awsx.Task {
		return awsx.Task{Ref: awsx.Ref{ARN: "task/gone"}, ID: "gone", DesiredStatus: "STOPPED", LastStatus: "STOPPED", StartedBy: "ecs-svc/0", StopCode: code, StoppedReason: why, StoppedAt: ago(since)}
	}
	away := a
	away.Instances = []awsx.Instance{{Ref: awsx.Ref{ARN: "instance/i-0a1"}, EC2ID: "i-0a1"}}
	for name, c := range map[string]struct {
		around diagnose.Around
		task   awsx.Task
		want   []string
	}{
		"its target times out":                {a, a.Evidence.Running[1], []string{"check times out"}},
		"another's target does":               {a, a.Evidence.Running[0], nil},
		"the agent of its instance is away":   {away, a.Evidence.Running[0], []string{"agents disconnected"}},
		"it had no image, hours ago":          {a, stopped("TaskFailedToStart", noImage, 5*time.Hour), []string{"image missing"}},
		"it was taken back":                   {a, stopped("SpotInterruption", "Your Spot Task was interrupted.", time.Minute), []string{"spot interrupted"}},
		"its target's check ended it":         {a, stopped("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)", time.Minute), []string{"check fails"}},
		"it was scaled in":                    {a, stopped("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", time.Minute), nil},
		"a person stopped it":                 {a, stopped("UserInitiated", "Task stopped by user", time.Minute), nil},
		"it ended in a way nobody heard of":   {a, stopped("CosmicRay", "A ray hit the task.", time.Minute), nil},
		"it waits to run for half an hour":    {a, awsx.Task{Ref: awsx.Ref{ARN: "task/new"}, ID: "new", LastStatus: "PENDING", CreatedAt: ago(30 * time.Minute)}, []string{"tasks do not come to run"}},
		"it was made a moment ago":            {a, awsx.Task{Ref: awsx.Ref{ARN: "task/new"}, ID: "new", LastStatus: "PENDING", CreatedAt: ago(time.Minute)}, nil},
		"it was told to stop, and goes on so": {a, awsx.Task{Ref: awsx.Ref{ARN: "task/old"}, ID: "old", DesiredStatus: "STOPPED", LastStatus: "STOPPING", StoppingAt: ago(time.Hour)}, []string{"tasks do not stop"}},
	} {
		if got := kinds(c.around.Task(c.task)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
