package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/store"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/editors"
	logviews "gantry/views/logs"
	"gantry/views/resources"
)

// keymap makes the keymap of the configuration. A name that binds nothing, or a
// key that would run two actions of one screen, is told at the start: found out
// in the middle of an incident it would cost more.
func keymap(c config.Keys) (*ui.Keymap, error) {
	keys, err := ui.NewKeymap(c.Preset, c.Bind)
	if err != nil {
		return nil, err
	}
	own, err := ui.NewKeymap(ui.PresetK9s, c.Bind)
	if err != nil {
		return nil, err
	}
	var ids []string
	var wrong []error
	for _, s := range bindings() {
		for _, a := range s.actions {
			ids = append(ids, a.ID)
		}
		for _, conflict := range keys.Conflicts(s.actions) {
			wrong = append(wrong, fmt.Errorf("keys.bind: on %s %s", s.screen, conflict))
		}
	}
	slices.Sort(ids)
	names := strings.Join(slices.Compact(ids), ", ")
	for _, name := range own.Unknown(ids) {
		wrong = append(wrong, fmt.Errorf("keys.bind: no action is named %q, expected one of %s", name, names))
	}
	return keys, errors.Join(wrong...)
}

// screenBindings are the actions of a screen together with the shell's.
type screenBindings struct {
	screen  string
	actions []ui.Action
}

// bindings are what there is to bind, screen by screen. The screens are opened in
// a console of their own, which has no account and draws nothing.
func bindings() []screenBindings {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	st := store.New(ctx, store.Options{Opener: noAccount{}})
	defer st.Close()
	deps := &views.Deps{Now: time.Now, Store: st, Policy: nowhere{}}
	changes := &changes.Changes{Deps: deps, Changer: noChange{}}
	lines := &logviews.Viewer{Deps: deps, Open: func(context.Context, awsx.ContextID) (logs.Source, error) { return nil, ErrNoLogs }}
	nav := newNav(changes, editors.Editor{}, lines)
	deps.Nav = nav
	shell := ui.New(ctx, ui.Options{
		Globals: func(*ui.Host) []ui.Action { return changes.Globals() },
		Root: func(h *ui.Host) ui.Screen {
			deps.Host = h
			return resources.NewClusters(deps, awsx.ContextID{})
		},
	})
	shell.Init()

	var all []screenBindings
	add := func(more ...ui.Action) {
		top := shell.Top()
		all = append(all, screenBindings{top.Name(), shell.Bindings(slices.Concat(top.Actions(), more))})
	}
	add()
	var ref awsx.Ref
	for _, s := range []ui.Screen{
		resources.NewServices(deps, ref), resources.NewInstances(deps, resources.InstancesOf{}), resources.NewTasks(deps, ref), resources.NewContainers(deps, ref, awsx.Task{}),
		ui.NewDocument(deps.Host, ui.DocumentOptions{Name: "text"}),
	} {
		deps.Host.Push(s)
		add()
	}
	for _, open := range []func(awsx.Ref) tea.Cmd{
		nav.Image, nav.RollBack, nav.Edit, nav.Scale, nav.Restart, nav.Follow, nav.Deployments, nav.ShowRevisions,
		func(service awsx.Ref) tea.Cmd { return lines.Logs(views.LogScope{Service: service}) },
	} {
		open(ref)
		add()
	}
	for _, a := range shell.Top().Actions() {
		if a.ID == logviews.ActHistogram {
			a.Run()
		}
	}
	add()
	nav.Env(ref)
	// The editor opens with the first definition that is read.
	editor := form.NewEditor(form.EditorOptions{Theme: deps.Host.Theme(), Groups: []form.Group{{}}})
	add(append(ui.EditorActions(editor), ui.Action{ID: "plan", Keys: []string{"w"}})...)
	return all
}

// noAccount opens nothing.
type noAccount struct{}

func (noAccount) Open(context.Context, awsx.ContextID) (awsx.Account, error) {
	return nil, fault.Errorf(fault.NotFound, "open", "", "there is no account")
}

// nowhere knows no production.
type nowhere struct{}

func (nowhere) Production(awsx.Ref) bool { return false }
func (nowhere) Scope(awsx.Ref) string    { return scopeElse }

// noChange changes nothing.
type noChange struct{}

func (noChange) Plan(context.Context, awsx.Ref, deploy.Intent) (deploy.Plan, error) {
	return deploy.Plan{}, deploy.ErrRefused
}
func (noChange) PlanBatch(context.Context, []awsx.Ref, deploy.Intent) (changes.BatchPlan, error) {
	return changes.BatchPlan{}, deploy.ErrRefused
}
func (noChange) StartBatch(deploy.Batch, []string) (string, error) { return "", deploy.ErrRefused }
func (noChange) Batch(string) ([]changes.Job, bool)                { return nil, false }
func (noChange) Start(deploy.Plan, []string) (string, error)       { return "", deploy.ErrRefused }
func (noChange) Resume(context.Context, awsx.Ref) (string, error) {
	return "", deploy.ErrRefused
}
func (noChange) Job(string) (changes.Job, bool)       { return changes.Job{}, false }
func (noChange) Jobs() []changes.Job                  { return []changes.Job{{}} } // to be followed
func (noChange) Subscribe() (<-chan struct{}, func()) { return nil, func() {} }
func (noChange) Reveal(awsx.Ref) error                { return deploy.ErrRefused }
