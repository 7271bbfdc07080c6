package text

import (
	"strconv"
	"time"
)

const (
	day   = 24 * time.Hour
	month = 30 * day
	year  = 365 * day
)

// unit is a step of the ages below. It is used up to the beginning of the next.
type unit struct {
	size time.Duration
	name string
}

// units returns the steps from the largest to the smallest.
func units() [5]unit {
	return [...]unit{{year, "y"}, {month, "M"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}}
}

// Age returns a duration in one coarse unit: 11m, 3h, 3d, 9M, 2y. What is younger
// than a minute is "<1m": an age that ticks would redraw an idle screen for ever.
func Age(d time.Duration) string {
	for _, u := range units() {
		if d >= u.size {
			return strconv.FormatInt(int64(d/u.size), 10) + u.name
		}
	}
	return "<1m"
}

// Ago returns how long ago something was, in words: "11m ago", "just now".
func Ago(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return Age(d) + " ago"
}

// Span returns a duration in its two largest units, for what an operator waits for:
// 47s, 2m10s, 1h5m, 3d4h. A negative duration is "0s".
func Span(d time.Duration) string {
	d = max(d, 0)
	n := func(unit time.Duration) string { return strconv.FormatInt(int64(d/unit), 10) }
	var out string
	var rest time.Duration
	var small string
	switch {
	case d < time.Minute:
		return n(time.Second) + "s"
	case d < time.Hour:
		out, rest, small = n(time.Minute)+"m", d%time.Minute/time.Second, "s"
	case d < day:
		out, rest, small = n(time.Hour)+"h", d%time.Hour/time.Minute, "m"
	default:
		out, rest, small = n(day)+"d", d%day/time.Hour, "h"
	}
	if rest == 0 {
		return out
	}
	return out + strconv.FormatInt(int64(rest), 10) + small
}
