package metrics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/metrics"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/measured"
	"gantry/ui"
	"gantry/ui/chart"
	"gantry/ui/modal"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// screen is the charts of a service, with others over it.
type screen struct {
	deps     *views.Deps
	services []awsx.Ref
	added    int // how many of them were laid over it here
	byTask   bool
	charts

	ctx     context.Context
	live    context.Context // of the watches
	stop    context.CancelFunc
	epoch   int // of the watches: what was read for others is dropped
	watches []*store.Watch[measured.Charted]
	read    []*store.Snapshot[measured.Charted]
	marks   []metrics.Mark
	chosen  *metrics.Mark // the moment that is looked at, nil for none
	covered bool
}

// New makes the screen of the charts of a service, with those of others over them.
func New(deps *views.Deps, services ...awsx.Ref) ui.Screen {
	return &screen{deps: deps, services: services, charts: charts{over: defaultRange()}}
}

// NewAt makes the screen of the charts of a service about a moment, which is marked on them
// with a text.
func NewAt(deps *views.Deps, at time.Time, what string, service awsx.Ref) ui.Screen {
	s := New(deps, service).(*screen)
	s.over, s.chosen = metrics.Reaching(at, deps.Now()), &metrics.Mark{At: at, Kind: metrics.Chosen, Text: what}
	return s
}

func (s *screen) Name() string    { return "metrics" }
func (s *screen) Capturing() bool { return false }

// Place is the first service.
func (s *screen) Place() awsx.Ref { return s.services[0] }

// Open begins to read.
func (s *screen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	return s.watch()
}

// woken tells that the n-th watch has something newer.
type woken struct{ epoch, n int }

// watch reads what is to be shown now, and gives up what was read before.
func (s *screen) watch() tea.Cmd {
	if s.stop != nil {
		s.stop()
	}
	ctx, stop := context.WithCancel(s.ctx)
	s.live, s.stop, s.watches, s.read = ctx, stop, nil, nil
	s.epoch++
	var waits []tea.Cmd
	for i, service := range s.services {
		w := charted(s.deps, service, s.over, s.byTask)
		w.Need(store.Need{Idle: s.covered})
		s.watches, s.read = append(s.watches, w), append(s.read, w.Snapshot())
		waits = append(waits, next(ctx, w, woken{s.epoch, i}))
	}
	watches := s.watches
	s.take()
	return tea.Batch(append(waits, func() tea.Msg {
		<-ctx.Done()
		for _, w := range watches {
			w.Close()
		}
		return nil
	})...)
}

// next waits for the next snapshot of a watch.
func next[T any](ctx context.Context, w *store.Watch[T], msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case <-w.Changed():
			return msg
		}
	}
}

// charted watches what the charts of a service are made of. A value lasts for a period:
// to read it more often would cost money and show nothing.
func charted(deps *views.Deps, service awsx.Ref, over metrics.Range, byTask bool) *store.Watch[measured.Charted] {
	c := &measured.Charting{
		Reader: inquiry.Reader{Context: service.Context, Store: deps.Store, Clock: deps.Now}, Service: service,
		Over: over, ByTask: byTask, Short: wording.ShortID, Made: deps.Made,
	}
	return store.Watched(deps.Store, store.List[awsx.Reader, measured.Charted]{
		Kind: fmt.Sprintf("metrics of %s, tasks %t", over.Name, byTask), Scope: service, Rounds: 1, Every: over.Period,
		ID: func(c *measured.Charted) (string, string) { return c.Name, c.Service.ARN },
		Pages: func(ctx context.Context, r awsx.Reader) awsx.Pages[measured.Charted] {
			return one(func() (measured.Charted, error) { return c.Read(ctx, r) })
		},
	})
}

// Update takes what was read.
func (s *screen) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(woken)
	if !ok || m.epoch != s.epoch {
		return nil
	}
	w := s.watches[m.n]
	s.read[m.n] = w.Snapshot()
	s.take()
	return next(s.live, w, m)
}

