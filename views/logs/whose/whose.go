package whose

import (
	"context"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/store"
)

// Whose is the tasks whose lines these are, as far as they are known.
type Whose struct {
	Subject Subject

	finder Finder
	asked  map[string]bool // task definitions that were asked for
}

// Open begins to look for them.
func (w *Whose) Open(ctx context.Context, finder Finder) tea.Cmd {
	finder.ctx, finder.builds = ctx, new(atomic.Uint64)
	finder.watches = make([]*store.Watch[store.ServiceState], len(finder.Scopes))
	for i, scope := range finder.Scopes {
		if scope.Service.ARN != "" {
			finder.watches[i] = finder.Store.Service(scope.Service)
		}
	}
	w.finder, w.Subject, w.asked = finder, Subject{}, map[string]bool{}
	cmds := []tea.Cmd{finder.keep(ctx), finder.now()}
	for i := range finder.watches {
		cmds = append(cmds, finder.next(ctx, i))
	}
	return tea.Batch(cmds...)
}

// Take notes what was found, and reports whether it is newer than what is known. The
// task definitions that it lacks are asked for once.
func (w *Whose) Take(ctx context.Context, found Found) (newer bool, next tea.Cmd) {
	if found.woken >= 0 {
		next = w.finder.next(ctx, found.woken)
	}
	if found.subject.build < w.Subject.build {
		return false, next
	}
	w.Subject = found.subject
	for _, arn := range w.Subject.unread {
		if !w.asked[arn] {
			w.asked[arn] = true
			next = tea.Batch(next, w.finder.readDefinition(ctx, arn))
		}
	}
	return true, next
}

// Again derives once more from what is known now.
func (w *Whose) Again() tea.Cmd { return w.finder.now() }

// Refresh reads the tasks anew.
func (w *Whose) Refresh() tea.Cmd {
	w.asked = map[string]bool{}
	for _, watch := range w.finder.watches {
		if watch != nil {
			watch.Refresh()
		}
	}
	return w.finder.now()
}

// Covered lets the watches idle while another screen lies above.
func (w *Whose) Covered(covered bool) {
	for _, watch := range w.finder.watches {
		if watch != nil {
			watch.Need(store.Need{Idle: covered})
		}
	}
}
