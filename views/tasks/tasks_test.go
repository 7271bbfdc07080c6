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

func onTasks(cluster *awsxtest.Cluster, service string) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen {
		return tasks.New(d, cluster.Ref.In("arn:aws:ecs:eu-west-1:"+awsxtest.Number+":service/"+cluster.Ref.Name()+"/"+service))
	}
}

func TestTasksShowWhereTheyRunAndWhatTheBalancerThinks(t *testing.T) {
	for service, want := range map[string][]string{
		"api-checkout": {"! running", "8080>3", "unhealthy", "wrong status code"},
		"legacy":       {"+ running", "8080>8080", "healthy"},
		"front":        {"+ running", "8080>8080", "healthy"},
		"worker":       {"+ running", "8080>3"},
	} {
		t.Run(service, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				a, cluster := viewstest.Shop()
				d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, service)).Read()
				d.Shows("payments "+service, "● live")
				row := d.Screen()[3]
				for _, w := range want {
					if !strings.Contains(row, w) {
						t.Errorf("the row misses %q: %s", w, row)
					}
				}
			})
		})
	}
}

// TestAnEarlyEnterIsDoneWhenTheRowLands: who knows the way presses faster than an account
// answers. A cursor that was moved meanwhile takes it back.
func TestAnEarlyEnterIsDoneWhenTheRowLands(t *testing.T) {
	for keys, want := range map[string]string{"enter": "CONTAINER", "enter j": "STATE"} {
		viewstest.Bubble(t, func(t *testing.T) {
			a, cluster := viewstest.Shop()
			release := a.Block(awsxtest.Tasks)
			d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "front"))
			d.Press(strings.Fields(keys)...).Shows("loading 1/1 tasks")
			release()
			d.Read().Shows(want)
		})
	}
}

func TestServiceThatPlacesNothingShowsWhatBecameOfItsTasks(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "batch")).Read()
		d.Shows("x stopped", "no such image", "was unable to place a task", "stopped  0 running tasks")
		d.Press("x", "x").Shows("batch: 2 tasks wanted, 0 running, 1 stopped", "was unable to place a task")
	})
}

func TestServiceWithoutAnyTaskShowsItsEvents(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		cluster.Service("empty", awsxtest.Running(0), awsxtest.Event("was unable to place a task because no container instance met all of its requirements."))
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "empty")).Read()
		d.Shows("empty: 2 tasks wanted, 0 running, 0 stopped", "was unable to place a task")
	})
}

func TestTasksAreToggled(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		cluster.Service("mixed", awsxtest.Desired(2), awsxtest.Stopped("OutOfMemoryError: Container killed due to memory usage"))
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "mixed")).Read()
		d.Shows("2: +2", "running  1 stopped task")
		d.Press("x").Shows("1: x1", "stopped  2 running tasks", "memory")
		d.Press("x").Shows("3: x1 +2", "all")
		d.Press("x").Shows("2: +2")
	})
}

func TestTasksLeadOnwards(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "front")).Read()
		d.Press("l")
		if got := d.Visited.Calls; len(got) != 1 || !strings.HasPrefix(got[0], "logs ") || !strings.HasSuffix(got[0], " front") {
			t.Errorf("%v", got)
		}
		d.Press("enter")
		d.Read().Shows("CONTAINER", "Timeline", "Environment")
		d.Press("l")
		if got := d.Visited.Calls; len(got) != 2 || !strings.HasSuffix(got[1], " front front") {
			t.Errorf("%v", got)
		}
		d.Press("J")
		if got := d.Visited.Calls; len(got) != 3 || got[2] != "service front" {
			t.Errorf("%v", got)
		}
	})
}

func TestTargetsOfNoTaskAreShownAsWhatTheyAre(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Edit(func(data *awsxtest.Data) {
			for arn, h := range data.Health {
				if awsx.GroupName(arn) == "front" {
					h.Targets = append(h.Targets,
						awsx.TargetHealth{ID: "10.0.9.9", Port: 8080, State: "draining", Reason: "Target.DeregistrationInProgress"},
						awsx.TargetHealth{ID: "10.0.9.8", Port: 8080, State: "healthy"})
					data.Health[arn] = h
				}
			}
		})
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "front")).Read()
		d.Shows("2: +2", "2 targets of no task", "- draining", "? foreign")
		d.Press("S", "S").Shows("sort FAULT↓").Press("G", "k").Shows("> (target) ? foreign")
		d.Press("d").Shows("there is no resource behind this row")
		d.Press("enter").Shows("this target belongs to no task")
	})
}

// TestAProtectedTaskSaysUntilWhen: the column is there while one is protected; only tasks that
// are seen are asked about, once a minute at most.
func TestAProtectedTaskSaysUntilWhen(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		look := uitest.Look{W: 200, H: 30}
		viewstest.Sit(t, a, look, onTasks(cluster, "front")).Read().Hides("PROTECTED")
		a.Edit(func(d *awsxtest.Data) {
			for _, task := range d.Tasks {
				if task.Group == "service:front" && len(d.Protections) == 0 {
					d.Protections = []awsx.Protection{{Task: task.Ref.ARN, Until: time.Now().Add(100 * time.Minute)}}
				}
			}
		})
		d := viewstest.Sit(t, a, look, onTasks(cluster, "front")).Read()
		d.Shows("PROTECTED", "until 11:1", "neither scaling nor a deployment ends it before")
		calls := 0
		for _, c := range a.Calls() {
			if c.Op == awsxtest.TaskProtection {
				calls++
			}
		}
		if calls != 2 {
			t.Errorf("%d calls for two screens", calls)
		}
		d.Advance(2 * time.Hour)
		d.Hides("until 11:1")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.TaskProtection, &fault.Error{Class: fault.Denied, Op: "ecs:GetTaskProtection"})
		viewstest.Sit(t, a, uitest.Look{W: 140, H: 30}, onTasks(cluster, "front")).Read().Shows("protection unread: ecs:GetTaskProtection is missing", "+ running")
	})
}
