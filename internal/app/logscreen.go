package app

import (
	"gantry/awsx"
	"gantry/logs"
	"gantry/logs/kibana"
	"gantry/views"
	logviews "gantry/views/logs"
)

// logViewer opens log screens on the application's log store.
func (a *App) logViewer(deps *views.Deps) *logviews.Viewer {
	return &logviews.Viewer{
		Deps:    deps,
		Drivers: a.LogDrivers(),
		Open:    a.Lines().Open,
		Reveal:  a.revealed,
		Link:    a.logLink,
	}
}

// logLink returns where a browser shows a query's lines.
func (a *App) logLink(id awsx.ContextID, q logs.Query, r logs.Range) (name, url string, err error) {
	settings, _ := a.Config.LogsOf(id)
	for _, o := range settings.Overrides {
		if o.At == q.Store {
			settings = o.Store
		}
	}
	site := kibana.Site{
		Kibana: settings.Kibana, Dashboards: settings.Dashboards,
		Index: settings.Index, Timestamp: settings.Timestamp,
	}
	url, err = site.Link(q, r)
	return site.Name(), url, err
}
