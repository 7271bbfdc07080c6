package app

import (
	"context"

	"gantry/awsx"
	"gantry/logs"
	"gantry/views"
)

// logViewer opens log screens on the application's log store.
func (a *App) logViewer(deps *views.Deps) *views.LogViewer {
	return &views.LogViewer{
		Deps:       deps,
		Drivers:    a.LogDrivers(),
		Open:       func(_ context.Context, id awsx.ContextID) (logs.Source, error) { return a.OpenLogs(id), nil },
		Remembered: a.Seen.RuntimeIDs,
	}
}
