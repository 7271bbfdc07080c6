package app

import (
	"os"
	"reflect"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/config"
	"gantry/ui"
	"gantry/views"
)

var _ = views.Everywhere.Add(actReload)

// actReload reads the configuration again.
var actReload = ui.Binding{ID: "reload", Name: "read the configuration again"}

// lookAgain is how long the configuration is not looked at after it was.
const lookAgain = 2 * time.Second

// reload is what is known of the configuration file while the console runs; the loop alone
// touches it.
type reload struct {
	read    config.Config // as it was read last without a fault
	file    stamp         // as it was then, or when it was found wrong
	looked  time.Time
	looking bool
}

// stamp tells one state of a file from another.
type stamp struct {
	size int64
	at   time.Time
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

// reread is the configuration as it is now. Same says that nothing was read, since the file
// is as it was.
type reread struct {
	cfg   config.Config
	err   error
	file  stamp
	same  bool
	asked bool
}

// attended looks whether the configuration has changed, since somebody looks at the console.
// It costs one look at the file, off the loop.
func (a *App) attended() tea.Cmd {
	if a.load == nil || a.reload.looking || time.Since(a.reload.looked) < lookAgain {
		return nil
	}
	return a.readAgain(false)
}

// readAgain reads the configuration, unless nobody asked for it and the file is as it was.
func (a *App) readAgain(asked bool) tea.Cmd {
	a.reload.looking, a.reload.looked = true, time.Now()
	load, path, was := a.load, a.Config.File, a.reload.file
	return func() tea.Msg {
		now := stampOf(path)
		if !asked && now == was {
			return reread{same: true}
		}
		cfg, err := load()
		return reread{cfg: cfg, err: err, file: now, asked: asked}
	}
}

// take puts in force what of a configuration can be changed while the console runs, and says
// by name what cannot. A file with a fault changes nothing.
func (a *App) take(r reread, h *ui.Host) {
	a.reload.looking = false
	if r.same {
		return
	}
	a.reload.file = r.file
	if r.err == nil {
		var keys *ui.Keymap
		with := r.cfg
		with.Commands = a.Config.Commands // others need a restart: these keep their keys
		if keys, r.err = Keymap(with); r.err == nil {
			a.put(r, keys, h)
			return
		}
	}
	h.Flash(ui.Error, "the configuration is wrong, what was read before stays in force: %s", strings.TrimPrefix(r.err.Error(), "config: "))
}

func (a *App) put(r reread, keys *ui.Keymap, h *ui.Host) {
	was, now := a.reload.read, r.cfg
	a.reload.read = now
	var taken, waits []string
	differs := func(name string, a, b any, list *[]string) bool {
		if reflect.DeepEqual(a, b) {
			return false
		}
		*list = append(*list, name)
		return true
	}
	if differs("keys", was.Keys, now.Keys, &taken) {
		h.SetKeys(keys)
		a.Config.Keys = now.Keys
	}
	if differs("aliases and favourites", [][]config.Named{was.Aliases, was.Favourites}, [][]config.Named{now.Aliases, now.Favourites}, &taken) {
		a.Config.Aliases, a.Config.Favourites = now.Aliases, now.Favourites
	}
	if differs("columns, of what is opened from now on", was.Columns, now.Columns, &taken) {
		a.Config.Columns = now.Columns
	}
	if differs("theme", []any{was.Screen.Theme, was.Themes}, []any{now.Screen.Theme, now.Themes}, &taken) {
		a.Config.Screen.Theme, a.Config.Themes = now.Screen.Theme, now.Themes
		if s, err := a.scheme(); err == nil {
			h.SetScheme(s)
		}
	}
	if differs("refresh", was.Refresh, now.Refresh, &taken) {
		a.Config.Refresh = now.Refresh
		a.Store.SetRefresh(now.Refresh)
	}
	if now.Writing.ReadOnly && !was.Writing.ReadOnly {
		// It is in force at once, and what makes less strict never unseen.
		a.Arming.Forbid()
		taken = append(taken, "writing.readonly")
	}
	now.Writing.ReadOnly = now.Writing.ReadOnly && was.Writing.ReadOnly
	screen := func(s config.Screen) config.Screen {
		s.Theme = ""
		return s
	}
	for _, part := range []struct {
		name     string
		was, now any
	}{
		{"context", was.Context, now.Context}, {"contexts", was.Contexts, now.Contexts}, {"logs", was.Logs, now.Logs},
		{"production", []any{was.NonProduction, was.NonProductionProfiles, was.NonProductionAccounts, was.Looks}, []any{now.NonProduction, now.NonProductionProfiles, now.NonProductionAccounts, now.Looks}},
		{"commands", was.Commands, now.Commands}, {"rules", was.Rules, now.Rules}, {"owners", was.Owners, now.Owners}, {"keep_revisions", was.KeepRevisions, now.KeepRevisions}, {"notify", was.Notify, now.Notify},
		{"writing", was.Writing, now.Writing}, {"memory", was.Memory, now.Memory}, {"screen", screen(was.Screen), screen(now.Screen)},
	} {
		differs(part.name, part.was, part.now, &waits)
	}
	said := "the configuration was read again"
	if len(taken) > 0 {
		said += ", in force: " + strings.Join(taken, ", ")
	}
	if len(waits) > 0 {
		said += "; needs a restart: " + strings.Join(waits, ", ")
	}
	switch {
	case len(waits) > 0:
		h.Flash(ui.Warn, "%s", said)
	case len(taken) > 0:
		h.Flash(ui.Info, "%s", said)
	case r.asked:
		h.Flash(ui.Info, "%s: nothing has changed", said)
	}
}

// reloadAction reads the configuration again because somebody asks for it.
func (a *App) reloadAction(h *ui.Host) ui.Action {
	act := actReload.Does(func() { h.Behind(a.readAgain(true)) })
	if a.load == nil {
		act.Disabled = "this console was opened without a configuration"
	}
	return act
}
