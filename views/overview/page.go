package overview

import (
	"slices"
	"strings"

	"gantry/ui"
	"gantry/ui/text"
	"gantry/views/prose"
)

// twoColumns is the width from which the page stands in two columns, gutter the cells
// between them.
const (
	twoColumns = 140
	gutter     = 3
)

// page is a text in two halves: one after the other, or side by side.
type page struct{ left, right []prose.Para }

func (p page) all() []prose.Para { return slices.Concat(p.left, []prose.Para{{}}, p.right) }

// Parts are the paragraphs as a search reads them.
func (p page) Parts() []string { return prose.Document{Paras: p.all()}.Parts() }

// Text is what the page says, in one column.
func (p page) Text() string { return prose.PlainText(p.all()) }

// Draw draws the page. Side by side its halves are wrapped: who cuts lines reads them all
// below each other.
func (p page) Draw(how ui.Drawing) (rows []string, starts []int) {
	if how.Width < twoColumns || !how.Wrap {
		return prose.Lines(p.all(), how)
	}
	half := how
	half.Width = (how.Width - gutter) / 2
	left, leftStarts := prose.Lines(p.left, half)
	right, rightStarts := prose.Lines(p.right, half)
	for i := range max(len(left), len(right)) {
		row := ""
		if i < len(left) {
			row = left[i]
		}
		if i < len(right) && right[i] != "" {
			row = text.PadPainted(row, half.Width) + strings.Repeat(" ", gutter) + right[i]
		}
		rows = append(rows, row)
	}
	// The empty paragraph between the halves stands where the first one ends.
	return rows, slices.Concat(leftStarts, []int{max(0, len(left)-1)}, rightStarts)
}
