package livetable

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/errand"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/views"
	"gantry/views/prose"
)

// RestDelay is how long the cursor stays on a row before its evidence is drawn:
// a cursor on its way must not pay for what nobody reads.
const RestDelay = 150 * time.Millisecond

// DwellDelay is how long the cursor stays on a row that somebody reads: only then is the
// whole row marked, and more about it asked for and drawn.
const DwellDelay = 500 * time.Millisecond

// Screen is a live table of resources. It owns what all such screens have
// in common: the watches' life, the header, filter, marks, sort, copying, and
// the evidence about the row under the cursor.
type Screen[T any] struct {
	Deps  *views.Deps
	spec  Spec[T]
	owned []errand.Command // the operator's own that it has; nil until that was looked up
	Table *table.Table[T]

	wide    bool // the operator wants the other than what the width gives
	usual   look // before anybody changed it
	ctx     context.Context
	feed    Feed[T]
	load    Load[T]
	lead    []prose.Para
	picked  []Span // what the pick says of what it left out
	totals  totals
	taken   int    // loads taken in the screen's life
	build   uint64 // the newest of this opening
	covered bool
	acted   bool   // rows were changed: what was read is old
	chosen  bool   // the operator chose a column
	Want    string // the row to put the cursor on once it is there

	reported  []string // the rows that the watches were told of
	detailing bool
	ageing    bool // a look at the age is under way

	moves    int // of the cursor
	moving   bool
	dwells   bool // the cursor stays on its row
	studying bool
	studied  T    // the row that was studied last
	early    bool // the way into a row was asked for before there was one
	evidence panel
	told     told[T]
	parting  bool // the next part of a filter is on its way
	// completed is what the filter that is typed was last completed with.
	completed completed
}

// New makes a table screen of a spec. A spec that leaves out what no table can be without
// is a fault of the program: New panics, and says what is missing.
func New[T any](deps *views.Deps, spec Spec[T]) *Screen[T] {
	spec.complete()
	spec.tagged(deps.TagColumns(spec.Name))
	s := &Screen[T]{Deps: deps, spec: spec, Table: table.New(spec.Table)}
	s.restore()
	return s
}

// rested tells that the cursor may have come to rest.
type rested struct{ move int }

// dwelt tells that somebody may read the row under the cursor.
type dwelt struct{ move int }

// studied tells that the reading about a row ended.
type studied struct{ changed bool }

// narrowing tells that the next part of a filter can be looked at: keys and frames come
// between the parts.
type narrowing struct{}

// aged tells that no load came for a while: the words for its age may change.
type aged struct{ taken int }

// quiet is how long no news may come before the age is looked at, and ageStep
// how often from then on. News comes more often while all is well, so that a
// healthy screen at rest draws nothing.
const (
	quiet   = time.Minute
	ageStep = 10 * time.Second
)

// Name is the screen's name.
func (s *Screen[T]) Name() string { return s.spec.Name }

// Capturing is false: a table takes no keys itself.
func (s *Screen[T]) Capturing() bool { return false }

// Open starts the watches and shows what they have already.
func (s *Screen[T]) Open(ctx context.Context) tea.Cmd {
	s.ctx, s.feed = ctx, s.spec.Open()
	if s.feed.Build == nil {
		s.spec.refuse("its feed has no Build")
	}
	s.feed.builds = new(builds[T])
	s.build, s.covered, s.reported, s.detailing, s.ageing, s.studying, s.parting = 0, false, nil, false, false, false, false
	return tea.Batch(s.feed.keep(ctx), s.feed.now(s.Deps.Now), s.feed.next(ctx, s.Deps.Now), ui.After(ctx, DwellDelay, dwelt{s.moves}))
}

