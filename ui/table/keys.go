package table

// Key moves the cursor or the columns as a key asks, by the names that Bubble Tea
// gives to keys, and reports whether the key means anything to a table. A program
// with its own key map calls the methods instead.
func (t *Table[T]) Key(key string) bool {
	switch key {
	case "j", "down":
		t.Move(1)
	case "k", "up":
		t.Move(-1)
	case "pgdown", "ctrl+f":
		t.Page(1)
	case "pgup", "ctrl+b":
		t.Page(-1)
	case "g", "home":
		t.Top()
	case "G", "end":
		t.Bottom()
	case "right":
		t.ScrollColumns(1)
	case "left":
		t.ScrollColumns(-1)
	case "shift+right":
		t.Choose(1)
	case "shift+left":
		t.Choose(-1)
	case "O":
		t.SortChosen()
	case "space":
		t.MarkOn()
	case "ctrl+space":
		t.MarkRange()
	case `ctrl+\`:
		t.ClearMarks()
	default:
		return false
	}
	return true
}
