package targets_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/targets"
	"gantry/views/viewstest"
)

// of opens the targets of a service of the shop.
func of(name string) func(*awsxtest.Account, *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return viewstest.OnService(name, targets.New)
}

// failing leaves no target of a service healthy.
func failing(name string) func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		a.Edit(func(d *awsxtest.Data) {
			for _, s := range d.Services {
				if s.Name != name {
					continue
				}
				for i := range d.Health[s.LoadBalancers[0].TargetGroup].Targets {
					h := &d.Health[s.LoadBalancers[0].TargetGroup].Targets[i]
					h.State, h.Reason, h.Description = "unhealthy", "Target.FailedHealthChecks", "Health checks failed"
				}
			}
		})
		return of(name)(a, c)
	}
}

var looks = []uitest.Look{viewstest.Standard, {W: 200, H: 50}}

func TestTargetsFrames(t *testing.T) { viewstest.Frame(t, looks, of("api-checkout")) }

func TestAllTargetsFailFrames(t *testing.T) { viewstest.Frame(t, looks, failing("front")) }

func sit(t *testing.T, look uitest.Look, root func(*awsxtest.Account, *awsxtest.Cluster) func(*views.Deps) ui.Screen) *viewstest.Desk {
	a, cluster := viewstest.Shop()
	return viewstest.Sit(t, a, look, root(a, cluster)).Read()
}

// TestATargetSaysWhyAndWhatToCheck: its task, where it is, the reason in words, how it is
// checked, and how it went in this run.
func TestATargetSaysWhyAndWhatToCheck(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, uitest.Look{W: 200, H: 50}, of("api-checkout"))
		d.Press("j", "j")
		d.Read().Shows("x unhealthy", "wrong status code /health", "api-checkout", "next", "check the health path", "every", "make healthy")
		d.Press("/").Type("healthy").Press("enter")
		d.Read().Press("enter")
		d.Read().Shows("running", "TASK")
	})
}

// TestTheStripHasACellForEachReading: oldest left, the same where nothing changed, and a
// change where it was read.
func TestTheStripHasACellForEachReading(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, uitest.Look{W: 200, H: 50}, of("front"))
		turn := func(state string) {
			d.Account.Edit(func(data *awsxtest.Data) {
				for _, s := range data.Services {
					if s.Name == "front" {
						data.Health[s.LoadBalancers[0].TargetGroup].Targets[0].State = state
					}
				}
			})
		}
		for _, state := range []string{"unhealthy", "unhealthy", "healthy"} {
			turn(state)
			d.Advance(time.Minute)
			d.Read()
		}
		d.Shows("readings")
		if row := d.Row("readings"); !regexp.MustCompile(`[+]+xx+[+]+  \d+ readings, the first \d+m ago`).MatchString(row) {
			t.Errorf("the strip is %q\n%s", row, d.Text())
		}
	})
}

// TestATargetHasItsPrivateAddressBesideTheInstance.
func TestATargetHasItsPrivateAddressBesideTheInstance(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Edit(func(d *awsxtest.Data) {
			for i, x := range d.Instances {
				d.Machines = append(d.Machines, awsx.Machine{ID: x.EC2ID, PrivateIP: fmt.Sprintf("10.20.3.%d", 10+i)})
			}
		})
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, of("api-checkout")(a, cluster)).Read()
		if row := d.Row("> "); !regexp.MustCompile(`i-[0-9a-f]+:(\d+) +10\.20\.3\.\d+:\d+`).MatchString(row) {
			t.Errorf("the row is %q\n%s", row, d.Text())
		}
		d.Shows("address")
	})
}

func TestAGroupWhoseTargetsAllFailIsSaidToFailOpen(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		sit(t, viewstest.Standard, failing("front")).Shows("fails open, sends to all")
	})
}

func TestAServiceWithoutGroupsSaysSo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		sit(t, viewstest.Standard, of("worker")).Shows("the service has no target groups")
	})
}

func TestTargetsThatMayNotBeReadAreUnread(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.TargetHealth, &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeTargetHealth"})
		viewstest.Sit(t, a, uitest.Look{W: 160, H: 30}, of("front")(a, cluster)).Read().Shows("? ?", "the group's health was not read", "elasticloadbalancing:DescribeTargetHealth")
	})
}
