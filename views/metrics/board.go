package metrics

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/measured"
	"gantry/ui"
	"gantry/ui/chart"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// A dashboard's charts.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "dashboard", Bindings: chartBindings()}})

// board is the charts of a dashboard.
type board struct {
	deps *views.Deps
	id   awsx.ContextID
	name string
	charts

	ctx     context.Context
	live    context.Context // of the watch
	stop    context.CancelFunc
	epoch   int
	watched *store.Watch[measured.Board]
	read    *store.Snapshot[measured.Board]
	covered bool
}

func newBoard(deps *views.Deps, id awsx.ContextID, name string) ui.Screen {
	return &board{deps: deps, id: id, name: name, charts: charts{over: defaultRange()}}
}

func (s *board) Name() string    { return "dashboard" }
func (s *board) Capturing() bool { return false }

// Open begins to read.
func (s *board) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.watch()
}

func (s *board) watch() tea.Cmd {
	if s.stop != nil {
		s.stop()
	}
	ctx, stop := context.WithCancel(s.ctx)
	reader, name, over := inquiry.Reader{Context: s.id, Store: s.deps.Store, Clock: s.deps.Now}, s.name, s.over
	w := store.Watched(s.deps.Store, store.List[awsx.Reader, measured.Board]{
		Kind: "dashboard " + name + " of " + over.Name, Scope: awsx.Ref{Context: s.id}, Rounds: 1, Every: over.Period,
		ID: func(b *measured.Board) (string, string) { return b.Name, b.Name },
		Pages: func(ctx context.Context, r awsx.Reader) awsx.Pages[measured.Board] {
			return one(func() (measured.Board, error) { return measured.ReadBoard(ctx, reader, r, name, over) })
		},
	})
	w.Need(store.Need{Idle: s.covered})
	s.live, s.stop, s.watched, s.epoch = ctx, stop, w, s.epoch+1
	s.take()
	return tea.Batch(next(ctx, w, woken{epoch: s.epoch}), func() tea.Msg {
		<-ctx.Done()
		w.Close()
		return nil
	})
}

// Update takes what was read.
func (s *board) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(woken)
	if !ok || m.epoch != s.epoch {
		return nil
	}
	s.take()
	return next(s.live, s.watched, m)
}

func (s *board) take() {
	s.read = s.watched.Snapshot()
	var all []chart.Chart
	for _, b := range s.read.Items {
		for _, d := range b.Charts {
			all = append(all, drawing(d, b.From, b.To, s.deps.Now(), nil))
		}
	}
	s.set(all)
}

// Covered lets the watch idle while another screen lies over this one.
func (s *board) Covered(covered bool) tea.Cmd {
	s.covered = covered
	s.watched.Need(store.Need{Idle: covered})
	return nil
}

// Escape shows all charts again.
func (s *board) Escape() (tea.Cmd, bool) {
	zoomed := s.zoom
	s.zoom = false
	return nil, zoomed
}

// Actions move among the charts and choose their range.
func (s *board) Actions() []ui.Action {
	return append(s.actions(s.watch), actAnew.Does(func() { s.watched.Refresh() }))
}

// Header says how much is requested and what that costs.
func (s *board) Header() ui.Header {
	h := s.deps.Within(awsx.Ref{Context: s.id}, s.id.String()+" dashboard "+s.name)
	h.Sort = s.over.Name
	h.Fresh = livetable.StatusOf(s.read).Fresh(s.deps.Host.Now())
	if s.read.Err != nil {
		prose.TroubleOf(s.read.Err, s.id).On(&h)
	}
	for _, b := range s.read.Items {
		h.Counts = spent(b.Requested, b.InRun, s.over)
	}
	return h
}

// spent says what is requested, how often, and what it came to in this run.
func spent(requested, inRun int, over metrics.Range) string {
	return fmt.Sprintf("%s every %s   this run %d, %s", metrics.Cost(requested), text.Span(over.Period), inRun, metrics.Price(inRun))
}

// View draws the charts, and below them names what is not drawn.
func (s *board) View(w, h int) ui.Frame {
	if w <= 0 || h <= 0 {
		return ui.Frame{}
	}
	th := s.deps.Host.Theme()
	below := prose.Wrapped(th, w, s.undrawn())
	below = below[:min(len(below), max(1, h/4))]
	rows := s.draw(th, w, max(0, h-len(below)))
	if len(rows) == 0 {
		rows = prose.Wrapped(th, w, s.emptiness())
	}
	rows = append(rows, below...)
	return ui.Frame{Body: strings.Join(rows[:min(len(rows), h)], "\n")}
}

func (s *board) emptiness() []prose.Para {
	switch {
	case s.read.Err != nil:
		return []prose.Para{{Text: "the dashboard could not be read", Role: theme.Failed}, {Text: s.read.Err.Error()}}
	case len(s.read.Items) == 0:
		return []prose.Para{{Text: "reading the dashboard " + s.name, Role: theme.Dim}}
	}
	return []prose.Para{{Text: "the dashboard has no widget that is drawn here", Role: theme.Dim}}
}

// undrawn names the widgets that are not drawn.
func (s *board) undrawn() []prose.Para {
	var names []string
	for _, b := range s.read.Items {
		for _, x := range b.Undrawn {
			names = append(names, x.Title+" ("+x.Undrawn+")")
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []prose.Para{{Text: "not drawn: " + wording.JoinNonEmpty(", ", names...), Role: theme.Dim}}
}

// Text is the charts in words, for a file.
func (s *board) Text() string { return s.text() + prose.PlainText(s.undrawn()) }

// one is the pages of a list of a single item.
func one[T any](read func() (T, error)) awsx.Pages[T] {
	return func(yield func(awsx.Page[T], error) bool) {
		item, err := read()
		if err != nil {
			yield(awsx.Page[T]{}, err)
			return
		}
		yield(awsx.Page[T]{Items: []*T{&item}, Total: 1, Complete: true}, nil)
	}
}
