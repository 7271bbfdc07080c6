package changes

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/change"
)

// JobsChanged tells a screen that something changed about the jobs. It carries
// what the next wait needs.
type JobsChanged struct {
	ctx     context.Context
	changed <-chan struct{}
}

// WatchJobs begins to watch the jobs until ctx ends. One of its commands owns that end. Who
// looks at them as well looks after this call, or misses what changes in between.
func WatchJobs(ctx context.Context, r *change.Runner) tea.Cmd {
	changed, stop := r.Subscribe()
	end := func() tea.Msg {
		<-ctx.Done()
		stop()
		return nil
	}
	return tea.Batch(end, JobsChanged{ctx, changed}.Next())
}

// Next waits for another change. One such command is under way at a time, so that
// changes that come faster than they can be drawn are seen together.
func (j JobsChanged) Next() tea.Cmd {
	return func() tea.Msg {
		select {
		case <-j.ctx.Done():
			return nil
		case <-j.changed:
			return j
		}
	}
}
