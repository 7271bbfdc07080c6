package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
)

// together is a console on the lines of three services, of which one cannot be read.
type together struct {
	*desk
	account  *awsxtest.Account
	services []awsx.Ref
	name     map[awsx.Ref][]string // of a service, the ids of its containers
}

func sitTogether(t *testing.T, look uitest.Look) *together {
	t.Helper()
	a := awsxtest.New(awsx.ContextID{Profile: "main"})
	c := a.Cluster("payments")
	d := &together{desk: &desk{shelf: &viewstest.Shelf{}}, account: a, name: map[awsx.Ref][]string{}}
	d.services = []awsx.Ref{c.Service("ledger"), c.Service("billing"), c.Service("mailer", awsxtest.Driver("splunk"))}
	d.Desk = viewstest.Sit(t, a, look, func(deps *views.Deps) ui.Screen {
		var scopes []views.LogScope
		for _, s := range d.services {
			scopes = append(scopes, views.LogScope{Service: s})
		}
		d.screen = logviews.NewScreen(viewerOf(deps, d.shelf), scopes...)
		return d.screen
	})
	for _, s := range d.services {
		d.name[s] = d.Runtimes(s)
	}
	return d
}

// writes has a task of a service write a line, some time ago.
func (d *together) writes(service, task int, ago time.Duration, level, message string) {
	of := d.services[service]
	d.shelf.Write(time.Now().Add(-ago), d.name[of][task], fmt.Sprintf("ecs-%s-1-%s-%020x", of.Name(), of.Name(), task), level, message)
}

func TestLinesOfSeveralServicesStandTogether(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sitTogether(t, viewstest.Standard)
		d.writes(0, 0, 30*time.Second, "info", "booked 1")
		d.writes(1, 1, 20*time.Second, "error", "card declined")
		d.writes(0, 1, 10*time.Second, "info", "booked 2")
		// It is by its family alone that this one is the service's.
		d.shelf.Write(time.Now().Add(-5*time.Second), strings.Repeat("ab", 32), "ecs-billing-1-billing-"+strings.Repeat("0f", 10), "info", "from elsewhere")
		d.Read()
		d.Shows("main/eu-west-1 payments ledger billing mailer logs", "3 services: ledger, billing, mailer", "mailer (not read)", "not among these lines: mailer: log driver splunk")
		var order []string
		for _, row := range d.Screen() {
			for _, text := range []string{"booked 1", "card declined", "booked 2", "from elsewhere"} {
				if strings.Contains(row, text) {
					order = append(order, strings.Join(strings.Fields(row)[len(strings.Fields(row))-len(strings.Fields(text))-1:], " "))
				}
			}
		}
		want := []string{"ledger booked 1", "billing card declined", "ledger booked 2", "billing? from elsewhere"}
		if strings.Join(order, "|") != strings.Join(want, "|") {
			t.Errorf("the lines are %q, want %q\n%s", order, want, d.Text())
		}
		d.writes(1, 0, 0, "info", "card accepted")
		d.Advance(2*time.Second).Shows("billing  card accepted", "following")
		if text := d.screen.Text(); !strings.Contains(text, "error billing card declined\n") {
			t.Errorf("what is saved does not name the service:\n%s", text)
		}
		d.Press("E", "enter").Shows("service    billing", "card declined")
		d.Press("esc", "d").Shows("lacking: mailer: log driver splunk of container mailer is not read")
		d.Press("esc", "Q").Advance(time.Second)
		d.Type("level:error").Press("enter").Advance(2 * time.Second).Shows("card declined").Hides("booked")
		d.Press("esc", "/").Type("ledger").Press("enter").Shows("booked 2")
		d.Press("H").Advance(time.Second).Shows("histogram", "errors")
	})
}

