package past_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/past"
)

const taskARN = "arn:aws:ecs:eu-west-1:1:task/prod/"

func TestForgottenTasksAreMadeOfTheirContainers(t *testing.T) {
	m := &past.Memory{}
	cluster := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:cluster/prod"}
	service := cluster.In("arn:aws:ecs:eu-west-1:1:service/prod/api")
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	see := func(task, container, id string, at time.Time) {
		m.SeenRuntimeID(past.Seen{Cluster: cluster, Service: "api", Task: taskARN + task, Container: container, ID: id, Family: "api", Revision: "7", First: at, Last: at})
	}
	for at := noon; at.Before(noon.Add(time.Minute)); at = at.Add(10 * time.Second) {
		see("old", "web", "a1", at)
		see("old", "agent", "a2", at.Add(5*time.Second))
	}
	hours := noon.Add(5 * time.Hour)
	see("now", "web", "b1", hours)
	gone := past.Forgotten(service, []awsx.Task{{Ref: service.In(taskARN + "now")}}, seen(m.Containers(t.Context(), service, time.Time{})))
	if len(gone) != 1 {
		t.Fatalf("%d tasks are forgotten, want 1", len(gone))
	}
	old := gone[0]
	if old.ID != "old" || old.Ref.Cluster != cluster.Cluster || old.TaskDefinition != "arn:aws:ecs:eu-west-1:1:task-definition/api:7" || old.Group != "service:api" ||
		!old.CreatedAt.Equal(noon) || !old.StoppedAt.Equal(noon.Add(55*time.Second)) ||
		len(old.Containers) != 2 || old.Containers[0].RuntimeID != "a1" || old.Containers[1].Name != "agent" {
		t.Errorf("the forgotten task is %+v", old)
	}
	before, ok := past.Predecessor(gone, &awsx.Task{Ref: service.In(taskARN + "now"), CreatedAt: hours})
	if !ok || before.ID != "old" {
		t.Errorf("before the task that runs was %q", before.ID)
	}
}

// TestAllThatStoppedAreReachedOneAfterTheOther walks back from a task that runs.
func TestAllThatStoppedAreReachedOneAfterTheOther(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		minutes := rapid.IntRange(0, 6)
		var tasks []awsx.Task
		for i := range rapid.IntRange(0, 8).Draw(rt, "tasks") {
			created := noon.Add(time.Duration(minutes.Draw(rt, "created")) * time.Minute)
			task := awsx.Task{Ref: awsx.Ref{ARN: taskARN + string(rune('a'+i))}, ID: string(rune('a' + i)), CreatedAt: created}
			switch ended := created.Add(time.Duration(minutes.Draw(rt, "lived")) * time.Minute); rapid.IntRange(0, 3).Draw(rt, "state") {
			case 0: // runs
			case 1:
				task.StoppingAt = ended
			default:
				task.StoppedAt = ended
			}
			tasks = append(tasks, task)
		}
		runs := awsx.Task{Ref: awsx.Ref{ARN: taskARN + "z"}, CreatedAt: noon.Add(3 * time.Minute)}
		for _, from := range []*awsx.Task{nil, &runs} {
			want := map[string]bool{}
			first, ok := past.Predecessor(tasks, from)
			for _, task := range tasks {
				stopped := !task.StoppedAt.IsZero() || !task.StoppingAt.IsZero()
				if stopped && (from == nil || task.CreatedAt.Before(runs.CreatedAt)) && !ok {
					rt.Fatalf("nothing is found before, though %s stopped", task.ID)
				}
				if stopped && from == nil {
					want[task.ID] = true
				}
			}
			if from != nil {
				if ok && !first.CreatedAt.Before(runs.CreatedAt) {
					rt.Fatalf("%s is younger than what runs", first.ID)
				}
				continue
			}
			var walked []string
			for at := first; ok; at, ok = past.Predecessor(tasks, &at) {
				if slices.Contains(walked, at.ID) || !want[at.ID] {
					rt.Fatalf("%s after %v", at.ID, walked)
				}
				walked = append(walked, at.ID)
			}
			if len(walked) != len(want) {
				rt.Fatalf("walked %v of %v", walked, want)
			}
		}
	})
}