// take lays what was read over each other.
func (s *screen) take() {
	var told []metrics.Told
	s.marks = nil
	for _, c := range s.got() {
		told = append(told, c.Told)
		for _, m := range c.Marks {
			if len(s.services) > 1 {
				m.Text = c.Name + " " + m.Text
			}
			s.marks = append(s.marks, m)
		}
	}
	drawn, from, to := metrics.Together(told, s.over.Period)
	if s.chosen != nil && !s.chosen.At.Before(from) {
		s.marks = append(s.marks, *s.chosen)
	}
	slices.SortStableFunc(s.marks, func(a, b metrics.Mark) int { return a.At.Compare(b.At) })
	var all []chart.Chart
	marks, now := marked(s.marks, from, to), s.deps.Now()
	for _, d := range drawn {
		all = append(all, drawing(d, from, to, now, marks))
	}
	s.set(all)
}

// got is what was read of each service so far.
func (s *screen) got() (all []measured.Charted) {
	for _, snap := range s.read {
		all = append(all, snap.Values()...)
	}
	return all
}

// Covered lets the watches idle while another screen lies over this one: what nobody sees
// is not worth its price.
func (s *screen) Covered(covered bool) tea.Cmd {
	s.covered = covered
	for _, w := range s.watches {
		w.Need(store.Need{Idle: covered})
	}
	return nil
}

// Escape shows all charts again, and takes off what was laid over them.
func (s *screen) Escape() (tea.Cmd, bool) {
	switch {
	case s.zoom:
		s.zoom = false
		return nil, true
	case s.added > 0:
		s.services, s.added = s.services[:len(s.services)-1], s.added-1
		return s.watch(), true
	}
	return nil, false
}

// Actions move among charts, choose what they show, and lay another service over them.
func (s *screen) Actions() []ui.Action {
	list := s.actions(s.watch)
	tasks := actByTask.Runs(func() tea.Cmd {
		s.byTask = !s.byTask
		return s.watch()
	})
	if s.byTask {
		tasks.Name = "services alone"
	}
	return append(list, tasks, s.overlayAction(), actBoards.Does(func() { s.deps.Host.Push(NewDashboards(s.deps, s.services[0].Context)) }),
		actAnew.Does(func() {
			for _, w := range s.watches {
				w.Refresh()
			}
		}))
}

// overlayAction asks which service to lay over the charts.
func (s *screen) overlayAction() ui.Action {
	known := s.deps.Store.KnownServices(s.services[0].ClusterRef())
	other := func(x *awsx.Service) bool { return !slices.Contains(s.services, x.Ref) }
	a := actOverlay.Runs(func() tea.Cmd {
		var options []modal.Option
		var others []*awsx.Service
		for _, x := range known {
			if other(x) {
				others = append(others, x)
			}
		}
		for _, x := range others {
			options = append(options, modal.Option{Name: x.Name, Detail: awsx.ARNName(x.TaskDefinition)})
		}
		s.deps.Host.Modal(modal.NewChoice(s.deps.Host.Theme(), modal.ChoiceOptions{
			Title: "Lay which service over " + s.services[0].Name() + "?", Options: options,
			Chosen: func(i int) { s.deps.Host.Push(New(s.deps, append(slices.Clone(s.services), others[i].Ref)...)) },
		}))
		return nil
	})
	if !slices.ContainsFunc(known, other) {
		a.Disabled = "no other service of the cluster was read: open the services first"
	}
	return a
}

// Header says how much is requested and what that costs.
func (s *screen) Header() ui.Header {
	name := "metrics"
	for i := len(s.services) - 1; i > 0; i-- {
		name = "and " + s.services[i].Name() + " " + name
	}
	h := s.deps.Header(s.services[0], name)
	h.Sort = s.over.Name
	if s.byTask {
		h.Sort += ", each task"
	}
	h.Fresh = livetable.StatusOf(s.read[0]).Fresh(s.deps.Host.Now())
	requested, inRun := 0, 0
	for _, c := range s.got() {
		requested, inRun = requested+c.Requested, max(inRun, c.InRun)
		if c.Denied != nil {
			t := prose.TroubleOf(c.Denied, c.Service.Context)
			h.Fresh = ui.Fresh{State: prose.FreshOf(t.Class), Text: t.Word}
			t.On(&h)
		}
	}
	for _, snap := range s.read {
		if snap.Err != nil {
			if t := prose.TroubleOf(snap.Err, s.services[0].Context); t.Banner != "" {
				t.On(&h)
			}
		}
	}
	if requested > 0 {
		h.Counts = spent(requested, inRun, s.over)
	}
	return h
}

