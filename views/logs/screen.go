package logs

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/logs/tail"
	"gantry/ui"
	"gantry/views"
	"gantry/views/logs/whose"
	"gantry/views/prose"
)

// Viewer opens the screens that tail logs.
type Viewer struct {
	Deps *views.Deps
	// Open opens the logs of a context; it may wait. Its error says what to
	// configure.
	Open func(ctx context.Context, id awsx.ContextID) (logs.Source, error)
	// Drivers are the log drivers whose lines can be found.
	Drivers ecslog.Registry
	// Link returns the address at which a browser shows a query's lines of a range,
	// and what answers there; its error says why there is none. Nil is none.
	Link func(id awsx.ContextID, q logs.Query, r logs.Range) (name, url string, err error)
	// Reveal records that masked values in the lines of a service, or of a task of
	// none, are shown; it may wait, and its error forbids showing them.
	Reveal func(target awsx.Ref) error

	asked []string // queries of any of the screens, the newest first
}

// Logs tails the lines of a service, a task or a container, or of several of them together.
func (v *Viewer) Logs(scopes ...views.LogScope) {
	v.Deps.Host.Push(newScreen(v, scopes))
}

// screen follows the lines of its scopes. Each part has its own state: whose lines
// these are, the search for them, the page that holds and draws them, what lies beyond
// its ends, and whether what is masked may be shown.
type screen struct {
	viewer *Viewer
	scopes whose.Scopes
	ctx    context.Context

	whose   whose.Whose
	search  search
	page    page
	beyond  beyond
	secrets secrets

	before   bool      // it was come to from the task after this one
	paused   bool      // it follows only until there are lines
	width    int       // as it was drawn
	narrowed logs.Expr // what a record asks for, once the screen is seen again
	goTo     time.Time // where the histogram sends, once the screen is seen again
}

func newScreen(v *Viewer, scopes whose.Scopes) *screen {
	s := &screen{viewer: v, scopes: scopes}
	s.search = search{deps: v.Deps, opening: opening{window: windows[0], at: scopes[0].At}}
	s.page = page{deps: v.Deps, scopes: scopes}
	s.beyond = beyond{deps: v.Deps, search: &s.search, page: &s.page}
	s.secrets = secrets{deps: v.Deps, scopes: scopes, record: v.Reveal}
	s.clear()
	s.restore()
	return s
}

// words are what the screen says of its parts.
func (s *screen) words() words {
	return words{deps: s.viewer.Deps, scopes: s.scopes, whose: &s.whose, search: &s.search, page: &s.page}
}

// clear empties the screen of lines; how they are shown stays as it is.
func (s *screen) clear() {
	s.page.clear(s.whose.Subject, s.search.opening.line)
	s.search.status = tail.Status{}
	s.beyond.reset()
}

// View draws the lines, or why there are none.
func (s *screen) View(w, h int) ui.Frame {
	if w <= 0 || h <= 0 {
		return ui.Frame{}
	}
	th := s.viewer.Deps.Host.Theme()
	s.width = w
	if s.page.view.Shown() > 0 {
		s.beyond.showEnds()
		body := s.page.view.View(th, w, h)
		s.search.pace.drawn(body, h)
		return ui.Frame{Body: body}
	}
	lines := prose.Wrapped(th, w, s.words().emptiness())
	return ui.Frame{Body: strings.Join(lines[:min(len(lines), h)], "\n")}
}

// Header tells whose lines these are, how they are found and how the tail stands.
func (s *screen) Header() ui.Header {
	th := s.viewer.Deps.Host.Theme()
	h := s.viewer.Deps.Within(s.cluster(), s.words().crumb())
	h.Counts, h.Sort = s.words().counts(th), s.words().extent(th)
	h.Fresh, h.Banner = s.words().fresh()
	if err := s.whose.Subject.Status.Trouble(); h.Banner == "" && err != nil {
		prose.TroubleOf(err, s.scopes.Context()).On(&h)
	}
	if lacking := s.whose.Subject.Lacking; h.Banner == "" && len(lacking) > 0 && s.page.view.Shown() > 0 {
		h.Banner = "not among these lines: " + lacking.String()
	}
	if s.search.following() && !s.page.view.Following() && h.Fresh.State != ui.FreshLive {
		h.Note = s.page.view.Status()
	}
	return h
}

// Place is the service or the task's cluster that the lines are of.
func (s *screen) Place() awsx.Ref { return s.scopes.Place() }

// cluster is where the writers run, which says what care is needed.
func (s *screen) cluster() awsx.Ref { return s.scopes.Cluster(s.viewer.Deps.Policy.Production) }

// opened is the log store, or why it could not be opened.
type opened struct {
	source logs.Source
	err    error
}

// Name is the screen's name.
func (s *screen) Name() string { return "logs" }

