package app

import (
	"context"

	"gantry/logs"
	"gantry/views"
)

// logViewer opens log screens on the application's log store.
func (a *App) logViewer(deps *views.Deps) *views.LogViewer {
	return &views.LogViewer{
		Deps:       deps,
		Open:       func(ctx context.Context) (logs.Source, error) { return a.OpenLogs(ctx, a.Context.String()) },
		Remembered: a.Seen.RuntimeIDs,
	}
}
