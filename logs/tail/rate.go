package tail

import (
	"math"
	"time"
)

const (
	// rateMemory is the time constant of the rate: what came that long ago counts
	// a third of what comes now.
	rateMemory = 10 * time.Second
	// rateHolds is how long a rate stays as it was measured: a tail measures with
	// each poll, and says nothing when nothing came.
	rateHolds = 6 * time.Second
	// rateSpan is the shortest time over which lines are measured.
	rateSpan = 100 * time.Millisecond
)

// Rate is how many lines arrive, as an average that forgets. The zero Rate is none.
type Rate struct {
	perSecond float64
	at        time.Time
	carried   int // lines of stretches too short to measure
}

// add counts the lines that arrived since it was last called. The first call
// begins to measure.
func (r *Rate) add(lines int, now time.Time) {
	span := now.Sub(r.at)
	if r.at.IsZero() {
		*r = Rate{at: now}
		return
	}
	r.carried += lines
	if span < rateSpan {
		return
	}
	keep := math.Exp(-span.Seconds() / rateMemory.Seconds())
	r.perSecond = r.perSecond*keep + float64(r.carried)/span.Seconds()*(1-keep)
	r.at, r.carried = now, 0
}

// pass lets time go by in which the lines that came were not arrivals.
func (r *Rate) pass(now time.Time) {
	r.carried = 0
	r.add(0, now)
}

// PerSecond returns the lines per second as of now. It falls towards zero when the
// rate was not measured for some seconds.
func (r Rate) PerSecond(now time.Time) float64 {
	if silent := now.Sub(r.at) - rateHolds; silent > 0 {
		return r.perSecond * math.Exp(-silent.Seconds()/rateMemory.Seconds())
	}
	return r.perSecond
}
