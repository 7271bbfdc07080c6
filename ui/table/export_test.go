package table

// LookAt sets the cost of what of a filter is done between two frames.
func (t *Table[T]) LookAt(part int) { t.part = part }

// WholeFigures is wholeFigures.
var WholeFigures = wholeFigures
