package ui

import "gantry/ui/form"

// The names of an editor's actions.
const (
	ActAdd    = "add"
	ActChange = "change"
	ActRename = "rename"
	ActRemove = "remove"
	ActUndo   = "undo"
	ActReveal = "reveal"
	ActBlock  = "paste-block"
)

// EditorActions bind an editor of named values. All stay in the editor until the
// screen applies its edits, so none has a tier; a screen that guards revealing
// sets that one's.
func EditorActions(e *form.Editor) []Action {
	line := e.OnLine()
	list := []Action{
		{ID: ActAdd, Name: "add", Keys: []string{"a"}, Hint: 2, Run: Do(e.Add)},
		{ID: ActChange, Name: "change", Keys: []string{"enter"}, Hint: 3, Run: Do(e.Change), Disabled: line},
		{ID: ActRemove, Name: "remove", Keys: []string{"x", "delete"}, Hint: 4, Run: Do(e.Remove), Disabled: line},
		{ID: ActUndo, Name: "undo line", Keys: []string{"u"}, Hint: 5, Run: Do(e.Undo), Disabled: line},
		{ID: ActRename, Name: "rename", Keys: []string{"n"}, Hint: 8, Run: Do(e.Rename), Disabled: line},
		{ID: ActBlock, Name: "paste lines", Keys: []string{"p"}, Hint: 6, Run: Do(e.Block)},
		{ID: ActReveal, Name: "reveal", Keys: []string{"r"}, Hint: 7, Run: Do(e.Reveal), Disabled: line},
	}
	return append(list, Movement(e)...)
}