// Capturing is false: what is typed is typed in the shell's prompt or a form.
func (s *screen) Capturing() bool { return false }

// Open looks for the store and for what to search, side by side.
func (s *screen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	s.search.open(ctx)
	s.secrets.shown = false
	s.page.view.SetReveal(false)
	tasks := s.whose.Open(ctx, whose.Finder{
		Scopes: s.scopes, Store: s.viewer.Deps.Store, Drivers: s.viewer.Drivers,
	})
	s.clear()
	return tea.Batch(s.openSource(), tasks)
}

func (s *screen) openSource() tea.Cmd {
	ctx, open, id := s.ctx, s.viewer.Open, s.scopes.Context()
	return func() tea.Msg {
		source, err := open(ctx, id)
		return opened{source, err}
	}
}

// Update takes what the screen's commands brought.
func (s *screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case opened:
		s.search.source, s.search.sourceErr = msg.source, msg.err
		return s.search.start(s.whose.Subject)
	case whose.Found:
		return s.aim(msg)
	case whose.DefinitionRead:
		return s.whose.Again()
	case batched:
		return s.take(msg)
	case placed:
		s.place(msg)
	case reached:
		s.beyond.extend(msg)
	case filled:
		s.beyond.fill(msg)
	case tried:
		return s.accept(msg)
	case sifted:
		return s.page.sift(msg)
	case shownSecrets:
		s.secrets.take(msg, &s.page)
	case reworded:
		s.search.wake.fired(msg)
		return s.search.reword()
	}
	return nil
}

// aim searches for what is known now of the scope: the tasks of a service come
// and go while it is followed. Lines that are shown stay. One of several that could not be
// read before has lines among those that are shown: these are read anew while they are
// followed.
func (s *screen) aim(found whose.Found) tea.Cmd {
	readable := s.whose.Subject.Readable
	newer, next := s.whose.Take(s.ctx, found)
	if !newer {
		return next
	}
	s.page.lines.attribute(s.whose.Subject)
	switch {
	case s.whose.Subject.Err != nil:
		s.search.stop()
	case s.search.session == nil:
		if s.page.lines.ring.Len() > 0 {
			s.clear() // a search that was given up begins anew, and would bring its lines twice
		}
		return tea.Batch(next, s.search.start(s.whose.Subject))
	case readable > 0 && s.whose.Subject.Readable > readable && s.page.view.Following() && s.search.following():
		return tea.Batch(next, s.reopen(s.search.opening))
	case s.search.redirect(s.whose.Subject):
		s.beyond.older.renew()
		s.beyond.newer.renew()
	}
	return next
}

// reopen searches anew, from another place.
func (s *screen) reopen(at opening) tea.Cmd {
	s.search.stop()
	s.search.opening = at
	s.clear()
	if s.search.source == nil {
		s.search.sourceErr = nil
		return s.openSource()
	}
	return s.search.start(s.whose.Subject)
}

// refresh searches anew and reads the tasks anew.
func (s *screen) refresh() tea.Cmd {
	tasks := s.whose.Refresh()
	return tea.Batch(s.reopen(s.search.opening), tasks)
}

// take shows a batch and waits for the next, for as long as the terminal needs for
// what is drawn.
func (s *screen) take(msg batched) tea.Cmd {
	if msg.session != s.search.session {
		return nil
	}
	s.search.status = msg.batch.Status
	if entries := msg.batch.Entries; len(entries) > 0 {
		if s.page.add(entries) > 0 {
			s.beyond.older.reset() // It would go on from a line that is not there any more.
		}
		if s.paused && s.search.following() {
			s.paused = false
			s.page.view.SetFollowing(false)
		}
	}
	if s.search.opening.window.head && !s.search.following() {
		s.page.view.Goto(s.page.lines.First())
		s.beyond.older.done = true
	}
	return tea.Batch(s.search.session.next(s.search.pace.after(len(msg.batch.Entries), s.page.view.Following())), s.search.reword())
}

// Covered lets the watch of the service idle while another screen lies above. The
// tail goes on, but rarely, so that nothing is missing afterwards.
func (s *screen) Covered(covered bool) tea.Cmd {
	s.whose.Covered(covered)
	if s.search.following() {
		s.search.session.tail.Rest(covered)
	}
	if at := s.goTo; !covered && !at.IsZero() {
		s.goTo = time.Time{}
		return s.reopen(opening{window: s.search.opening.window, at: at})
	}
	if expr := s.narrowed; !covered && !expr.IsZero() {
		s.narrowed = logs.Expr{}
		return s.try(expr)
	}
	return nil
}

// Filter is the search in force.
func (s *screen) Filter() string { return s.page.view.Search() }

// SetFilter searches.
func (s *screen) SetFilter(expr string) error { return s.page.seek(expr) }
