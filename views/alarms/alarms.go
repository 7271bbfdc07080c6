package alarms

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// actService goes to the service that an alarm concerns.
var actService = ui.ActEnter.As("service", 1)

// The alarms of a cluster, and those of a service.
var _ = views.Kinds.Add(
	views.Kind{
		Declaration: ui.Declaration{Screen: "alarms", Title: "Alarms", Bindings: livetable.Bindings(actService)},
		Of:          views.OfCluster, Short: []string{"alarm"},
		Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of, awsx.Ref{})) },
	},
	views.Kind{
		Declaration: ui.Declaration{Screen: "service-alarms", Bindings: livetable.Bindings(actService)},
		Of:          views.OfService,
		Open:        func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of.ClusterRef(), of)) },
	},
)

// row is an alarm.
type row struct{ inquiry.Alarm }

// New makes the screen of the alarms that concern a cluster and its services, or with a
// service that one.
func New(deps *views.Deps, cluster, service awsx.Ref) ui.Screen {
	name, subject := "alarms", cluster
	if service.ARN != "" {
		name, subject = "service-alarms", service
	}
	at := &livetable.Moment{}
	return livetable.New(deps, livetable.Spec[*row]{
		Name: name, Nouns: "alarms", Permission: "cloudwatch:DescribeAlarms", Subject: subject, Crumb: views.Crumb(subject) + " alarms",
		Table: table.Options[*row]{
			Key: func(r *row) string { return r.Name }, Columns: columns(at),
			Fault: func(r *row) bool { return r.status().Fault() },
		},
		Moment:   at,
		Status:   func(r *row) (theme.Status, bool) { return r.status(), true },
		Open:     func() livetable.Feed[*row] { return open(deps, cluster, service) },
		Evidence: func(r *row) []prose.Para { return evidence(r, at.Time()) },
		Actions:  func(r *row, ok bool) []ui.Action { return []ui.Action{going(deps, r, ok)} },
		Ref: func(r *row) awsx.Ref {
			return awsx.Ref{Context: cluster.Context, Cluster: cluster.Cluster, ARN: r.ARN}
		},
		Describe: func(_ context.Context, r *row) ([]prose.Para, error) { return describe(r, deps.Now()), nil },
	})
}

// going shows the service that an alarm concerns among those of its cluster.
func going(deps *views.Deps, r *row, ok bool) ui.Action {
	if !ok {
		return actService.Does(nil).Unless(livetable.Nothing(ok))
	}
	services := slices.DeleteFunc(r.Of(), func(of awsx.Ref) bool { return of.ARN == of.Cluster })
	a := actService.Does(func() { deps.Nav.Service(services[0]) })
	switch len(services) {
	case 0:
		return a.Unless("the alarm concerns the cluster, and no service of it")
	case 1:
		return a
	}
	return a.Unless("the alarm concerns " + wording.Count(len(services), "service") + ": " + deps.Host.Key(livetable.ActRelated) + " lists them")
}

// open watches the alarms and what tells whom they concern.
func open(deps *views.Deps, cluster, service awsx.Ref) livetable.Feed[*row] {
	st := deps.Store
	all, services, routes := st.Alarms(cluster.Context), st.Services(cluster), st.Routes(cluster.Context)
	feed := livetable.Feed[*row]{Watches: []livetable.Watch{all, services, routes}}
	groups := func() []awsx.ScalingGroup { return nil }
	if service.ARN == "" {
		fleet, providers := st.ScalingGroups(cluster.Context), st.CapacityProviders(cluster.Context)
		clusters, instances := st.Clusters(cluster.Context), st.Instances(cluster)
		feed.Watches = append(feed.Watches, fleet, providers, clusters, instances)
		groups = func() (here []awsx.ScalingGroup) {
			readings := inquiry.GroupReadings{Cluster: cluster, Groups: fleet.Snapshot(), Providers: providers.Snapshot(), Clusters: clusters.Snapshot(), Instances: instances.Snapshot()}
			for _, g := range inquiry.GroupsOf(st, readings, deps.Now()).Here {
				here = append(here, g.Group)
			}
			return here
		}
	}
	feed.Build = func(time.Time) livetable.Load[*row] {
		s, owners, ways := all.Snapshot(), services.Snapshot(), routes.Snapshot()
		l := livetable.Load[*row]{Status: livetable.StatusOf(s).Beside(owners, ways)}
		found := inquiry.AlarmsOf(inquiry.AlarmReadings{Cluster: cluster, Service: service, Alarms: s.Values(), Services: owners.Values(), Routes: ways.Values(), Groups: groups()})
		for _, a := range found {
			l.Rows = append(l.Rows, &row{a})
		}
		l.Note = slices.Concat(unread("services", owners), unread("load balancers", ways))
		if n := len(s.Items) - len(found); n > 0 {
			l.Note = append(l.Note, livetable.Span{Text: wording.Count(n, "alarm") + " of other things", Role: theme.Dim})
		}
		return l
	}
	return feed
}

// unread says why whom alarms concern may not all be told.
func unread[T any](what string, s *store.Snapshot[T]) []livetable.Span {
	err := s.Err
	if err == nil && len(s.Partial) > 0 {
		err = s.Partial[0]
	}
	if err == nil {
		return nil
	}
	return []livetable.Span{{Text: what + " unread: " + livetable.ReasonUnread(err), Role: theme.Unknown}}
}