// View draws the charts, below them what was done to the service, the newest first, and
// what could not be read.
func (s *screen) View(w, h int) ui.Frame {
	if w <= 0 || h <= 0 {
		return ui.Frame{}
	}
	th := s.deps.Host.Theme()
	var below []string
	for _, line := range s.unread() {
		below = append(below, th.Paint(theme.Warn, text.Truncate(line, w, th.Glyphs().Ellipsis)))
	}
	if len(below) > max(1, h/6) {
		below = below[:max(1, h/6)]
	}
	if len(s.all) == 0 {
		rows := prose.Wrapped(th, w, s.emptiness())
		rows = append(rows, s.happened(th, w, max(0, h-len(rows)-len(below)))...)
		return ui.Frame{Body: strings.Join(append(rows, below...)[:min(h, len(rows)+len(below))], "\n")}
	}
	marks := 1
	if s.zoom || h > 30 {
		marks = max(1, min(len(s.marks), h/6))
	}
	below = append(s.happened(th, w, marks), below...)
	rows := s.draw(th, w, max(0, h-len(below)))
	rows = append(rows, below...)
	return ui.Frame{Body: strings.Join(rows[:min(len(rows), h)], "\n")}
}

// emptiness says why there are no charts.
func (s *screen) emptiness() []prose.Para {
	for _, c := range s.got() {
		if c.Denied != nil {
			return []prose.Para{
				{Text: "CloudWatch does not show its metrics: " + prose.TroubleOf(c.Denied, c.Service.Context).Banner, Role: theme.Failed},
				{Text: "what was done to the service in the last " + s.over.Name + ":", Role: theme.Dim},
			}
		}
	}
	if err := s.read[0].Err; err != nil {
		return []prose.Para{{Text: "the metrics could not be read", Role: theme.Failed}, {Text: err.Error()}}
	}
	return []prose.Para{{Text: "reading what CloudWatch measures of " + s.services[0].Name(), Role: theme.Dim}}
}

// unread says what is missing beside the charts, each once.
func (s *screen) unread() (lines []string) {
	for _, c := range s.got() {
		for _, err := range c.Unread {
			line := prose.TroubleOf(err, c.Service.Context).Banner
			var e *fault.Error
			if errors.As(err, &e) && e.Class == fault.Failed && e.Err != nil {
				line = e.Err.Error()
			}
			if line = text.Line(cmp.Or(line, err.Error())); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// happened are the newest marks in words, in so many rows: a row for each, or all that fit
// into one.
func (s *screen) happened(th *theme.Theme, w, rows int) (lines []string) {
	if rows <= 0 {
		return nil
	}
	if len(s.marks) == 0 {
		return []string{th.Paint(theme.Dim, text.Truncate("no deployment and no change from here in the last "+s.over.Name, w, th.Glyphs().Ellipsis))}
	}
	now, left := s.deps.Now(), w
	var inOne strings.Builder
	for i, m := range slices.Backward(s.marks) {
		letter, role := letters(m.Kind)
		words := letter + " " + wording.Clock(m.At, now) + " " + m.Kind.String() + " " + text.Line(wording.Named(m.Text))
		if rows > 1 {
			lines = append(lines, th.Paint(role, text.Truncate(words, w, th.Glyphs().Ellipsis)))
			if len(lines) == rows {
				break
			}
			continue
		}
		if i < len(s.marks)-1 {
			words = "   " + words
		}
		words = text.Truncate(words, left, th.Glyphs().Ellipsis)
		inOne.WriteString(th.Paint(role, words))
		if left -= text.Width(words); left < 12 {
			break
		}
	}
	if rows == 1 {
		return []string{inOne.String()}
	}
	return lines
}

// Text is the charts and the marks in words, for a file.
func (s *screen) Text() string {
	var b strings.Builder
	b.WriteString(s.text())
	for _, m := range s.marks {
		b.WriteString(m.At.Format("2006-01-02 15:04:05") + "  " + m.Kind.String() + "  " + text.Line(m.Text) + "\n")
	}
	return b.String()
}
