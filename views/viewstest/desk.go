package viewstest

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/awsx/store"
	"gantry/internal/errand"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/wording"
)

// Visited records what the screens asked of what lies outside them.
type Visited struct{ Calls []string }

func (v *Visited) note(what string, service awsx.Ref) {
	v.Calls = append(v.Calls, what+" "+service.Name())
}

// Plan notes what was to be planned for whom.
func (v *Visited) Plan(intent deploy.Intent, _ func(), targets ...awsx.Ref) {
	for _, t := range targets {
		v.note(intent.Action(), t)
	}
}

// Service notes who was to be visited.
func (v *Visited) Service(s awsx.Ref) { v.note("service", s) }

// Instances notes who was to be visited.
func (v *Visited) Instances(s awsx.Ref, _ string) { v.note("instances", s) }

// Logs notes who was to be visited.
func (v *Visited) Logs(scopes ...views.LogScope) {
	for _, s := range scopes {
		what := "logs"
		if s.Task != nil {
			what += " " + wording.ShortID(s.Task.ID)
		}
		if s.Container != "" {
			what += " " + s.Container
		}
		if !s.At.IsZero() {
			what += " at " + s.At.UTC().Format("15:04:05")
		}
		v.note(what, s.Service)
	}
}

// Image notes who was to be visited.
func (v *Visited) Image(s awsx.Ref) { v.note("image", s) }

// Env notes who was to be visited.
func (v *Visited) Env(s awsx.Ref) { v.note("env", s) }

// Edit notes who was to be visited.
func (v *Visited) Edit(s awsx.Ref) { v.note("edit", s) }

// Scale notes who was to be visited.
func (v *Visited) Scale(s awsx.Ref) { v.note("scale", s) }

// ScaleAll notes who was to be visited.
func (v *Visited) ScaleAll(s []awsx.Ref, _ func()) { v.note("scale all", s[0]) }

// StopTasks notes who was to be visited.
func (v *Visited) StopTasks(s []awsx.Ref, _ func()) { v.note("stop", s[0]) }

// Shell notes who was to be visited.
func (v *Visited) Shell(t awsx.Task, container string) { v.note("shell "+container, t.Ref) }

// Session notes who was to be visited.
func (v *Visited) Session(i awsx.Ref) { v.note("session", i) }

// Forward notes who was to be visited.
func (v *Visited) Forward(t awsx.Task, container string) { v.note("forward "+container, t.Ref) }

// Forwards notes that they were to be listed.
func (v *Visited) Forwards() { v.note("forwards", awsx.Ref{}) }

// Breaker notes who was to be visited.
func (v *Visited) Breaker(s awsx.Ref) { v.note("breaker", s) }

// Strategy notes who was to be visited.
func (v *Visited) Strategy(s awsx.Ref) { v.note("strategy", s) }

// RunTask notes who was to be visited.
func (v *Visited) RunTask(s awsx.Ref) { v.note("run", s) }

// Undo notes who was to be visited.
func (v *Visited) Undo(s awsx.Ref) { v.note("undo", s) }

// Compare notes who was to be visited.
func (v *Visited) Compare(s awsx.Ref, before, after string) {
	v.note("compare "+awsx.ARNName(before)+" "+awsx.ARNName(after), s)
}

// Deployments notes who was to be visited.
func (v *Visited) Deployments(s awsx.Ref) {
	v.note("deployments", s)
}

// Follow notes who was to be visited.
func (v *Visited) Follow(s awsx.Ref) { v.note("follow", s) }

// Command notes what was to be run for whom.
func (v *Visited) Command(c errand.Command, rows []errand.Row, started func()) tea.Cmd {
	for _, r := range rows {
		line, err := c.For(r)
		if err != nil {
			v.Calls = append(v.Calls, "refused "+err.Error())
			continue
		}
		v.Calls = append(v.Calls, "command "+line.String())
	}
	return nil
}

// Related notes who was to be visited.
func (v *Visited) Related(of awsx.Ref, _ string) { v.note("related", of) }

// Why notes that the findings of a task were asked for.
func (v *Visited) Why(_ awsx.Ref, task awsx.Task) { v.note("why", task.Ref) }

// ExceptStaging takes every cluster for production but staging.
type ExceptStaging struct{}

// Production reports whether it is not staging.
func (ExceptStaging) Production(c awsx.Ref) bool { return c.Name() != "staging" }

// Scope is the cluster.
func (ExceptStaging) Scope(c awsx.Ref) string { return c.Name() }

// Locked is a gate that lets nothing change until it is armed, and with a Why never.
type Locked struct {
	Armed bool
	Why   string
}

// Mode is read-only in production until it is armed.
func (l *Locked) Mode(scope string) ui.Mode {
	if l.Armed || scope == "staging" || scope == "" {
		return ui.Mode{Writable: true}
	}
	return ui.Mode{Label: "READ-ONLY", Armable: l.Why == "", Span: 15 * time.Minute, Why: l.Why}
}

// Arm makes production writable.
func (l *Locked) Arm(string) (ui.Arming, error) {
	l.Armed = true
	return nil, nil
}

// Disarm makes it read-only again.
func (l *Locked) Disarm(string) { l.Armed = false }

// Desk is a console on an account in memory.
type Desk struct {
	*uitest.Console
	Account *awsxtest.Account
	Store   *store.Store
	Visited *Visited
}

// Bubble runs a test in a bubble whose clock stands a little after the account
// was built, so that no age is about to change its unit.
func Bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(awsxtest.Now.Add(5 * time.Minute)))
		f(t)
	})
}

// Sit opens a console on an account, at the screen that root makes.
func Sit(t *testing.T, a *awsxtest.Account, look uitest.Look, root func(*views.Deps) ui.Screen) *Desk {
	t.Helper()
	st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
	t.Cleanup(st.Close)
	d := &Desk{Account: a, Store: st, Visited: &Visited{}}
	d.Console = uitest.New(t, uitest.Options{
		W: look.W, H: look.H, Bubble: true,
		Shell: ui.Options{
			Title: "gantry", Terminal: look.Terminal(), Gate: &Locked{},
			Root: func(h *ui.Host) ui.Screen {
				return root(&views.Deps{Host: h, Now: time.Now, Store: st, Policy: ExceptStaging{}, Nav: d.Visited})
			},
		},
	})
	return d
}

// Read lets everything be read, and drawn as it lands.
func (d *Desk) Read() *Desk {
	for range 25 {
		d.Advance(200 * time.Millisecond)
	}
	return d
}

// Runtimes are the runtime ids of a service's running containers.
func (d *Desk) Runtimes(service awsx.Ref) []string {
	var ids []string
	for _, t := range d.Tasks(service) {
		ids = append(ids, t.Containers[0].RuntimeID)
	}
	return ids
}

// Tasks are a service's running tasks.
func (d *Desk) Tasks(service awsx.Ref) []awsx.Task {
	return TasksOf(d.Account, service)
}

// Drawing is what the terminal shows, with its colours if the look has any.
func (d *Desk) Drawing(look uitest.Look) string {
	if look.Plain || look.ASCII {
		return d.Text()
	}
	return d.Render()
}

// TasksOf are the tasks of a service in the account.
func TasksOf(a *awsxtest.Account, service awsx.Ref) []awsx.Task {
	var out []awsx.Task
	a.Edit(func(d *awsxtest.Data) {
		for _, t := range d.Tasks {
			if t.Group == "service:"+service.Name() && t.DesiredStatus == "RUNNING" {
				out = append(out, t)
			}
		}
	})
	return out
}
