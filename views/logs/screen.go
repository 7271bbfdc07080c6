package logs

import (
	"context"
	"reflect"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/ui/logview"
	"gantry/views"
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
	// Remembered returns the containers that were seen of a service, those that
	// ECS has forgotten included; nil when nothing is remembered.
	Remembered func(service awsx.Ref) []store.Seen
}

// Logs tails the lines of a service, a task or a container.
func (v *Viewer) Logs(scope views.LogScope) tea.Cmd {
	v.Deps.Host.Push(newLogScreen(v, scope))
	return nil
}

// logScreen follows the lines of one scope. Its watch of the service tells whose
// lines these are, its session searches for them, and its view draws what the
// ring holds of them.
type logScreen struct {
	viewer *Viewer
	scope  views.LogScope

	ctx     context.Context
	finder  logFinder
	subject logSubject
	asked   map[string]bool // task definitions that were asked for

	source    logs.Source
	sourceErr error // why there is none

	opening logOpening
	expr    logs.Expr   // what a person asks of the lines besides
	session *logSession // nil until there is a source and something to search for
	query   logs.Query  // of the session
	status  logs.Status
	older   logReach // beyond the oldest line held
	newer   logReach // beyond the newest one, while it is not followed
	filling map[*logs.Entry]bool
	goTo    time.Time // where the histogram sends, once the screen is seen again

	lines  *logLines
	view   *logview.Log
	anchor *logAnchor // where the search that is being typed began
	wake   logWake
	pace   logPace
	shown  bool // what is masked was shown once, and that is recorded
}

func newLogScreen(v *Viewer, scope views.LogScope) *logScreen {
	s := &logScreen{viewer: v, scope: scope, opening: logOpening{window: logWindows[0]}}
	s.clear()
	return s
}

// clear empties the screen of lines; how they are shown stays as it is.
func (s *logScreen) clear() {
	before, lines := s.view, s.lines
	s.lines = newLogLines(s.scope, s.viewer.Deps.Now().Location())
	s.lines.anchor = s.opening.line
	s.view = logview.New(s.lines)
	s.status, s.anchor = logs.Status{}, nil
	s.older.reset()
	s.newer.reset()
	s.filling = map[*logs.Entry]bool{}
	if before == nil {
		return
	}
	s.lines.inherit(lines)
	s.lines.attribute(s.subject)
	s.view.SetWrap(before.Wrap())
	s.view.SetTime(before.Time())
	s.view.SetReveal(before.Reveal())
	s.view.SetUnfolded(before.Unfolded())
	s.setColumns(s.lines.columns)
	// Both were in force, so they are valid.
	_ = s.view.SetSearch(before.Search())
	_ = s.view.SetFilter(before.Filter())
}

// opened is the log store, or why it could not be opened.
type opened struct {
	source logs.Source
	err    error
}

// Name is the screen's name.
func (s *logScreen) Name() string { return "logs" }

// Capturing is false: what is typed is typed in the shell's prompt or a form.
func (s *logScreen) Capturing() bool { return false }

// Open looks for the store and for what to search, side by side.
func (s *logScreen) Open(ctx context.Context) tea.Cmd {
	deps := s.viewer.Deps
	s.ctx, s.session, s.wake = ctx, nil, logWake{}
	s.source, s.sourceErr, s.shown = nil, nil, false
	s.view.SetReveal(false)
	s.subject, s.asked = logSubject{}, map[string]bool{}
	s.clear()
	s.finder = logFinder{
		scope: s.scope, store: deps.Store, remembered: s.viewer.Remembered,
		drivers: s.viewer.Drivers, builds: new(atomic.Uint64),
	}
	cmds := []tea.Cmd{s.openSource()}
	if s.scope.Service.ARN != "" {
		s.finder.watch = deps.Store.Service(s.scope.Service)
		cmds = append(cmds, s.finder.keep(ctx), s.finder.next(ctx))
	}
	return tea.Batch(append(cmds, s.finder.now())...)
}

func (s *logScreen) openSource() tea.Cmd {
	ctx, open, id := s.ctx, s.viewer.Open, s.scope.Context()
	return func() tea.Msg {
		source, err := open(ctx, id)
		return opened{source, err}
	}
}

// Update takes what the screen's commands brought.
func (s *logScreen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case opened:
		s.source, s.sourceErr = msg.source, msg.err
		return s.start()
	case foundLogs:
		return s.aim(msg)
	case logDefinitionRead:
		return s.finder.now()
	case batched:
		return s.take(msg)
	case placed:
		return s.place(msg)
	case reached:
		return s.extend(msg)
	case filled:
		s.fill(msg)
	case tried:
		return s.accept(msg)
	case shownSecrets:
		s.reveal(msg)
	case reworded:
		s.wake.fired(msg)
		return s.reword()
	}
	return nil
}

