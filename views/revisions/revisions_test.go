package revisions_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui/uitest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func TestARevisionIsChosenByHowItRanHere(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, changestest.History, changestest.Revisions).Read()
		f.Shows("REVISION", "LAST DEPLOYED HERE")
		for name, want := range map[string]string{"api-orders:3": "no record", "api-orders:2": "x rolled back 2h ago", "api-orders:1": "+ succeeded 2h ago"} {
			if row := f.Row(name); !strings.Contains(row, want) {
				t.Errorf("%s: %q lacks %q", name, row, want)
			}
		}
		f.Keys("enter").Shows("deploy this revision: this is the revision in use")
		f.Keys("G", "enter").Shows("roll back payments/api-orders", "api-orders:3", "api-orders:1", "asks yes or no",
			`/api-orders:v3"`, `/api-orders:v2"`, "revision", "makes 1 call")
		f.Keys("enter").Shows("[ No ]")
		f.Keys("y").Shows("Rollout")
		if n := f.Account.Count(awsxtest.RegisterTaskDefinition); n != 0 {
			t.Errorf("going back registered %d revisions", n)
		}
		f.Account.Settle("api-orders")
		f.Read().Shows("+ succeeded: api-orders runs api-orders:1")
		f.Keys("esc")
		if row := f.Row("api-orders:1"); !strings.Contains(row, "in use") {
			t.Errorf("the table still shows what was: %q", row)
		}
	})
}

func TestAnAccountWithoutThatAPILeavesNoRecord(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			changestest.History(f)
			f.Account.Fail(awsxtest.ServiceDeployments, fault.Errorf(fault.Failed, "ecs:ListServiceDeployments", "", "500 <html>Internal Server Error</html>"))
		}, changestest.Revisions).Read()
		if n := strings.Count(f.Text(), "no record"); n != 3 {
			t.Errorf("%d revisions without a record:\n%s", n, f.Text())
		}
		f.Hides("html", "failed")
		f.Keys("G", "enter").Shows("Difference")
	})
}

func TestARevisionThatCannotBeReadIsNotGuessed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			changestest.History(f)
			f.Account.Fail(awsxtest.TaskDefinition, fault.Errorf(fault.Denied, "ecs:DescribeTaskDefinition", "", "no"))
		}, changestest.Revisions).Read()
		f.Shows("1 part failed: ecs:DescribeTaskDefinition denied")
		if row := f.Row("api-orders:2"); !strings.Contains(row, "?") {
			t.Errorf("the row is %q", row)
		}
	})
}

// TestHostileTextOfChangesNeverReachesTheScreenRaw plants what a terminal would
// obey in all that registries, ECS and people write.
func TestHostileTextOfChangesNeverReachesTheScreenRaw(t *testing.T) {
	const evil = "\x1b]0;owned\x07\u202e\r"
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 40}, func(f *changestest.Shopfloor) {
			changestest.History(f)
			f.Redefine(`"LOG_LEVEL"`, `"LOG\u001b]0;owned\u0007"`, `"debug"`, `"de\u001b]0;owned\u0007bug"`)
			f.Account.Edit(func(d *awsxtest.Data) {
				for i := range d.Images[changestest.ECR+"api-orders"] {
					im := &d.Images[changestest.ECR+"api-orders"][i]
					im.Tags = append(im.Tags, "v9"+evil)
					im.ScanStatus += evil
				}
				for i := range d.Deployments[f.Service.ARN] {
					d.Deployments[f.Service.ARN][i].Status += evil
				}
				d.Identity.ARN += evil
			})
		}, changestest.Tables).Read()
		check := func(where string) {
			t.Helper()
			for _, bad := range []string{"\x1b]0;", "\x07", "\u202e", "\r"} {
				if strings.Contains(f.View().Content, bad) {
					t.Errorf("%s draws %q", where, bad)
				}
			}
		}
		f.Press("/").Type("api-orders").Press("enter")
		for _, step := range []struct {
			where string
			keys  []string
		}{
			{"the images", []string{"i"}}, {"the plan of a bad tag", []string{"G", "enter"}}, {"the revisions", []string{"esc", "esc", "u"}},
			{"the environment", []string{"esc", "v"}}, {"an edit", []string{"g", "j", "enter", "end", "!", "enter"}},
			{"the plan", []string{"w"}}, {"the question", []string{"enter"}},
		} {
			f.Keys(step.keys...)
			check(step.where)
		}
		f.Answer("api-orders").Shows("Rollout")
		f.Stop(1, "because"+evil)
		f.Edit(func(s *awsx.Service) {
			s.Events[0].Message += evil
			s.Deployments[0].RolloutReason = evil
		})
		f.Read().Shows("because")
		f.FailRollout("api-orders", false)
		f.Read().Shows("x failed", "because")
		check("the follow")
		if strings.ContainsAny(f.Saved(t), "\x1b\x07\u202e\r") {
			t.Error("the saved follow obeys")
		}
	})
}
