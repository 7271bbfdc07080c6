package targets_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/targets"
	"gantry/views/viewstest"
)

// of opens the targets of a service of the shop.
func of(name string) func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(a *awsxtest.Account, _ *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		return func(deps *views.Deps) ui.Screen {
			var ref awsx.Ref
			a.Edit(func(d *awsxtest.Data) {
				for _, s := range d.Services {
					if s.Name == name {
						ref = s.Ref
					}
				}
			})
			deps.TargetChanges = func(_ awsx.ContextID, group string) []store.TargetChange {
				var first awsx.TargetHealth
				a.Edit(func(d *awsxtest.Data) { first = d.Health[group].Targets[0] })
				before := first
				before.State, before.Reason = "initial", ""
				failed := first
				failed.State, failed.Reason = "unhealthy", "Target.Timeout"
				return []store.TargetChange{
					{Group: group, From: failed, To: first, At: awsxtest.Now},
					{Group: group, From: before, To: failed, At: awsxtest.Now.Add(-time.Hour)},
				}
			}
			return targets.New(deps, ref)
		}
	}
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
		d.Shows("~xx")
		d.Press("j", "j")
		d.Read().Shows("x unhealthy", "wrong status code /health", "api-checkout", "next", "check the health path", "every", "make healthy", "1h ago", "initial → unhealthy")
		d.Press("/").Type("healthy").Press("enter")
		d.Read().Press("enter")
		d.Read().Shows("running", "TASK")
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
