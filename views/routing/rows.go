package routing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// ruleRow is one rule of a listener. A listener whose rules were not read, and a load
// balancer without listeners, have one row without a rule.
type ruleRow struct {
	route   awsx.Route
	rule    awsx.Rule
	endings []inquiry.Ending
	// takers are the rules before it that take all of its requests, so that it never
	// answers; shadows are those that it does that to.
	takers, shadows []awsx.Rule
	status          theme.Status
}

func (r *ruleRow) key() string { return cmp.Or(r.rule.ARN, r.route.Key()) }

// facts is what rules are shown with.
type facts struct {
	routes []awsx.Route
	groups map[string]awsx.Group
	owners map[string][]awsx.Service
	// of is the service whose rules are shown; zero shows all of the cluster's.
	of awsx.Service
}

// leads reports whether a load balancer is one of the cluster's: a rule of it ends at a
// service of the cluster, or ECS says so of a target group.
func (f *facts) leads(balancer string) bool {
	for arn := range f.owners {
		if slices.Contains(f.groups[arn].Settings.LoadBalancers, balancer) {
			return true
		}
	}
	return slices.ContainsFunc(f.routes, func(r awsx.Route) bool {
		return r.Balancer.ARN == balancer && slices.ContainsFunc(alb.RulesOf(r), func(rule awsx.Rule) bool {
			return slices.ContainsFunc(rule.Groups(), func(arn string) bool { return f.owners[arn] != nil })
		})
	})
}

// rows are the rules in the order in which they are evaluated, load balancer by load
// balancer and port by port.
func (f *facts) rows() (rows []*ruleRow) {
	known := map[string]bool{}
	for _, route := range f.routes {
		lb := route.Balancer.ARN
		if _, asked := known[lb]; !asked {
			known[lb] = f.leads(lb)
		}
		if known[lb] {
			rows = append(rows, f.ofListener(route)...)
		}
	}
	if f.of.Ref.ARN == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(r *ruleRow) bool { return !f.concerns(r) })
}

// concerns reports whether a rule leads to the service, or takes the requests of one
// that does. What was not read may.
func (f *facts) concerns(r *ruleRow) bool {
	ends := func(rule awsx.Rule) bool {
		return slices.ContainsFunc(rule.Groups(), func(arn string) bool { return slices.Contains(f.of.TargetGroups(), arn) })
	}
	return r.route.Err != nil || ends(r.rule) || slices.ContainsFunc(r.shadows, ends)
}

func (f *facts) ofListener(route awsx.Route) (rows []*ruleRow) {
	if route.Err != nil || route.Listener.ARN == "" {
		return []*ruleRow{{route: route}}
	}
	rules := alb.RulesOf(route)
	for _, rule := range rules {
		rows = append(rows, &ruleRow{route: route, rule: rule})
	}
	for at, by := range alb.Shadows(rules) {
		for _, i := range by {
			rows[at].takers = append(rows[at].takers, rules[i])
			rows[i].shadows = append(rows[i].shadows, rules[at])
		}
	}
	for _, r := range rows {
		slices.SortFunc(r.shadows, func(a, b awsx.Rule) int { return strings.Compare(a.Priority, b.Priority) })
		for _, a := range r.rule.Actions {
			for _, share := range alb.Shares(a.Groups) {
				r.endings = append(r.endings, inquiry.EndingOf(share, f.groups[share.Group], f.owners[share.Group]))
			}
		}
		r.status = r.stands()
	}
	return rows
}

// stands is how a rule stands: the worst of the groups that get something.
func (r *ruleRow) stands() theme.Status {
	worst := theme.StatusOK
	unread := false
	for _, e := range r.endings {
		s := theme.StatusOK
		switch {
		case e.Weight == 0 && len(r.endings) > 1:
		case !e.Serving.Read:
			unread = true
		case e.Serving.Empty(), e.Serving.FailsOpen():
			s = theme.StatusFailed
		case e.Serving.Unhealthy > 0:
			s = theme.StatusDegraded
		case e.Serving.Healthy < e.Serving.Registered:
			s = theme.StatusPending
		}
		worst = max(worst, s)
	}
	switch {
	case r.takers != nil:
		return theme.StatusDegraded
	case worst == theme.StatusOK && unread:
		return theme.StatusUnknown
	}
	return worst
}

func (r *ruleRow) listener() string {
	if r.route.Listener.ARN == "" {
		return r.route.Balancer.Name
	}
	return fmt.Sprintf("%s:%d", r.route.Balancer.Name, r.route.Listener.Port)
}

func (r *ruleRow) stateCell() table.Cell {
	word := r.status.Short()
	if r.takers != nil {
		word = "never"
	}
	return table.Cell{Text: r.status.Glyph() + " " + word, Role: r.status.Role()}
}

func (r *ruleRow) priority() string {
	switch {
	case r.rule.ARN == "" && !r.rule.Default:
		return livetable.Unread
	case r.rule.Default:
		return "last"
	}
	return r.rule.Priority
}