// TestOneOfSeveralThatCanBeReadLaterJoinsTheOthers opens the lines of two services while
// the tasks of one are not to be had.
func TestOneOfSeveralThatCanBeReadLaterJoinsTheOthers(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sitTogether(t, viewstest.Standard)
		d.writes(0, 0, 50*time.Second, "info", "booked 1")
		d.writes(2, 0, 40*time.Second, "info", "mail sent")
		d.Read().Shows("booked 1", "mailer (not read)").Hides("mail sent")
		d.account.Edit(func(data *awsxtest.Data) {
			for i := range data.Services {
				if s := &data.Services[i]; s.Name == "mailer" {
					s.TaskDefinition = strings.Replace(s.TaskDefinition, "mailer", "ledger", 1)
				}
			}
		})
		d.Advance(time.Minute)
		d.Read()
		d.Shows("ledger booked 1", "mailer mail sent").Hides("not read")
	})
}

func TestSavedLinesAreNamedByTheirServices(t *testing.T) {
	t.Chdir(t.TempDir())
	viewstest.Bubble(t, func(t *testing.T) {
		d := sitTogether(t, viewstest.Standard)
		d.writes(0, 0, 30*time.Second, "info", "booked 1")
		d.Read().Press("ctrl+s").Advance(time.Second).Shows("payments-ledger-billing-mailer-logs-")
	})
}

// TestWhatAllOfSeveralLackIsSaid has none that can be read.
func TestWhatAllOfSeveralLackIsSaid(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("payments")
		one, other := c.Service("mailer", awsxtest.Driver("splunk")), c.Service("faxer", awsxtest.Driver("none"))
		viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			return logviews.NewScreen(viewerOf(deps, &viewstest.Shelf{}), views.LogScope{Service: one}, views.LogScope{Service: other})
		}).Read().Shows("these lines cannot be found", "mailer: ", "faxer: ")
	})
}

func TestSeveralTasksOfAServiceAreToldApartByTheirIds(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, service := accountOfTwo()
		tasks := viewstest.TasksOf(a, service)
		s := &viewstest.Shelf{}
		for i, task := range tasks {
			s.Write(time.Now().Add(-time.Duration(i)*time.Second), task.Containers[0].RuntimeID, "", "info", fmt.Sprintf("of task %d", i))
		}
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			return logviews.NewScreen(viewerOf(deps, s), views.LogScope{Service: service, Task: &tasks[0]}, views.LogScope{Service: service, Task: &tasks[1]})
		}).Read()
		first, second := tasks[0].ID[:8], tasks[1].ID[:8]
		d.Shows("2 tasks: "+first+", "+second, first+" of task 0", second+" of task 1")
	})
}

func TestSeveralFrames(t *testing.T) {
	uitest.Golden(t, uitest.MainLooks(), func(t *testing.T, look uitest.Look) (c *uitest.Console) {
		viewstest.Bubble(t, func(t *testing.T) {
			d := sitTogether(t, look)
			for i := range 4 {
				d.writes(i%2, i%2, time.Duration(8-i)*time.Second, "info", fmt.Sprintf("GET /orders/%d 200", i))
			}
			d.writes(1, 0, 3*time.Second, "error", "KeyError: 'CARD_KEY'")
			drawn := time.Now().Add(readTime)
			d.screen.DrawnAt(drawn)
			c = d.Read().Console
		})
		return c
	})
}

// TestWhatIsMaskedInLinesOfSeveralIsShownOnceEachIsRecorded asks for the number of services.
func TestWhatIsMaskedInLinesOfSeveralIsShownOnceEachIsRecorded(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("payments")
		one, other := c.Service("ledger"), c.Service("billing")
		s := &viewstest.Shelf{}
		s.Write(time.Now(), viewstest.TasksOf(a, one)[0].Containers[0].RuntimeID, "", "info", "password=hunter2")
		var recorded []string
		d := viewstest.Sit(t, a, viewstest.Standard, func(deps *views.Deps) ui.Screen {
			v := viewerOf(deps, s)
			v.Reveal = func(of awsx.Ref) error {
				recorded = append(recorded, of.Name())
				return nil
			}
			return logviews.NewScreen(v, views.LogScope{Service: one}, views.LogScope{Service: other})
		}).Read()
		d.Hides("hunter2").Press("r").Advance(time.Second).Shows("of payments/ledger, payments/billing?", "2 payments")
		d.Type("2 payments").Press("enter").Advance(time.Second).Shows("hunter2", "secrets are shown")
		if strings.Join(recorded, " ") != "ledger billing" {
			t.Errorf("recorded of %v", recorded)
		}
	})
}
