package logs

import (
	"context"
	"time"

	"gantry/internal/fault"
)

// Histogram is how many lines a query has over time.
type Histogram struct {
	// Interval is the width of a bar.
	Interval time.Duration
	// Bars cover the range without a hole, oldest first. The first and the last
	// count only what lies within the range.
	Bars []Bar
	// Partial says what part of the store did not count; nil when all of it did.
	Partial *Partial
	// Estimated is true when the store told errors and warnings by fields and by words, so
	// that lines whose level is read from them may be missing among these, or be too many.
	Estimated bool
}

// Tally counts a line of a level in the bar that it falls in.
func (h *Histogram) Tally(at time.Time, level string) {
	i := int(at.Sub(h.Bars[0].Start) / h.Interval)
	if i < 0 || i >= len(h.Bars) {
		return
	}
	bar := &h.Bars[i]
	bar.Lines++
	switch severity := SeverityOf(level); {
	case severity >= SeverityError:
		bar.Errors++
	case severity == SeverityWarn:
		bar.Warnings++
	}
}

// Bar counts the lines from Start until an interval later.
type Bar struct {
	Start time.Time
	// Lines counts all lines, Errors and Warnings those of such a level.
	Lines, Errors, Warnings int
}

// intervals are the widths that a bar may have: those that a reader of clocks
// expects.
var intervals = [...]time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

const day = 24 * time.Hour

// BarInterval returns the shortest interval of which at most the given number of
// bars cover a range, whatever time it begins at; beyond half a day it is a whole
// number of days.
func BarInterval(r Range, bars int) time.Duration {
	bars = max(bars, 2)
	span := r.To.Sub(r.From)
	// A range that does not begin at a bar's start touches one bar more.
	least := span/time.Duration(bars-1) + 1
	for _, d := range intervals {
		if d >= least {
			return d
		}
	}
	return (least + day - 1) / day * day
}

// ReadHistogram counts a query's lines in a range by time, in at most the given
// number of bars. The range must have a beginning; an open end is now. The error
// is of class invalid when the store cannot count by time.
func ReadHistogram(ctx context.Context, src Source, q Query, r Range, bars int) (Histogram, error) {
	const op = "count lines by time"
	counting, ok := src.(Histogrammer)
	if !ok {
		return Histogram{}, fault.Errorf(fault.Invalid, op, "", "this log store cannot")
	}
	if r.To.IsZero() {
		r.To = time.Now()
	}
	if r.From.IsZero() || !r.From.Before(r.To) {
		return Histogram{}, fault.Errorf(fault.Invalid, op, "", "the range has no beginning before its end")
	}
	return counting.Histogram(ctx, q, r, BarInterval(r, bars))
}

// EmptyBars returns the bars of a range with nothing counted, for an adapter to
// fill: Bars[i] begins i intervals after the first.
func EmptyBars(r Range, interval time.Duration) []Bar {
	start := barStart(r.From, interval)
	n := int(r.To.Sub(start)/interval) + 1
	bars := make([]Bar, n)
	for i := range bars {
		bars[i].Start = start.Add(time.Duration(i) * interval)
	}
	return bars
}

// barStart returns the multiple of an interval since 1970 at or before a time.
func barStart(t time.Time, interval time.Duration) time.Time {
	n := t.Unix()
	n -= ((n % int64(interval/time.Second)) + int64(interval/time.Second)) % int64(interval/time.Second)
	return time.Unix(n, 0).UTC()
}
