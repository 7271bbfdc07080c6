package app

import (
	"context"
	"errors"
	"os/exec"
	"sync"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/store"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/internal/plugin"
	"gantry/ui"
	"gantry/ui/clipboard"
	"gantry/ui/palette"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/editors"
	"gantry/views/errands"
	"gantry/views/images"
	"gantry/views/lessons"
	logviews "gantry/views/logs"
	"gantry/views/related"
	"gantry/views/resources"
	"gantry/views/revisions"
	_ "gantry/views/schedules" // the palette alone opens it
	"gantry/views/shells"
)

// Console runs the interactive console until the operator leaves it. A change
// under way outlives it up to the deadline of Close.
func (a *App) Console(ctx context.Context, getenv func(string) string) error {
	// The first calls are under way while the screen is made that waits for them.
	// The watch adds nothing to what the first screen's own asks for.
	first := a.Store.Clusters(a.Context)
	first.Need(store.Need{Idle: true})
	defer first.Close()
	if !a.apart {
		a.profiles = sharedProfiles()
	}
	options, err := a.console(getenv)
	if err != nil {
		return err
	}
	options.Exec = a.handOver
	a.nameUnended()
	shell := ui.New(ctx, options)
	defer func() { a.leave(shell.Host().Screens()) }()
	err = ui.Run(ctx, shell, ui.RunOptions{Drain: a.Changes.Shutdown, Patience: patience})
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil // told to end
	}
	if err == nil {
		settling, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		a.Changes.Settle(settling)
	}
	return err
}

// console makes all of the console but its terminal. An error is of class
// Invalid and names the setting that is wrong.
func (a *App) console(getenv func(string) string) (ui.Options, error) {
	invalid := func(what string, err error) (ui.Options, error) {
		return ui.Options{}, &fault.Error{Class: fault.Invalid, Op: what, Resource: a.Config.File, Err: err}
	}
	screen := a.Config.Screen
	terminal, err := ui.DetectTerminal(ui.TerminalOptions{
		Getenv: getenv, NoColor: screen.NoColor, ASCII: screen.ASCII, Background: screen.Background, Sync: screen.Sync,
	})
	if err != nil {
		return invalid("screen", err)
	}
	keys, err := Keymap(a.Config)
	if err != nil {
		return ui.Options{}, err
	}
	a.recall()
	scheme, err := a.scheme()
	if err != nil {
		return invalid("screen", err)
	}
	a.guard(a.Config.Writing.Arm)

	deps := &views.Deps{Contexts: a.contexts(), Now: a.Now, Store: a.Store, Policy: guarding{a, new(sync.Map)}, Lines: a.Lines(), CountsSet: a.countsSet, Made: a.Changes.Made, Journal: a.Changes.Journaled,
		Commands: a.Config.Commands, Called: a.called}
	deps.Columns = func() map[string][]string { return a.Config.Columns }
	deps.Remembered, deps.Still = a.left, screen.Still
	lines := a.logViewer(deps)
	made := &changes.Changes{Deps: deps, Desk: a.Changes, Reveal: a.revealed, Lines: a.Lines()}
	deps.Nav = newNav(made, editors.Editor{Getenv: getenv, LookPath: exec.LookPath}, lines, a.Joiner, a.errands(made))
	led := &tour{app: a, deps: deps, on: a.tour}
	if a.Config.Screen.Hints {
		led.lessons = lessons.New(a.left, a.left.First())
	}
	screens := screenOf(deps, func(service awsx.Ref) ui.Screen { return revisions.NewRevisions(made, service, "") })
	return ui.Options{
		Title: "gantry", Terminal: terminal, Scheme: scheme,
		Keys: keys, Gate: consoleGate{a},
		Globals: func(h *ui.Host) []ui.Action {
			return append(append(made.Globals(), finder{a, deps, h, screens}.habits()...), actAliases.Does(func() { h.Push(aliases(h, aliasText(a.Config))) }), actContexts.Does(func() { h.Palette("ctx ") }), actTheme.Does(func() { h.Palette("theme ") }), a.reloadAction(h), led.action(h))
		},
		Mended: func(h *ui.Host) {
			a.Store.CredentialsChanged(finder{app: a, host: h}.place().Context)
		},
		Again: func(h *ui.Host) {
			a.tryAgain(finder{app: a, host: h}.place().Context)
		},
		Reflexes: reflexes(), Mouse: screen.Mouse,
		Background: background{&changes.Background{Runner: a.Changes.Runner, Key: made.JobsKey}, a, deps, led},
		Clipboard:  clipboard.Clipboard{Getenv: getenv},
		Typed:      a.left,
		Guide:      led,
		Performed:  led.lessons.Performed,
		Attended:   a.attended,
		Root: func(h *ui.Host) ui.Screen {
			deps.Host = h
			return resources.NewClusters(deps, a.Context)
		},
		Begin:   func(h *ui.Host) { a.begin(finder{a, deps, h, screens}) },
		Palette: func(h *ui.Host) []palette.Source { return a.palette(deps, h, screens) },
	}, nil
}

