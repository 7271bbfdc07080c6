package diagnose

import (
	"cmp"
	"fmt"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

// cause is why a service stands as it does.
type cause struct {
	// why says it in a few words, next what to do about it. Parts of why come from
	// outside and are raw.
	why, next string
	// read is the reason it was read from; zero for what was counted.
	read reason.Reason
}

// counted is a cause that needs no action.
func counted(format string, args ...any) cause { return cause{why: fmt.Sprintf(format, args...)} }

func ofDeath(s reason.Stopped) cause { return cause{s.Why(), s.Next(), s.Reason} }

func ofEvent(e reason.Event) cause {
	c := cause{e.Why(), e.Next(), e.Reason}
	c.read.Text = cmp.Or(c.read.Text, e.Body)
	return c
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

// death is a task that was stopped by failure.
type death struct {
	task awsx.Task
	at   time.Time
	reason.Stopped
}
