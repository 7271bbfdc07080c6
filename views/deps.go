package views

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/diagnose"
	"gantry/awsx/metrics"
	"gantry/awsx/store"
	"gantry/awsx/timeline"
	"gantry/internal/errand"
	"gantry/internal/inquiry"
	"gantry/internal/words"
	"gantry/ui"
)

// Deps is what every screen is given. The composition root makes one per
// console; screens share it and never change it.
type Deps struct {
	// Host is the shell, and with it the theme.
	Host *ui.Host
	// Now is the time of what is shown: with a snapshot, when that was taken. What is
	// measured here, such as how old a reading is, goes by the Host's. Unlike the Host
	// it may be asked from commands.
	Now func() time.Time
	// Store holds the watches that fill the tables.
	Store *store.Store
	// Policy tells what is at stake where.
	Policy Policy
	// Contexts tells how contexts are called and whose account calls go to; nil knows
	// neither.
	Contexts Contexts
	// Nav opens what is not a table.
	Nav Nav
	// Made tells of the changes of a service that were made from here; it reads the journal.
	// Nil tells of none.
	Made func(service awsx.Ref) ([]metrics.Mark, error)
	// Journal tells of the changes of a service, or of what is in a cluster, that were made
	// from here; it reads the journal. Nil tells of none.
	Journal func(of awsx.Ref) ([]timeline.Made, error)
	// Lines finds what tasks wrote, for screens that show some of it beside other things;
	// without an Open there is no log to read.
	Lines inquiry.Lines
	// CountsSet returns the counts that people gave a service from this machine; nil knows
	// of none.
	CountsSet func(service awsx.Ref) []diagnose.CountSet
	// Columns are the tags, by key, that tables show in columns, by the names of their screens or
	// by the kinds of their rows. The loop alone reads it.
	Columns func() map[string][]string
	// Commands are the operator's own.
	Commands []errand.Command
	// Called is what the configuration calls a context; nil knows of no names.
	Called func(awsx.ContextID) string
	// Still lets nothing move but data: no seconds are counted down.
	Still bool
	// Remembered is what earlier screens and runs left; nil remembers nothing.
	Remembered Kept
}

// Kept keeps how screens are left to look, by context and name. Its methods answer from
// memory.
type Kept interface {
	// Kept is what was kept, empty for nothing.
	Kept(of awsx.ContextID, name string) string
	// Keep keeps a value; an empty one is forgotten.
	Keep(of awsx.ContextID, name, value string)
}

// TagColumns are the keys of the tags that a screen shows in columns.
func (d *Deps) TagColumns(screen string) []string {
	if d == nil || d.Columns == nil {
		return nil
	}
	all := d.Columns()
	keys := all[screen]
	for _, k := range Kinds.All() {
		if k.Screen == screen && k.Tagged {
			for _, key := range all[k.Rows] {
				keys = words.AddNew(slices.Clip(keys), key)
			}
		}
	}
	return keys
}

// Kept is what was kept of a context under a name, empty for nothing.
func (d *Deps) Kept(of awsx.ContextID, name string) string {
	if d == nil || d.Remembered == nil {
		return ""
	}
	return d.Remembered.Kept(of, name)
}

// Keep keeps a value of a context under a name; an empty one is forgotten.
func (d *Deps) Keep(of awsx.ContextID, name, value string) {
	if d.Remembered != nil {
		d.Remembered.Keep(of, name, value)
	}
}

// Policy tells how much care a cluster wants. Its methods answer from memory.
type Policy interface {
	// Production is true unless the cluster is known to be something else.
	Production(cluster awsx.Ref) bool
	// Look is what production is called there, and in which colour; empty is the theme's.
	Look(cluster awsx.Ref) (word, colour string)
	// Scope is what the shell asks its Gate about before something in the
	// cluster is changed.
	Scope(cluster awsx.Ref) string
}

// Contexts tells of the contexts that rows may come from. Its methods answer from memory.
type Contexts interface {
	// Name is what the configuration calls a context, empty for one that it does not name.
	Name(id awsx.ContextID) string
	// Whose says whose account calls of a context go to, in a few words: its number, which
	// keys win over the profile, or that it is unknown. It is empty until that was asked.
	Whose(id awsx.ContextID) string
}

