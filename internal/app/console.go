package app

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/app/change"
	"gantry/ui"
	"gantry/ui/palette"
	"gantry/ui/theme"
	"gantry/views"
)

// Console runs the interactive console until the operator leaves it. A change
// under way outlives it up to the deadline of Close.
func (a *App) Console(ctx context.Context, getenv func(string) string) error {
	terminal, err := ui.DetectTerminal(ui.TerminalOptions{
		Getenv: getenv, NoColor: a.Config.Screen.NoColor, ASCII: a.Config.Screen.ASCII,
		Background: a.Config.Screen.Background, Sync: a.Config.Screen.Sync,
	})
	if err != nil {
		return &awsx.Error{Class: awsx.Invalid, Op: "screen", Err: err}
	}
	keys, err := ui.NewKeymap(a.Config.Keys.Preset, a.Config.Keys.Bind)
	if err != nil {
		return &awsx.Error{Class: awsx.Invalid, Op: "keys", Err: err}
	}
	colours, err := theme.ParseColours(a.Config.Screen.Colours)
	if err != nil {
		return &awsx.Error{Class: awsx.Invalid, Op: "screen", Err: err}
	}
	a.Arming = change.NewArming(a.Config.Writing.ReadOnly, a.Config.Writing.Arm)
	a.Gate = a.Arming

	deps := a.views()
	changer := &changer{app: a}
	deps.Nav = nav{
		Changes:   &views.Changes{Deps: deps, Changer: changer},
		LogViewer: a.logViewer(deps),
	}
	shell := ui.New(ctx, ui.Options{
		Title: "gantry", Terminal: terminal, Colours: colours,
		Keys: keys, Gate: consoleGate{a}, Background: &views.Background{Changer: changer},
		Clipboard: ui.Clipboard{Getenv: getenv},
		Root: func(h *ui.Host) ui.Screen {
			deps.Host = h
			return views.NewClusters(deps, a.Context)
		},
		Palette: func(h *ui.Host) []palette.Source { return a.palette(deps, h) },
	})
	err = ui.Run(ctx, shell, ui.RunOptions{Drain: a.runner.Shutdown, Patience: patience})
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil // told to end
	}
	return err
}

// nav is what the tables open.
type nav struct {
	*views.Changes
	*views.LogViewer
}

func (a *App) views() *views.Deps {
	return &views.Deps{Store: a.Store, Policy: policy{a}}
}

// The scopes that the console's gate knows.
const (
	scopeProduction = "production"
	scopeElse       = ""
)

// policy is what views ask about clusters.
type policy struct{ app *App }

// Production reports whether a cluster belongs to production.
func (p policy) Production(cluster awsx.Ref) bool {
	return p.app.Policy.Production(cluster, accountOf(cluster))
}

// accountOf is the account in a cluster's ARN, empty for a context without one.
func accountOf(ref awsx.Ref) string {
	_, account, _, _ := awsx.ARNParts(ref.Cluster)
	return account
}

// Scope names how a cluster is guarded.
func (p policy) Scope(cluster awsx.Ref) string {
	if p.Production(cluster) {
		return scopeProduction
	}
	return scopeElse
}

// consoleGate tells the shell what may be changed. It answers from memory.
type consoleGate struct{ app *App }

// Mode is how things stand in a scope.
func (g consoleGate) Mode(scope string) ui.Mode {
	w := g.app.Arming.Writable()
	switch {
	case w.ReadOnly:
		return ui.Mode{Label: "READ-ONLY", Why: "gantry was started read-only"}
	case scope != scopeProduction || !w.Needed:
		return ui.Mode{Writable: true}
	case w.Left > 0:
		return ui.Mode{Label: "ARMED", Writable: true, Left: w.Left}
	}
	return ui.Mode{Label: "READ-ONLY", Armable: true, Why: "production is read-only"}
}

// Arm makes production writable for a while.
func (g consoleGate) Arm(string) (ui.Arming, error) { return nil, g.app.Arming.Arm() }

// changer makes the console's changes through the runner.
type changer struct {
	app  *App
	last string // the job started last
}

var _ views.Changer = (*changer)(nil)

