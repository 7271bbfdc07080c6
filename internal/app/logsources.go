package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/internal/clean"
	"gantry/internal/config"
	"gantry/internal/inquiry"
	"gantry/logs"
	"gantry/logs/cloudwatch"
	"gantry/logs/cloudwatch/loggroups"
	"gantry/logs/ecslog"
	"gantry/logs/merge"
)

// openStore is a store of documents under the settings that opened it.
type openStore struct {
	id       awsx.ContextID // whose credentials sign; empty when none do
	settings config.Logs
	source   logs.Source
}

// groupsOf returns what opens CloudWatch Logs of a context.
func groupsOf(o sdk.Opener) func(awsx.ContextID) cloudwatch.Port {
	return func(id awsx.ContextID) cloudwatch.Port {
		return loggroups.New(func(ctx context.Context) (loggroups.Account, error) { return o.Account(ctx, id) })
	}
}

// OpenLogs returns the logs of a context as one: its store of documents, those that
// overrides name for some services, and its CloudWatch Logs. Each is opened when a
// query first needs it, so that one which is not configured is only missed by those
// whose lines it has. Contexts share the stores whose settings they share.
func (a *App) OpenLogs(id awsx.ContextID) logs.Source {
	a.logMu.Lock()
	defer a.logMu.Unlock()
	if m := a.merged[id]; m != nil {
		return m
	}
	settings, own := a.Config.LogsOf(id)
	signer := a.Context
	if own {
		signer = id
	}
	members := []merge.Member{
		{Open: a.opens(signer, settings)},
		{
			Fields: []string{logs.FieldGroup, logs.FieldStream, logs.FieldRegion},
			Open: func(context.Context) (logs.Source, error) {
				return cloudwatch.New(a.logGroups(id), id.Region).Naming(logs.LevelsOf(settings.Levels)), nil
			},
		},
	}
	for _, o := range settings.Overrides {
		if apart(settings, o) {
			members = append(members, merge.Member{Name: o.At, Open: a.opens(signer, o.Store)})
		}
	}
	m := merge.Of(members...)
	if a.merged == nil {
		a.merged = map[awsx.ContextID]*merge.Source{}
	}
	a.merged[id] = m
	return m
}

// apart reports whether an override's lines are read in another way, or from
// another place, than those of all.
func apart(all config.Logs, o config.LogOverride) bool {
	store := o.Store
	store.Awslogs = all.Awslogs // which store is asked, and not how
	return !store.Same(all)
}

// opens returns what opens a store of documents once for all that read it.
func (a *App) opens(id awsx.ContextID, settings config.Logs) func(context.Context) (logs.Source, error) {
	settings.Overrides = nil
	key := openStore{settings: settings}
	if settings.SigV4.Service != "" && settings.SigV4.Profile == "" {
		key.id = id
	}
	return func(context.Context) (logs.Source, error) {
		a.logMu.Lock()
		defer a.logMu.Unlock()
		for _, open := range a.documents {
			if open.id == key.id && open.settings.Same(settings) {
				return open.source, nil
			}
		}
		src, err := a.logStore(id, settings)
		if err != nil {
			return nil, err
		}
		key.source = src
		a.documents = append(a.documents, key)
		if c, ok := src.(interface{ Close() }); ok {
			a.closers = append(a.closers, func() error { c.Close(); return nil })
		}
		return src, nil
	}
}

// Lines returns what finds the lines of containers.
func (a *App) Lines() inquiry.Lines {
	return inquiry.Lines{
		Store: a.Store, Drivers: a.LogDrivers(),
		Open: func(_ context.Context, id awsx.ContextID) (logs.Source, error) { return a.OpenLogs(id), nil },
	}
}

// LogDrivers returns the log drivers whose lines are read, with what is configured
// of some services.
func (a *App) LogDrivers() ecslog.Registry { return ecslog.Standard().Ruled(a.logRule) }

// logRule returns what is configured of a subject's lines.
func (a *App) logRule(s ecslog.Subject) ecslog.Rule {
	all, _ := a.Config.LogsOf(s.Cluster.Context)
	rule := ecslog.Rule{Documents: all.Awslogs == config.FromDocuments}
	o := all.Override(s.Cluster.ClusterName(), s.Service)
	if o == nil {
		return rule
	}
	rule = ecslog.Rule{Name: o.At, Documents: o.Store.Awslogs == config.FromDocuments, Filter: o.Filter}
	if apart(all, *o) {
		rule.Store = o.At
	}
	if place := placeOf(o.Store); place != placeOf(all) {
		rule.Place = place
	}
	return rule
}

// placeOf names an index and where it is.
func placeOf(l config.Logs) string {
	where := "Elastic Cloud"
	if len(l.Endpoints) > 0 {
		where = l.Endpoints[0]
		if u, err := url.Parse(where); err == nil {
			where = u.Host
		}
		if more := len(l.Endpoints) - 1; more > 0 {
			where += fmt.Sprintf(" and %d more", more)
		}
	}
	return clean.Line(strings.TrimSpace(l.Index + " at " + where))
}
