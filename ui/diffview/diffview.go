package diffview

import (
	"fmt"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// Summary says what changes in one line: "3 added, 1 removed".
func Summary(lines []Line) string {
	added, removed := 0, 0
	for _, l := range lines {
		switch l.Kind {
		case Added:
			added++
		case Removed:
			removed++
		}
	}
	if added+removed == 0 {
		return "no difference"
	}
	return fmt.Sprintf("%d added, %d removed", added, removed)
}

// Draw lays lines out as painted rows of at most w cells, for a pager, and
// returns at which row each line begins. Long lines are broken and never cut: what changes
// in an image's name is its end.
func Draw(th *theme.Theme, lines []Line, w int) (rows []string, starts []int) {
	more := th.Glyphs().Ellipsis
	for _, l := range lines {
		starts = append(starts, len(rows))
		margin := " "
		for _, piece := range text.Hardwrap(l.Text, max(w-2, 1)) {
			rows = append(rows, th.Paint(l.Kind.role(), text.Truncate(l.Kind.Sign()+margin+piece, w, more)))
			margin = more
		}
	}
	return rows, starts
}