// Plan reads and builds.
func (c *changer) Plan(ctx context.Context, service awsx.Ref, intent deploy.Intent) (deploy.Plan, error) {
	return c.app.Plan(ctx, service, intent)
}

// Start hands a plan to the runner. The account is open: its plan was made there.
func (c *changer) Start(plan deploy.Plan, override []string) (string, error) {
	account, err := c.app.Store.Account(context.Background(), plan.Target.Context)
	if err != nil {
		return "", err
	}
	id, err := c.app.runner.Start(change.Job{Account: account, Plan: plan, Override: override})
	if err == nil {
		c.last = id
	}
	return id, err
}

// Job returns a job by id.
func (c *changer) Job(id string) (views.Job, bool) {
	s, ok := c.app.runner.Status(id)
	return job(s), ok
}

// Jobs returns what runs, and the job started last when it has ended.
func (c *changer) Jobs() []views.Job {
	var jobs []views.Job
	if s, ok := c.app.runner.Status(c.last); ok && s.Stage == change.Ended {
		jobs = append(jobs, job(s))
	}
	for _, s := range c.app.runner.Running() {
		jobs = append(jobs, job(s))
	}
	return jobs
}

func job(s change.Status) views.Job {
	return views.Job{
		ID: s.ID, Target: s.Target, Action: s.Action, Summary: s.Summary, Step: s.Step,
		Started: s.Started, Progress: s.Progress, Ended: s.Stage == change.Ended, Result: s.Result, Err: s.Err,
	}
}

// Subscribe tells of changes to jobs.
func (c *changer) Subscribe() (<-chan struct{}, func()) { return c.app.runner.Subscribe() }

// Reveal records that secrets are shown.
func (c *changer) Reveal(service awsx.Ref) error {
	return c.app.RecordReveal(context.Background(), service)
}

// palette lists what ":" opens besides actions: contexts of the configuration,
// the clusters seen, and whatever an ARN that was typed or pasted names.
func (a *App) palette(deps *views.Deps, h *ui.Host) []palette.Source {
	open := func(s ui.Screen) func() tea.Cmd {
		return ui.Do(func() { h.Push(s) })
	}
	contexts := func(string) []palette.Item {
		items := []palette.Item{{Name: "clusters", Detail: a.Context.String(), Run: open(views.NewClusters(deps, a.Context))}}
		for _, c := range a.Config.Contexts {
			items = append(items, palette.Item{Name: "context " + c.Name, Detail: c.ID.String(), Run: open(views.NewClusters(deps, c.ID))})
		}
		return items
	}
	clusters := func(string) []palette.Item {
		w := a.Store.Clusters(a.Context)
		defer w.Close()
		var items []palette.Item
		for _, c := range w.Snapshot().Items {
			items = append(items, palette.Item{Name: "cluster " + c.Name, Detail: a.Context.String(), Run: open(views.NewServices(deps, c.Ref))})
		}
		return items
	}
	arns := func(text string) []palette.Item {
		name, screen := a.screenOf(deps, strings.TrimSpace(text))
		if screen == nil {
			return nil
		}
		return []palette.Item{{Name: name, Answer: true, Run: open(screen)}}
	}
	return []palette.Source{contexts, clusters, arns}
}

// screenOf is the screen of a cluster's or service's ARN. The cluster's ARN is
// made from the service's, which names it (the long form, the only one since 2021).
func (a *App) screenOf(deps *views.Deps, arn string) (string, ui.Screen) {
	_, _, resource, ok := awsx.ARNParts(arn)
	if !ok {
		return "", nil
	}
	parts := strings.Split(resource, "/")
	switch {
	case parts[0] == "cluster" && len(parts) == 2:
		return "cluster " + parts[1], views.NewServices(deps, awsx.Ref{Context: a.Context, Cluster: arn, ARN: arn})
	case parts[0] == "service" && len(parts) == 3:
		cluster := strings.TrimSuffix(arn, resource) + "cluster/" + parts[1]
		return "service " + parts[1] + "/" + parts[2], views.NewTasks(deps, awsx.Ref{Context: a.Context, Cluster: cluster, ARN: arn})
	}
	return "", nil
}
