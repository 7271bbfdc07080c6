package logs

import (
	"context"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/store"
)

// whose is the tasks whose lines these are, as far as they are known.
type whose struct {
	finder  finder
	subject subject
	asked   map[string]bool // task definitions that were asked for
}

// open begins to look for them.
func (w *whose) open(ctx context.Context, finder finder) tea.Cmd {
	w.finder, w.subject, w.asked = finder, subject{}, map[string]bool{}
	w.finder.builds = new(atomic.Uint64)
	if w.finder.scope.Service.ARN == "" {
		return w.finder.now()
	}
	w.finder.watch = w.finder.store.Service(w.finder.scope.Service)
	return tea.Batch(w.finder.keep(ctx), w.finder.next(ctx), w.finder.now())
}

// take notes what was found, and reports whether it is newer than what is known. The
// task definition that it lacks is asked for once.
func (w *whose) take(ctx context.Context, found found) (newer bool, next tea.Cmd) {
	if found.woken {
		next = w.finder.next(ctx)
	}
	if found.subject.build < w.subject.build {
		return false, next
	}
	w.subject = found.subject
	if arn := w.subject.unread; arn != "" && !w.asked[arn] {
		w.asked[arn] = true
		next = tea.Batch(next, w.finder.readDefinition(ctx, arn))
	}
	return true, next
}

// refresh reads the tasks anew.
func (w *whose) refresh() tea.Cmd {
	w.asked = map[string]bool{}
	if w.finder.watch != nil {
		w.finder.watch.Refresh()
	}
	return w.finder.now()
}

// covered lets the watch idle while another screen lies above.
func (w *whose) covered(covered bool) {
	if w.finder.watch != nil {
		w.finder.watch.Need(store.Need{Idle: covered})
	}
}
