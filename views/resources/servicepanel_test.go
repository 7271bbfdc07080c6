package resources_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

// wideLook is a terminal with room for the evidence beside the table.
var wideLook = uitest.Look{W: 200, H: 50}

// onServicesWithLogs opens the services of a cluster whose lines are on a shelf.
func onServicesWithLogs(c *awsxtest.Cluster, shelf *viewstest.Shelf) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen {
		d.Lines = inquiry.Lines{
			Store: d.Store, Drivers: ecslog.Standard(),
			Open: func(context.Context, awsx.ContextID) (logs.Source, error) { return shelf, nil },
		}
		return resources.NewServices(d, c.Ref)
	}
}

func TestThePanelFillsWithWhatExplainsTheRow(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		shelf := &viewstest.Shelf{}
		older, newer := strings.Repeat("a", 64), strings.Repeat("b", 64)
		viewstest.Crash(a, "worker", older, 3*time.Minute)
		viewstest.Crash(a, "worker", newer, time.Minute)
		shelf.Write(time.Now().Add(-4*time.Minute), older, "", "error", "words of the one before")
		for i := range 40 {
			shelf.Write(time.Now().Add(-time.Minute+time.Duration(i)*time.Millisecond), newer, "", "info", fmt.Sprintf("step %d", i))
		}
		shelf.Write(time.Now().Add(-50*time.Second), newer, "", "error", "NoSuchQueue: jobs password=hunter2")
		d := viewstest.Sit(t, a, wideLook, onServicesWithLogs(cluster, shelf)).Read()
		d.Press("/").Type("worker").Press("enter")
		d.Read().Shows("worker  degraded", "next", "<L> read its last lines", "Last lines of worker in task", "NoSuchQueue: jobs", "step 39", "Changed last", "worker:1", "Events").
			Hides("hunter2", "step 1 ", "words of the one before")
		d.Press("L")
		want := "logs " + newestDead(a, "worker") + " worker"
		if got := d.Visited.Calls; !slices.Equal(got, []string{want}) {
			t.Errorf("L leads to %v, want the log of the task that died last: %s", got, want)
		}
	})
}

// TestARowSaysWhatItsEvidenceSays once that was read, and goes on when the cursor has gone on.
func TestARowSaysWhatItsEvidenceSays(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		shelf := &viewstest.Shelf{}
		runtime := strings.Repeat("b", 64)
		viewstest.Crash(a, "worker", runtime, time.Minute)
		shelf.Write(time.Now().Add(-50*time.Second), runtime, "", "error", "Traceback (most recent call last):\n  File \"x.py\"\nKeyError: 'QUEUE_URL'")
		d := viewstest.Sit(t, a, wideLook, onServicesWithLogs(cluster, shelf)).Read()
		row := func() string { return d.Row(" worker    ") }
		if r := row(); !strings.Contains(r, " exit 1 ") {
			t.Fatalf("before anybody looked, the row is %q", r)
		}
		d.Press("j", "j")
		d.Read().Shows("worker  degraded", "it asks for the variable")
		if r := row(); !strings.Contains(r, " exit 1: QUEUE_URL not set ") {
			t.Errorf("beside its evidence the row is %q", r)
		}
		searches := shelf.Searches
		d.Press("g").Advance(livetable.RestDelay)
		if r := row(); !strings.Contains(r, " exit 1: QUEUE_URL not set ") {
			t.Errorf("once the cursor was elsewhere, the row is %q", r)
		}
		d.Press("j", "j").Advance(livetable.RestDelay).Shows("worker  degraded for 1m: exit 1: QUEUE_URL not set")
		if n := shelf.Searches - searches; n != 0 {
			t.Errorf("the row costs %d searches", n)
		}
		// Words of a death that is past are no longer the row's.
		viewstest.Crash(a, "worker", strings.Repeat("c", 64), 0)
		d.Press("g", "ctrl+r")
		d.Read()
		if r := row(); !strings.Contains(r, " exit 1 ") && !strings.Contains(r, "QUEUE_URL") {
			t.Errorf("after another death the row is %q", r)
		}
	})
}

// newestDead is the short id of the task of a service that stopped last.
func newestDead(a *awsxtest.Account, service string) (id string) {
	var at time.Time
	a.Edit(func(d *awsxtest.Data) {
		for _, t := range d.Tasks {
			if t.Group == "service:"+service && t.StoppedAt.After(at) {
				id, at = t.ID[:8], t.StoppedAt
			}
		}
	})
	return id
}

