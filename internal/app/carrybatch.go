package app

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
)

// BatchOptions say how a batch is carried out.
type BatchOptions struct {
	Follow    bool
	Timeout   time.Duration // of each follow; zero takes the derived ones
	Override  []string
	KeepGoing bool // begin the rest even after a target ended badly
	// Progress is told of the batch as it stands, again and again.
	Progress func(change.BatchStatus)
}

// PlanBatch plans an intent for several targets and puts the plans together. Every one of
// them has to have a plan.
func (a *App) PlanBatch(ctx context.Context, targets []awsx.Ref, intent deploy.Intent) (deploy.Batch, error) {
	planned, err := a.Changes.PlanAll(ctx, targets, intent)
	if len(planned.Unplanned) > 0 {
		return deploy.Batch{}, planned.Unplanned[0].Err
	}
	return planned.Batch, err
}

// CarryBatch carries a batch out and waits for its end. When ctx ends first the
// targets that have begun go on as with Carry.
func (a *App) CarryBatch(ctx context.Context, batch deploy.Batch, o BatchOptions) (change.BatchStatus, error) {
	changed, stop := a.Changes.Subscribe()
	defer stop()
	id, err := a.Changes.StartBatch(change.BatchJob{
		Batch: batch, Override: o.Override, NoFollow: !o.Follow, Timeout: o.Timeout, KeepGoing: o.KeepGoing,
	})
	if err != nil {
		return change.BatchStatus{}, err
	}
	for {
		s, _ := a.Changes.Batch(id)
		o.Progress(s)
		if s.Ended {
			return s, nil
		}
		select {
		case <-ctx.Done():
			a.drain(ctx)
			s, _ = a.Changes.Batch(id)
			return s, ctx.Err()
		case <-changed:
		}
	}
}
