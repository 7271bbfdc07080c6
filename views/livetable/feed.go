package livetable

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/store"
	"gantry/views/prose"
)

// Watch is what a screen does with a watch of the store, whatever that holds.
type Watch interface {
	// Changed is sent one value when there is a newer snapshot.
	Changed() <-chan struct{}
	Need(store.Need)
	Refresh()
	Close()
}

// Feed fills one table: the watches that it reads, and how rows are made of
// their snapshots. Its functions run in commands, off the loop: they read
// snapshots, which never change, and nothing of the screen.
type Feed[T any] struct {
	Watches []Watch
	// More are watches that were started since, as what landed asked for them; nil for
	// none. It is called at any time, and those that it once named stay.
	More func() []Watch
	// Build makes the rows; it is never under way twice at a time.
	Build func(now time.Time) Load[T]
	// Together is how many contexts the table shows; zero is one.
	Together int
	// details reads what costs a call for each row, for the rows on screen, and
	// tells whether that brought anything; nil for none.
	Details func(ctx context.Context, visible []string) bool

	builds *builds[T]
}

// The least time from one load to the next that news wakes, where the first of them brought
// other rows and where it brought none. Twenty clusters that are watched together tell of a
// reading many times a second, and each load has a frame drawn. The first rows wait for nothing.
const (
	newsPause = 100 * time.Millisecond
	calmPause = 500 * time.Millisecond
)

// builds makes one load after another, and counts them.
type builds[T any] struct {
	mu   sync.Mutex
	n    uint64
	rows []T       // of the last load
	at   time.Time // it was made
	calm bool      // it brought no other rows
}

// rest waits until the next load may be made; false when the screen ended first.
func (b *builds[T]) rest(ctx context.Context) bool {
	b.mu.Lock()
	pause := newsPause
	switch {
	case b.calm:
		pause = calmPause
	case len(b.rows) == 0:
		pause = 0
	}
	left := pause - time.Since(b.at)
	b.mu.Unlock()
	if left <= 0 {
		return true
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Load is what a feed built at one moment.
type Load[T any] struct {
	// Rows are all rows. A feed that finds nothing changed gives the slice of its last
	// load again, and a row that nothing touched stays the one it was: what changed is
	// told by that alone, so that no load has to lead on from the one before.
	Rows   []T
	Status Status // of the watch that gives the rows
	// note is added to the counts: what of the cells was not read, and totals of
	// things that are no rows.
	Note []Span
	// foot is shown instead of rows when there is none.
	Foot []prose.Para
}

// delivery is a load on its way to its screen.
type delivery[T any] struct {
	load  Load[T]
	at    time.Time
	build uint64 // loads that overtake each other are told apart by it
	woken bool   // it came from a change, whose wait has to be renewed
}

// detailed tells that the reading of details ended.
type detailed struct{ changed bool }

func (f Feed[T]) watches() []Watch {
	if f.More == nil {
		return f.Watches
	}
	return append(slices.Clone(f.Watches), f.More()...)
}

// keep ends the watches with the screen. Its command is the owner of that end:
// the shell waits for it.
func (f Feed[T]) keep(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		<-ctx.Done()
		for _, w := range f.watches() {
			w.Close()
		}
		return nil
	}
}

func (f Feed[T]) make(clock func() time.Time, woken bool) delivery[T] {
	f.builds.mu.Lock()
	defer f.builds.mu.Unlock()
	f.builds.n++
	now := clock()
	load := f.Build(now)
	// While the first listing is under way somebody waits for the first rows.
	f.builds.calm = SameRows(load.Rows, f.builds.rows) || len(load.Rows)+len(f.builds.rows) == 0 && !load.Status.loading(now)
	f.builds.rows, f.builds.at = load.Rows, time.Now()
	return delivery[T]{load: load, at: now, build: f.builds.n, woken: woken}
}

// now builds from the snapshots as they are.
func (f Feed[T]) now(clock func() time.Time) tea.Cmd {
	return func() tea.Msg { return f.make(clock, false) }
}

// next waits until one of the watches has something newer, and builds. One such
// command is under way at a time, so changes that come faster than they can be
// drawn are seen together.
func (f Feed[T]) next(ctx context.Context, clock func() time.Time) tea.Cmd {
	return func() tea.Msg {
		cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
		watches := f.watches()
		for _, w := range watches {
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(w.Changed())})
		}
		if woken, _, _ := reflect.Select(cases); woken == 0 {
			return nil
		}
		if !f.builds.rest(ctx) {
			return nil
		}
		for _, w := range watches {
			select {
			case <-w.Changed():
			default:
			}
		}
		return f.make(clock, true)
	}
}

// detail reads the details of the rows on screen.
func (f Feed[T]) detail(ctx context.Context, visible []string) tea.Cmd {
	return func() tea.Msg { return detailed{f.Details(ctx, visible)} }
}

// need tells the watches what is on screen. While it lies covered nothing is.
func (f Feed[T]) need(visible []string, covered bool) {
	if covered {
		visible = nil
	}
	for _, w := range f.watches() {
		w.Need(store.Need{Visible: visible, Together: f.Together, Idle: covered})
	}
}

func (f Feed[T]) refresh() {
	for _, w := range f.watches() {
		w.Refresh()
	}
}

// SameRows reports whether two loads share their rows, of which there are some.
func SameRows[T any](a, b []T) bool {
	return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0]
}

// Moment is when a table's newest load was made. Ages are counted up to it, and not
// up to now: an age that ticked on by itself would cost the line bytes for ever.
type Moment struct{ at time.Time }

// Time returns the moment. It is asked for on the loop alone.
func (m *Moment) Time() time.Time { return m.at }
