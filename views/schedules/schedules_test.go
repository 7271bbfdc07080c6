package schedules_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/schedules"
	"gantry/views/viewstest"
)

// planned has jobs of the shop started by themselves: one by a revision that is not the newest,
// one by one that is INACTIVE, one by whatever is the newest, one that is off.
func planned(a *awsxtest.Account, c *awsxtest.Cluster) {
	a.Edit(func(d *awsxtest.Data) {
		const head = "arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":task-definition/"
		for i, status := range []string{"INACTIVE", "ACTIVE", "ACTIVE"} {
			arn := head + "report:" + string(rune('1'+i))
			d.TaskDefinitions = append(d.TaskDefinitions, &awsx.TaskDefinition{ARN: arn, Family: "report", Revision: i + 1, Status: status})
		}
		add := func(s awsx.Schedule, definition string) {
			s.Ref.ARN = "arn:aws:events:eu-west-1:" + awsxtest.Number + ":rule/" + s.Name
			s.Starts = []awsx.ScheduledTask{{Cluster: c.Ref.ARN, Definition: head + definition, Count: 1, LaunchType: "EC2"}}
			d.Schedules = append(d.Schedules, s)
		}
		add(awsx.Schedule{Name: "report-nightly", Enabled: true, Expression: "cron(15 2 ? * MON-FRI *)"}, "report:2")
		add(awsx.Schedule{Name: "report-hourly", Group: "default", Enabled: true, Expression: "rate(1 hour)", Made: awsxtest.Now.Add(-150*time.Minute - 30*time.Second)}, "report:1")
		add(awsx.Schedule{Name: "report-weekly", Group: "jobs", Enabled: true, Expression: "cron(0 4 ? * SUN *)", Zone: "Europe/Dublin"}, "report")
		add(awsx.Schedule{Name: "report-off", Expression: "rate(1 day)"}, "report:3")
		d.Schedules = append(d.Schedules, awsx.Schedule{Name: "elsewhere", Enabled: true, Starts: []awsx.ScheduledTask{{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/other", Definition: head + "x:1"}}})
		var failed awsx.Task
		for _, task := range d.Tasks {
			if task.Ref.ClusterRef() == c.Ref {
				failed = task
			}
		}
		failed.Ref.ARN, failed.ID, failed.Group, failed.StartedBy, failed.TaskDefinition = failed.Ref.ARN+"9", "5c4ed", "family:report", "events-rule/report-nightly", head+"report:2"
		failed.LastStatus, failed.DesiredStatus, failed.StopCode, failed.StoppedReason = "STOPPED", "STOPPED", "EssentialContainerExited", "Essential container in task exited"
		failed.Containers = []awsx.Container{{Name: "report", LastStatus: "STOPPED", ExitCode: 3}}
		failed.StoppedAt = awsxtest.Now.Add(-20 * time.Minute)
		d.Tasks = append(d.Tasks, failed)
	})
}

func on(c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen { return schedules.New(d, c.Ref) }
}

// TestSchedulesTellWhatTheyStartAndWhen: an operator sees which pin what should not be started
// any more, when each is due, and how the last one went.
func TestSchedulesTellWhatTheyStartAndWhen(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		planned(a, cluster)
		d := viewstest.Sit(t, a, uitest.Look{W: 230, H: 40}, on(cluster)).Read()
		d.Shows("report-nightly", "! look", "report:2", "03-16 02:15, in 1d", "at 02:15 on Monday to Friday", "exit 3", "starts report:2, and the newest is report:3",
			"report-hourly", "x fail", "report:1 is INACTIVE: nothing is started", "09:56, in 24m", "every hour",
			"report-weekly", "+ ok", "at 04:00 on Sunday (Europe/Dublin)", "report-off", "- off").Hides("elsewhere")
		d.Press("!").Shows("report-nightly", "report-hourly").Hides("report-weekly", "report-off").Press("!")
		d.Press("/").Type("weekly").Press("enter")
		d.Read().Shows("schedule jobs/report-weekly", "1 task of report, EC2", "newest  report:3")
		d.Press("enter")
		d.Read().Shows("standalone tasks")
	})
}

// TestDeniedSchedulesNameTheAction: one of the two services that is denied takes its part alone.
func TestDeniedSchedulesNameTheAction(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.Schedules, &fault.Error{Class: fault.Denied, Op: "events:ListRules"})
		viewstest.Sit(t, a, viewstest.Standard, on(cluster)).Read().Shows("schedules could not be read: events:ListRules is not allowed")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		planned(a, cluster)
		a.Fail(awsxtest.Revisions, &fault.Error{Class: fault.Denied, Op: "ecs:ListTaskDefinitions"})
		viewstest.Sit(t, a, uitest.Look{W: 140, H: 30}, on(cluster)).Read().Shows("report-nightly", "? unrd", "revisions unread: ecs:ListTaskDefinitions is missing")
	})
}

func TestFrameOfSchedules(t *testing.T) {
	viewstest.Frame(t, append(uitest.Looks(), uitest.Look{W: 200, H: 50}), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		planned(a, c)
		return on(c)
	})
}
