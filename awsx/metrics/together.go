package metrics

import (
	"math"
	"time"
)

// Told is the charts of one service over a window.
type Told struct {
	Name     string
	From, To time.Time
	Charts   []Drawn
}

// Together lays the charts of several services over each other, by their titles, over the
// window that ends last, and says which that is. Each series bears the name of its service
// then, and what is told of a service aside is left out.
func Together(all []Told, period time.Duration) (charts []Drawn, from, to time.Time) {
	for _, t := range all {
		if t.To.After(to) {
			from, to = t.From, t.To
		}
	}
	at := map[string]int{}
	for _, t := range all {
		behind := int(to.Sub(t.To) / period)
		for _, c := range t.Charts {
			i, has := at[c.Title]
			if !has {
				i = len(charts)
				at[c.Title] = i
				charts = append(charts, Drawn{Title: c.Title, Unit: c.Unit})
			}
			for _, s := range c.Series {
				s.Values = later(s.Values, behind)
				if len(all) > 1 {
					s.Name = t.Name + " " + s.Name
				}
				if len(all) == 1 || !s.aside {
					charts[i].Series = append(charts[i].Series, s)
				}
			}
		}
	}
	return charts, from, to
}

// later are values in a window that ends some steps later: of those nothing is known.
func later(values []float64, steps int) []float64 {
	if steps <= 0 {
		return values
	}
	out := make([]float64, len(values))
	for i := range out {
		out[i] = math.NaN()
		if i+steps < len(values) {
			out[i] = values[i+steps]
		}
	}
	return out
}
