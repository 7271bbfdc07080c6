package wake

import "time"

const (
	// Nap is the longest that somebody waits without a look at a Watch: the end of a sleep
	// is noticed so soon.
	Nap = 5 * time.Second
	// ahead is how far the clock on the wall must have run ahead of the other one between
	// two looks. A clock that is set right by less makes nothing old.
	ahead = 10 * time.Second
)

// Clocks reads both clocks at one moment: the one on the wall, and how long the other one
// has run since any moment.
type Clocks func() (wall time.Time, ran time.Duration)

// machine are the clocks of this machine.
func machine() Clocks {
	began := time.Now()
	return func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0), now.Sub(began)
	}
}

// Watch compares two clocks from look to look. It belongs to one goroutine.
type Watch struct {
	clocks Clocks
	wall   time.Time
	ran    time.Duration
}

// NewWatch makes a watch that has looked once. Nil are the clocks of this machine.
func NewWatch(clocks Clocks) *Watch {
	if clocks == nil {
		clocks = machine()
	}
	w := &Watch{clocks: clocks}
	w.Slept()
	return w
}

// Slept reports whether the machine slept since the last look. A clock on the wall that
// was put forward looks the same, and makes the same things old.
func (w *Watch) Slept() bool {
	wall, ran := w.clocks()
	slept := !w.wall.IsZero() && wall.Sub(w.wall)-(ran-w.ran) > ahead
	w.wall, w.ran = wall, ran
	return slept
}
