package views

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/uitest"
)

// visited records what the screens asked of what lies outside them.
type visited struct{ calls []string }

func (v *visited) note(what string, service awsx.Ref) tea.Cmd {
	v.calls = append(v.calls, what+" "+service.Name())
	return nil
}

func (v *visited) Logs(s LogScope) tea.Cmd {
	what := "logs"
	if s.Task != nil {
		what += " " + shortID(s.Task.ID)
	}
	if s.Container != "" {
		what += " " + s.Container
	}
	return v.note(what, s.Service)
}

func (v *visited) Image(s awsx.Ref) tea.Cmd { return v.note("image", s) }

func (v *visited) Env(s awsx.Ref) tea.Cmd { return v.note("env", s) }

func (v *visited) Edit(s awsx.Ref) tea.Cmd { return v.note("edit", s) }

func (v *visited) Scale(s awsx.Ref) tea.Cmd { return v.note("scale", s) }

func (v *visited) Restart(s awsx.Ref) tea.Cmd { return v.note("restart", s) }

func (v *visited) ScaleAll(s []awsx.Ref, _ func()) tea.Cmd { return v.note("scale all", s[0]) }

func (v *visited) RestartAll(s []awsx.Ref, _ func()) tea.Cmd { return v.note("restart all", s[0]) }

func (v *visited) StopTasks(s []awsx.Ref, _ func()) tea.Cmd { return v.note("stop", s[0]) }

func (v *visited) Drain(s []awsx.Ref, _ func()) tea.Cmd { return v.note("drain", s[0]) }

func (v *visited) Activate(s []awsx.Ref, _ func()) tea.Cmd { return v.note("activate", s[0]) }

func (v *visited) Breaker(s awsx.Ref) tea.Cmd { return v.note("breaker", s) }

func (v *visited) RunTask(s awsx.Ref) tea.Cmd { return v.note("run", s) }

func (v *visited) RollBack(s awsx.Ref) tea.Cmd { return v.note("roll back", s) }

func (v *visited) Deployments(s awsx.Ref) tea.Cmd {
	return v.note("deployments", s)
}

func (v *visited) Follow(s awsx.Ref) tea.Cmd { return v.note("follow", s) }

// exceptStaging takes every cluster for production but staging.
type exceptStaging struct{}

func (exceptStaging) Production(c awsx.Ref) bool { return c.Name() != "staging" }

func (exceptStaging) Scope(c awsx.Ref) string { return c.Name() }

// locked is a gate that lets nothing change until it is armed.
type locked struct{ armed bool }

func (l *locked) Mode(scope string) ui.Mode {
	if l.armed || scope == "staging" || scope == "" {
		return ui.Mode{Writable: true}
	}
	return ui.Mode{Label: "READ-ONLY", Armable: true, Why: "production starts read-only"}
}

func (l *locked) Arm(string) (ui.Arming, error) {
	l.armed = true
	return nil, nil
}

// desk is a console on an account in memory.
type desk struct {
	*uitest.Console
	account *awsxtest.Account
	store   *store.Store
	visited *visited
}

// bubble runs a test in a bubble whose clock stands a little after the account
// was built, so that no age is about to change its unit.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(awsxtest.Now.Add(5 * time.Minute)))
		f(t)
	})
}

// sit opens a console on an account, at the screen that root makes.
func sit(t *testing.T, a *awsxtest.Account, look uitest.Look, root func(*Deps) ui.Screen) *desk {
	t.Helper()
	st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
	t.Cleanup(st.Close)
	d := &desk{account: a, store: st, visited: &visited{}}
	d.Console = uitest.New(t, uitest.Options{
		W: look.W, H: look.H, Bubble: true,
		Shell: ui.Options{
			Title: "gantry", Terminal: look.Terminal(), Gate: &locked{},
			Root: func(h *ui.Host) ui.Screen {
				return root(&Deps{Host: h, Now: time.Now, Store: st, Policy: exceptStaging{}, Nav: d.visited})
			},
		},
	})
	return d
}

// read lets everything be read, and drawn as it lands.
func (d *desk) read() *desk {
	for range 25 {
		d.Advance(200 * time.Millisecond)
	}
	return d
}

// runtimes are the runtime ids of a service's running containers.
func (d *desk) runtimes(service awsx.Ref) []string {
	var ids []string
	for _, t := range d.tasks(service) {
		ids = append(ids, t.Containers[0].RuntimeID)
	}
	return ids
}

// tasks are a service's running tasks.
func (d *desk) tasks(service awsx.Ref) []awsx.Task {
	return tasksOf(d.account, service)
}

// drawing is what the terminal shows, with its colours if the look has any.
func (d *desk) drawing(look uitest.Look) string {
	if look.Plain || look.ASCII {
		return d.Text()
	}
	return d.Render()
}

func tasksOf(a *awsxtest.Account, service awsx.Ref) []awsx.Task {
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