// Nav opens the screens and dialogs that act on what a table has selected. Each
// is called on the loop and pushes what it opens through the Host.
type Nav interface {
	// Service shows a service among those of its cluster.
	Service(service awsx.Ref)
	// Instances shows the container instances of a service's cluster and how many more of
	// its tasks fit, first the one with an ARN, if that is not empty.
	Instances(service awsx.Ref, first string)
	// Why shows what is wrong with a task, and with its service.
	Why(service awsx.Ref, task awsx.Task)
	// Plan shows the plan of one change for all of some targets, where nothing is to be
	// asked before. Started is called on the loop once it is being carried out; it may
	// be nil.
	Plan(intent deploy.Intent, started func(), targets ...awsx.Ref)
	// Logs tails the lines of a service, a task or a container, or of several of them
	// together. All of them are of one context.
	Logs(scopes ...LogScope)
	// Image deploys another image to a service.
	Image(service awsx.Ref)
	// Env edits a service's environment.
	Env(service awsx.Ref)
	// Edit gives the whole task definition to the operator's editor.
	Edit(service awsx.Ref)
	// Scale asks for another desired count.
	Scale(service awsx.Ref)
	// Breaker sets the deployment circuit breaker.
	Breaker(service awsx.Ref)
	// Strategy asks over which capacity providers the tasks are to be spread.
	Strategy(service awsx.Ref)
	// ScaleAll does the same to several services of one cluster. Started is called on
	// the loop once they are being changed.
	ScaleAll(services []awsx.Ref, started func())
	// StopTasks asks why and stops tasks.
	StopTasks(tasks []awsx.Ref, started func())
	// Shell opens a shell in a container of a task, by its name; without one it asks where there
	// are several.
	Shell(task awsx.Task, container string)
	// Session opens a shell on an instance.
	Session(instance awsx.Ref)
	// Forward asks which local port leads where, and joins them through a container of a task.
	Forward(task awsx.Task, container string)
	// Forwards lists the forwards that run.
	Forwards()
	// RunTask asks what to run beside a service, and runs it.
	RunTask(service awsx.Ref)
	// Undo plans to undo the last change.
	Undo(service awsx.Ref)
	// Deployments lists how the service was deployed.
	Deployments(service awsx.Ref)
	// Compare shows what tells two revisions of a service apart, by their ARNs.
	Compare(service awsx.Ref, before, after string)
	// Follow follows the deployment in progress.
	Follow(service awsx.Ref)
	// Command runs a command of the operator's own for rows. Started is called on the loop
	// once it runs; it may be nil.
	Command(c errand.Command, rows []errand.Row, started func()) tea.Cmd
	// Related shows what a resource is tied to. Its name is what the row was called.
	Related(of awsx.Ref, name string)
}

// LogScope chooses whose lines to tail: a service's, one task's of it, or one
// container's of that task.
type LogScope struct {
	Service awsx.Ref   // zero for a task of no service
	Task    *awsx.Task // nil for the whole service
	// Container is a container's name, empty for all of the task's.
	Container string
	// At is the moment about which the lines are read; zero follows the newest.
	At time.Time
}

// Context is where the lines' writers run.
func (s LogScope) Context() awsx.ContextID {
	if s.Task != nil {
		return s.Task.Ref.Context
	}
	return s.Service.Context
}

// Badge says what is at stake in a cluster.
func (d *Deps) Badge(cluster awsx.Ref) ui.Badge {
	if d.Policy.Production(cluster) {
		word, colour := d.Policy.Look(cluster)
		return ui.Badge{Text: word, Grave: true, Colour: colour}
	}
	return ui.Badge{Text: "NONPROD"}
}

// Known is what the services' watch last saw of a service.
func (d *Deps) Known(service awsx.Ref) (awsx.Service, bool) {
	w := d.Store.Services(service.ClusterRef())
	defer w.Close()
	for _, s := range w.Snapshot().Values() {
		if s.Ref == service {
			return s, true
		}
	}
	return awsx.Service{}, false
}
