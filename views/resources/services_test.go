package resources_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/resources"
	"gantry/views/tasks"
	"gantry/views/viewstest"
)

// namesOf are those of the services in the table, from the top.
func namesOf(d *viewstest.Desk, of ...string) []string {
	var out []string
	for _, row := range d.Screen() {
		fields := strings.Fields(strings.TrimLeft(row, "> *"))
		if len(row) > 2 && strings.Trim(row[:2], "> *") == "" && len(fields) > 0 && slices.Contains(of, fields[0]) {
			out = append(out, fields[0])
		}
	}
	return out
}

var shopNames = []string{"api-checkout", "api-orders", "batch", "front", "legacy", "worker"}

func TestServicesLeadToWhatIsWrong(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Shows("PROD main/eu-west-1 payments", "● live", "6: x2 +4  agents 2/2", "sort FAULT↓")
		if got := namesOf(d, shopNames...); got[0] != "api-checkout" || got[1] != "batch" {
			t.Errorf("the worst do not come first: %v", got)
		}
		d.Shows("wrong status code /health", "next")
		d.Press("j").Shows("wrong status code /health i-")
		d.Advance(2*livetable.RestDelay).Shows("batch  failed", "unable to place a task because no container instance met", "its requirements.")
	})
}

func TestServicesAreNarrowedAndFoundAgain(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Press("/").Type("api").Press("enter").Shows("/api", "showing 2")
		if got := namesOf(d, shopNames...); !slices.Equal(got, []string{"api-checkout", "api-orders"}) {
			t.Errorf("the filter shows %v", got)
		}
		d.Press("/").Type("-nothing").Press("enter").Shows("nothing matches /api-nothing (6 hidden): esc clears")
		d.Press("esc").Hides("hides")
		d.Press("!").Shows("faults only", "showing 2")
		d.Press("!").Hides("faults only")
		d.Press("/").Type("(").Shows("regular expression").Press("esc")
		d.Press("N").Shows("sort NAME↑")
		if got := namesOf(d, shopNames...); !slices.IsSorted(got) || len(got) != 6 {
			t.Errorf("sorted by name: %v", got)
		}
		d.Press("space", "space").Shows("2 marked").Press("/").Type("front").Press("enter").Shows("2 marked (2 hidden)")
		d.Press("esc", `ctrl+\`).Hides("marked")
	})
}

func TestCursorStaysOnItsServiceWhenOthersComeAndGo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Press("N", "g", "j", "j", "j")
		d.Advance(time.Second)
		selected := func() string {
			for _, row := range d.Screen() {
				if strings.HasPrefix(row, ">") {
					return strings.Fields(row)[1]
				}
			}
			return ""
		}
		if selected() != "front" {
			t.Fatalf("the cursor is on %q", selected())
		}
		cluster.Service("aaa")
		d.Press("ctrl+r")
		d.Read().Shows("aaa")
		if selected() != "front" {
			t.Errorf("the cursor went to %q", selected())
		}
	})
}

// TestWhatLeadsToAChangeOpensUnarmed: looking needs no leave.
func TestWhatLeadsToAChangeOpensUnarmed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Press("N", "g")
		d.Shows("READ-ONLY (W arms)").Press("l", "i", "v", "s", "r", "u", "e")
		want := []string{"logs api-checkout", "image api-checkout", "env api-checkout", "scale api-checkout", "restart api-checkout", "undo api-checkout", "edit api-checkout"}
		if got := d.Visited.Calls; !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	})
}

func TestKeysOfServicesDoNotCollide(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		for _, root := range []func(*views.Deps) ui.Screen{
			func(d *views.Deps) ui.Screen { return resources.NewClusters(d, a.ID) },
			onServices(cluster),
			func(d *views.Deps) ui.Screen {
				return tasks.New(d, cluster.Ref.In("arn:aws:ecs:eu-west-1:1:service/payments/front"))
			},
			func(d *views.Deps) ui.Screen { return tasks.NewContainers(d, cluster.Ref, awsx.Task{}) },
		} {
			var screen ui.Screen
			viewstest.Sit(t, a, viewstest.Standard, func(d *views.Deps) ui.Screen {
				screen = root(d)
				return screen
			})
			var offered []ui.Binding
			for _, a := range screen.Actions() {
				offered = append(offered, a.Binding)
			}
			if c := (&ui.Keymap{}).Conflicts(offered); len(c) > 0 {
				t.Errorf("%s: %v", screen.Name(), c)
			}
		}
	})
}

func TestNameAndARNAreCopied(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		if d.Press("c"); d.Clipboard != "api-checkout" {
			t.Errorf("copied %q", d.Clipboard)
		}
		if d.Press("Y"); !strings.HasSuffix(d.Clipboard, ":service/payments/api-checkout") {
			t.Errorf("copied %q", d.Clipboard)
		}
		if d.Press("N", "shift+right", "Y"); d.Clipboard != "x fail" {
			t.Errorf("copied %q", d.Clipboard)
		}
		if d.Press("g", "space", "space", "c"); strings.Count(d.Clipboard, "\n") != 1 || !strings.Contains(d.Clipboard, "api-checkout") {
			t.Errorf("copied %q, expected the names of the two marked rows", d.Clipboard)
		}
	})
}

func TestServicesWithoutAnswerSayWhy(t *testing.T) {
	denied := &fault.Error{Class: fault.Denied, Op: "ecs:ListServices", Resource: "arn:aws:ecs:eu-west-1:1:cluster/payments"}
	for name, c := range map[string]struct {
		err  error
		says []string
	}{
		"denied":    {denied, []string{"denied: ecs:ListServices is missing", "ecs:ListServices is not allowed", "○ denied", "ctrl+r tries again"}},
		"expired":   {&fault.Error{Class: fault.Expired, Op: "ecs:ListServices", Fix: "run aws sso login --profile main"}, []string{"credentials of profile main are missing or expired: run aws sso login", "○ login expired"}},
		"none":      {&fault.Error{Class: fault.Expired, Err: fault.ErrNoCredentials, Fix: "name a profile with --profile"}, []string{"no credentials were found for profile main: name a profile with --profile", "○ no credentials"}},
		"throttled": {fault.Errorf(fault.Throttled, "ecs:ListServices", "", "Rate exceeded"), []string{"◐ throttled, retry"}},
		"offline":   {fault.Errorf(fault.Offline, "ecs:ListServices", "", "connection reset"), []string{"○ OFFLINE, retry", "connection reset"}},
		"failed":    {fault.Errorf(fault.Failed, "ecs:ListServices", "", "500"), []string{"◐ failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				a, cluster := viewstest.Shop()
				a.Fail(awsxtest.Services, c.err)
				d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster))
				d.Advance(300 * time.Millisecond).Shows(c.says...)
				a.Fail(awsxtest.Services, nil)
				d.Press("ctrl+r")
				d.Read().Shows("● live", "api-orders")
			})
		})
	}
}

func TestFailureKeepsTheRowsAndTheirAge(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		a.Fail(awsxtest.Services, fault.Errorf(fault.Offline, "ecs:ListServices", "", "connection reset"))
		for range 40 {
			d.Advance(3 * time.Second)
		}
		d.Shows("OFFLINE 2m, retry", "api-orders", "6: x2 +4")
	})
}

func TestDataThatStopsComingGetsOldWithoutAnyKey(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		release := a.Block(awsxtest.Services)
		defer release()
		for range 60 {
			d.Advance(3 * time.Second)
		}
		d.Shows("old", "api-orders")
	})
}

func TestLostBatchMarksTheViewAndKeepsTheRest(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		lost := cluster.Service("lost")
		a.Lose(awsxtest.Services, fault.Errorf(fault.Failed, "ecs:DescribeServices", "", "500"), lost.ARN)
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Shows("1 part failed: ecs:DescribeServices failed", "api-orders", "6: x2")
	})
}

func TestLoadingIsCounted(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		release := a.Block(awsxtest.Services)
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster))
		d.Shows("loading services", "◐ loading")
		release()
		d.Read().Shows("● live")
	})
}

func TestUnreadTargetsAreNeverWell(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.TargetHealth, fault.Errorf(fault.Denied, "elasticloadbalancing:DescribeTargetHealth", "", "no"))
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Shows("targets unread", "+1 ?4") // only the service without a balancer can be well
		if row := d.Row(" legacy "); !strings.Contains(row, "? unrd") {
			t.Errorf("unread is shown as %q", row)
		}
		d.Press("!").Shows("showing 5", "legacy").Hides(" worker ")
	})
}

func TestServicesOnAWideScreenShowTheirImages(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, onServices(cluster)).Read()
		d.Shows("IMAGE", "REV", "TYPE")
		if row := d.Row("api-orders"); !strings.Contains(row, "v2@") || !strings.Contains(row, "EC2") {
			t.Errorf("the row is %q", row)
		}
		d.Press("ctrl+w").Shows("IMAGE", "CPU") // asking for more takes nothing away
		d.Resize(120, 24).Shows("REV").Resize(80, 24).Press("ctrl+w").Hides("REV", "CPU")
	})
}

func TestHostileNamesNeverReachTheScreenRaw(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		const evil = "a\x1b]0;owned\x07\u202eb\rc"
		a.Edit(func(data *awsxtest.Data) {
			for i := range data.Services {
				data.Services[i].Name += evil
				for j := range data.Services[i].Events {
					data.Services[i].Events[j].Message += evil
				}
			}
			for i := range data.Tasks {
				data.Tasks[i].StoppedReason += evil
				data.Tasks[i].Containers[0].Name += evil
				data.Tasks[i].Containers[0].Reason = evil
			}
		})
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, func(d *views.Deps) ui.Screen { return resources.NewClusters(d, a.ID) }).Read()
		check := func() {
			t.Helper()
			for _, bad := range []string{"\x1b]0;", "\x07", "\u202e", "\r"} {
				if strings.Contains(d.View().Content, bad) {
					t.Errorf("%q is drawn", bad)
				}
			}
		}
		for _, keys := range [][]string{{"enter"}, {"d"}, {"esc", "y"}, {"esc", "enter"}, {"x"}, {"x"}, {"enter"}, {"d"}} {
			d.Press(keys...)
			d.Read()
			check()
		}
		_ = cluster
	})
}

func onServices(cluster *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen { return resources.NewServices(d, cluster.Ref) }
}

// TestADescriptionTellsWhatWasRead of a service whose revision is gone, and only what
// holds for one that another controller deploys.
func TestADescriptionTellsWhatWasRead(t *testing.T) {
	for name, c := range map[string]struct {
		edit        func(*awsx.Service)
		fails       bool
		shows, lack []string
	}{
		"its revision is gone": {edit: func(*awsx.Service) {}, fails: true,
			shows: []string{"Service api-orders", "circuit breaker", "Task definition api-orders:", "not read: ecs:DescribeTaskDefinition", "has reached a steady state"}, lack: []string{"could not be read"}},
		"another controller": {edit: func(s *awsx.Service) {
			s.Controller = "CODE_DEPLOY"
			s.TaskSets = []awsx.TaskSet{
				{ID: "ecs-svc/31", Status: "PRIMARY", TaskDefinition: s.TaskDefinition, Desired: 2, Running: 2, Scale: 100},
				{ID: "ecs-svc/32", Status: "ACTIVE", TaskDefinition: s.TaskDefinition, Desired: 2, Pending: 1, Scale: 100},
			}
			s.Deployments = awsx.DeploymentsOf(s.TaskSets)
		}, shows: []string{"Task sets", "primary", "active", "0/2 running, 1 pending"}, lack: []string{"Deployments", "PRIMARY", "circuit breaker", "ROLLING"}},
		"a pair of groups": {edit: func(s *awsx.Service) {
			s.LoadBalancers[0].Alternate = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/orders-second/6d0ecf831eec9f09"
		}, shows: []string{" or orders-second"}},
	} {
		t.Run(name, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				a, cluster := viewstest.Shop()
				a.Edit(func(data *awsxtest.Data) {
					for i := range data.Services {
						if data.Services[i].Name == "api-orders" {
							c.edit(&data.Services[i])
						}
					}
				})
				if c.fails {
					a.Fail(awsxtest.TaskDefinition, fault.Errorf(fault.NotFound, "ecs:DescribeTaskDefinition", "api-orders:9", "Unable to describe task definition."))
				}
				d := viewstest.Sit(t, a, uitest.Look{W: 140, H: 60}, onServices(cluster)).Read()
				d.Press("/").Type("api-orders").Press("enter").Press("d").Shows(c.shows...)
				d.Hides(c.lack...)
			})
		})
	}
}

// TestADeletedServiceIsNeitherWellNorAmongTheLiving: it stands last under a sign of its own
// and is not counted as well; one that is only being deleted is on its way.
func TestADeletedServiceIsNeitherWellNorAmongTheLiving(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		const gone, going = "front", "legacy"
		a.Edit(func(data *awsxtest.Data) {
			for i := range data.Services {
				switch x := &data.Services[i]; x.Name {
				case gone:
					x.Status, x.Desired, x.Running, x.Deployments = "INACTIVE", 0, 0, nil
				case going:
					x.Status, x.Desired, x.Running, x.Deployments = "DRAINING", 0, 1, nil
				}
			}
		})
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, onServices(cluster)).Read()
		row, leaving := d.Row(gone), d.Row(going)
		if !strings.Contains(row, "- stop") || !strings.Contains(row, "deleted") || strings.Contains(row, "+ ok") {
			t.Errorf("deleted: %q", row)
		}
		if !strings.Contains(leaving, "~ pend") || !strings.Contains(leaving, "draining: being deleted, 1 left") {
			t.Errorf("being deleted: %q", leaving)
		}
		d.Shows(" -1")
		d.Press("G")
		if last := d.Row(">"); !strings.Contains(last, gone) {
			t.Errorf("the last row is %q\n%s", last, d.Text())
		}
	})
}

// TestServicesCountTheAlarmsThatRing: the column is there while some do, the evidence says why,
// and M leads to them. A low alarm of target tracking, and one of the cluster, count for nothing.
func TestServicesCountTheAlarmsThatRing(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		look := uitest.Look{W: 230, H: 50}
		viewstest.Sit(t, a, look, onServices(cluster)).Read().Hides("ALM")
		viewstest.Alarm(a)
		d := viewstest.Sit(t, a, look, onServices(cluster)).Read()
		d.Shows("ALM")
		if row := d.Row("> api-checkout"); !strings.Contains(row, "0/1h   2 ") {
			t.Errorf("two alarms ring for %q", row)
		}
		if row := d.Row("  worker"); !strings.Contains(row, "0/1h     ") {
			t.Errorf("none rings for %q", row)
		}
		d.Shows("alarm checkout-5xx rings: HTTPCode_Target_5XX_Count 42: above 10", "alarm checkout-down rings: because of checkout-5xx")
		d.Press("M")
		d.Read().Shows("api-checkout alarms", "fails its deployments")
	})
}

func TestDeniedAlarmsLeaveTheServicesAlive(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.AllAlarms, &fault.Error{Class: fault.Denied, Op: "cloudwatch:DescribeAlarms"})
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, onServices(cluster)).Read()
		d.Shows("6: x2 +4", "alarms unread: cloudwatch:DescribeAlarms is missing", "● live").Hides("ALM")
	})
}