// Update takes what was built, and the wake-ups of this screen.
func (s *Screen[T]) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case delivery[T]:
		return s.take(msg)
	case detailed:
		s.detailing = false
		if msg.changed {
			return s.feed.now(s.Deps.Now)
		}
	case rested:
		if msg.move == s.moves {
			return s.settle()
		}
	case dwelt:
		if msg.move == s.moves {
			return s.dwell()
		}
	case studied:
		s.studying = false
		if msg.changed && s.dwells {
			s.explain()
		}
		return s.study()
	case ui.Drawn:
		return tea.Batch(s.report(), s.study())
	case narrowing:
		s.parting = false
		s.Table.NarrowOn()
		return s.part()
	case aged:
		s.ageing = false
		if msg.taken != s.taken {
			return s.age(quiet)
		}
		s.Table.SetStale(s.load.Status.stale(s.Deps.Host.Now()))
		return s.age(ageStep)
	}
	return nil
}

// take shows a load and asks for what follows it.
func (s *Screen[T]) take(f delivery[T]) tea.Cmd {
	var renew tea.Cmd
	if f.woken {
		renew = s.feed.next(s.ctx, s.Deps.Now)
	}
	if f.build < s.build {
		return renew
	}
	if s.spec.Moment != nil {
		s.spec.Moment.at = f.at
	}
	kept := s.taken > 0 && SameRows(s.load.Rows, f.load.Rows)
	s.load, s.build, s.taken = f.load, f.build, s.taken+1
	if kept {
		s.keep()
	} else {
		s.Show()
	}
	return tea.Batch(renew, func() tea.Msg { return ui.Drawn{} }, s.age(quiet), s.enterEarly())
}

// enterEarly goes into the first row, once the list of them is there, when that was asked
// for before.
func (s *Screen[T]) enterEarly() tea.Cmd {
	row, ok := s.Table.Selected()
	if !s.early || !ok || s.covered || s.load.Status.loading(s.Deps.Host.Now()) {
		return nil
	}
	s.early = false
	for _, a := range s.spec.Actions(row, ok) {
		if a.ID == ui.ActEnter.ID && a.Disabled == "" {
			return a.Run()
		}
	}
	return nil
}

// keep leaves the rows as they are. Their ages are told anew.
func (s *Screen[T]) keep() {
	s.Table.Remeasure()
	s.Table.SetStale(s.load.Status.stale(s.Deps.Host.Now()))
	if !s.moving && !s.tells() {
		s.explain()
	}
}

// Show puts those of the loaded rows in the table that the screen's mode picks.
func (s *Screen[T]) Show() {
	rows := s.load.Rows
	if s.spec.Pick != nil {
		rows, s.picked = s.spec.Pick(rows)
	}
	if s.spec.Lead != nil {
		s.lead = s.spec.Lead(s.load.Rows)
	}
	s.totals = totalsOf(rows, s.spec.Status)
	if s.moving {
		// Nothing may change places under a cursor that is on its way.
		s.Table.Hold()
	}
	s.Table.SetRows(rows)
	if s.Want != "" && s.Table.Select(s.Want) {
		s.Want = ""
	}
	s.Table.SetStale(s.load.Status.stale(s.Deps.Host.Now()))
	if !s.moving && !s.tells() {
		s.explain()
	}
}

// Again builds the rows anew from what was read, and has their details read.
func (s *Screen[T]) Again() tea.Cmd {
	return tea.Batch(s.feed.now(s.Deps.Now), s.report())
}

// Act notes that rows are being changed, to read them again when they are seen again.
func (s *Screen[T]) Act() { s.acted = true }

// Covered lets the watches idle while another screen lies above.
func (s *Screen[T]) Covered(covered bool) tea.Cmd {
	s.covered, s.reported = covered, nil
	if _, ok := s.Table.Selected(); covered && ok {
		// Whoever went somewhere from a row comes back to it.
		s.Table.Pin()
	}
	if !covered && s.acted {
		s.acted = false
		s.feed.refresh()
	}
	if !covered && s.taken > 0 {
		s.Show()
	}
	return s.report()
}

