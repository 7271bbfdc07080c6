package app

import (
	"path/filepath"
	"strings"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/internal/memory"
	"gantry/internal/statefile"
	"gantry/ui"
	"gantry/views"
)

// remembering is what keeps what polling sees: in the state directory, unless that is
// switched off, and else for this run. What goes wrong with it is a notice.
func (a *App) remembering() past.Keeper {
	if a.Config.Memory.Days == 0 {
		return &past.Memory{}
	}
	m := memory.Open(memory.Options{Dir: a.auditDir, Days: a.Config.Memory.Days, Megabytes: a.Config.Memory.Megabytes, Tell: a.notices.add})
	a.closers = append(a.closers, m.Close)
	return m
}

// left is what one run of the console leaves to the next, beside the journal: how screens
// were left to look, what was typed, and where it ended. Never marks, never leave to write.
type left struct{ *statefile.File }

var (
	_ views.Kept = left{}
	_ ui.Typed   = left{}
)

// stateFile holds how the console was left.
const stateFile = "console.json"

// recall opens what earlier runs left; the application closes it.
func (a *App) recall() {
	a.left = left{statefile.Open(filepath.Join(a.auditDir, stateFile), a.notices.add)}
	a.closers = append(a.closers, a.left.Close)
}

// Kept is a setting of a context.
func (k left) Kept(of awsx.ContextID, name string) string { return k.Value(of.String(), name) }

// Keep changes a setting of a context; empty forgets it.
func (k left) Keep(of awsx.ContextID, name, value string) { k.Set(of.String(), name, value) }

// How many lines are kept of what was typed.
const (
	mostCommands = 200
	mostFilters  = 20
)

// Commands are those of the palette, oldest first.
func (k left) Commands() []string { return k.List("", statefile.Commands) }

// Commanded keeps a command.
func (k left) Commanded(line string) { k.Add("", statefile.Commands, line, mostCommands) }

// Filters are those that were typed on such a screen of such a context, oldest first.
func (k left) Filters(on ui.Screen) []string { return k.List(contextOf(on), filtersOf(on)) }

// Filtered keeps a filter, but for what is looked for while secrets are shown, which may be
// one of them.
func (k left) Filtered(on ui.Screen, expr string) {
	if r, ok := on.(ui.Revealing); ok && r.Revealing() {
		return
	}
	k.Add(contextOf(on), filtersOf(on), expr, mostFilters)
}

func filtersOf(on ui.Screen) string { return on.Name() + ".filters" }

// contextOf names the context that a screen is of, empty for one of none.
func contextOf(s ui.Screen) string {
	if p, ok := s.(views.Placed); ok && p.Place().Context != (awsx.ContextID{}) {
		return p.Place().Context.String()
	}
	return ""
}

// leftPlace is a screen of a cluster or of a service.
type leftPlace struct {
	Cluster string // ARN
	ARN     string
	Screen  string
}

// remembersPlaces reports whether a run leaves its place to the next: what is simulated or
// recorded is no place of the operator's.
func (a *App) remembersPlaces() bool { return !a.apart && a.Context.Endpoint == "" }

// place is where a context was left last.
func (k left) place(of awsx.ContextID) (p leftPlace, ok bool) {
	words := strings.Fields(k.Kept(of, statefile.Place))
	if len(words) < 3 {
		return leftPlace{}, false
	}
	last := len(words) - 1
	return leftPlace{Screen: strings.Join(words[:last-1], " "), Cluster: words[last-1], ARN: words[last]}, true
}

// leave keeps where the console ends in each of the contexts that are open; where that is a
// list of clusters, nothing is to be opened over it.
func (a *App) leave(open []ui.Screen) {
	if !a.remembersPlaces() {
		return
	}
	a.leaveContext(open)
	for i, s := range open {
		placed, ok := s.(views.Placed)
		if !ok || openedBefore(open[:i], placed.Place().Context) {
			continue
		}
		of, value := placed.Place().Context, ""
		if p, ok := lastPlace(open[i:], of); ok {
			value = p.Screen + " " + p.Cluster + " " + p.ARN
		}
		a.left.Keep(of, statefile.Place, value)
	}
}

func openedBefore(open []ui.Screen, of awsx.ContextID) bool {
	for _, s := range open {
		if p, ok := s.(views.Placed); ok && p.Place().Context == of {
			return true
		}
	}
	return false
}
