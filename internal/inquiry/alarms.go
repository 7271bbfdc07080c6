package inquiry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/awsx/alb"
	"gantry/awsx/store"
)

// Alarm is a CloudWatch alarm with what it concerns, the closest first, and why it is in its
// state.
type Alarm struct {
	awsx.Alarm
	Concerns []alarms.Concern
	Why      string
}

// By reports whether the alarm concerns something in a way.
func (a Alarm) By(by alarms.By) bool {
	return slices.ContainsFunc(a.Concerns, func(c alarms.Concern) bool { return c.By == by })
}

// Of are the services and clusters that the alarm concerns, each once, the closest first.
func (a Alarm) Of() (of []awsx.Ref) {
	for _, c := range a.Concerns {
		if !slices.Contains(of, c.Of) {
			of = append(of, c.Of)
		}
	}
	return of
}

// Does says in short what follows when the alarm rings, as far as that is ECS' own.
func (a Alarm) Does() string {
	var does []string
	if a.By(alarms.Stopping) {
		does = append(does, "fails deployments")
	}
	if a.By(alarms.Scaling) {
		does = append(does, "scales")
	}
	return strings.Join(does, ", ")
}

// AlarmReadings are what tells which alarms concern a cluster and its services.
type AlarmReadings struct {
	Cluster awsx.Ref
	// Service is the one whose alarms are wanted, zero for the cluster's and those of all of
	// its services.
	Service  awsx.Ref
	Alarms   []awsx.Alarm
	Services []awsx.Service
	Routes   []awsx.Route
	Groups   []awsx.ScalingGroup // of the cluster
	// Policies are those that scale the one service, where they were read.
	Policies []awsx.ScalingPolicy
}

// AlarmsOf are the alarms that concern a cluster and its services, or one service: what
// rings first, then by name.
func AlarmsOf(r AlarmReadings) []Alarm {
	index := alarms.NewIndex(r.Alarms)
	beside := alarms.Beside{Balancers: balancersOf(r.Routes), Policies: r.Policies}
	var concerns []alarms.Concern
	for _, s := range r.Services {
		if r.Service.ARN == "" || s.Ref == r.Service {
			concerns = append(concerns, index.Service(s, beside)...)
		}
	}
	if r.Service.ARN == "" {
		var groups []string
		for _, g := range r.Groups {
			groups = append(groups, g.Name)
		}
		concerns = append(concerns, index.Cluster(r.Cluster, groups)...)
	}
	byName := map[string]awsx.Alarm{}
	for _, a := range r.Alarms {
		byName[a.Name] = a
	}
	at := map[string]int{}
	var out []Alarm
	for _, c := range concerns {
		i, known := at[c.Alarm.Name]
		if !known {
			i, at[c.Alarm.Name] = len(out), len(out)
			out = append(out, Alarm{Alarm: *c.Alarm, Why: alarms.Why(*c.Alarm, byName)})
		}
		out[i].Concerns = append(out[i].Concerns, c)
	}
	for _, a := range out {
		slices.SortStableFunc(a.Concerns, func(a, b alarms.Concern) int {
			return cmp.Or(cmp.Compare(a.By, b.By), strings.Compare(a.Of.ARN, b.Of.ARN))
		})
	}
	sortAlarms(out)
	return out
}

// MergeAlarms puts the alarms of several clusters together: one that concerns more than one
// is there once.
func MergeAlarms(lists ...[]Alarm) (all []Alarm) {
	at := map[string]int{}
	for _, a := range slices.Concat(lists...) {
		i, known := at[a.Name]
		if !known {
			at[a.Name] = len(all)
			all = append(all, a)
			continue
		}
		all[i].Concerns = slices.Concat(all[i].Concerns, a.Concerns)
	}
	sortAlarms(all)
	return all
}

// sortAlarms puts what rings first, then what has no data, each by name.
func sortAlarms(list []Alarm) {
	rank := func(a Alarm) int {
		switch {
		case alarms.Rings(a.Alarm):
			return 0
		case a.State == alarms.Ringing:
			return 1
		case a.State == "OK":
			return 3
		}
		return 2
	}
	slices.SortFunc(list, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Name, b.Name))
	})
}

// balancersOf gives the load balancers whose rules send to a target group.
func balancersOf(routes []awsx.Route) func(group string) []string {
	by := map[string][]string{}
	for _, route := range routes {
		for _, rule := range alb.RulesOf(route) {
			for _, action := range rule.Actions {
				for _, g := range action.Groups {
					by[g.Group] = added(by[g.Group], route.Balancer.ARN)
				}
			}
		}
	}
	return func(group string) []string { return by[group] }
}

// Alarms reads the alarms that concern a cluster and its services, or one service of it. The
// errors are of what could not be read beside them: then some of what an alarm concerns may
// not be told.
func (r Reader) Alarms(ctx context.Context, cluster, service awsx.Ref) (found []Alarm, unread []error, err error) {
	all := r.Store.Alarms(r.Context)
	defer all.Close()
	snapshot, err := all.Await(ctx, (*store.Snapshot[awsx.Alarm]).Ended)
	if err == nil {
		err = lost(snapshot)
	}
	if err != nil {
		return nil, nil, err
	}
	note := func(errs ...error) {
		for _, err := range errs {
			if err != nil {
				unread = append(unread, err)
			}
		}
	}
	note(snapshot.Partial...)
	readings := AlarmReadings{Cluster: cluster, Service: service, Alarms: snapshot.Values()}
	services, routes := r.Store.Services(cluster), r.Store.Routes(r.Context)
	defer services.Close()
	defer routes.Close()
	readings.Services = itemsOf(ctx, services, note)
	readings.Routes = itemsOf(ctx, routes, note)
	if service.ARN == "" {
		fleet, partial, err := r.Fleet(ctx, cluster)
		note(append(partial, err)...)
		for _, g := range fleet.Here {
			readings.Groups = append(readings.Groups, g.Group)
		}
	}
	return AlarmsOf(readings), unread, ctx.Err()
}

// alarmed says what an alarm that an identifier names has to do with a service; it is empty
// for one that it does not concern, and for what is no alarm.
func (r Reader) alarmed(ctx context.Context, id Identifier) func(awsx.Service) string {
	none := func(awsx.Service) string { return "" }
	if id.Mention == "" {
		return none
	}
	w, routes := r.Store.Alarms(r.Context), r.Store.Routes(r.Context)
	defer w.Close()
	defer routes.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Alarm]).Ended)
	if err != nil || !slices.ContainsFunc(s.Values(), func(a awsx.Alarm) bool { return a.Name == id.Mention }) {
		return none
	}
	ways := itemsOf(ctx, routes, func(...error) {}) // without them the balancers' alarms are not told
	index, beside := alarms.NewIndex(s.Values()), alarms.Beside{Balancers: balancersOf(ways)}
	return func(service awsx.Service) string {
		for _, c := range index.Service(service, beside) {
			if c.Alarm.Name == id.Mention {
				return "the alarm " + c.Words()
			}
		}
		return ""
	}
}
