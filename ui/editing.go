package ui

import "gantry/ui/form"

// The actions of an editor of named values. All stay in the editor until the screen
// applies its edits.
var (
	ActAdd    = Binding{ID: "add", Name: "add", Keys: []string{"a"}, Hint: 2}
	ActChange = Binding{ID: "change", Name: "change", Keys: []string{"enter"}, Hint: 3}
	ActRemove = Binding{ID: "remove", Name: "remove", Keys: []string{"x", "delete"}, Hint: 4}
	ActUndo   = Binding{ID: "undo", Name: "undo line", Keys: []string{"u"}, Hint: 5}
	ActRename = Binding{ID: "rename", Name: "rename", Keys: []string{"n"}, Hint: 8}
	ActBlock  = Binding{ID: "paste-block", Name: "paste lines", Keys: []string{"p"}, Hint: 6}
	ActReveal = Binding{ID: "reveal", Name: "reveal", Keys: []string{"r"}, Hint: 7, Reveals: true}
)

// EditorBindings are those that EditorActions binds.
func EditorBindings() []Binding {
	return append([]Binding{ActAdd, ActChange, ActRemove, ActUndo, ActRename, ActBlock, ActReveal}, MovementBindings()...)
}

// EditorActions bind an editor of named values.
func EditorActions(e *form.Editor) []Action {
	line := e.OnLine()
	list := []Action{
		ActAdd.Does(e.Add),
		ActChange.Does(e.Change).Unless(line),
		ActRemove.Does(e.Remove).Unless(line),
		ActUndo.Does(e.Undo).Unless(line),
		ActRename.Does(e.Rename).Unless(line),
		ActBlock.Does(e.Block),
		ActReveal.Does(e.Reveal).Unless(line),
	}
	return append(list, Movement(e)...)
}
