package changes_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// crash ends a task of the newest deployment with exit code 1, whose container has
// the given runtime id.
func crash(f *changestest.Shopfloor, runtime string) {
	f.Stop(1, "Essential container in task exited")
	f.Account.Edit(func(d *awsxtest.Data) {
		t := &d.Tasks[len(d.Tasks)-1]
		t.StopCode = "EssentialContainerExited"
		t.Containers = []awsx.Container{
			{Name: "sidecar", RuntimeID: strings.Repeat("e", 64), ExitCode: 0},
			{Name: "api-orders", RuntimeID: runtime, ExitCode: 1},
		}
	})
	f.Advance(time.Millisecond) // no two stop at the same time
}

func TestTheFailedContainersLastLinesExplainIt(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, uitest.Look{W: 100, H: 40}, changestest.Untouched)
		f.Shelf = &viewstest.Shelf{}
		first, second := strings.Repeat("a", 64), strings.Repeat("b", 64)
		for i := range 9 {
			f.Shelf.Write(time.Now().Add(time.Duration(i)*time.Millisecond), first, "", "info", fmt.Sprintf("line %d of the first", i))
		}
		f.Shelf.Write(time.Now().Add(10*time.Millisecond), first, "", "error", "Traceback:\n  File main.py\nKeyError: 'DB_URL' password=hunter2")
		crash(f, first)
		f.Read().Shows("api-orders exited with code 1", "Last lines of api-orders in task", "line 8 of the first", "Traceback:", "KeyError: 'DB_URL'", "u plans the way back, l reads the logs").
			Hides("hunter2", "line 5 of the first")
		crash(f, second)
		f.Read().Shows("2 x  api-orders exited with code 1", "no line was found of it").Hides("KeyError")
		f.Shelf.Write(time.Now(), second, "", "error", "a line that came late")
		f.Read().Read().Shows("a line that came late")
		read := f.Shelf.Searches
		f.Read().Read().Read()
		if f.Shelf.Searches != read {
			t.Errorf("lines that were found are looked for again: %d searches more", f.Shelf.Searches-read)
		}
	})
}

func TestLinesThatCannotBeHadAreExplained(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*changestest.Shopfloor)
		shelf  *viewstest.Shelf
		crash  func(*changestest.Shopfloor)
		shows  string
	}{
		"no store":      {changestest.Untouched, nil, func(f *changestest.Shopfloor) { crash(f, strings.Repeat("a", 64)) }, "no log store is configured: set logs.endpoints"},
		"store is down": {changestest.Untouched, &viewstest.Shelf{Err: fault.Errorf(fault.Offline, "search logstash-*", "", "connection refused")}, func(f *changestest.Shopfloor) { crash(f, strings.Repeat("a", 64)) }, "connection refused"},
		"never started": {changestest.Untouched, &viewstest.Shelf{}, func(f *changestest.Shopfloor) { f.Stop(1, "CannotPullContainerError: no") }, "no container of it started"},
		"another driver": {func(f *changestest.Shopfloor) {
			f.Redefine(`"gelf"`, `"splunk"`, `"gelf-address"`, `"splunk-url"`, `"tag"`, `"splunk-token"`)
		}, &viewstest.Shelf{}, func(f *changestest.Shopfloor) { crash(f, strings.Repeat("a", 64)) }, "splunk"},
	} {
		t.Run(name, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				f := deploying(t, uitest.Look{W: 120, H: 40}, c.change)
				f.Shelf = c.shelf
				c.crash(f)
				f.Read().Shows("Last lines of", c.shows)
			})
		})
	}
}

func TestLinesThatNeverComeAreLookedForAFewTimes(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := deploying(t, viewstest.Standard, changestest.Untouched)
		f.Shelf = &viewstest.Shelf{}
		crash(f, strings.Repeat("a", 64))
		for range 12 {
			f.Read()
		}
		if f.Shelf.Searches != 6 {
			t.Errorf("%d searches", f.Shelf.Searches)
		}
	})
}

func TestTasksThatRunAloneAreFollowedToTheirExit(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, uitest.Look{W: 100, H: 30}, func(c *changes.Changes, s awsx.Ref) ui.Screen {
			revision := s.ClusterRef().In(strings.Replace(s.ARN, "service/payments/api-orders", "task-definition/api-orders:1", 1))
			return changes.NewPlan(c, deploy.RunTask{Count: 2}, nil, revision)
		}).Read()
		f.Shows("run payments/api-orders:1", "asks for the revision's name")
		f.Keys("enter").Shows("type the revision's name: api-orders:1")
		f.Answer("api-orders:1").Shows("~ rolling: 0 of 2 tasks ended", "Progress", "0/2 ended").Hides("breaker", "targets")
		f.Keys("u").Shows("this is about a revision, not about a service")
		f.Advance(20 * time.Second)
		var alone []string
		for _, task := range f.Running(t) {
			if task.Group == "family:api-orders" {
				alone = append(alone, task.Ref.ARN)
			}
		}
		if len(alone) != 2 {
			t.Fatalf("%d tasks run alone", len(alone))
		}
		end := func(arn string, code int) {
			if err := f.World.KillTask(arn, code); err != nil {
				t.Fatal(err)
			}
			f.Advance(20 * time.Second)
		}
		end(alone[0], 0)
		f.Shows("1 of 2 tasks ended", "1/2 ended")
		end(alone[1], 3)
		f.Shows("x failed: task", "ended with exit code 3", "1 failed")
	})
}

func TestADrainIsFollowedUntilTheInstanceIsEmpty(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		var of awsx.Instance
		f := changestest.Living(t, uitest.Look{W: 100, H: 40}, func(c *changes.Changes, s awsx.Ref) ui.Screen {
			account, err := c.Deps.Store.Account(t.Context(), s.Context)
			if err != nil {
				t.Fatal(err)
			}
			instances, err := awsx.Collect(account.Instances(t.Context(), s.ClusterRef()))
			if err != nil {
				t.Fatal(err)
			}
			of = instances[0]
			return changes.NewPlan(c, deploy.Drain{}, nil, of.Ref)
		}).Read()
		f.Shows("asks for the instance's name")
		f.Keys("enter")
		f.Answer(of.EC2ID).Shows("~ draining: ", "tasks of services still on the instance", "still to go").Hides("breaker")
		f.Advance(4 * time.Minute).Shows("+ succeeded: no task of a service is left")
	})
}
