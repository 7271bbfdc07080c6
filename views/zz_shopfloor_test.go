package views

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/store"
	"gantry/logs/ecslog"
	"gantry/ui"
	"gantry/ui/uitest"
)

// shopfloor is a console on which changes are made.
type shopfloor struct {
	*desk
	*workshop
	service awsx.Ref
	changes *Changes
	editors *Editors
}

// working opens a console at a screen that changes a service.
func working(t *testing.T, a *awsxtest.Account, service awsx.Ref, look uitest.Look, root func(*Changes) ui.Screen) *shopfloor {
	t.Helper()
	st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
	t.Cleanup(st.Close)
	w := &workshop{store: st, armed: &locked{armed: true}}
	w.runner = change.New(change.Options{Gate: w, Audit: w, Source: change.StoreSource(st)})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.runner.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	f := &shopfloor{desk: &desk{account: a, store: st, visited: &visited{}}, workshop: w, service: service}
	f.Console = uitest.New(t, uitest.Options{
		W: look.W, H: look.H, Bubble: true,
		Shell: ui.Options{
			Title: "gantry", Terminal: look.Terminal(), Gate: w.armed,
			Globals:    func(*ui.Host) []ui.Action { return f.changes.Globals() },
			Background: &Background{Changer: w, Key: func() string { return f.changes.JobsKey() }},
			SaveDir:    t.TempDir(),
			Root: func(h *ui.Host) ui.Screen {
				c := &Changes{Changer: w, Lines: w.lines, LogDrivers: ecslog.Standard()}
				c.NewDeployments = func(service awsx.Ref) ui.Screen { return NewDeployments(c, service) }
				c.NewRevisions = func(service awsx.Ref, why string) ui.Screen { return NewRevisions(c, service, why) }
				f.changes, f.editors = c, &Editors{Changes: c}
				c.Deps = &Deps{Host: h, Now: time.Now, Store: st, Policy: exceptStaging{}, Nav: ways{c, f.editors, &Images{c}, &Revisions{c}, f.visited}}
				return root(c)
			},
		},
	})
	return f
}

// ways lead to the real screens of changes, and note who wants logs.
type ways struct {
	*Changes
	*Editors
	*Images
	*Revisions
	visited *visited
}

func (w ways) Logs(s LogScope) tea.Cmd { return w.visited.Logs(s) }

// orders is the service api-orders of the shop, in production.
func orders(t *testing.T, look uitest.Look, root func(*Changes, awsx.Ref) ui.Screen) *shopfloor {
	t.Helper()
	a, cluster := shop()
	ref := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
	return working(t, a, ref, look, func(c *Changes) ui.Screen { return root(c, ref) })
}

// web is the service web in staging.
func web(t *testing.T, root func(*Changes, awsx.Ref) ui.Screen) *shopfloor {
	t.Helper()
	a, cluster := shop()
	staging := strings.Replace(cluster.Ref.ARN, "payments", "staging", 1)
	ref := awsx.Ref{Context: cluster.Ref.Context, Cluster: staging, ARN: strings.Replace(staging, "cluster/", "service/", 1) + "/web"}
	return working(t, a, ref, standard, func(c *Changes) ui.Screen { return root(c, ref) })
}

// prepared opens a screen on a service after the account was changed.
func prepared(t *testing.T, look uitest.Look, change func(*shopfloor), root func(*Changes, awsx.Ref) ui.Screen) *shopfloor {
	t.Helper()
	a, cluster := shop()
	ref := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
	change(&shopfloor{desk: &desk{account: a}, service: ref})
	return working(t, a, ref, look, func(c *Changes) ui.Screen { return root(c, ref) })
}

func untouched(*shopfloor) {}

func (f *shopfloor) read() *shopfloor {
	f.desk.read()
	return f
}

// keys presses keys with a moment before each, as dialogs are deaf at first.
func (f *shopfloor) keys(keys ...string) *shopfloor {
	for _, k := range keys {
		f.Advance(400 * time.Millisecond)
		f.Press(k)
	}
	f.read()
	return f
}

// answer types a line into a dialog.
func (f *shopfloor) answer(s string) *shopfloor {
	f.Advance(400 * time.Millisecond)
	f.Type(s)
	return f.keys("enter")
}

// edit changes the service under test in the account.
func (f *shopfloor) edit(change func(*awsx.Service)) {
	f.account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			if d.Services[i].Ref == f.service {
				change(&d.Services[i])
			}
		}
	})
}

func (f *shopfloor) now() awsx.Service {
	var got awsx.Service
	f.edit(func(s *awsx.Service) { got = *s })
	return got
}

// redefine registers the definition in use once more, with other text in it.
func (f *shopfloor) redefine(oldnew ...string) {
	f.account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			s := &d.Services[i]
			if s.Ref != f.service {
				continue
			}
			for j, td := range d.TaskDefinitions {
				if td.ARN != s.TaskDefinition {
					continue
				}
				doc := strings.NewReplacer(oldnew...).Replace(string(td.Raw))
				changed, err := awsx.ParseTaskDefinition(awsx.Document(doc), td.Tags)
				if err != nil {
					panic(err)
				}
				d.TaskDefinitions[j] = changed
			}
		}
	})
}

// stop adds tasks of the newest deployment that stopped.
func (f *shopfloor) stop(n int, reason string) {
	f.account.Edit(func(d *awsxtest.Data) {
		for _, s := range d.Services {
			if s.Ref != f.service {
				continue
			}
			for range n {
				id := fmt.Sprintf("%032x", len(d.Tasks))
				d.Tasks = append(d.Tasks, awsx.Task{
					Ref: f.service.In(strings.Replace(f.service.ARN, ":service/", ":task/", 1) + "/" + id), ID: id, TaskDefinition: s.TaskDefinition,
					Group: "service:" + s.Name, StartedBy: s.Deployments[0].ID, LastStatus: "STOPPED", DesiredStatus: "STOPPED",
					StopCode: "TaskFailedToStart", StoppedReason: reason, CreatedAt: time.Now(), StoppedAt: time.Now(),
				})
			}
		}
	})
	f.edit(func(s *awsx.Service) {
		s.Deployments[0].Failed += n
		s.Events = append([]awsx.ServiceEvent{{ID: fmt.Sprint("stop", len(s.Events)), At: time.Now(),
			Message: "(service api-orders) was unable to place a task."}}, s.Events...)
	})
}

// saved is what ctrl+s wrote.
func (f *shopfloor) saved(t *testing.T) string {
	t.Helper()
	f.keys("ctrl+s")
	_, path, ok := strings.Cut(f.Row("saved"), "/")
	if !ok {
		t.Fatalf("nothing was saved:\n%s", f.Text())
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir("/"+path), "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no file beside %s (%v)", path, err)
	}
	b, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
