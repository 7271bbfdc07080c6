package tasks_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

func TestTheAddressOfATaskIsTwoKeysAway(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, func(d *views.Deps) ui.Screen { return resources.NewServices(d, cluster.Ref) }).Read()
		d.Press("/").Type("api-orders").Press("enter")
		d.Read().Press("enter")
		d.Read().Shows("address").Press("H")
		if host, port, ok := strings.Cut(d.Clipboard, ":"); !ok || !strings.HasPrefix(host, "i-") || port == "" {
			t.Errorf("copied %q, want an instance and a port", d.Clipboard)
		}
		if !strings.Contains(d.Text(), d.Clipboard) {
			t.Errorf("%q is not on the screen:\n%s", d.Clipboard, d.Text())
		}
	})
}

func TestTheCursorStartsOnTheWorstTaskAndNotOnAForeignTarget(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Edit(func(d *awsxtest.Data) {
			for arn, health := range d.Health {
				if strings.Contains(arn, "api-orders") {
					health.Targets = append(health.Targets, awsx.TargetHealth{ID: "i-0f0e19", Port: 9999, State: "unhealthy", Reason: "Target.Timeout"})
					d.Health[arn] = health
				}
			}
		})
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "api-orders")).Read()
		d.Shows("(target)")
		if row := d.Row(">"); strings.Contains(row, "(target)") {
			t.Errorf("the cursor is on a target of no task: %s", row)
		}
	})
}

func TestTheDeadAreOneLineAboveTheLiving(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		viewstest.Crash(a, "worker", strings.Repeat("a", 64), 9*time.Minute)
		viewstest.Crash(a, "worker", strings.Repeat("b", 64), 2*time.Minute)
		viewstest.Crash(a, "worker", strings.Repeat("c", 64), 5*time.Minute)
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, onTasks(cluster, "worker")).Read()
		d.Shows("3 died, the last at ", "exit 1")
		d.Press("x").Hides("3 died, the last at")
		var ages []string
		for _, row := range d.Screen() {
			for _, age := range []string{"2m ago", "5m ago", "9m ago"} {
				if strings.Contains(row, "stopped") && strings.Contains(row, age) && strings.HasPrefix(strings.TrimLeft(row, "> "), "") && len(ages) < 3 {
					ages = append(ages, age)
				}
			}
		}
		if got := strings.Join(ages, ", "); got != "2m ago, 5m ago, 9m ago" {
			t.Errorf("the stopped tasks are not those that died last first: %s\n%s", got, d.Text())
		}
		d.Press("enter")
		d.Read().Shows("task STOPPED, ended ", "2m ago")
	})
}

// TestAnAddressCanBeReachedFromAJumpHost: a host port stands beside the private address of
// its instance, in the table, in the evidence, for the clipboard and in a container's ports.
func TestAnAddressCanBeReachedFromAJumpHost(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.House(cluster.Ref)
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, onTasks(cluster, "api-orders")).Read()
		d.Shows("ADDRESS").Press("H")
		if host, port, ok := strings.Cut(d.Clipboard, ":"); !ok || !strings.HasPrefix(host, "10.20.2.1") || port == "" {
			t.Errorf("copied %q, want the address of an instance and a port", d.Clipboard)
		}
		if n := strings.Count(d.Text(), d.Clipboard); n < 2 {
			t.Errorf("%q is on the screen %d times:\n%s", d.Clipboard, n, d.Text())
		}
		host, _, _ := strings.Cut(d.Clipboard, ":")
		d.Press("enter")
		d.Read().Shows(host + ", m6i.xlarge")
	})
}

// TestDeniedAddressesLeaveTheTasksAlive with the ids of their instances, and name the action
// that is missing.
func TestDeniedAddressesLeaveTheTasksAlive(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.House(cluster.Ref)
		a.Fail(awsxtest.Machines, &fault.Error{Class: fault.Denied, Op: "ec2:DescribeInstances", Err: errors.New("AccessDenied"), Fix: "needs ec2:DescribeInstances"})
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, onTasks(cluster, "api-orders")).Read()
		d.Shows("+ running", "addresses unread: ec2:DescribeInstances is missing").Press("H")
		if !strings.HasPrefix(d.Clipboard, "i-") {
			t.Errorf("copied %q", d.Clipboard)
		}
		if n := a.Count(awsxtest.Machines); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}