func TestALivingServiceShowsItsNewestErrors(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		shelf := &viewstest.Shelf{}
		d := viewstest.Sit(t, a, wideLook, onServicesWithLogs(cluster, shelf))
		runtime := viewstest.TasksOf(a, cluster.Ref.In("arn:aws:ecs:eu-west-1:"+awsxtest.Number+":service/payments/front"))[0].Containers[0].RuntimeID
		shelf.Write(time.Now().Add(-time.Minute), runtime, "", "info", "all is well")
		shelf.Write(time.Now().Add(-time.Minute), runtime, "", "error", "payment 17 was lost")
		d.Read()
		d.Press("/").Type("front").Press("enter")
		d.Read().Shows("Newest errors", "payment 17 was lost").Hides("all is well")
	})
}

func TestOnlyARowThatIsDweltOnCostsCalls(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		shelf := &viewstest.Shelf{}
		d := viewstest.Sit(t, a, wideLook, onServicesWithLogs(cluster, shelf)).Read()
		before := shelf.Searches
		for range 3 {
			d.Press("j").Advance(2 * livetable.RestDelay)
		}
		if shelf.Searches != before {
			t.Errorf("a cursor on its way had the log searched %d times", shelf.Searches-before)
		}
		d.Read().Read()
		if n := shelf.Searches - before; n != 1 {
			t.Errorf("a row that is dwelt on had the log searched %d times, want once", n)
		}
	})
}

func TestUnreadRowsDoNotWander(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		release := a.Block(awsxtest.TargetHealth)
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Shows("?")
		unread := namesOf(d, "api-orders", "front", "legacy", "worker")
		release()
		d.Read()
		if read := namesOf(d, "api-orders", "front", "legacy", "worker"); !slices.Equal(unread, read) || !slices.IsSorted(unread) {
			t.Errorf("rows wandered as their cells landed: %v, then %v", unread, read)
		}
	})
}

func TestWhatCouldNotBeReadStandsAmongTheTroubles(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.TargetHealth, &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeTargetHealth"})
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		got := namesOf(d, shopNames...)
		if slices.Index(got, "worker") != len(got)-1 {
			t.Errorf("a service that is well and known stands above those that could not be read: %v", got)
		}
	})
}

func TestTheCursorStaysOnTheTopRowUntilItIsMoved(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Advance(10 * time.Minute)
		cluster.Service("aa-broken", awsxtest.Desired(4), awsxtest.Running(0), awsxtest.Unbalanced())
		d.Press("ctrl+r")
		d.Read()
		if row := d.Row(">"); !strings.Contains(row, "aa-broken") && !strings.Contains(d.Screen()[3], ">") {
			t.Errorf("the cursor left the top row: %s", row)
		}
		d.Press("j", "k").Advance(time.Second)
		on := strings.Fields(d.Row(">"))[1]
		cluster.Service("aa-worse", awsxtest.Desired(4), awsxtest.Running(0), awsxtest.Unbalanced())
		d.Press("ctrl+r")
		d.Read()
		if now := strings.Fields(d.Row(">"))[1]; now != on {
			t.Errorf("a cursor that was moved went from %s to %s", on, now)
		}
	})
}

// TestTheCursorIsOnTheTopRowWhereItWasLeftBeforeAnyWasThere: nobody went from a row.
func TestTheCursorIsOnTheTopRowWhereItWasLeftBeforeAnyWasThere(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		release := a.Block(awsxtest.Services)
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster))
		d.Press(":").Type("messages").Press("enter")
		release()
		d.Read().Press("esc")
		d.Read().Shows("api-checkout")
		cluster.Service("aa-broken", awsxtest.Desired(4), awsxtest.Running(0), awsxtest.Unbalanced())
		d.Press("ctrl+r")
		d.Read()
		if row := d.Screen()[3]; !strings.HasPrefix(row, "> aa-broken") {
			t.Errorf("the cursor is not on the worst:\n%s", d.Text())
		}
	})
}

func TestEnterBeforeTheRowsAreThereIsNotLost(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		release := a.Block(awsxtest.Services)
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster))
		d.Press("enter").Shows("loading services")
		release()
		d.Read().Shows("TASK", "STATE")
	})
}

