package app

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/logs"
	"gantry/logs/ecslog"
)

const (
	// lineDelay is how long after nothing was found it is looked for again, since
	// lines come to the store later than ECS tells of the stop; lineTries is how
	// often it is looked for.
	lineDelay = 2 * time.Second
	lineTries = 3
)

// LastLines prints the newest lines, oldest first and at most limit of them, that
// a task's failing container wrote, and returns the container's name. The error
// wraps ErrNoLogs when no log store holds the task's lines.
func (a *App) LastLines(ctx context.Context, task awsx.Ref, limit int, print func(logs.Entry) error) (container string, err error) {
	account, err := a.Store.Account(ctx, task.Context)
	if err != nil {
		return "", err
	}
	t, err := deploy.ReadTask(ctx, account, task)
	if err != nil {
		return "", err
	}
	if !ecslog.Started(t) {
		return "", nil
	}
	container = ecslog.Failed(t)
	td, err := a.Store.TaskDefinition(ctx, task.Context, t.TaskDefinition)
	if err != nil {
		return container, err
	}
	subject := ecslog.OfTask(t, td)
	if container != "" {
		subject = ecslog.OfContainer(t, container, td)
	}
	d, err := a.LogDrivers().Derive(subject)
	if err != nil {
		return container, err
	}
	for try := range lineTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return container, ctx.Err()
			case <-time.After(lineDelay):
			}
		}
		n, err := a.ReadLogs(ctx, d.Query, logs.Range{From: t.CreatedAt}, limit, print)
		if n > 0 || err != nil {
			return container, err
		}
	}
	return container, nil
}
