package metrics

import (
	"fmt"
	"math"
	"strings"
	"time"

	"gantry/awsx"
)

// Range is how far back charts go, and in what steps.
type Range struct {
	Name string
	Span time.Duration
	// Period is what each value sums up: as little as keeps the values of a chart below some
	// hundreds, which is what a screen can show.
	Period time.Duration
}

// Ranges are those to choose from, the shortest first.
func Ranges() []Range {
	return []Range{
		{"30m", 30 * time.Minute, time.Minute},
		{"1h", time.Hour, time.Minute},
		{"3h", 3 * time.Hour, time.Minute},
		{"12h", 12 * time.Hour, 5 * time.Minute},
		{"24h", 24 * time.Hour, 5 * time.Minute},
	}
}

// Reaching returns the shortest range that reaches back to an instant with as much again
// before it, else the longest.
func Reaching(at, now time.Time) Range {
	all := Ranges()
	for _, r := range all {
		if 2*now.Sub(at) <= r.Span {
			return r
		}
	}
	return all[len(all)-1]
}

// RangeNamed returns the range of a name.
func RangeNamed(name string) (Range, error) {
	var names []string
	for _, r := range Ranges() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return Range{}, fmt.Errorf("range %q: want %s", name, strings.Join(names, ", "))
}

// Window is the span of time that a range covers at an instant: whole periods, the last
// of them over, since a period that is not over counts too little.
func (r Range) Window(now time.Time) (from, to time.Time) {
	to = now.Truncate(r.Period)
	return to.Add(-r.Span), to
}

// Series is a line with its values.
type Series struct {
	Name string
	// Values holds one for each period of the window; NaN where there is none.
	Values []float64
	// Trouble is what CloudWatch says where it could not tell all.
	Trouble string
	aside   bool
}

// Drawn is a chart with its values.
type Drawn struct {
	Title  string
	Unit   Unit
	Series []Series
}

// Over puts what was answered to the Queries of charts in the steps of a window.
func Over(charts []Chart, answers []awsx.MetricSeries, period time.Duration, from, to time.Time) []Drawn {
	byKey := map[string][]float64{} // of the metrics as they came
	var all [][]float64
	for i, q := range Queries(charts, period) {
		var answer awsx.MetricSeries
		if i < len(answers) {
			answer = answers[i]
		}
		values := Align(answer.Points, period, from, to)
		all, byKey[q.Metric.Key()] = append(all, values), values
	}
	var out []Drawn
	n := 0
	for _, c := range charts {
		d := Drawn{Title: c.Title, Unit: c.Unit}
		for _, l := range c.Lines {
			values := all[n]
			if among := byKey[l.Among]; l.Among != "" {
				for i := range values {
					if math.IsNaN(values[i]) && !math.IsNaN(among[i]) {
						values[i] = 0
					}
				}
			}
			s := Series{Name: l.Name, Values: values, aside: l.Aside}
			if l.Rate {
				s.Values = make([]float64, len(values))
				for i, v := range values {
					s.Values[i] = v / period.Minutes()
				}
			}
			if n < len(answers) {
				s.Trouble = answers[n].Trouble
			}
			d.Series = append(d.Series, s)
			n++
		}
		out = append(out, d)
	}
	return out
}

// Align puts points into the steps of a window. What is missing stays missing: a gap is
// told as a gap and never as the value before it.
func Align(points []awsx.MetricPoint, period time.Duration, from, to time.Time) []float64 {
	values := make([]float64, max(0, int(to.Sub(from)/period)))
	for i := range values {
		values[i] = math.NaN()
	}
	for _, p := range points {
		if at := p.At.Sub(from); at >= 0 && int(at/period) < len(values) {
			values[at/period] = p.Value
		}
	}
	return values
}

// Summary is what a series comes to.
type Summary struct {
	Values          int // that there are
	Last, Low, High float64
	Mean            float64
	LastAt          int // the step of Last
}

// Summarize returns what the values come to; of a series without values all is NaN.
func Summarize(values []float64) Summary {
	s := Summary{Last: math.NaN(), Low: math.NaN(), High: math.NaN(), Mean: math.NaN()}
	sum := 0.0
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if s.Values == 0 {
			s.Low, s.High = v, v
		}
		s.Low, s.High = min(s.Low, v), max(s.High, v)
		s.Last, s.LastAt = v, i
		sum += v
		s.Values++
	}
	if s.Values > 0 {
		s.Mean = sum / float64(s.Values)
	}
	return s
}