// TestEveryKeyOnMarksTakesAllOrSaysWhyNot presses each key that is about a service while two
// are marked.
func TestEveryKeyOnMarksTakesAllOrSaysWhyNot(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Press("N", "g", "space", "space")
		for _, key := range []string{"i", "v", "u", "e", "o", "z", "Z", "enter"} {
			d.Press(key).Shows("this takes one at a time, and 2 are marked", "api-checkout x fail")
		}
		d.Press("L").Shows("no task of api-checkout, api-orders died")
		d.Press("l", "s", "r", "=")
		if got := d.Visited.Calls; !slices.Equal(got, []string{
			"logs api-checkout", "logs api-orders", "scale all api-checkout", "restart api-checkout", "restart api-orders", "compare api-checkout:1 api-orders:1 api-checkout",
		}) {
			t.Errorf("with two marked the keys led to %v", got)
		}
		d.Press("d").Shows("2 services describe")
		d.Read().Shows("api-checkout")
		d.Press("/").Type("service/payments/api-orders").Press("enter").Shows("1 match")
		d.Press("esc", "esc", "space").Press("=").Shows("this compares two, and 3 are marked")
		d.Press("/").Type("api").Press("enter")
		d.Press("l").Shows("marked and hidden by the filter")
	})
}

func TestAServiceIsComparedWithWhatRanBefore(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Edit(func(d *awsxtest.Data) {
			for i := range d.Services {
				if s := &d.Services[i]; s.Name == "front" {
					s.TaskDefinition = strings.TrimSuffix(s.TaskDefinition, ":1") + ":4"
				}
			}
		})
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Press("N", "g", "=").Shows("there is no revision before the one in use")
		d.Press("/").Type("front").Press("enter", "=")
		if got := d.Visited.Calls; !slices.Equal(got, []string{"compare front:3 front:4 front"}) {
			t.Errorf("= led to %v", got)
		}
	})
}

// TestThePanelTellsWhatWasDeployed: by the record of the service's deployments, how the last
// one ended, against what stood before it, be that not the number before; the count that it
// was deployed with; and the deployments before it.
func TestThePanelTellsWhatWasDeployed(t *testing.T) {
	const family = "arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":task-definition/front:"
	deploy := func(d *awsxtest.Data, service awsx.Ref, n, tasks int, status, reason string, ago time.Duration) {
		at := time.Now().Add(-ago)
		revision := awsx.ServiceRevision{ARN: fmt.Sprintf("revision-%d-%s", n, ago), TaskDefinition: family + fmt.Sprint(n), CreatedAt: at,
			Images: []awsx.RevisionImage{{Container: "front", Image: fmt.Sprintf("front:v%d", n)}}}
		d.Revisions = append(d.Revisions, revision)
		d.Deployments[service.ARN] = append(d.Deployments[service.ARN], awsx.ServiceDeployment{
			ARN: "deployment-" + revision.ARN, Status: status, StatusReason: reason, CreatedAt: at, StartedAt: at, FinishedAt: at.Add(time.Minute),
			Target: awsx.RevisionShare{ARN: revision.ARN, Requested: tasks},
		})
	}
	for name, c := range map[string]struct {
		fill  func(d *awsxtest.Data, service awsx.Ref)
		shows []string
	}{
		"a count that changed": {func(d *awsxtest.Data, service awsx.Ref) {
			deploy(d, service, 1, 5, "SUCCESSFUL", "", time.Hour)
			deploy(d, service, 7, 3, "SUCCESSFUL", "", 26*time.Hour)
		}, []string{"5 when it was deployed, 2 now", "3 -> 5", "front:7 v7 succeeded"}},
		"one that was rolled back": {func(d *awsxtest.Data, service awsx.Ref) {
			deploy(d, service, 9, 2, "ROLLBACK_SUCCESSFUL", "tasks failed to start", time.Hour)
			deploy(d, service, 1, 2, "SUCCESSFUL", "", 26*time.Hour)
		}, []string{"front:9 v9 rolled back: tasks failed to start", "front:1 v1 succeeded"}},
	} {
		t.Run(name, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				a, cluster := viewstest.Shop()
				a.Edit(func(d *awsxtest.Data) {
					c.fill(d, cluster.Ref.In("arn:aws:ecs:eu-west-1:"+awsxtest.Number+":service/payments/front"))
				})
				d := viewstest.Sit(t, a, wideLook, onServices(cluster)).Read()
				d.Press("/").Type("front").Press("enter")
				d.Read().Shows("Changed last").Shows(c.shows...)
				before := a.Count(awsxtest.ServiceDeployments)
				d.Advance(5 * time.Minute)
				d.Read()
				if n := a.Count(awsxtest.ServiceDeployments) - before; n != 0 {
					t.Errorf("nothing was deployed since, and the record was read %d times more", n)
				}
			})
		})
	}
}
