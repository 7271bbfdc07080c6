package uitest

import (
	"fmt"
	"strings"
)

// Span is a text on the screen that is painted in one way.
type Span struct {
	X    int
	Text string
	// Colour is how its letters and what is behind them are coloured, empty for the
	// terminal's own.
	Colour string
	// Weight is all else of how it is painted: bold, faint, underlined, reversed.
	Weight string
}

// Spans is the screen as it is painted, a list a row. A text ends where it is painted in
// another way, and at two blanks.
func (c *Console) Spans() [][]Span {
	c.t.Helper()
	screen := c.emulate()
	rows := make([][]Span, screen.Height())
	for y := range rows {
		var now Span
		blanks := 0
		end := func() {
			if now.Text != "" {
				rows[y] = append(rows[y], now)
			}
			now, blanks = Span{}, 0
		}
		for x := 0; x < screen.Width(); x++ {
			cell := screen.CellAt(x, y)
			if cell == nil || cell.Content == "" || cell.Content == " " {
				if blanks++; blanks > 1 {
					end()
				}
				continue
			}
			colour, weight := "", ""
			if cell.Style.Fg != nil {
				colour = fmt.Sprint(cell.Style.Fg)
			}
			if cell.Style.Bg != nil {
				colour += fmt.Sprint(" on ", cell.Style.Bg)
			}
			if cell.Style.Attrs != 0 || cell.Style.Underline != 0 {
				weight = fmt.Sprint(cell.Style.Attrs, cell.Style.Underline)
			}
			if colour != now.Colour || weight != now.Weight {
				end()
			}
			if now.Text == "" {
				now = Span{X: x, Colour: colour, Weight: weight}
			} else {
				now.Text += strings.Repeat(" ", blanks)
			}
			blanks = 0
			now.Text += cell.Content
		}
		end()
	}
	return rows
}
