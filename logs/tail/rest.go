package tail

import (
	"context"
	"time"

	"gantry/internal/wake"
)

// wait waits for the next poll, which is at once when the machine wakes from sleep:
// whether somebody looks, and whatever the store did before.
func (p *pump) wait(ctx context.Context, left time.Duration) {
	poke := p.tail.poke
	if p.status.State == Retrying {
		poke = nil // a new query makes a store that has too much to do no better
	}
	for {
		if p.machine.Slept() {
			p.failures = 0
			return
		}
		if left <= 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-poke:
			return
		case <-time.After(min(left, wake.Nap)):
			left -= wake.Nap
		}
	}
}

// restMost is the longest wait of a tail that rests: within it the wide sweep misses
// nothing.
const restMost = 5 * time.Minute

// rest is the wait of a tail that rests: no longer than it takes for half as many lines
// to come as a poll may read.
func (p *pump) rest() time.Duration {
	wait := restMost
	if rate := p.status.Rate.PerSecond(wall()); rate > 0 && p.opts.Budget > 0 {
		wait = min(wait, time.Duration(float64(p.opts.Budget*p.opts.PageSize)/2/rate*float64(time.Second)))
	}
	return max(wait, p.opts.IdlePoll)
}