// revealed records that a screen shows secrets.
func (a *App) revealed(of awsx.Ref) error { return a.RecordReveal(context.Background(), of) }

// nav is what the tables open.
type nav struct {
	*changes.Changes
	*editors.Editors
	*images.Images
	*revisions.Revisions
	*logviews.Viewer
	resources.Lists
	related.Ways
	*shells.Shells
	*errands.Errands
}

// newNav joins the screens of changes with those that lead to changes.
func newNav(c *changes.Changes, editor editors.Editor, lines *logviews.Viewer, joiner func(context.Context, awsx.ContextID) (plugin.Joiner, error), own *errands.Errands) nav {
	c.NewDeployments = func(service awsx.Ref) ui.Screen { return revisions.NewDeployments(c, service) }
	c.NewRevisions = func(service awsx.Ref, why string) ui.Screen { return revisions.NewRevisions(c, service, why) }
	return nav{c, &editors.Editors{Changes: c, Editor: editor}, &images.Images{Changes: c}, &revisions.Revisions{Changes: c}, lines, resources.Lists{Deps: c.Deps},
		related.Ways{Around: c.Deps, Screen: screenOf(c.Deps, func(service awsx.Ref) ui.Screen { return c.NewRevisions(service, "") })},
		&shells.Shells{Changes: c, Joiner: joiner}, own}
}

// guarding is what views ask about clusters. Each frame asks, so what was judged of a
// cluster is kept: neither its name nor the policy changes while the program runs.
type guarding struct {
	app    *App
	judged *sync.Map // by cluster
}

// Production reports whether a cluster belongs to production.
func (g guarding) Production(cluster awsx.Ref) bool {
	if known, ok := g.judged.Load(cluster); ok {
		return known.(bool)
	}
	production := g.app.production(cluster)
	g.judged.Store(cluster, production)
	return production
}

// Look is what production is called in a cluster, and in which colour.
func (g guarding) Look(cluster awsx.Ref) (word, colour string) {
	l := g.app.Policy.Look(cluster, accountOf(cluster))
	return l.Word, l.Colour
}

// production judges whether a cluster belongs to production.
func (a *App) production(cluster awsx.Ref) bool {
	return a.Policy.Production(cluster, accountOf(cluster))
}

// accountOf is the account in a cluster's ARN, empty for a context without one.
func accountOf(ref awsx.Ref) string {
	_, account, _, _ := awsx.ARNParts(ref.Cluster)
	return account
}

// Scope names how a cluster is guarded: production by where arming for it holds, all
// else by nothing.
func (g guarding) Scope(cluster awsx.Ref) string {
	if g.Production(cluster) {
		return string(change.ReachOf(cluster))
	}
	return ""
}

// consoleGate says to the shell what may be changed. It answers from memory.
type consoleGate struct{ app *App }

// Mode is how things stand in a scope.
func (g consoleGate) Mode(scope string) ui.Mode {
	w := g.app.Arming.Writable(change.Reach(scope))
	switch {
	case g.app.looksBack():
		return ui.Mode{Label: "SNAPSHOT " + g.app.taken.UTC().Format("2006-01-02 15:04Z"), Why: "this is a snapshot, which nothing changes", Past: true}
	case w.ReadOnly:
		return ui.Mode{Label: "READ-ONLY", Why: "gantry was started read-only"}
	case scope == "" || !w.Needed:
		return ui.Mode{Writable: true}
	case w.Left > 0:
		return ui.Mode{Label: "ARMED", Writable: true, Left: w.Left}
	}
	return ui.Mode{Label: "READ-ONLY", Armable: true, Span: w.Span}
}

// Arm makes the production of a context and account writable for a while.
func (g consoleGate) Arm(scope string) (ui.Arming, error) {
	return nil, g.app.Arming.Arm(change.Reach(scope))
}

// Disarm makes it read-only again.
func (g consoleGate) Disarm(scope string) { g.app.Arming.Disarm(change.Reach(scope)) }

// Keymap returns the keys that the configuration sets, its own commands' among them. The error is of class Invalid and
// names the action that does not exist, or the actions that share a key.
func Keymap(cfg config.Config) (*ui.Keymap, error) {
	bind, _ := keysOf(cfg)
	keys, err := views.CatalogWith(cfg.Commands).Keymap(cfg.Keys.Preset, bind)
	if err != nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "keys", Resource: cfg.File, Err: err}
	}
	return keys, nil
}
