package tasks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/ui"
	"gantry/views"
	"gantry/views/viewstest"
)

// TestTasksThatECSForgotAreRemembered: among the stopped tasks stand those of yesterday, with
// why they ended, and those of which their containers alone were seen. The tasks that run are
// not told of them.
func TestTasksThatECSForgotAreRemembered(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, of := viewstest.Shop()
		cluster := of.Ref
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			seen, yesterday := deps.Store.Past().(past.Observer), time.Now().Add(-20*time.Hour)
			for i := range 2 {
				seen.SeenStoppedTask(awsx.Task{
					Ref: cluster.In(fmt.Sprintf("arn:aws:ecs:eu-west-1:1:task/prod/feed%028d", i)), ID: fmt.Sprintf("feed%028d", i), TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/api:6",
					Group: "service:api-orders", LastStatus: "STOPPED", DesiredStatus: "STOPPED", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
					Containers: []awsx.Container{{Name: "api", ExitCode: 137, Reason: "OutOfMemoryError: Container killed due to memory usage", RuntimeID: strings.Repeat("fe", 32)}},
					StoppedAt:  yesterday.Add(time.Duration(i) * time.Minute),
				}, yesterday)
			}
			seen.SeenRuntimeID(past.Seen{
				Cluster: cluster, Service: "api-orders", ID: strings.Repeat("0a", 32), Task: "arn:aws:ecs:eu-west-1:1:task/prod/0bad" + strings.Repeat("0", 28), Container: "api",
				Family: "api", Revision: "5", First: yesterday.Add(-time.Hour), Last: yesterday,
			})
			return onTasks(of, "api-orders")(deps)
		}).Read()
		d.Hides("remembered", "feed0000", "died")
		d.Press("x")
		d.Read()
		d.Shows("3 remembered", "feed0000", "0bad0000", "out of memory", "20h ago")
		if row := d.Row("0bad0000"); !strings.Contains(row, "nobody saw") || !strings.Contains(row, "remembered") {
			t.Errorf("of a task whose end nobody saw it says %q", row)
		}
	})
}
