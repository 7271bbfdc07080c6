package incident_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/past"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/incident"
	"gantry/views/viewstest"
)

// eventful has a deployment of api-checkout go wrong, as ECS, CloudTrail and CloudWatch tell.
func eventful(a *awsxtest.Account, c *awsxtest.Cluster) (of awsx.Ref) {
	a.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			s := &d.Services[i]
			if s.Name != "api-checkout" {
				continue
			}
			of = s.Ref
			family, _ := awsx.SplitRevision(s.TaskDefinition)
			at := func(minutes int) time.Time { return awsxtest.Now.Add(-time.Duration(minutes) * time.Minute) }
			s.Events = []awsx.ServiceEvent{
				{ID: "e2", At: at(21), Message: "(service api-checkout) has started 2 tasks: (task 1) (task 2)."},
				{ID: "e1", At: at(22), Message: "(service api-checkout) has started 2 tasks: (task 3) (task 4)."},
				{ID: "e0", At: at(95), Message: "(service api-checkout) has reached a steady state."},
			}
			for n := range 3 {
				task := awsx.Task{
					Ref: of.In(fmt.Sprintf("%s-%d", strings.Replace(of.ARN, ":service/", ":task/", 1), n)), ID: fmt.Sprintf("5ec%d", n), Group: "service:api-checkout", TaskDefinition: s.TaskDefinition,
					LastStatus: "STOPPED", DesiredStatus: "STOPPED", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", StoppedAt: at(20 - 3*n),
					Containers: []awsx.Container{{Name: "api-checkout", ExitCode: 3}},
				}
				d.Tasks = append(d.Tasks, task)
			}
			d.Trail = append(d.Trail, awsx.TrailEvent{ID: "t1", At: at(23), Call: "UpdateService", Source: "ecs.amazonaws.com", User: "run-7", Raw: json.RawMessage(
				`{"userIdentity":{"arn":"arn:aws:sts::1:assumed-role/ci/run-7"},"userAgent":"aws-cli","requestParameters":{"cluster":"` + c.Ref.Name() + `","service":"api-checkout","taskDefinition":"` + family + `:9"}}`)})
		}
	})
	return of
}

func happened(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	of := eventful(a, c)
	return func(d *views.Deps) ui.Screen { return incident.NewTimeline(d, of) }
}

func TestTimelineFrame(t *testing.T) {
	viewstest.Frame(t, []uitest.Look{viewstest.Standard}, happened)
}

// TestAnOperatorReadsWhatHappened: the newest first, a kind alone and all again, the whole of an
// entry, the lines and the charts of its time, and a file of it all.
func TestAnOperatorReadsWhatHappened(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, happened(a, cluster)).Read()
		d.Shows("3 tasks of", "stopped: exit 3", "ci/run-7", "UpdateService: taskDefinition", "has started x2", "has reached a steady state")
		d.Press("6").Shows("only task  <0>all", "stopped: exit 3").Hides("steady state")
		d.Press("enter")
		d.Read().Shows("task 5ec0", "Essential container in task exited")
		d.Press("esc").Press("0")
		d.Read().Shows("steady state")
		d.Press("!").Shows("stopped: exit 3").Hides("steady state", "run-7")
		d.Press("!").Press("/").Type("run-7").Press("enter")
		d.Read().Shows("UpdateService").Hides("steady state")
	})
}

// TestATimeThatIsChosenOpensThere: the lines about it, and charts in which it is marked.
func TestATimeThatIsChosenOpensThere(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, happened(a, cluster)).Read()
		d.Press("/").Type("run-7").Press("enter")
		d.Read().Press("l")
		at := awsxtest.Now.Add(-23 * time.Minute).UTC()
		if want := "logs at " + at.Format("15:04:05") + " api-checkout"; !slices.Contains(d.Visited.Calls, want) {
			t.Errorf("%q are visited, want %q", d.Visited.Calls, want)
		}
		d.Press("m").Advance(10*time.Second).Shows("api-checkout metrics", "@ "+at.Format("15:04"))
	})
}

// TestATimelineOfAClusterNamesItsServices and what of it could not be read, once.
func TestATimelineOfAClusterNamesItsServices(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		eventful(a, cluster)
		a.Fail(awsxtest.TrailEvents, &fault.Error{Class: fault.Denied, Op: "cloudtrail:LookupEvents"})
		d := viewstest.Sit(t, a, uitest.Look{W: 160, H: 40}, func(d *views.Deps) ui.Screen {
			d.Store.Past().(past.Observer).SeenEvent(cluster.Ref.In(cluster.Ref.ARN+"/gone"), awsx.ServiceEvent{ID: "x", At: awsxtest.Now.Add(-3 * time.Hour), Message: "an odd thing"})
			return incident.NewTimeline(d, cluster.Ref)
		}).Read()
		d.Shows("api-checkout", "3 tasks of", "cloudtrail:LookupEvents is missing").Hides("run-7")
	})
}

// TestTheTimelineIsSavedAsAReport with the kinds that are chosen.
func TestTheTimelineIsSavedAsAReport(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		dir := t.TempDir()
		t.Chdir(dir)
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, happened(a, cluster)).Read()
		d.Press("ctrl+s").Shows("saved to")
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 1 || !strings.HasSuffix(files[0].Name(), ".md") {
			t.Fatalf("%v, %v", files, err)
		}
		text, err := os.ReadFile(files[0].Name())
		if err != nil || !strings.Contains(string(text), "| task |") || !strings.Contains(string(text), "## Impact") ||
			!strings.Contains(string(text), "## What is wrong\n\n- api-checkout: ") || !strings.Contains(string(text), "\nAs of "+awsxtest.Now.Format("2006-01-02 ")) {
			t.Errorf("%v: %s", err, text)
		}
		if err := os.Remove(files[0].Name()); err != nil {
			t.Fatal(err)
		}
		d.Press("6").Press("ctrl+s").Shows("saved to")
		part, err := os.ReadFile(files[0].Name())
		if first, _, _ := strings.Cut(string(part), "\n"); err != nil || !strings.HasSuffix(first, ", only task") {
			t.Errorf("%v: a part is saved as %q", err, first)
		}
	})
}

// TestAFigureOfTheTimelineIsNeverCut on a screen of 80 columns: a code that has no room is
// left out, not shortened to another.
func TestAFigureOfTheTimelineIsNeverCut(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		for n := range 4 { // wherever the edge falls
			a, cluster := viewstest.Shop()
			of := eventful(a, cluster)
			a.Edit(func(d *awsxtest.Data) {
				for i := range d.Services {
					if d.Services[i].Ref == of {
						d.Services[i].Events = []awsx.ServiceEvent{{ID: "f", At: awsxtest.Now.Add(-time.Minute), Message: "(service api-checkout) " + strings.Repeat("w", 30+n) + " it took 98765 seconds"}}
					}
				}
			})
			d := viewstest.Sit(t, a, uitest.Look{W: 80, H: 24}, func(d *views.Deps) ui.Screen { return incident.NewTimeline(d, of) }).Read()
			d.Shows("www")
			d.Hides("9…", "98…", "987…", "9876…")
		}
	})
}