// status is the sign of an alarm's state. One that rings when all is well is no fault.
func (r *row) status() theme.Status {
	switch {
	case alarms.Rings(r.Alarm.Alarm):
		return theme.StatusFailed
	case r.State == alarms.Ringing:
		return theme.StatusPending
	case r.State == "OK":
		return theme.StatusOK
	}
	return theme.StatusUnknown
}

func (r *row) stateCell() table.Cell {
	s := r.status()
	word := map[string]string{alarms.Ringing: "alarm", "OK": "ok", "INSUFFICIENT_DATA": "no data"}[r.State]
	return table.Cell{Text: s.Glyph() + " " + cmp.Or(word, r.State), Role: s.Role()}
}

// names are what the alarm concerns, clusters in words.
func (r *row) names() string {
	var names []string
	for _, of := range r.Of() {
		if of.ARN == of.Cluster {
			names = append(names, "(cluster)")
		} else {
			names = append(names, of.Name())
		}
	}
	return strings.Join(names, ", ")
}

func (r *row) doesCell() table.Cell {
	c := table.Cell{Text: cmp.Or(r.Does(), "-")}
	switch {
	case c.Text == "-":
		c.Role = theme.Dim
	case r.By(alarms.Stopping):
		c.Role = theme.Accent
	}
	return c
}

func columns(at *livetable.Moment) []table.Column[*row] {
	type r = *row
	return []table.Column[r]{
		{ID: livetable.ColName, Title: "ALARM", Frozen: true, Min: 14, Max: 40, Middle: true,
			Cell: func(a r) table.Cell { return table.Cell{Text: a.Name} }, Compare: func(a, b r) int { return strings.Compare(a.Name, b.Name) }},
		{ID: livetable.ColState, Title: "ST", Cell: r.stateCell, Descending: true,
			Compare: func(a, b r) int { return cmp.Compare(a.status().Severity(), b.status().Severity()) }},
		{ID: livetable.ColAge, Title: "SINCE", Right: true, Priority: 2, Descending: true,
			Cell:    func(a r) table.Cell { return table.Cell{Text: wording.Since(a.Since, at.Time()), Role: theme.Dim} },
			Compare: func(a, b r) int { return a.Since.Compare(b.Since) }},
		{ID: "concerns", Title: "CONCERNS", Priority: 1, Max: 24, Middle: true, Cell: func(a r) table.Cell { return table.Cell{Text: a.names()} },
			Compare: func(a, b r) int { return strings.Compare(a.names(), b.names()) }},
		{ID: "does", Title: "DOES", Priority: 3, Cell: r.doesCell, Compare: func(a, b r) int { return strings.Compare(a.Does(), b.Does()) }},
		{ID: "why", Title: "WHY", Grow: true, Min: 24, Cell: func(a r) table.Cell {
			role := theme.Dim
			if a.status().Fault() {
				role = a.status().Role()
			}
			return table.Cell{Text: a.Why, Role: role}
		}},
	}
}

// head says how an alarm stands and since when.
func (r *row) head(now time.Time) string {
	since := ""
	if !r.Since.IsZero() {
		since = "for " + text.Age(now.Sub(r.Since))
	}
	return wording.JoinNonEmpty("  ", r.Name, wording.JoinNonEmpty(" ", r.stateCell().Text, since))
}

func evidence(r *row, now time.Time) []prose.Para {
	role := r.status().Role()
	if r.status() == theme.StatusOK {
		role = theme.Title
	}
	paras := []prose.Para{{Text: r.head(now), Role: role}, {Label: "why", Text: r.Why}}
	for _, c := range r.Concerns {
		paras = append(paras, prose.Para{Label: place(c.Of), Text: c.Words()})
	}
	if r.Reason != "" {
		paras = append(paras, prose.Para{Label: "reason", Text: r.Reason, Role: theme.Dim})
	}
	return paras
}

// place names a service or a cluster.
func place(of awsx.Ref) string {
	if of.ARN == of.Cluster {
		return "cluster " + of.Name()
	}
	return of.Name()
}

// describe tells all about an alarm.
func describe(r *row, now time.Time) []prose.Para {
	var d prose.Document
	d.Heading("Alarm " + r.Name)
	d.Field("ARN", r.ARN)
	d.FieldAs(r.status().Role(), "state", r.State)
	if !r.Since.IsZero() {
		d.Field("since", wording.Moment(r.Since, now))
	}
	d.Field("why", r.Why)
	d.Field("rings on", alarms.Condition(r.Alarm.Alarm))
	d.Field("reason", r.Reason)
	d.Heading("Concerns")
	for _, c := range r.Concerns {
		d.Field(place(c.Of), c.Words())
	}
	if len(r.Metrics) > 0 {
		d.Heading("Metrics")
	}
	for _, m := range r.Metrics {
		var by []string
		for _, x := range m.Dimensions {
			by = append(by, x.Name+" "+x.Value)
		}
		d.Field(m.Name, strings.Join(by, ", "))
	}
	if len(r.Actions) > 0 {
		d.Heading("Actions")
	}
	for _, arn := range r.Actions {
		d.Line(theme.Text, arn)
	}
	return d.Paras
}
