package logs

import (
	"context"
	"reflect"

	tea "charm.land/bubbletea/v2"

	"gantry/logs"
	"gantry/logs/tail"
	"gantry/views"
	"gantry/views/logs/whose"
)

// search is where the lines come from: the store, what is asked of it, and the session
// that asks.
type search struct {
	deps *views.Deps
	ctx  context.Context // the screen's

	source    logs.Source
	sourceErr error // why there is none

	opening opening
	expr    logs.Expr   // what a person asks of the lines besides
	words   *vocabulary // of the lines that were last seen; nil before a query is asked for
	session *session    // nil until there is a source and something to search for
	query   logs.Query  // of the session
	status  tail.Status
	wake    wake
	pace    pace
}

// open forgets the store and the session of an earlier opening.
func (x *search) open(ctx context.Context) {
	x.ctx, x.session, x.wake = ctx, nil, wake{}
	x.source, x.sourceErr = nil, nil
}

// wanted is the query for what is known now of the subject.
func (x *search) wanted(subject whose.Subject) logs.Query {
	q := subject.Derivation.Query
	q.Expr = x.expr
	return q
}

// start searches once there is a store and something to search for.
func (x *search) start(subject whose.Subject) tea.Cmd {
	if x.session != nil || x.source == nil || !subject.Searchable() {
		return nil
	}
	x.query = x.wanted(subject)
	x.session = newSession(x.ctx)
	return x.session.begin(x.source, x.query, x.opening, x.deps.Now())
}

// redirect searches for other lines from now on, those that were found stay: also where
// lines are read by hand, those of tasks that have started since are among them. It
// reports whether that changes anything.
func (x *search) redirect(subject whose.Subject) bool {
	q := x.wanted(subject)
	if reflect.DeepEqual(q, x.query) {
		return false
	}
	x.query = q
	if x.session.tail != nil {
		x.session.tail.SetQuery(q)
	}
	return true
}

// stop ends the search; its commands end with it.
func (x *search) stop() {
	if x.session != nil {
		x.session.end()
		x.session = nil
	}
}

// unfollow ends the tail and keeps its lines.
func (x *search) unfollow() {
	if x.following() {
		x.stop()
		x.session = newSession(x.ctx)
		x.status = tail.Status{State: tail.Stopped, Lines: x.status.Lines, Newest: x.status.Newest}
	}
}

// following tells that new lines come by themselves.
func (x *search) following() bool { return x.session != nil && x.session.tail != nil }

// reword draws again when the words about the age of the newest line, or about
// the next try, would be others.
func (x *search) reword() tea.Cmd {
	now := x.deps.Now()
	at, ok := wordsChange(x.status, now)
	if !ok || x.deps.Still && x.status.State == tail.Retrying {
		return nil
	}
	return x.wake.at(x.ctx, at, now)
}