// report tells the watches which rows are on screen, when that has changed, and
// has the details of those rows read.
func (s *Screen[T]) report() tea.Cmd {
	visible := s.Table.Visible()
	if s.reported == nil || !slices.Equal(visible, s.reported) {
		s.reported = append([]string{}, visible...)
		s.feed.need(visible, s.covered)
	}
	if s.feed.Details == nil || s.detailing || s.covered {
		return nil
	}
	s.detailing = true
	return s.feed.detail(s.ctx, s.reported)
}

// age looks at the age of the rows after d. One such look is under way at a time:
// loads come faster than it.
func (s *Screen[T]) age(d time.Duration) tea.Cmd {
	if s.ageing {
		return nil
	}
	s.ageing = true
	return ui.After(s.ctx, d, aged{s.taken})
}

// moved follows a move of the cursor: the evidence waits until it rests.
func (s *Screen[T]) moved() tea.Cmd {
	s.moves++
	s.moving, s.dwells, s.early = true, false, false
	s.Table.SetWhole(false)
	return tea.Batch(ui.After(s.ctx, RestDelay, rested{s.moves}), ui.After(s.ctx, DwellDelay, dwelt{s.moves}))
}

// dwell shows and asks for more about a row that is being read.
func (s *Screen[T]) dwell() tea.Cmd {
	s.dwells = true
	s.Table.SetWhole(true)
	s.explain()
	return s.study()
}

// study reads more about the row under the cursor while it is dwelt on. One such reading
// is under way at a time.
func (s *Screen[T]) study() tea.Cmd {
	row, ok := s.Table.Selected()
	if s.spec.Study == nil || !ok || !s.dwells || s.studying || s.covered {
		return nil
	}
	if s.spec.Table.Same != nil && s.spec.Table.Same(row, s.studied) {
		return nil
	}
	s.studying, s.studied = true, row
	ctx, read := s.ctx, s.spec.Study
	return func() tea.Msg { return studied{read(ctx, row)} }
}

// settle is the end of a move.
func (s *Screen[T]) settle() tea.Cmd {
	s.moving = false
	if s.Table.Held() {
		s.Table.Resort()
	}
	s.explain()
	return s.report()
}

// told is of which row the evidence tells, and since when.
type told[T any] struct {
	row    T
	ok     bool
	closer bool
	at     time.Time
}

// tells reports whether the evidence tells of the row under the cursor as it is already.
// What it says of time is told anew after a while.
func (s *Screen[T]) tells() bool {
	row, ok := s.Table.Selected()
	same := s.spec.Table.Same
	return ok && s.told.ok && same != nil && same(s.told.row, row) && s.told.closer == s.dwells && s.Deps.Host.Now().Sub(s.told.at) < ageStep
}

// explain gathers the evidence about the row under the cursor.
func (s *Screen[T]) explain() {
	if s.spec.Evidence == nil {
		return
	}
	row, ok := s.Table.Selected()
	s.told = told[T]{row, ok, s.dwells, s.Deps.Host.Now()}
	switch {
	case !ok:
		s.evidence.set(nil)
	case s.dwells && s.spec.Closer != nil:
		s.evidence.set(func(lines int) []prose.Para { return s.spec.Closer(row, lines) })
	default:
		s.evidence.set(func(int) []prose.Para { return s.spec.Evidence(row) })
	}
}

// Filter is the filter in force.
func (s *Screen[T]) Filter() string { return s.Table.Filter() }

// SetFilter narrows the table.
func (s *Screen[T]) SetFilter(expr string) error {
	return s.Table.Narrow(expr)
}

// part has the next part of a filter looked at, one at a time.
func (s *Screen[T]) part() tea.Cmd {
	if s.parting || !s.Table.Narrowing() {
		return nil
	}
	s.parting = true
	return func() tea.Msg { return narrowing{} }
}

// Narrowed follows the cursor, which may be on another row. Whoever looks for a row wants
// to stay on it.
func (s *Screen[T]) Narrowed() tea.Cmd {
	s.Table.Pin()
	return tea.Batch(s.moved(), s.part())
}
