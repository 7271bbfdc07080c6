package resources

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/words"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
)

// The services of all clusters, of one context or of several, of which at first those are
// shown that want attention: the first screen of an incident.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "faults", Title: "Faults, services of all clusters", Bindings: livetable.Bindings(serviceBindings()...)},
	Of:          views.OfContext, Short: []string{"fleet"}, Rows: "service", Tagged: true,
	Open:    func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewFaults(deps, of.Context)) },
	Several: func(deps *views.Deps, of []awsx.ContextID) { deps.Host.Push(NewFaults(deps, of...)) },
})

// NewFaults makes the screen of the services of all clusters of some contexts, the
// unhealthy ones alone until the operator wants to see all.
func NewFaults(deps *views.Deps, contexts ...awsx.ContextID) ui.Screen {
	s := newFleet(deps, "faults", contexts)
	s.Table.SetFaultsOnly(true)
	return s
}

// mostNamed is how many contexts a title names: each row has its own.
const mostNamed = 4

// newFleet makes the screen of all services of some contexts. Its title stands before their
// names, which may be many.
func newFleet(deps *views.Deps, title string, contexts []awsx.ContextID) *livetable.Screen[*serviceRow] {
	var s *livetable.Screen[*serviceRow]
	open := func(busy *gauges) livetable.Feed[*serviceRow] { return openFleet(deps.Store, contexts, busy) }
	spec := servicesSpec(deps, awsx.Ref{Context: contexts[0]}, open, func(r *serviceRow, ok bool) []ui.Action {
		return rowActions(deps, s, r, ok)
	})
	var names []string
	for _, id := range contexts {
		names = append(names, deps.Where(id))
	}
	if len(names) > mostNamed {
		names = []string{words.Count(len(names), "context")}
	}
	spec.Table.Key, spec.Several = fleetKey, len(contexts) > 1
	spec.Name, spec.Crumb = "faults", title+" "+strings.Join(names, " + ")
	spec.Table.Columns = slices.Insert(spec.Table.Columns, 1, whereColumns(deps, len(contexts) > 1)...)
	s = livetable.New(deps, spec)
	return s
}

// whereColumns say where a service is: its cluster, and where there are several contexts
// which of them.
func whereColumns(deps *views.Deps, several bool) []table.Column[*serviceRow] {
	type row = *serviceRow
	columns := []table.Column[row]{{
		ID: "cluster", Title: "CLUSTER", Max: 24,
		Cell: func(r row) table.Cell { return table.Cell{Text: r.service().Ref.ClusterName()} },
		Compare: func(a, b row) int {
			return strings.Compare(a.service().Ref.ClusterName(), b.service().Ref.ClusterName())
		},
	}}
	if several {
		name := func(r row) string { return deps.ContextName(r.service().Ref.Context) }
		columns = append(columns, table.Column[row]{
			ID: "context", Title: "CONTEXT", Max: 28,
			Cell:    func(r row) table.Cell { return table.Cell{Text: name(r)} },
			Compare: func(a, b row) int { return strings.Compare(name(a), name(b)) },
		})
	}
	return columns
}

// fleet are the clusters of some contexts, and what is watched of each.
type fleet struct {
	st       *store.Store
	busy     *gauges
	contexts []*store.Watch[awsx.Cluster]

	mu     sync.Mutex // Build, Details and More may be under way at once
	closed bool
	inner  map[awsx.Ref]livetable.Feed[*serviceRow]
	order  []awsx.Ref // the clusters, by context and name
	last   [][]*serviceRow
	rows   []*serviceRow
}

// openFleet watches the clusters of contexts, and of each that comes what the table of its
// own services watches.
func openFleet(st *store.Store, contexts []awsx.ContextID, busy *gauges) livetable.Feed[*serviceRow] {
	f := &fleet{st: st, busy: busy, inner: map[awsx.Ref]livetable.Feed[*serviceRow]{}}
	feed := livetable.Feed[*serviceRow]{Build: f.build, Details: f.details, More: f.more, Together: len(contexts)}
	for _, id := range contexts {
		w := st.Clusters(id)
		f.contexts = append(f.contexts, w)
		feed.Watches = append(feed.Watches, contextWatch{w, f})
	}
	return feed
}

