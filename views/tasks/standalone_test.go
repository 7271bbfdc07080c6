package tasks_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/tasks"
	"gantry/views/viewstest"
)

// jobs has a cluster run three tasks of no service, one of which has ended.
func jobs(a *awsxtest.Account) {
	a.Edit(func(d *awsxtest.Data) {
		for _, t := range d.Tasks {
			if t.Group != "service:api-orders" {
				continue
			}
			job := func(id, family, starter string) awsx.Task {
				j := t
				j.ID = strings.Repeat(id, 32)
				j.Ref = t.Ref.In(strings.TrimSuffix(t.Ref.ARN, t.Ref.Name()) + j.ID)
				j.Group, j.StartedBy = "family:"+family, starter
				j.TaskDefinition = strings.Replace(t.TaskDefinition, "api-orders:1", family+":7", 1)
				return j
			}
			failed := job("c", "nightly-report", "events-rule/nightly")
			failed.DesiredStatus, failed.LastStatus, failed.StopCode = "STOPPED", "STOPPED", "EssentialContainerExited"
			failed.StoppedReason, failed.StoppedAt = "Essential container in task exited", time.Now().Add(-20*time.Minute)
			failed.Containers = []awsx.Container{{Name: "report", Image: "reports:v1", LastStatus: "STOPPED", ExitCode: 3}}
			d.Tasks = append(d.Tasks, job("a", "migrate", "anna"), job("b", "reindex", ""), failed)
			return
		}
	})
}

func onStandalone(c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen { return tasks.NewStandalone(d, c.Ref) }
}

func TestStandaloneTasksTellWhoStartedThemAndWhyTheyEnded(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		jobs(a)
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 24}, onStandalone(cluster)).Read()
		d.Shows("standalone tasks", "migrate", "anna", "reindex", "1 died", "1 stopped task").Hides("api-checkout", "nightly-report")
		d.Press("x").Shows("nightly-report", "rule nightly", "exit 3", "by rule nightly").Hides("migrate")
	})
}

func TestAStandaloneTaskLeadsToItsContainersAndLines(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		jobs(a)
		d := viewstest.Sit(t, a, viewstest.Standard, onStandalone(cluster)).Read()
		d.Press("/").Type("migrate").Press("enter")
		d.Read().Press("w").Shows("this task belongs to no service: why it ended stands in its row")
		d.Read().Press("l", "enter")
		d.Read().Shows("CONTAINER", "aaaaaaaa", "running").Hides("ECS lists this task no more")
		d.Press("J").Shows("this task belongs to no service")
		if got := d.Visited.Calls; len(got) != 1 || !strings.HasPrefix(got[0], "logs aaaaaaaa") {
			t.Errorf("%v", got)
		}
		a.Edit(func(data *awsxtest.Data) { data.Tasks = data.Tasks[:3] })
		d.Press("ctrl+r")
		d.Advance(time.Minute)
		d.Read().Shows("ECS lists this task no more")
	})
}

func TestStandaloneTasksThatAreDeniedNameTheMissingAction(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.Tasks, &fault.Error{Class: fault.Denied, Op: "ecs:ListTasks"})
		viewstest.Sit(t, a, viewstest.Standard, onStandalone(cluster)).Read().Shows("ecs:ListTasks is not allowed")
	})
}

func TestFrameOfStandaloneTasks(t *testing.T) {
	viewstest.Frame(t, append(uitest.Looks(), uitest.Look{W: 200, H: 50}), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		jobs(a)
		return onStandalone(c)
	})
}