// when is what a rule asks for, in a cell.
func (r *ruleRow) when() string {
	switch {
	case r.route.Err != nil:
		return "not read"
	case r.route.Listener.ARN == "":
		return "no listener"
	}
	return alb.ConditionsWords(r.rule)
}

// ends is where a rule ends: its services with their tasks and healthy targets, or the
// answer that the load balancer gives by itself.
func (r *ruleRow) ends() table.Cell {
	switch {
	case r.route.Err != nil:
		return table.Cell{Text: r.route.Err.Error(), Role: theme.Unknown}
	case r.takers != nil:
		var by []string
		for _, t := range r.takers {
			by = append(by, t.Priority)
		}
		return table.Cell{Text: "never: rule " + strings.Join(by, " and ") + " takes all of it", Role: theme.Degraded}
	}
	actions := alb.Ordered(r.rule.Actions)
	var parts []string
	for _, a := range actions {
		if a.Type != alb.Forward {
			parts = append(parts, alb.ActionWords(a))
			continue
		}
		var all []string
		for _, e := range r.endings {
			words := e.Words()
			if len(r.endings) > 1 {
				words = alb.PercentWords(e.Percent) + " " + words
			}
			all = append(all, words)
		}
		parts = append(parts, strings.Join(all, "; "))
	}
	return table.Cell{Text: strings.Join(parts, ", then ")}
}

func columns() []table.Column[*ruleRow] {
	type row = *ruleRow
	plain := func(s func(row) string) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: s(r)} }
	}
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "LISTENER", Frozen: true, Min: 12, Max: 32, Cell: plain(row.listener)},
		{ID: "rule", Title: "RULE", Right: true, Cell: func(r row) table.Cell { return livetable.ReadCell(r.priority()) }},
		{ID: livetable.ColState, Title: "ST", Cell: row.stateCell, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.status.Severity(), b.status.Severity()) }},
		{ID: "when", Title: "WHEN", Min: 16, Max: 48, Cell: plain(row.when)},
		{ID: "ends", Title: "ENDS AT", Grow: true, Min: 24, Cell: row.ends},
	}
}

// service is the first service that a rule ends at.
func (r *ruleRow) service() (s awsx.Service, ok bool) {
	for _, e := range r.endings {
		if len(e.Services) > 0 {
			return e.Services[0], true
		}
	}
	return awsx.Service{}, false
}

// evidence says all of a rule: where it stands, what it asks for, what it does, and who
// is behind each of its groups.
func evidence(r *ruleRow) []prose.Para {
	lb := r.route.Balancer
	head := r.listener()
	if r.route.Listener.ARN != "" {
		head += " " + r.route.Listener.Protocol + " rule " + r.priority()
	}
	paras := []prose.Para{{Text: head + "  " + r.stateCell().Text, Role: theme.Title}}
	add := func(label, words string, role theme.Role) {
		if words != "" {
			paras = append(paras, prose.Para{Label: label, Text: words, Role: role})
		}
	}
	if r.route.Err != nil {
		add("unread", r.route.Err.Error(), theme.Unknown)
		return paras
	}
	for _, t := range r.takers {
		add("never", "rule "+t.Priority+" takes all of it: "+alb.ConditionsWords(t), theme.Degraded)
	}
	if r.route.Listener.ARN != "" {
		add("when", alb.ConditionsWords(r.rule), theme.Text)
		add("then", alb.ActionsWords(r.rule), theme.Text)
	}
	for _, e := range r.endings {
		role := theme.Text
		if e.Serving.Empty() || e.Serving.FailsOpen() {
			role = theme.Failed
		}
		add("group", alb.PercentWords(e.Percent)+" "+e.Of.Name()+": "+e.Words(), role)
	}
	for _, s := range r.shadows {
		add("shadows", "rule "+s.Priority+": "+alb.ConditionsWords(s), theme.Dim)
	}
	add("at", strings.Join([]string{lb.Type, lb.Scheme, lb.DNS}, " "), theme.Dim)
	return paras
}

// note counts what stands out.
func note(rows []*ruleRow, targets *store.Snapshot[store.GroupState]) (out []livetable.Span) {
	never, unread := 0, 0
	for _, r := range rows {
		if r.takers != nil {
			never++
		}
		if r.status == theme.StatusUnknown {
			unread++
		}
	}
	if never > 0 {
		out = append(out, livetable.Span{Text: fmt.Sprintf("%d can never answer", never), Role: theme.Degraded})
	}
	if unread > 0 {
		out = append(out, livetable.Span{Text: fmt.Sprintf("?%d unread", unread), Role: theme.Unknown})
	}
	if err := errors.Join(append([]error{targets.Err}, targets.Partial...)...); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		out = append(out, livetable.Span{Text: first, Role: theme.Unknown})
	}
	return out
}
