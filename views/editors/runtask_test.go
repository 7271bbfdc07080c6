package editors_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/ui/uitest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// run opens the form for a task like those of the service under test.
func run(t *testing.T) *changestest.Shopfloor {
	f := changestest.Living(t, uitest.Look{W: 120, H: 40}, changestest.Tables).Read()
	f.Press("/").Type("api-orders").Press("enter")
	f.Keys(":")
	return f.Answer("run a task")
}

func TestATaskIsRunAndItsExitCodeDecides(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := run(t)
		f.Shows("Run a task of api-orders:1 like payments/api-orders", "command", "environment")
		f.Answer(`rake "db migrate"`).Answer("STEP=1").Answer("").Answer("1")
		f.Shows("run payments/api-orders:1", "1 task of api-orders:1, api-orders with another command, api-orders add STEP", "asks for the revision's name")
		f.Keys("enter").Answer("api-orders:1").Shows("0 of 1 task ended")
		killed := 0
		for range 20 { // the command ends by itself soon after it began, and well
			f.Advance(time.Second)
			for _, task := range f.Running(t) {
				if killed == 0 && strings.HasPrefix(task.StartedBy, "gantry/") && task.LastStatus == "RUNNING" {
					if err := f.World.KillTask(task.Ref.ARN, 1); err != nil {
						t.Fatal(err)
					}
					killed++
				}
			}
		}
		if killed != 1 {
			t.Fatal("no task was seen running")
		}
		f.Advance(20*time.Second).Shows("x failed", "exit code 1")
	})
}

func TestWhatIsTypedForATaskIsChecked(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := run(t)
		f.Answer(`rake "db`).Shows(`the quote " is not closed`)
		f.Keys("ctrl+u").Answer("rake").Answer("STEP").Shows(`"STEP": expected NAME=value`)
		f.Keys("ctrl+u").Answer("DB_PASSWORD=canary").Shows("DB_PASSWORD looks like a secret")
		f.Keys("ctrl+u").Answer("A=1").Answer("").Answer("11").Shows(`"11": expected a number from 1 to 10`)
		f.Keys("esc").Shows("SERVICE")
	})
}

func TestATaskIsStoppedWithItsReason(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, uitest.Look{W: 100, H: 40}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("enter", "ctrl+d").Shows("Stop task", "reason")
		f.Answer("stuck in a loop").Shows("stop payments/", "leaves 3 healthy of 4 tasks; api-orders starts another", "asks for the task's name")
		id := plannedTask(f, t)
		f.Keys("enter").Shows("type the task's name: " + id[:8])
		f.Answer(id[:8])
		f.Advance(time.Minute).Shows("+ succeeded: 1 task stopped")
		stopped, err := awsx.Collect(f.World.Port.Tasks(t.Context(), awsx.TaskQuery{Cluster: f.Service.ClusterRef(), Stopped: true}))
		if err != nil || len(stopped) != 1 || stopped[0].ID != id || stopped[0].StoppedReason != "stuck in a loop" {
			t.Errorf("stopped are %+v (%v)", stopped, err)
		}
	})
}

// plannedTask is the id of the task in the plan on the screen.
func plannedTask(f *changestest.Shopfloor, t *testing.T) string {
	t.Helper()
	_, rest, ok := strings.Cut(f.Row("stop task "), "stop task ")
	if !ok {
		t.Fatalf("no task is to be stopped:\n%s", f.Text())
	}
	return strings.TrimSpace(rest)
}

func TestMarkedTasksAreStoppedTogether(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, uitest.Look{W: 120, H: 40}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("enter", "space", "space", "ctrl+d").Shows("Stop 2 tasks of payments")
		f.Answer("").Shows("stop 2 tasks of payments", "leaves 3 healthy of 4 tasks")
		f.Keys("C").Answer("2 payments")
		f.Advance(time.Minute).Shows("+ succeeded", "all have ended")
		if n := f.World.Count("StopTask"); n != 2 {
			t.Errorf("%d tasks were stopped", n)
		}
		f.Keys("esc").Hides("marked")
	})
}
