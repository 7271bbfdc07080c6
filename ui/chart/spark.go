package chart

import (
	"math"
	"strings"

	"gantry/ui/theme"
)

// Spark draws values in one row of w cells, each the highest of its share of them; a cell
// without values is a blank. Top is what a whole cell stands for; zero is the highest value.
func Spark(th *theme.Theme, values []float64, w int, top float64) string {
	if w <= 0 || len(values) == 0 {
		return ""
	}
	if top <= 0 {
		for _, v := range values {
			top = math.Max(top, zeroed(v))
		}
	}
	bars := th.Glyphs().Bars
	var b strings.Builder
	w = min(w, len(values))
	for cell := range w {
		high := math.NaN()
		for _, v := range values[cell*len(values)/w : (cell+1)*len(values)/w] {
			if !math.IsNaN(v) && !(v < high) {
				high = v
			}
		}
		switch {
		case math.IsNaN(high):
			b.WriteByte(' ')
		case top <= 0:
			b.WriteString(bars[0])
		default:
			b.WriteString(bars[max(0, min(len(bars)-1, int(high/top*float64(len(bars)))))])
		}
	}
	return b.String()
}
