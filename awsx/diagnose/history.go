package diagnose

import (
	"iter"
	"strings"
	"time"

	"gantry/awsx/diagnose/reason"
)

// event is an event of the service with what it says.
type event struct {
	at time.Time
	reason.Event
}

// history is what the events of a service say. They are read newest first, as far as a
// rule asks and each of them once: a row of a hundred events is judged with each sweep.
type history struct {
	next int // the first that was not read
	// told are those read that bear on the present and say more than that tasks came
	// or went; oldest is when the first of the present was, whatever it says.
	told   []event
	oldest time.Time
	// back are those read that tell of a way back, or of an alarm that began one, also
	// where they do not bear on the present.
	back []event
	// steady is set when the next one says that the service was steady, which ends
	// the present; others is the first that says so of another task set, -1 for none.
	steady bool
	others int
}

// unsteady is how many of the newest events do not tell of a steady state, as far as
// they were read.
func (h *history) unsteady() int {
	if h.others >= 0 {
		return h.others
	}
	return h.next
}

// present yields what the events that bear on the present tell, newest first: those
// since the service was last steady and since its primary deployment began, or that
// name that deployment. What troubled an earlier one does not condemn a rollout. That
// tasks came or went is not told.
func (f *facts) present(yield func(event) bool) { f.since(time.Time{})(yield) }

// since is present without the events before a time, unless they were read already.
func (f *facts) since(limit time.Time) iter.Seq[event] {
	return func(yield func(event) bool) {
		for i := 0; ; i++ {
			for i == len(f.events.told) {
				if !f.readEvent(limit) {
					return
				}
			}
			if !yield(f.events.told[i]) {
				return
			}
		}
	}
}

// wayBack yields the events of the last hour that may tell of a way back, newest first: those
// before the last steady state too.
func (f *facts) wayBack(yield func(event) bool) {
	h := &f.events
	recently := func(at time.Time) bool { return f.Now.Sub(at) <= window }
	for _, e := range h.back {
		if !recently(e.at) || !yield(e) {
			return
		}
	}
	for i := h.next; i < len(f.Service.Events) && recently(f.Service.Events[i].At); i++ {
		raw := &f.Service.Events[i]
		if ofWayBack(raw.Message) && !yield(event{raw.At, reason.ReadEvent(raw.Message)}) {
			return
		}
	}
}

// ofWayBack reports whether an event may tell of a way back: others need not be read for it.
func ofWayBack(message string) bool {
	return strings.Contains(message, "olling back") || strings.Contains(message, "alarm")
}

// firstPresent is when the oldest event was that bears on the present, whatever it
// tells; zero without any.
func (f *facts) firstPresent() time.Time {
	for f.readEvent(time.Time{}) {
	}
	return f.events.oldest
}

// readEvent reads the next event unless it is older than the limit, or ends the present.
func (f *facts) readEvent(limit time.Time) bool {
	h := &f.events
	if h.steady || h.next == len(f.Service.Events) || f.Service.Events[h.next].At.Before(limit) {
		return false
	}
	raw := &f.Service.Events[h.next]
	e := event{at: raw.At}
	set, moves := reason.Moves(raw.Message)
	if moves {
		e.TaskSet = set
	} else {
		e.Event = reason.ReadEvent(raw.Message)
	}
	if e.Kind == reason.Steady {
		if e.TaskSet == "" || e.TaskSet == f.primary.ID {
			h.steady = true
			return false
		}
		if h.others < 0 {
			h.others = h.next
		}
	}
	h.next++
	if !moves && ofWayBack(raw.Message) {
		h.back = append(h.back, e)
	}
	if e.Kind == reason.Steady || e.at.Before(f.primary.CreatedAt) && !f.names(e.Event) {
		return true // it tells of another task set, or of an earlier deployment
	}
	if h.oldest.IsZero() || e.at.Before(h.oldest) {
		h.oldest = e.at
	}
	if !moves {
		h.told = append(h.told, e)
	}
	return true
}

// names reports whether an event names the primary deployment.
func (f *facts) names(e reason.Event) bool {
	id := f.primary.ID
	return id != "" && (e.Deployment == id || e.TaskSet == id)
}

// lastTrouble returns the newest trouble of the present that is not older than the
// window. Protection from scaling in is none: it only explains a surplus.
func (f *facts) lastTrouble() (event, bool) {
	for e := range f.since(f.Now.Add(-window)) {
		if e.Trouble() && e.Reason.Cause != reason.Protected {
			return e, f.age(e.at, window) <= window
		}
	}
	return event{}, false
}

// protected reports whether protection keeps tasks from being stopped.
func (f *facts) protected() bool {
	for e := range f.present {
		if e.Reason.Cause == reason.Protected {
			return true
		}
	}
	return false
}

// steadySince returns when the service last became steady, if nothing troubled
// it since.
func (f *facts) steadySince() time.Time {
	var since time.Time
	for _, e := range f.Service.Events[f.events.unsteady():] {
		if reason.ReadEvent(e.Message).Kind == reason.Steady {
			since = e.At
			continue
		}
		// Steady state is repeated every six hours: the oldest one after the
		// last change or trouble is when it began.
		if !since.IsZero() {
			break
		}
	}
	return since
}

// troubleAt returns when the run of events of a kind began, and without such events
// when the trouble that goes on did. Where tasks of what runs died before it, it is one
// incident, which began with the first of them.
func (f *facts) troubleAt(k reason.EventKind) time.Time {
	var at time.Time
	for e := range f.present {
		if e.Kind == k {
			at = e.at
		}
	}
	if at.IsZero() {
		return f.began()
	}
	if first := f.firstDeath(f.ofPrimary); !first.IsZero() && first.Before(at) {
		return first
	}
	return at
}

// brokeAt returns since when the rollout under way fails: since its first death, else
// its first trouble, else it is only known that it failed after it began.
func (f *facts) brokeAt() time.Time {
	if at := f.began(); !at.IsZero() {
		return at
	}
	return f.primary.CreatedAt
}
