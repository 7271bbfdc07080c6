package app

import (
	"context"
	"slices"
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
	container, ok := failing(t)
	if !ok {
		return "", nil
	}
	td, err := a.Store.TaskDefinition(ctx, task.Context, t.TaskDefinition)
	if err != nil {
		return container, err
	}
	d, err := a.LogDrivers().Derive(ecslog.OfContainer(t, container, td))
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

// failing is the container at which a task failed, among those that ran: one that
// ended badly, else the first. Ok is false when none ran, so that none wrote.
func failing(t awsx.Task) (name string, ok bool) {
	ran := slices.DeleteFunc(slices.Clone(t.Containers), func(c awsx.Container) bool { return c.RuntimeID == "" })
	if len(ran) == 0 {
		return "", false
	}
	if i := slices.IndexFunc(ran, func(c awsx.Container) bool { return c.ExitCode > 0 }); i >= 0 {
		return ran[i].Name, true
	}
	return ran[0].Name, true
}
