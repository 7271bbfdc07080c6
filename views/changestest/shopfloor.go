package changestest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
	"gantry/internal/errand"
	"gantry/internal/inquiry"
	"gantry/internal/plugin"
	"gantry/logs/ecslog"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/editors"
	"gantry/views/errands"
	"gantry/views/images"
	"gantry/views/resources"
	"gantry/views/revisions"
	"gantry/views/shells"
	"gantry/views/viewstest"
)

// Shopfloor is a console on which changes are made.
type Shopfloor struct {
	*viewstest.Desk
	*Workshop
	Service awsx.Ref
	World   *simtest.World // the account of Living, nil elsewhere
	changes *changes.Changes
	Shells  *shells.Shells
	// Joiner joins sessions; the zero value finds no plugin.
	Joiner  plugin.Joiner
	Editors *editors.Editors
}

// Working opens a console at a screen that changes a service.
func Working(t *testing.T, a *awsxtest.Account, service awsx.Ref, look uitest.Look, root func(*changes.Changes) ui.Screen) *Shopfloor {
	t.Helper()
	return open(t, awsxtest.NewOpener(a), &Shopfloor{Desk: &viewstest.Desk{Account: a}, Service: service}, look, root)
}

// Living is Orders on an account that behaves: what a change begins, the simulator
// brings to its end.
func Living(t *testing.T, look uitest.Look, root func(*changes.Changes, awsx.Ref) ui.Screen) *Shopfloor {
	t.Helper()
	world := simtest.Open(t, sim.Options{AccountID: awsxtest.Number, Layout: []seed.Cluster{{Name: "payments", Services: []seed.Service{
		{Name: "api-checkout", Desired: 4}, {Name: "api-orders", Desired: 4, Tag: "v2", Env: [][2]string{{"DB_PASSWORD", "hunter2"}}},
		{Name: "front", Desired: 2, Network: "awsvpc"}, {Name: "worker", Desired: 2, Unbalanced: true},
	}}}})
	ref := world.Service(t, "payments", "api-orders")
	f := &Shopfloor{Desk: &viewstest.Desk{}, World: world, Service: ref}
	return open(t, world.Opener, f, look, func(c *changes.Changes) ui.Screen { return root(c, ref) })
}

func open(t *testing.T, opener awsx.Opener, f *Shopfloor, look uitest.Look, root func(*changes.Changes) ui.Screen) *Shopfloor {
	t.Helper()
	st := store.New(t.Context(), store.Options{Opener: opener})
	t.Cleanup(st.Close)
	w := &Workshop{Armed: &viewstest.Locked{Armed: true}}
	w.Desk = &change.Desk{
		Runner: change.New(change.Options{Account: st.Account, Gate: w, Audit: w, Source: change.StoreSource(st)}), Store: st,
		Policy: policy.Policy{NonProduction: policy.DefaultNonProduction(), Rules: []policy.Rule{{MaxBulk: most, Reason: "in small steps"}}},
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	f.Workshop, f.Store, f.Visited = w, st, &viewstest.Visited{}
	f.Console = uitest.New(t, uitest.Options{
		W: look.W, H: look.H, Bubble: true,
		Shell: ui.Options{
			Title: "gantry", Terminal: look.Terminal(), Gate: w.Armed,
			Globals:    func(*ui.Host) []ui.Action { return f.changes.Globals() },
			Background: &changes.Background{Runner: w.Runner, Key: func() string { return f.changes.JobsKey() }},
			SaveDir:    t.TempDir(),
			Root: func(h *ui.Host) ui.Screen {
				c := &changes.Changes{Desk: w.Desk, Reveal: w.Reveal, Lines: inquiry.Lines{Store: st, Open: w.lines, Drivers: ecslog.Standard()}}
				c.NewDeployments = func(service awsx.Ref) ui.Screen { return revisions.NewDeployments(c, service) }
				c.NewRevisions = func(service awsx.Ref, why string) ui.Screen { return revisions.NewRevisions(c, service, why) }
				f.changes, f.Editors, f.Shells = c, &editors.Editors{Changes: c}, &shells.Shells{Changes: c, Joiner: f.join}
				c.Deps = &views.Deps{Host: h, Now: time.Now, Store: st, Policy: viewstest.ExceptStaging{}}
				c.Deps.Nav = ways{c, f.Editors, &images.Images{Changes: c}, &revisions.Revisions{Changes: c}, resources.Lists{Deps: c.Deps}, f.Shells,
					&errands.Errands{Changes: c, LookPath: OffLoop(t, exec.LookPath), Environ: os.Environ}, f.Visited}
				return root(c)
			},
		},
	})
	return f
}

// OffLoop is a search for programs that holds whoever asks it to doing so off the loop, since
// it looks at files.
func OffLoop(t *testing.T, look func(string) (string, error)) func(string) (string, error) {
	return func(name string) (string, error) {
		if strings.Contains(string(debug.Stack()), "gantry/ui.(*Shell).update(") {
			t.Errorf("%s is looked for on the loop", name)
		}
		return look(name)
	}
}

// Own gives the console commands of the operator's own.
func (f *Shopfloor) Own(commands ...errand.Command) { f.changes.Deps.Commands = commands }

func (f *Shopfloor) join(context.Context, awsx.ContextID) (plugin.Joiner, error) {
	return f.Joiner, nil
}

// ways lead to the real screens of changes, and note who wants logs.
type ways struct {
	*changes.Changes
	*editors.Editors
	*images.Images
	*revisions.Revisions
	resources.Lists
	*shells.Shells
	*errands.Errands
	visited *viewstest.Visited
}

func (w ways) Related(of awsx.Ref, name string) { w.visited.Related(of, name) }

func (w ways) Logs(s ...views.LogScope) { w.visited.Logs(s...) }

// Orders is the service api-orders of the shop, in production.
func Orders(t *testing.T, look uitest.Look, root func(*changes.Changes, awsx.Ref) ui.Screen) *Shopfloor {
	t.Helper()
	a, cluster := viewstest.Shop()
	ref := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
	return Working(t, a, ref, look, func(c *changes.Changes) ui.Screen { return root(c, ref) })
}

// Web is the service web in staging.
func Web(t *testing.T, root func(*changes.Changes, awsx.Ref) ui.Screen) *Shopfloor {
	t.Helper()
	a, cluster := viewstest.Shop()
	staging := strings.Replace(cluster.Ref.ARN, "payments", "staging", 1)
	ref := awsx.Ref{Context: cluster.Ref.Context, Cluster: staging, ARN: strings.Replace(staging, "cluster/", "service/", 1) + "/web"}
	return Working(t, a, ref, viewstest.Standard, func(c *changes.Changes) ui.Screen { return root(c, ref) })
}

// Prepared opens a screen on a service after the account was changed.
func Prepared(t *testing.T, look uitest.Look, change func(*Shopfloor), root func(*changes.Changes, awsx.Ref) ui.Screen) *Shopfloor {
	t.Helper()
	a, cluster := viewstest.Shop()
	ref := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
	change(&Shopfloor{Desk: &viewstest.Desk{Account: a}, Service: ref})
	return Working(t, a, ref, look, func(c *changes.Changes) ui.Screen { return root(c, ref) })
}

// Untouched leaves the account as it is.
func Untouched(*Shopfloor) {}

// Read lets everything be read. No screen of these rooms may offer what its kind does
// not declare: nobody could bind it.
func (f *Shopfloor) Read() *Shopfloor {
	f.Desk.Read()
	if top := f.Shell.Top(); top != nil {
		if undeclared := views.CatalogWith(f.changes.Deps.Commands).Undeclared(top); len(undeclared) > 0 {
			panic(fmt.Sprintf("%s offers %q, which its kind does not declare", top.Name(), undeclared))
		}
	}
	return f
}

// Keys presses keys with a moment before each, as dialogs are deaf at first.
func (f *Shopfloor) Keys(keys ...string) *Shopfloor {
	for _, k := range keys {
		f.Advance(400 * time.Millisecond)
		f.Press(k)
	}
	f.Read()
	return f
}

// Answer types a line into a dialog.
func (f *Shopfloor) Answer(s string) *Shopfloor {
	f.Advance(400 * time.Millisecond)
	f.Type(s)
	return f.Keys("enter")
}

// Edit changes the service under test in the account.
func (f *Shopfloor) Edit(change func(*awsx.Service)) {
	f.Account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			if d.Services[i].Ref == f.Service {
				change(&d.Services[i])
			}
		}
	})
}

