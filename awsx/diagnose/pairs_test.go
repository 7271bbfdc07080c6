package diagnose_test

import (
	"slices"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

// lost has tasks of a deployment end so, the newest so long ago, at the moment that they start.
func lost(deployment, code, why string, n int, since time.Duration) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		for i := range n {
			a.Evidence.Stopped = append(a.Evidence.Stopped, awsx.Task{Ref: awsx.Ref{ARN: "task/prod/" + deployment}, StartedBy: deployment, StopCode: code, StoppedReason: why,
				StoppedAt: ago(since + time.Duration(i)*time.Minute), Containers: []awsx.Container{{Name: "app", ExitCode: awsx.Unset}}})
		}
	}
}

// rolls has a rollout of the service under way beside all of its old tasks.
func rolls(a *diagnose.Around) { rollingOut(&a.Evidence, 0, 0); a.Evidence.Service.Running = 4 }

// lacks has the service lack a task.
func short(a *diagnose.Around) {
	e := &a.Evidence
	e.Service.Running--
	e.Running, e.Groups[0].Targets = e.Running[1:], e.Groups[0].Targets[1:]
}

const (
	noImage  = pulling + "registry.example/till:v4: not found"
	noPin    = setup + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /till/pin"
	noMemory = "OutOfMemoryError: Container killed due to memory usage"
)

// TestTwoIncidentsAtOnceAreToldApart: each under its own cause, and first what hurts those who
// are served.
func TestTwoIncidentsAtOnceAreToldApart(t *testing.T) {
	for _, c := range []struct {
		name string
		does func(*diagnose.Around)
		want []string
	}{
		{"a rollout without its image, and old tasks that run out of memory",
			and(rolls, lost("ecs-svc/2", "TaskFailedToStart", noImage, 4, time.Minute), lost("ecs-svc/1", "EssentialContainerExited", noMemory, 3, 2*time.Minute)),
			[]string{"out of memory", "image missing"}},
		{"a rollout without its secret, and old targets that answer wrongly",
			and(rolls, lost("ecs-svc/2", "TaskFailedToStart", noPin, 4, time.Minute), func(a *diagnose.Around) { sick(&a.Evidence, 2) }),
			[]string{"check answered wrongly", "secret missing"}},
		{"a secret is missing, and no instance has the memory for others",
			and(short, lost("ecs-svc/1", "TaskFailedToStart", noPin, 3, time.Minute), says(time.Minute, "was unable to place a task. Reason: RESOURCE:MEMORY")),
			[]string{"secret missing", "memory lacking"}},
		{"the target group is deleted, and tasks run out of memory",
			and(short, lost("ecs-svc/1", "EssentialContainerExited", noMemory, 3, time.Minute), func(a *diagnose.Around) { a.GroupsGone = []string{webGroup} }),
			[]string{"out of memory", "target group gone"}},
		{"spot capacity is taken back, and what takes its place has no image",
			and(short, lost("ecs-svc/1", "SpotInterruption", "Your Spot Task was interrupted.", 1, 9*time.Minute), lost("ecs-svc/1", "TaskFailedToStart", noImage, 3, time.Minute)),
			[]string{"image missing", "spot interrupted"}},
		{"ECS is throttled, and the CPU is used up",
			and(short, says(time.Minute, "was unable to place a task. Reason: RESOURCE:CPU", "operations are being throttled on Amazon EC2. Will try again later.")),
			[]string{"cpu lacking", "throttled"}},
		{"two containers end, each by its own code",
			func(a *diagnose.Around) {
				for i := range 4 {
					died(&a.Evidence, "ecs-svc/1", time.Duration(i+1)*time.Minute, 2+i%2)
				}
				a.Evidence.Stopped[1].Containers[0].Name, a.Evidence.Stopped[3].Containers[0].Name = "side", "side"
			},
			[]string{"exits", "exits"}},
		{"a registry that was not reached for a moment, and tasks that run out of memory",
			and(lost("ecs-svc/1", "TaskFailedToStart", pulling+"failed to do request: Head \"https://registry.example/v2/\": dial tcp 10.8.0.9:443: i/o timeout", 1, 20*time.Minute),
				lost("ecs-svc/1", "EssentialContainerExited", noMemory, 3, time.Minute), func(a *diagnose.Around) { a.Evidence.Running[0].StartedAt = ago(15 * time.Minute) }),
			[]string{"out of memory", "registry not reached"}},
		{"a rollout ends by itself, and the agents are gone where others should start",
			and(short, rolls, func(a *diagnose.Around) { a.Evidence.Service.Running = 3 }, lost("ecs-svc/2", "EssentialContainerExited", "Essential container in task exited", 3, time.Minute),
				says(time.Minute, placing+"The closest matching (container-instance 0f1e) encountered error \"AGENT\"."), hosts(false, "ACTIVE")),
			[]string{"exits", "agents disconnected"}},
		{"nothing leads to it, and its count is at the maximum",
			and(func(a *diagnose.Around) {
				a.Routes, a.RoutesRead = []awsx.Route{{Rules: []awsx.Rule{forwards("1", "other", "/*"), forwards("2", webGroup, "/till/*")}}}, true
				a.Scaling = &awsx.ScalableTarget{Min: 2, Max: 4}
				a.Ringing = []diagnose.Ringing{{Name: "high", Why: "CPUUtilization 97", Since: ago(time.Hour), Scales: true}}
			}), []string{"rule shadowed", "autoscaling at its maximum"}},
		{"a group at its maximum, and targets that time out",
			and(short, says(time.Minute, "was unable to place a task. Reason: RESOURCE:MEMORY"), group(scaled(2, "")), func(a *diagnose.Around) {
				a.Evidence.Groups[0].Targets[0].State, a.Evidence.Groups[0].Targets[0].Reason = "unhealthy", "Target.Timeout"
			}), []string{"check times out", "group at maximum > memory lacking"}},
		{"it was rolled back, and what runs again writes errors",
			and(says(9*time.Minute, "has reached a steady state.", "rolling back to deployment ecs-svc/1."), func(a *diagnose.Around) { lately(a, "ERROR ledger.example refused", 30) }),
			[]string{"rolled back", "dependency fails"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
			c.does(&a)
			s := a.Judge()
			if got := kinds(s.Troubles); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q; it is %s", got, c.want, s.Finding.Status)
			}
		})
	}
}