// aim searches for what is known now of the scope: the tasks of a service come
// and go while it is followed. Lines that are shown stay.
func (s *logScreen) aim(found foundLogs) tea.Cmd {
	var cmds []tea.Cmd
	if found.woken {
		cmds = append(cmds, s.finder.next(s.ctx))
	}
	if found.subject.build < s.subject.build {
		return tea.Batch(cmds...)
	}
	s.subject = found.subject
	s.lines.attribute(s.subject)
	if arn := s.subject.unread; arn != "" && !s.asked[arn] {
		s.asked[arn] = true
		cmds = append(cmds, s.finder.readDefinition(s.ctx, arn))
	}
	switch q := s.wanted(); {
	case s.subject.err != nil:
		s.stop()
	case s.session == nil:
		if s.lines.ring.Len() > 0 {
			s.clear() // a search that was given up begins anew, and would bring its lines twice
		}
		cmds = append(cmds, s.start())
	case !reflect.DeepEqual(q, s.query) && s.session.tail != nil:
		s.query = q
		s.session.tail.SetQuery(q)
		s.older.reset()
	}
	return tea.Batch(cmds...)
}

// wanted is the query for what is known now.
func (s *logScreen) wanted() logs.Query {
	q := s.subject.derivation.Query
	q.Expr = s.expr
	return q
}

// start searches once there is a store and something to search for.
func (s *logScreen) start() tea.Cmd {
	if s.session != nil || s.source == nil || !s.subject.searchable() {
		return nil
	}
	s.query = s.wanted()
	s.session = newLogSession(s.ctx)
	return s.session.begin(s.source, s.query, s.opening, s.viewer.Deps.Now())
}

// stop ends the search; its commands end with it.
func (s *logScreen) stop() {
	if s.session != nil {
		s.session.end()
		s.session = nil
	}
}

// reopen searches anew, from another place.
func (s *logScreen) reopen(at logOpening) tea.Cmd {
	s.stop()
	s.opening = at
	s.clear()
	if s.source == nil {
		s.sourceErr = nil
		return s.openSource()
	}
	return s.start()
}

// refresh searches anew and reads the tasks anew.
func (s *logScreen) refresh() tea.Cmd {
	s.asked = map[string]bool{}
	if s.finder.watch != nil {
		s.finder.watch.Refresh()
	}
	return tea.Batch(s.reopen(s.opening), s.finder.now())
}

// take shows a batch and waits for the next, for as long as the terminal needs for
// what is drawn.
func (s *logScreen) take(msg batched) tea.Cmd {
	if msg.session != s.session {
		return nil
	}
	s.status = msg.batch.Status
	if entries := msg.batch.Entries; len(entries) > 0 {
		s.lines.met(entries)
		change := s.lines.ring.Add(entries)
		s.view.Changed(change.Inserted)
		if change.Evicted > 0 {
			s.older.reset() // It would go on from a line that is not there any more.
		}
		if s.anchor != nil {
			s.anchor.pos = change.Moved(s.anchor.pos)
		}
	}
	if s.opening.window.head && !s.following() {
		s.view.Goto(s.lines.First())
		s.older.done = true
	}
	return tea.Batch(s.session.next(s.pace.after(len(msg.batch.Entries), s.view.Following())), s.reword())
}

// following tells that new lines come by themselves.
func (s *logScreen) following() bool { return s.session != nil && s.session.tail != nil }

// reword draws again when the words about the age of the newest line, or about
// the next try, would be others.
func (s *logScreen) reword() tea.Cmd {
	now := s.viewer.Deps.Now()
	at, ok := wordsChange(s.status, now)
	if !ok {
		return nil
	}
	return s.wake.at(s.ctx, at, now)
}

// Covered lets the watch of the service idle while another screen lies above. The
// tail goes on, so that nothing is missing afterwards.
func (s *logScreen) Covered(covered bool) tea.Cmd {
	if s.finder.watch != nil {
		s.finder.watch.Need(store.Need{Idle: covered})
	}
	if at := s.goTo; !covered && !at.IsZero() {
		s.goTo = time.Time{}
		return s.reopen(logOpening{window: s.opening.window, at: at})
	}
	return nil
}

// Filter is the search in force.
func (s *logScreen) Filter() string { return s.view.Search() }

// SetFilter searches: all lines stay, and the cursor goes to the nearest older
// match from the place where typing began, or else to the nearest newer one.
func (s *logScreen) SetFilter(expr string) error {
	if err := s.view.SetSearch(expr); err != nil {
		return err
	}
	if s.anchor == nil && expr != "" {
		pos, ok := s.view.Selected()
		s.anchor = &logAnchor{pos: pos, following: s.view.Following() || !ok}
	}
	if s.anchor == nil {
		return nil
	}
	s.anchor.restore(s.view)
	if expr == "" {
		s.anchor = nil
	} else if !s.view.FindPrevious() {
		s.view.FindNext()
	}
	return nil
}

// logAnchor is a place in the log to come back to.
type logAnchor struct {
	pos       uint64
	following bool
}

func (a *logAnchor) restore(v *logview.Log) {
	if a.following {
		v.SetFollowing(true)
		return
	}
	v.Goto(a.pos)
}
