package chart

import (
	"math"
	"strings"

	"gantry/ui/theme"
)

// grid is where lines are drawn: cells of two by four dots in braille, of one in ASCII.
type grid struct {
	w, h         int // cells
	across, down int // dots of a cell
	dots         []byte
	owner        []int16 // the series that a cell shows, one more than its number; 0 is none
	signs        []byte  // a letter in place of the dots, 0 for none
}

func newGrid(w, h int, ascii bool) *grid {
	g := &grid{w: w, h: h, across: 2, down: 4, dots: make([]byte, w*h), owner: make([]int16, w*h), signs: make([]byte, w*h)}
	if ascii {
		g.across, g.down = 1, 1
	}
	return g
}

// brailleDots are the bits of a cell's dots, by column and row (Unicode, Braille Patterns).
var brailleDots = [2][4]byte{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

// column is the column of dots of the i-th of n values.
func (g *grid) column(i, n int) int {
	if n < 2 {
		return 0
	}
	return i * (g.w*g.across - 1) / (n - 1)
}

// height is the row of dots of a value, 0 at the bottom.
func (g *grid) height(v, top float64) int {
	most := g.h*g.down - 1
	if top <= 0 || math.IsInf(v, -1) {
		return 0
	}
	if math.IsInf(v, 1) {
		return most
	}
	return max(0, min(most, int(math.Round(v/top*float64(most)))))
}

func (g *grid) set(series, x, y int) {
	row := g.h*g.down - 1 - y
	cell := row/g.down*g.w + x/g.across
	g.dots[cell] |= brailleDots[x%g.across][row%g.down]
	g.owner[cell] = int16(series + 1)
}

// draw draws a series. A value is joined with the one before it, and a gap with nothing.
func (g *grid) draw(series int, values []float64, top float64) {
	x0, y0, joined := 0, 0, false
	for i, v := range values {
		if math.IsNaN(v) {
			joined = false
			continue
		}
		x, y := g.column(i, len(values)), g.height(v, top)
		if !joined {
			g.set(series, x, y)
		} else {
			g.line(series, x0, y0, x, y)
		}
		x0, y0, joined = x, y, true
	}
}

// line joins two places: in each column the dots that its share of the way covers.
func (g *grid) line(series, x0, y0, x1, y1 int) {
	if x0 == x1 {
		for y := min(y0, y1); y <= max(y0, y1); y++ {
			g.set(series, x0, y)
		}
		return
	}
	at := y0
	for x := x0; x <= x1; x++ {
		to := y0 + (y1-y0)*(x-x0)/(x1-x0)
		for y := min(at, to); y <= max(at, to); y++ {
			g.set(series, x, y)
		}
		at = to
	}
}

// apart is how many cells lie between two letters on a line.
const apart = 14

// letter puts letters on the lines, those of different series in different columns.
func (g *grid) letter(series []Series, top float64) {
	for n, s := range series {
		for i, v := range s.Values {
			cell := g.column(i, len(s.Values)) / g.across
			if math.IsNaN(v) || (cell+apart-4*n-2)%apart != 0 {
				continue
			}
			row := g.h - 1 - g.height(v, top)/g.down
			g.signs[row*g.w+cell] = Letter(n)[0]
		}
	}
}

// ends says in which row each line ends, so that its letter can stand behind it: the
// series of each row, -1 for none. Where two end in one row the later one moves aside.
func (g *grid) ends(series []Series, top float64) []int {
	rows := make([]int, g.h)
	for i := range rows {
		rows[i] = -1
	}
	for n, s := range series {
		v := last(s.Values)
		if math.IsNaN(v) {
			continue
		}
		row := g.h - 1 - g.height(v, top)/g.down
		for _, aside := range [...]int{0, -1, 1, -2, 2} {
			if at := row + aside; at >= 0 && at < g.h && rows[at] < 0 {
				rows[at] = n
				break
			}
		}
	}
	return rows
}

// paint writes a row of cells, a style for each run of cells of one series.
func (g *grid) paint(b *strings.Builder, th *theme.Theme, y int) {
	row := y * g.w
	style := int16(0)
	for x := range g.w {
		cell := row + x
		if owner := g.owner[cell]; owner != style {
			if style > 0 {
				b.WriteString(th.Close(theme.TaskColour(int(style) - 1)))
			}
			if owner > 0 {
				b.WriteString(th.Open(theme.TaskColour(int(owner) - 1)))
			}
			style = owner
		}
		switch {
		case g.signs[cell] != 0:
			b.WriteByte(g.signs[cell])
		case g.dots[cell] == 0:
			b.WriteByte(' ')
		case g.across == 1:
			b.WriteByte(Letter(int(g.owner[cell]) - 1)[0])
		default:
			b.WriteRune(0x2800 + rune(g.dots[cell]))
		}
	}
	if style > 0 {
		b.WriteString(th.Close(theme.TaskColour(int(style) - 1)))
	}
}
