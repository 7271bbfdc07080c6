package views

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui/uitest"
)

func TestARevisionIsChosenByHowItRanHere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, history, revisions).read()
		f.Shows("REVISION", "LAST DEPLOYED HERE")
		for name, want := range map[string]string{"api-orders:3": "no record", "api-orders:2": "x rolled back 2h ago", "api-orders:1": "+ succeeded 2h ago"} {
			if row := f.Row(name); !strings.Contains(row, want) {
				t.Errorf("%s: %q lacks %q", name, row, want)
			}
		}
		f.keys("enter").Shows("deploy this revision: this is the revision in use")
		f.keys("G", "enter").Shows("roll back payments/api-orders", "api-orders:3", "api-orders:1", "asks yes or no",
			`/api-orders:v3"`, `/api-orders:v2"`, "revision", "makes 1 call")
		f.keys("enter").Shows("[ No ]")
		f.keys("y").Shows("Rollout")
		if n := f.account.Count(awsxtest.RegisterTaskDefinition); n != 0 {
			t.Errorf("going back registered %d revisions", n)
		}
		f.account.FinishRollout("api-orders")
		f.read().Shows("+ succeeded: api-orders runs api-orders:1")
		f.keys("esc")
		if row := f.Row("api-orders:1"); !strings.Contains(row, "in use") {
			t.Errorf("the table still shows what was: %q", row)
		}
	})
}

func TestAnAccountWithoutThatAPILeavesNoRecord(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) {
			history(f)
			f.account.Fail(awsxtest.ServiceDeployments, fault.Errorf(fault.Failed, "ecs:ListServiceDeployments", "", "500 <html>Internal Server Error</html>"))
		}, revisions).read()
		if n := strings.Count(f.Text(), "no record"); n != 3 {
			t.Errorf("%d revisions without a record:\n%s", n, f.Text())
		}
		f.Hides("html", "failed")
		f.keys("G", "enter").Shows("Difference")
	})
}

func TestARevisionThatCannotBeReadIsNotGuessed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) {
			history(f)
			f.account.Fail(awsxtest.TaskDefinition, fault.Errorf(fault.Denied, "ecs:DescribeTaskDefinition", "", "no"))
		}, revisions).read()
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
	bubble(t, func(t *testing.T) {
		f := prepared(t, uitest.Look{W: 120, H: 40}, func(f *shopfloor) {
			history(f)
			f.redefine(`"LOG_LEVEL"`, `"LOG\u001b]0;owned\u0007"`, `"debug"`, `"de\u001b]0;owned\u0007bug"`)
			f.account.Edit(func(d *awsxtest.Data) {
				for i := range d.Images[ecr+"api-orders"] {
					im := &d.Images[ecr+"api-orders"][i]
					im.Tags = append(im.Tags, "v9"+evil)
					im.ScanStatus += evil
				}
				for i := range d.Deployments[f.service.ARN] {
					d.Deployments[f.service.ARN][i].Status += evil
				}
				d.Identity.ARN += evil
			})
		}, tables).read()
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
			f.keys(step.keys...)
			check(step.where)
		}
		f.answer("api-orders").Shows("Rollout")
		f.stop(1, "because"+evil)
		f.edit(func(s *awsx.Service) {
			s.Events[0].Message += evil
			s.Deployments[0].RolloutReason = evil
		})
		f.read().Shows("because")
		f.account.FailRollout("api-orders", false)
		f.read().Shows("x failed", "because")
		check("the follow")
		if strings.ContainsAny(f.saved(t), "\x1b\x07\u202e\r") {
			t.Error("the saved follow obeys")
		}
	})
}