// fleetKey tells the rows of several contexts apart. It is the service's ARN; where an
// address of one's own serves the account, that follows: accounts that are served so may
// call themselves alike.
func fleetKey(r *serviceRow) string {
	ref := r.service().Ref
	if ref.Context.Endpoint == "" {
		return ref.ARN
	}
	return ref.ARN + " " + ref.Context.Endpoint
}

// plainKeys are the ARNs of keys of rows.
func plainKeys(keys []string) []string {
	arns := make([]string, len(keys))
	for i, key := range keys {
		arns[i], _, _ = strings.Cut(key, " ")
	}
	return arns
}

// ofFleet is a watch of one cluster, which knows rows by their ARNs.
type ofFleet struct{ livetable.Watch }

// Need says what is on screen.
func (w ofFleet) Need(n store.Need) {
	n.Visible = plainKeys(n.Visible)
	w.Watch.Need(n)
}

// contextWatch ends with what came through it.
type contextWatch struct {
	*store.Watch[awsx.Cluster]
	of *fleet
}

// Close ends the watches of clusters as well, and of those that a load is finding now.
func (w contextWatch) Close() {
	w.Watch.Close()
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	w.of.closed = true
	for _, feed := range w.of.inner {
		for _, x := range feed.Watches {
			x.Close()
		}
	}
}

func (f *fleet) more() (watches []livetable.Watch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, cluster := range f.order {
		for _, w := range f.inner[cluster].Watches {
			watches = append(watches, ofFleet{w})
		}
	}
	return watches
}

// feeds are those of the clusters that are there now. Those that went are ended.
func (f *fleet) feeds() ([]livetable.Feed[*serviceRow], []livetable.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var states []livetable.Status
	listed := map[awsx.Ref]bool{}
	var order []awsx.Ref
	for _, w := range f.contexts {
		s := w.Snapshot()
		states = append(states, livetable.StatusOf(s))
		for _, c := range s.Items {
			if c.Services == 0 || listed[c.Ref] || f.closed {
				continue
			}
			listed[c.Ref] = true
			order = append(order, c.Ref)
			if _, ok := f.inner[c.Ref]; !ok {
				f.inner[c.Ref] = openServices(f.st, c.Ref, nil, f.busy)
			}
		}
	}
	for cluster, feed := range f.inner {
		if !listed[cluster] {
			for _, w := range feed.Watches {
				w.Close()
			}
			delete(f.inner, cluster)
		}
	}
	f.order = order
	feeds := make([]livetable.Feed[*serviceRow], len(order))
	for i, cluster := range order {
		feeds[i] = f.inner[cluster]
	}
	return feeds, states
}

// build joins the rows of all clusters. An account that two contexts reach stands once.
func (f *fleet) build(now time.Time) livetable.Load[*serviceRow] {
	feeds, states := f.feeds()
	var load livetable.Load[*serviceRow]
	parts := make([][]*serviceRow, len(feeds))
	for i, feed := range feeds {
		one := feed.Build(now)
		parts[i] = one.Rows
		states = append(states, one.Status)
		for _, span := range one.Note {
			if span.Role == theme.Unknown && !slices.Contains(load.Note, span) {
				load.Note = append(load.Note, span)
			}
		}
	}
	same := func(a, b []*serviceRow) bool { return len(a)+len(b) == 0 || livetable.SameRows(a, b) }
	if !slices.EqualFunc(parts, f.last, same) {
		seen := map[string]bool{}
		f.rows = nil
		for _, rows := range parts {
			for _, r := range rows {
				if key := fleetKey(r); !seen[key] {
					seen[key] = true
					f.rows = append(f.rows, r)
				}
			}
		}
		f.last = parts
	}
	load.Rows, load.Status = f.rows, livetable.StatusTogether(states)
	return load
}

func (f *fleet) details(ctx context.Context, visible []string) (read bool) {
	feeds, _ := f.feeds()
	for _, feed := range feeds {
		read = feed.Details(ctx, plainKeys(visible)) || read
	}
	return read
}
