package resources

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/ui/uitest"
	"gantry/views"
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
	return func(d *views.Deps) ui.Screen { return NewContainers(d, ref, task) }
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

func TestContainerStates(t *testing.T) {
	for _, c := range []struct {
		container awsx.Container
		want      theme.Status
		exit      string
	}{
		{awsx.Container{LastStatus: "RUNNING", ExitCode: awsx.Unset}, theme.StatusOK, "-"},
		{awsx.Container{LastStatus: "RUNNING", Health: "UNHEALTHY", ExitCode: awsx.Unset}, theme.StatusDegraded, "-"},
		{awsx.Container{LastStatus: "PENDING", ExitCode: awsx.Unset}, theme.StatusPending, "-"},
		{awsx.Container{LastStatus: "STOPPED", ExitCode: 0}, theme.StatusStopped, "0 finished"},
		{awsx.Container{LastStatus: "STOPPED", ExitCode: 137}, theme.StatusFailed, "137 killed"},
		{awsx.Container{LastStatus: "STOPPED", ExitCode: awsx.Unset}, theme.StatusFailed, "-"},
		{awsx.Container{LastStatus: "PENDING", ExitCode: awsx.Unset, Reason: "CannotPullContainerError"}, theme.StatusFailed, "-"},
		{awsx.Container{ExitCode: awsx.Unset}, theme.StatusUnknown, "-"},
	} {
		r := containerRows(awsx.Task{Containers: []awsx.Container{c.container}}, nil, nil, awsxtest.Now)[0]
		if r.status != c.want || r.exitCell().Text != c.exit {
			t.Errorf("%+v: %s, exit %q", c.container, r.status.Word(), r.exitCell().Text)
		}
	}
}
