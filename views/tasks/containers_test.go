package tasks_test

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/tasks"
	"gantry/views/viewstest"
)

// firstTask opens the page of a service's first task.
func firstTask(a *awsxtest.Account, cluster *awsxtest.Cluster, service string) func(*views.Deps) ui.Screen {
	var task awsx.Task
	var ref awsx.Ref
	a.Edit(func(d *awsxtest.Data) {
		for _, t := range d.Tasks {
			if t.Group == "service:"+service {
				task = t
				break
			}
		}
		for _, s := range d.Services {
			if s.Name == service {
				ref = s.Ref
			}
		}
	})
	return func(d *views.Deps) ui.Screen { return tasks.NewContainers(d, ref, task) }
}

func TestTaskShowsItsContainersAndHidesSecrets(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 100, H: 40}, firstTask(a, cluster, "api-orders")).Read()
		d.Shows("api-orders v2@", "8080>3", "task RUNNING", "instance", "agent connected", "Timeline", "started",
			"env DB_PASSWORD  (masked)", "env LOG_LEVEL    debug")
		d.Hides("hunter2")
		d.Press("d")
		d.Read().Shows("Task ")
		d.Press("G").Shows("env DB_PASSWORD", "(masked)").Hides("hunter2")
	})
}

func TestTaskThatECSForgotStaysOnScreen(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, firstTask(a, cluster, "front")).Read()
		a.Edit(func(d *awsxtest.Data) { d.Tasks = nil })
		for range 30 {
			d.Press("ctrl+r")
			d.Read()
		}
		d.Shows("ECS lists this task no more", "Container front")
	})
}
