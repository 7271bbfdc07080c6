package logs

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/logs"
	"gantry/logs/tail"
	"gantry/ui"
)

// session is one search from its first page to its end. Batches of a session
// that was given up are told by it.
type session struct {
	ctx  context.Context
	end  context.CancelFunc
	tail *tail.Tail // nil for what is read once
}

func newSession(ctx context.Context) *session {
	x := &session{}
	x.ctx, x.end = context.WithCancel(ctx)
	return x
}

// batched is what a session brought.
type batched struct {
	session *session
	batch   tail.Batch
}

// begin starts the search. One of the commands it returns owns the tail's end.
func (x *session) begin(source logs.Source, q logs.Query, from opening, now time.Time) tea.Cmd {
	switch {
	case from.about():
		return x.about(source, q, from)
	case from.window.head:
		return x.head(source, q, now)
	}
	var o tail.Options
	if from.window.since > 0 {
		o.From = now.Add(-from.window.since)
	}
	x.tail = tail.Follow(x.ctx, source, q, o)
	return tea.Batch(x.keep(), x.next(0))
}

// keep waits for the tail's end, and the shell waits for it.
func (x *session) keep() tea.Cmd {
	return func() tea.Msg {
		<-x.ctx.Done()
		x.tail.Close()
		return nil
	}
}

// next waits for a batch, after a pause in which what comes is joined. One such
// command is under way at a time. A tail that ended has said why in its last
// batch.
func (x *session) next(pause time.Duration) tea.Cmd {
	if x.tail == nil {
		return nil
	}
	wait := ui.After(x.ctx, pause, nil)
	return func() tea.Msg {
		wait()
		b, err := x.tail.Next(x.ctx)
		if err != nil {
			return nil
		}
		return batched{x, b}
	}
}

// rateFades is how long the rate that is shown may be older than it says once no line
// comes any more.
const rateFades = 10 * time.Second

// wake draws the screen again at a moment when nothing else does. One is
// under way at a time, the earliest that was asked for.
type wake struct {
	due    time.Time // zero when none is under way
	cancel context.CancelFunc
}

// reworded tells that the words about the tail may be others.
type reworded struct{ due time.Time }

func (w *wake) at(ctx context.Context, due, now time.Time) tea.Cmd {
	if !w.due.IsZero() && !due.Before(w.due) {
		return nil
	}
	if w.cancel != nil {
		w.cancel()
	}
	ctx, w.cancel = context.WithCancel(ctx)
	w.due = due
	return ui.After(ctx, due.Sub(now), reworded{due})
}

func (w *wake) fired(msg reworded) {
	if msg.due.Equal(w.due) {
		w.cancel()
		*w = wake{}
	}
}

// wordsChange is when the words about a tail change next by themselves: seconds
// before the next try, the newest line's minutes and hours after it came.
func wordsChange(s tail.Status, now time.Time) (at time.Time, ok bool) {
	switch s.State {
	case tail.Retrying:
		left := s.RetryAt.Sub(now)
		if left <= 0 {
			return time.Time{}, false
		}
		return now.Add((left-1)%time.Second + 1), true
	case tail.Following, tail.Behind, tail.PartialAnswers:
		if s.Newest.IsZero() {
			return time.Time{}, false
		}
		step, age := time.Minute, max(0, now.Sub(s.Newest))
		if age >= time.Hour {
			step = time.Hour
		}
		at = s.Newest.Add(age.Truncate(step) + step)
		if fades := now.Add(rateFades); s.Rate.PerSecond(now) >= leastRate && fades.Before(at) {
			return fades, true
		}
		return at, true
	}
	return time.Time{}, false
}
