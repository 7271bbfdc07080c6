package metrics

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gantry/awsx"
	"gantry/internal/words"
)

// Unit is what values of a chart are.
type Unit uint8

// The units.
const (
	Count Unit = iota
	Percent
	PerMinute
	Seconds
)

// String is the unit in a word or two, empty for plain counts.
func (u Unit) String() string {
	return [...]string{"", "percent", "a minute", "seconds"}[u]
}

// Say is a value in words short enough for an axis: "61%", "1.2k/min", "82ms", "?" where
// there is none.
func (u Unit) Say(v float64) string {
	switch {
	case math.IsNaN(v):
		return "?"
	case u == Percent:
		return figure(v) + "%"
	case u == PerMinute:
		return figure(v) + "/min"
	case u == Seconds && v != 0 && math.Abs(v) < 0.001:
		return figure(v*1e6) + "us"
	case u == Seconds && math.Abs(v) < 1:
		return figure(v*1e3) + "ms"
	case u == Seconds:
		return figure(v) + "s"
	}
	return figure(v)
}

// figure is a number of at most three digits that count.
func figure(v float64) string {
	if math.IsInf(v, 0) {
		return "?"
	}
	for _, step := range []struct {
		size float64
		sign string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= step.size*0.9995 {
			return digits(v/step.size) + step.sign
		}
	}
	return digits(v)
}

func digits(v float64) string {
	places := 0
	switch a := math.Abs(v); {
	case v == math.Trunc(v), a >= 99.95:
	case a >= 9.995:
		places = 1
	default:
		places = 2
	}
	s := strconv.FormatFloat(v, 'f', places, 64)
	if places > 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// Cost is what a number of metrics requested costs, in words: "7 metrics, $0.00007".
func Cost(requested int) string { return words.Count(requested, "metric") + ", " + Price(requested) }

// Price is what they cost alone.
func Price(requested int) string {
	dollars := awsx.MetricPrice(requested)
	places := 2
	for places < 5 && dollars > 0 && dollars < 10*math.Pow(10, -float64(places)) {
		places++
	}
	return fmt.Sprintf("$%.*f", places, dollars)
}
