package ui

import tea "charm.land/bubbletea/v2"

// Binding is an action as it is declared, before any screen is open: what the hint
// line, the help, the palette, the configuration and the page of keys know of it.
type Binding struct {
	// ID is the name by which a configuration gives it other keys.
	ID string
	// Name is a short verb phrase for hints and help.
	Name string
	// Keys are the default keys, in Bubble Tea's spelling: "enter", "ctrl+d", "O".
	Keys []string
	// Changes says that it carries out what a plan shows. All else looks, asks or plans,
	// which needs no leave: the Gate has no say in it.
	Changes bool
	// Writes says that it writes a file, arms or leaves the program as soon as it is run,
	// so that the palette takes no other word for its name.
	Writes bool
	// Short are other names by which the palette knows it, whole: "q" for quit.
	Short []string
	// Hint is its place in the hint line: 1 comes first and is dropped last, 0 is
	// left to the help.
	Hint int
	// Yields says that the key is a screen's own where that has an action by it, and that
	// nobody is told of it while it is not possible: a place that holds nothing yet.
	Yields bool
	// Hidden keeps plain movement out of the palette.
	Hidden bool
	// Reveals says that it shows what is masked, and so is recorded.
	Reveals bool
	// Lesson is what a newcomer is told that the key does where that helps (Action.Helps),
	// such as "tells why it fails"; empty for what needs no telling.
	Lesson string
	// Takes says, where rows of a table can be marked, what it is about.
	Takes Takes
}

// Takes is what of a table an action is about.
type Takes uint8

// What there is to take.
const (
	// TakesRow is the row under the cursor: while others are marked the action is refused,
	// since whoever marked them expects them to be taken.
	TakesRow Takes = iota
	// TakesMarked is all that is marked, and the row under the cursor while nothing is.
	TakesMarked
	// TakesNone is no row: the action is about the screen as a whole.
	TakesNone
)

// As is the binding under the name and in the place that a screen gives it.
func (b Binding) As(name string, hint int) Binding {
	b.Name, b.Hint = name, hint
	return b
}

// Taking is the binding where it takes other rows than elsewhere.
func (b Binding) Taking(t Takes) Binding {
	b.Takes = t
	return b
}

// Runs makes the action that a screen offers now.
func (b Binding) Runs(run func() tea.Cmd) Action { return Action{Binding: b, Run: run} }

// Does is Runs for what needs no command.
func (b Binding) Does(f func()) Action { return b.Runs(Do(f)) }

// Action is one thing an operator can do now. The same value feeds the keys, the
// hint line, the help, the palette and the read-only mode, so that they cannot
// disagree.
type Action struct {
	// Binding is what was declared; a screen may change name, hint and keys to suit
	// what it shows.
	Binding
	// Disabled says why it is not possible now; empty when it is.
	Disabled string
	// Helps says that it is what is wanted with what is shown now.
	Helps bool
	// Run does it, on the loop. The command belongs to the screen.
	Run func() tea.Cmd
}

// Unless is the action when it is possible; why says that it is not.
func (a Action) Unless(why string) Action {
	a.Disabled = why
	return a
}

// Helping is the action where it helps with what is shown, or does not.
func (a Action) Helping(helps bool) Action {
	a.Helps = helps
	return a
}

// Do makes an Action's Run of a function that needs no command.
func Do(f func()) func() tea.Cmd {
	return func() tea.Cmd {
		f()
		return nil
	}
}

// The shell's own actions, in the order of the help.
var (
	ActFilter   = Binding{ID: "filter", Name: "filter", Keys: []string{"/"}, Hint: 90}
	ActPalette  = Binding{ID: "palette", Name: "command", Keys: []string{":"}, Hint: 91}
	ActHelp     = Binding{ID: "help", Name: "help", Keys: []string{"?"}, Hint: 92, Short: []string{"h"}}
	ActBack     = Binding{ID: "back", Name: "back", Keys: []string{"esc"}}
	ActPrevious = Binding{ID: "history-back", Name: "back in history", Keys: []string{"["}}
	ActNext     = Binding{ID: "history-forward", Name: "forward in history", Keys: []string{"]"}}
	ActLast     = Binding{ID: "last", Name: "last screen", Keys: []string{"-"}}
	ActArm      = Binding{ID: "arm", Name: "arm writing", Keys: []string{"W"}, Writes: true, Lesson: "lets changes be made here for a while; looking needs no leave"}
	ActSave     = Binding{ID: "save", Name: "save screen", Keys: []string{"ctrl+s"}, Writes: true, Short: []string{"w", "w!"}}
	ActBare     = Binding{ID: "bare", Name: "bare screen", Keys: []string{"b"}}
	ActMessages = Binding{ID: "messages", Name: "messages"}
	ActMend     = Binding{ID: "mend", Name: "run what the banner names", Keys: []string{"ctrl+k"}, Short: []string{"login"}}
	ActRedraw   = Binding{ID: "redraw", Name: "redraw", Keys: []string{"ctrl+l"}}
	ActSuspend  = Binding{ID: "suspend", Name: "suspend", Keys: []string{"ctrl+z"}, Writes: true}
	ActQuit     = Binding{ID: "quit", Name: "quit", Keys: []string{"ctrl+c"}, Short: []string{"q", "q!", "qa", "exit"}, Writes: true}
)

