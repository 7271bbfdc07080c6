package shells_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/session"
	"gantry/internal/plugin"
	"gantry/internal/plugin/plugintest"
	"gantry/ui"
	"gantry/views/capacity"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/tasks"
	"gantry/views/viewstest"
)

func onTasks(c *changes.Changes, service awsx.Ref) ui.Screen { return tasks.New(c.Deps, service) }

func onInstances(c *changes.Changes, service awsx.Ref) ui.Screen {
	return capacity.NewInstances(c.Deps, capacity.InstancesOf{Cluster: service.ClusterRef()})
}

// taking lets the tasks of the service take shells.
func taking(f *changestest.Shopfloor) {
	f.Account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			d.Services[i].ExecEnabled = true
		}
		for i := range d.Tasks {
			t := &d.Tasks[i]
			t.ExecEnabled, t.Containers = true, slices.Clone(t.Containers)
			for j := range t.Containers {
				t.Containers[j].ExecAgent = awsx.ManagedAgent{Status: "RUNNING"}
			}
		}
	})
}

// running are the tasks of the service.
func running(t *testing.T, f *changestest.Shopfloor) []awsx.Task {
	t.Helper()
	list, err := awsx.Collect(f.Account.Tasks(t.Context(), awsx.TaskQuery{Cluster: f.Service.ClusterRef(), Service: f.Service.Name()}))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// standIn joins sessions by this program.
func standIn(t *testing.T, command string) plugin.Joiner {
	path, env := plugintest.Install(t, plugintest.Shell, plugintest.Command+"="+command)
	for _, v := range env {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GANTRY_TEST_") || name == "GORACE" {
			t.Setenv(name, value)
		}
	}
	return plugin.Joiner{Plugin: session.Plugin{Path: path, Version: "1.2.707.0"}}
}

// TestAShellAsksForTheTasksNameAndHandsTheTerminalOver, and is back on the tasks when it ends.
func TestAShellAsksForTheTasksNameAndHandsTheTerminalOver(t *testing.T) {
	joiner := standIn(t, "true")
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, taking, onTasks)
		f.Joiner = joiner
		f.Read().Keys("s").Shows("shell payments/", "To go on, type the task's name", "begin a shell in container")
		name := ""
		for _, task := range running(t, f) {
			if strings.Contains(f.Text(), task.ID[:8]) {
				name = task.ID[:8]
			}
		}
		f.Answer(name).Shows("a shell in container", "ended after 0s", "running").Hides("To go on")
		jobs := f.Workshop.Jobs()
		if len(jobs) != 1 || jobs[0].Err != nil || f.Account.Count(awsxtest.ExecuteCommand) != 1 || f.Account.Count(awsxtest.TerminateSession) != 0 {
			t.Errorf("%+v", jobs)
		}
	})
}

// TestWhatKeepsAShellFromOpeningIsShownWithItsMend: the flag is turned on from the same plan.
func TestWhatKeepsAShellFromOpeningIsShownWithItsMend(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, onTasks)
		f.Joiner = plugin.Joiner{Plugin: session.Plugin{Path: "/p", Version: "1.2.707.0"}}
		f.Read().Keys("s").Shows("exec-flag: ECS Exec is off for service api-orders", "m turns ECS Exec on for api-orders").Hides("To go on")
		f.Keys("m").Shows("allow exec payments/api-orders", "ECS Exec on, all tasks started anew")
		if f.Account.Count(awsxtest.ExecuteCommand) != 0 {
			t.Error("a shell was opened")
		}
	})
}

// TestWithoutThePluginThePlanSaysSo, and read-only it opens and asks nothing.
func TestWithoutThePluginThePlanSaysSo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, taking, onTasks).Read()
		f.Keys("s").Shows("plugin: session-manager-plugin is not on PATH").Hides("To go on")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, taking, onTasks)
		f.Joiner = plugin.Joiner{Plugin: session.Plugin{Path: "/p", Version: "1.2.707.0"}}
		f.Armed.Armed, f.Armed.Why = false, "gantry was started read-only"
		f.Read().Keys("s").Shows("a shell in container", "read-only").Hides("To go on")
	})
}

// TestAPluginThatDoesNotStartIsAMessageAndEndsItsSession.
func TestAPluginThatDoesNotStartIsAMessageAndEndsItsSession(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			taking(f)
			f.Account.Edit(func(d *awsxtest.Data) {
				d.Nodes = map[string]awsx.ManagedNode{}
				for _, i := range d.Instances {
					d.Nodes[i.EC2ID] = awsx.ManagedNode{Ping: "Online", AgentVersion: "3.3"}
				}
			})
		}, onInstances)
		f.Joiner = plugin.Joiner{Plugin: session.Plugin{Path: "/no/such/plugin", Version: "1.2.707.0"}}
		f.Read().Keys("s").Shows("session payments/i-", "To go on, type the instance's name")
		_, rest, _ := strings.Cut(f.Text(), "session payments/")
		f.Answer(strings.Fields(rest)[0]).Shows("x session-manager-plugin: fork/exec /no/such/plugin")
		if f.Account.Count(awsxtest.StartSession) != 1 || f.Account.Count(awsxtest.TerminateSession) != 1 {
			t.Error("the session was left open")
		}
	})
}

// TestForwardsAreAskedForListedAndStopped.
func TestForwardsAreAskedForListedAndStopped(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, taking, onTasks)
		f.Joiner = plugin.Joiner{Plugin: session.Plugin{Path: "/p", Version: "1.2.707.0"}}
		f.Read().Keys("F").Shows("Forward a port through task", "LOCAL:HOST:PORT")
		f.Keys("ctrl+u")
		f.Answer("nonsense").Shows(`"nonsense": the port is none`).Hides("invalid")
		f.Keys("ctrl+u")
		f.Answer("5433:db.internal:5432").Shows("forward payments/", "localhost:5433 to db.internal:5432", "To go on, type the task's name")
		f.Keys("esc", "esc")

		task := running(t, f)[0]
		plan, err := f.Workshop.Plan(t.Context(), task.Ref, deploy.Forward{Ports: session.Forwarding{Local: 5433, Host: "db.internal", Remote: 5432}, Plugin: f.Joiner.Plugin})
		if err != nil {
			t.Fatal(err)
		}
		id, err := f.Workshop.Start(change.Job{Plan: plan, Hold: func(ctx context.Context, _ awsx.Session, tell func(string)) (deploy.Held, error) {
			tell("listening on localhost:5433, which leads to db.internal:5432")
			<-ctx.Done()
			return deploy.Held{Words: "stopped", Open: true}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		f.Shells.Forwards()
		f.Read().Shows("localhost:5433", "+ listens", "db.internal:5432", "<ctrl+d>stop")
		f.Keys("H")
		if f.Clipboard != "localhost:5433" {
			t.Errorf("copied %q", f.Clipboard)
		}
		f.Keys("ctrl+d").Shows("- stopped")
		if s, err := f.Workshop.Wait(t.Context(), id); err != nil || s.Err != nil || f.Account.Count(awsxtest.TerminateSession) != 1 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}