// Now is the service under test as the account has it.
func (f *Shopfloor) Now() (got awsx.Service) {
	if f.World != nil {
		got, _ = read.ServiceNow(context.Background(), f.World.Port, f.Service)
		return got
	}
	f.Edit(func(s *awsx.Service) { got = *s })
	return got
}

// Running are the tasks of the cluster that run.
func (f *Shopfloor) Running(t *testing.T) []awsx.Task {
	t.Helper()
	tasks, err := awsx.Collect(f.World.Port.Tasks(t.Context(), awsx.TaskQuery{Cluster: f.Service.ClusterRef()}))
	if err != nil {
		t.Fatal(err)
	}
	return tasks
}

// Redefine registers the definition in use once more, with other text in it.
func (f *Shopfloor) Redefine(oldnew ...string) {
	f.Account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			s := &d.Services[i]
			if s.Ref != f.Service {
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

// Stop adds tasks of the newest deployment that stopped.
func (f *Shopfloor) Stop(n int, reason string) {
	f.Account.Edit(func(d *awsxtest.Data) {
		for _, s := range d.Services {
			if s.Ref != f.Service {
				continue
			}
			for range n {
				id := fmt.Sprintf("%032x", len(d.Tasks))
				d.Tasks = append(d.Tasks, awsx.Task{
					Ref: f.Service.In(strings.Replace(f.Service.ARN, ":service/", ":task/", 1) + "/" + id), ID: id, TaskDefinition: s.TaskDefinition,
					Group: "service:" + s.Name, StartedBy: s.Deployments[0].ID, LastStatus: "STOPPED", DesiredStatus: "STOPPED",
					StopCode: "TaskFailedToStart", StoppedReason: reason, CreatedAt: time.Now(), StoppedAt: time.Now(),
				})
			}
		}
	})
	f.Edit(func(s *awsx.Service) {
		s.Deployments[0].Failed += n
		s.Events = append([]awsx.ServiceEvent{{ID: fmt.Sprint("stop", len(s.Events)), At: time.Now(),
			Message: "(service api-orders) was unable to place a task."}}, s.Events...)
	})
}

// Saved is what ctrl+s wrote.
func (f *Shopfloor) Saved(t *testing.T) string {
	t.Helper()
	f.Keys("ctrl+s")
	// A long path takes several rows.
	_, path, _ := strings.Cut(strings.ReplaceAll(f.Text(), "\n", ""), "saved to")
	path, _, ok := strings.Cut(strings.TrimSpace(path), ".txt")
	if !ok {
		t.Fatalf("nothing was saved:\n%s", f.Text())
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no file beside %s (%v)", path, err)
	}
	b, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