// The actions that mean the same on every screen that has them. What they do is the
// screen's.
var (
	ActEnter       = Binding{ID: "enter", Name: "open", Keys: []string{"enter"}, Hint: 1}
	ActRefresh     = Binding{ID: "refresh", Name: "refresh", Keys: []string{"ctrl+r"}}
	ActWide        = Binding{ID: "wide", Name: "wide columns", Keys: []string{"ctrl+w"}}
	ActFaults      = Binding{ID: "faults-only", Name: "faults only", Keys: []string{"!"}, Lesson: "shows the faults alone, and again all"}
	ActMark        = Binding{ID: "mark", Name: "mark", Keys: []string{"space"}}
	ActMarkRange   = Binding{ID: "mark-range", Name: "mark range", Keys: []string{"ctrl+space"}}
	ActClearMarks  = Binding{ID: "clear-marks", Name: "clear marks", Keys: []string{`ctrl+\`}}
	ActUp          = Binding{ID: "up", Name: "up", Keys: []string{"k", "up"}, Hidden: true}
	ActDown        = Binding{ID: "down", Name: "down", Keys: []string{"j", "down"}, Hidden: true}
	ActTop         = Binding{ID: "top", Name: "top", Keys: []string{"g", "home"}, Hidden: true}
	ActBottom      = Binding{ID: "bottom", Name: "bottom", Keys: []string{"G", "end"}, Hidden: true}
	ActPageUp      = Binding{ID: "page-up", Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Hidden: true}
	ActPageDown    = Binding{ID: "page-down", Name: "page down", Keys: []string{"pgdown", "ctrl+f"}, Hidden: true}
	ActLeft        = Binding{ID: "left", Name: "scroll left", Keys: []string{"left"}, Hidden: true}
	ActRight       = Binding{ID: "right", Name: "scroll right", Keys: []string{"right"}, Hidden: true}
	ActColumnLeft  = Binding{ID: "column-left", Name: "column left", Keys: []string{"shift+left"}, Hidden: true}
	ActColumnRight = Binding{ID: "column-right", Name: "column right", Keys: []string{"shift+right"}, Hidden: true}
	ActSort        = Binding{ID: "sort", Name: "sort by the chosen column", Keys: []string{"O"}}
	ActSortName    = Binding{ID: "sort-name", Name: "sort by name", Keys: []string{"N"}}
	ActSortAge     = Binding{ID: "sort-age", Name: "sort by age", Keys: []string{"A"}}
	ActSortState   = Binding{ID: "sort-state", Name: "sort by state", Keys: []string{"S"}}
	ActCopy        = Binding{ID: "copy", Name: "copy name", Keys: []string{"c"}, Takes: TakesMarked}
	ActCopyCell    = Binding{ID: "copy-cell", Name: "copy cell", Keys: []string{"Y"}, Takes: TakesMarked}
	ActDescribe    = Binding{ID: "describe", Name: "describe", Keys: []string{"d"}, Takes: TakesMarked}
	ActJSON        = Binding{ID: "json", Name: "JSON", Keys: []string{"y"}, Takes: TakesMarked}
	ActWrap        = Binding{ID: "wrap", Name: "wrap", Keys: []string{"w"}}
	ActFindNext    = Binding{ID: "find-next", Name: "next match", Keys: []string{"n"}, Hidden: true}
	ActFindPrev    = Binding{ID: "find-previous", Name: "previous match", Keys: []string{"N"}, Hidden: true}
)

// Scroller is a widget that moves: a table, a log, a text.
type Scroller interface {
	// Move goes n rows down, up if negative.
	Move(n int)
	// Page goes n screens down, up if negative.
	Page(n int)
	// Top and Bottom go to the ends.
	Top()
	Bottom()
}

// Movement makes the vertical movement actions of a widget.
func Movement(w Scroller) []Action {
	return []Action{
		ActDown.Does(func() { w.Move(1) }),
		ActUp.Does(func() { w.Move(-1) }),
		ActPageDown.Does(func() { w.Page(1) }),
		ActPageUp.Does(func() { w.Page(-1) }),
		ActTop.Does(w.Top),
		ActBottom.Does(w.Bottom),
	}
}

// MovementBindings are those that Movement binds.
func MovementBindings() []Binding {
	return []Binding{ActDown, ActUp, ActPageDown, ActPageUp, ActTop, ActBottom}
}
