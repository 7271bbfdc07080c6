package routing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/targets"
	"gantry/views/tasks"
)

// The actions on rules.
var (
	actTasks = ui.ActEnter.As("tasks", 1)
	actAsk   = ui.Binding{ID: "who-answers", Name: "who answers a URL", Keys: []string{"a"}, Hint: 2}
)

// The rules of a cluster, and those of a service.
var _ = views.Kinds.Add(
	views.Kind{
		Declaration: ui.Declaration{Screen: "routing", Title: "Routing", Bindings: livetable.Bindings(actTasks, actAsk, views.ActTargets)},
		Of:          views.OfCluster, Short: []string{"route", "ingress", "ing"},
		Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(New(deps, of)) },
	},
	views.Kind{
		Declaration: ui.Declaration{Screen: "rules", Bindings: livetable.Bindings(actTasks, actAsk, views.ActTargets)},
		Of:          views.OfService, Short: []string{"rule"},
		Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewRules(deps, of)) },
	},
)

// New makes the screen of the rules that lead to a cluster: load balancers, listeners and
// rules in the order in which they are evaluated, each with the services at its end.
func New(deps *views.Deps, cluster awsx.Ref) ui.Screen { return newScreen(deps, cluster, awsx.Ref{}) }

// NewRules makes the screen of the rules that lead to a service, and of those that take
// the requests of one.
func NewRules(deps *views.Deps, service awsx.Ref) ui.Screen {
	return newScreen(deps, service.ClusterRef(), service)
}

func newScreen(deps *views.Deps, cluster, service awsx.Ref) ui.Screen {
	name, subject := "routing", cluster
	if service.ARN != "" {
		name, subject = "rules", service
	}
	return livetable.New(deps, livetable.Spec[*ruleRow]{
		Name: name, Nouns: "rules", Permission: "elasticloadbalancing:DescribeLoadBalancers", Subject: subject,
		Table: table.Options[*ruleRow]{
			Key: (*ruleRow).key, Columns: columns(), Fault: func(r *ruleRow) bool { return r.status.Fault() },
		},
		Status:   func(r *ruleRow) (theme.Status, bool) { return r.status, true },
		Open:     func() livetable.Feed[*ruleRow] { return open(deps.Store, cluster, service) },
		Evidence: evidence,
		Actions:  func(r *ruleRow, ok bool) []ui.Action { return actions(deps, cluster, r, ok) },
		Describe: func(_ context.Context, r *ruleRow) ([]prose.Para, error) { return evidence(r), nil },
	})
}

// open watches the rules, and what stands behind them.
func open(st *store.Store, cluster, service awsx.Ref) livetable.Feed[*ruleRow] {
	routes, services, groups := st.Routes(cluster.Context), st.Services(cluster), st.Targets(cluster)
	var mu sync.Mutex
	foreign := map[string]awsx.Group{} // of no service of the cluster, by ARN
	var unread []string
	return livetable.Feed[*ruleRow]{
		Watches: []livetable.Watch{routes, services, groups},
		Build: func(time.Time) livetable.Load[*ruleRow] {
			s, g := routes.Snapshot(), groups.Snapshot()
			f := inquiry.Routing{Routes: s.Values(), Groups: inquiry.Groups(g.Values()), Owners: inquiry.Owners(services.Snapshot().Values())}
			for _, x := range services.Snapshot().Values() {
				if x.Ref == service {
					f.Of = x
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for arn, x := range foreign {
				if _, own := f.Groups[arn]; !own {
					f.Groups[arn] = x
				}
			}
			l := livetable.Load[*ruleRow]{Status: livetable.StatusOf(s).Beside(services.Snapshot(), g)}
			if service.ARN == "" || f.Of.Ref.ARN != "" { // until the service is known none is its
				l.Rows = rowsOf(f)
			}
			l.Note = note(l.Rows, g)
			unread = unread[:0]
			for _, r := range l.Rows {
				for _, e := range r.Endings {
					if len(e.Services) == 0 {
						unread = append(unread, e.Share.Group)
					}
				}
			}
			return l
		},
		Details: func(ctx context.Context, _ []string) bool {
			mu.Lock()
			asked := slices.Compact(slices.Sorted(slices.Values(unread)))
			mu.Unlock()
			read := st.ReadGroups(ctx, cluster.Context, asked)
			mu.Lock()
			defer mu.Unlock()
			news := false
			for _, x := range read {
				old, known := foreign[x.ARN]
				news = news || !known || old.Read != x.Read || !slices.Equal(old.Targets, x.Targets)
				foreign[x.ARN] = x.Group
			}
			return news
		},
	}
}

func actions(deps *views.Deps, cluster awsx.Ref, r *ruleRow, ok bool) []ui.Action {
	why := livetable.Nothing(ok)
	var s awsx.Service
	if ok {
		if s, ok = r.service(); !ok {
			why = "the rule ends at no service of this cluster"
		}
	}
	url := ""
	if r != nil {
		url = exampleURL(r)
	}
	return []ui.Action{
		actTasks.Does(func() { deps.Host.Push(tasks.New(deps, s.Ref)) }).Unless(why),
		actAsk.Does(func() { ask(deps, cluster.Context, url) }),
		views.ActTargets.Does(func() { deps.Host.Push(targets.New(deps, s.Ref)) }).Unless(why),
	}
}

// exampleURL is one that may meet a rule, to begin with: wildcards are left to be typed
// over.
func exampleURL(r *ruleRow) string {
	host, path := r.Route.Balancer.DNS, "/"
	for _, c := range r.Rule.Conditions {
		switch {
		case len(c.Values) == 0:
		case c.Field == "host-header":
			host = c.Values[0]
		case c.Field == "path-pattern":
			path = c.Values[0]
		}
	}
	scheme, port := "https", r.Route.Listener.Port
	switch r.Route.Listener.Protocol {
	case "HTTP":
		scheme = "http"
	case "TCP", "TLS", "UDP", "TCP_UDP":
		scheme, path = strings.ToLower(r.Route.Listener.Protocol[:3]), ""
	}
	if scheme == "https" && port == 443 || scheme == "http" && port == 80 {
		return scheme + "://" + host + path
	}
	return fmt.Sprintf("%s://%s:%d%s", scheme, host, port, path)
}
