package ui

import tea "charm.land/bubbletea/v2"

// Action is one thing an operator can do. The same value feeds the keys, the
// hint line, the help, the palette and the read-only mode, so that they cannot
// disagree.
type Action struct {
	// ID is the binding's name, by which a configuration gives it other keys.
	ID string
	// Name is a short verb phrase for hints and help.
	Name string
	// Keys are the default keys, in Bubble Tea's spelling: "enter", "ctrl+d", "O".
	Keys []string
	// Tier is how grave it is: 0 reads, from 1 on it changes something and is
	// refused while the Gate is closed.
	Tier int
	// Disabled says why it is not possible now; empty when it is.
	Disabled string
	// Hint is its place in the hint line: 1 comes first and is dropped last, 0 is
	// left to the help.
	Hint int
	// Hidden keeps plain movement out of the palette.
	Hidden bool
	// Scope is what the Gate is asked about; empty for the screen's own.
	Scope string
	// Run does it, on the loop. The command belongs to the screen.
	Run func() tea.Cmd
}

// Do makes an Action's Run of a function that needs no command.
func Do(f func()) func() tea.Cmd {
	return func() tea.Cmd {
		f()
		return nil
	}
}

// The names of the shell's own actions.
const (
	ActPalette  = "palette"
	ActFilter   = "filter"
	ActHelp     = "help"
	ActBack     = "back"
	ActQuit     = "quit"
	ActLast     = "last"
	ActPrevious = "history-back"
	ActNext     = "history-forward"
	ActRedraw   = "redraw"
	ActSave     = "save"
	ActSuspend  = "suspend"
	ActArm      = "arm"
	ActBare     = "bare"
	ActMessages = "messages"
)

// The names of actions that mean the same on every screen that has them.
const (
	ActEnter       = "enter"
	ActRefresh     = "refresh"
	ActWide        = "wide"
	ActFaults      = "faults"
	ActMark        = "mark"
	ActMarkRange   = "mark-range"
	ActClearMarks  = "clear-marks"
	ActUp          = "up"
	ActDown        = "down"
	ActTop         = "top"
	ActBottom      = "bottom"
	ActPageUp      = "page-up"
	ActPageDown    = "page-down"
	ActLeft        = "left"
	ActRight       = "right"
	ActColumnLeft  = "column-left"
	ActColumnRight = "column-right"
	ActSort        = "sort"
	ActSortName    = "sort-name"
	ActSortAge     = "sort-age"
	ActSortState   = "sort-state"
	ActCopy        = "copy"
	ActCopyCell    = "copy-cell"
	ActDescribe    = "describe"
	ActJSON        = "json"
	ActWrap        = "wrap"
	ActFindNext    = "find-next"
	ActFindPrev    = "find-previous"
)

// shared holds name, keys and hint place of the actions above; what they do is
// the screen's.
func shared(id string) Action {
	switch id {
	case ActEnter:
		return Action{Name: "open", Keys: []string{"enter"}, Hint: 1}
	case ActRefresh:
		return Action{Name: "refresh", Keys: []string{"ctrl+r"}}
	case ActWide:
		return Action{Name: "wide columns", Keys: []string{"ctrl+w"}}
	case ActFaults:
		return Action{Name: "faults only", Keys: []string{"!"}}
	case ActMark:
		return Action{Name: "mark", Keys: []string{"space"}}
	case ActMarkRange:
		return Action{Name: "mark range", Keys: []string{"ctrl+space"}}
	case ActClearMarks:
		return Action{Name: "clear marks", Keys: []string{`ctrl+\`}}
	case ActUp:
		return Action{Name: "up", Keys: []string{"k", "up"}, Hidden: true}
	case ActDown:
		return Action{Name: "down", Keys: []string{"j", "down"}, Hidden: true}
	case ActTop:
		return Action{Name: "top", Keys: []string{"g", "home"}, Hidden: true}
	case ActBottom:
		return Action{Name: "bottom", Keys: []string{"G", "end"}, Hidden: true}
	case ActPageUp:
		return Action{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Hidden: true}
	case ActPageDown:
		return Action{Name: "page down", Keys: []string{"pgdown", "ctrl+f"}, Hidden: true}
	case ActLeft:
		return Action{Name: "scroll left", Keys: []string{"left"}, Hidden: true}
	case ActRight:
		return Action{Name: "scroll right", Keys: []string{"right"}, Hidden: true}
	case ActColumnLeft:
		return Action{Name: "column left", Keys: []string{"shift+left"}, Hidden: true}
	case ActColumnRight:
		return Action{Name: "column right", Keys: []string{"shift+right"}, Hidden: true}
	case ActSort:
		return Action{Name: "sort by the chosen column", Keys: []string{"O"}}
	case ActSortName:
		return Action{Name: "sort by name", Keys: []string{"N"}}
	case ActSortAge:
		return Action{Name: "sort by age", Keys: []string{"A"}}
	case ActSortState:
		return Action{Name: "sort by state", Keys: []string{"S"}}
	case ActCopy:
		return Action{Name: "copy name", Keys: []string{"c"}}
	case ActCopyCell:
		return Action{Name: "copy cell", Keys: []string{"Y"}}
	case ActDescribe:
		return Action{Name: "describe", Keys: []string{"d"}}
	case ActJSON:
		return Action{Name: "JSON", Keys: []string{"y"}}
	case ActWrap:
		return Action{Name: "wrap", Keys: []string{"w"}}
	case ActFindNext:
		return Action{Name: "next match", Keys: []string{"n"}, Hidden: true}
	case ActFindPrev:
		return Action{Name: "previous match", Keys: []string{"N"}, Hidden: true}
	}
	return Action{Name: id}
}

// sharedIDs are the names that shared knows.
func sharedIDs() []string {
	return []string{
		ActEnter, ActRefresh, ActWide, ActFaults, ActMark,
		ActMarkRange, ActClearMarks, ActUp, ActDown, ActTop,
		ActBottom, ActPageUp, ActPageDown, ActLeft, ActRight,
		ActColumnLeft, ActColumnRight, ActSort, ActSortName, ActSortAge,
		ActSortState, ActCopy, ActCopyCell, ActDescribe, ActJSON,
		ActWrap, ActFindNext, ActFindPrev,
	}
}

// Shared makes an action that is bound and named alike on every screen, from
// one of the names above. Fields of the result may be set as a screen needs.
func Shared(id string, run func() tea.Cmd) Action {
	a := shared(id)
	a.ID, a.Run = id, run
	return a
}

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
		Shared(ActDown, Do(func() { w.Move(1) })),
		Shared(ActUp, Do(func() { w.Move(-1) })),
		Shared(ActPageDown, Do(func() { w.Page(1) })),
		Shared(ActPageUp, Do(func() { w.Page(-1) })),
		Shared(ActTop, Do(w.Top)),
		Shared(ActBottom, Do(w.Bottom)),
	}
}
