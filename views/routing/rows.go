package routing

import (
	"cmp"
	"errors"
	"fmt"
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

// ruleRow is a rule of a listener with how it stands.
type ruleRow struct {
	*inquiry.RoutedRule
	status theme.Status
}

func (r *ruleRow) key() string { return cmp.Or(r.Rule.ARN, r.Route.Key()) }

func rowsOf(f inquiry.Routing) (rows []*ruleRow) {
	for _, rule := range f.Rules() {
		r := &ruleRow{RoutedRule: rule}
		if rule.Rule.ARN != "" || rule.Rule.Default { // else nothing was read that could stand
			r.status = r.stands()
		}
		rows = append(rows, r)
	}
	return rows
}

// stands is how a rule stands: the worst of the groups that get something.
func (r *ruleRow) stands() theme.Status {
	worst := theme.StatusOK
	unread := false
	for _, e := range r.Endings {
		s := theme.StatusOK
		switch {
		case e.Weight == 0 && len(r.Endings) > 1:
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
	case r.Takers != nil:
		return theme.StatusDegraded
	case worst == theme.StatusOK && unread:
		return theme.StatusUnknown
	}
	return worst
}

func (r *ruleRow) stateCell() table.Cell {
	word := r.status.Short()
	if r.Takers != nil {
		word = "never"
	}
	return table.Cell{Text: r.status.Glyph() + " " + word, Role: r.status.Role()}
}

func (r *ruleRow) priority() string {
	switch {
	case r.Rule.ARN == "" && !r.Rule.Default:
		return livetable.Unread
	case r.Rule.Default:
		return "last"
	}
	return r.Rule.Priority
}

// ends is where a rule ends, in a cell.
func (r *ruleRow) ends() table.Cell {
	c := table.Cell{Text: r.Ends()}
	switch {
	case r.Route.Err != nil:
		c.Role = theme.Unknown
	case r.Takers != nil:
		c.Role = theme.Degraded
	}
	return c
}

func columns() []table.Column[*ruleRow] {
	type row = *ruleRow
	plain := func(s func(row) string) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: s(r)} }
	}
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "LISTENER", Frozen: true, Min: 12, Max: 32, Cell: plain(func(r row) string { return r.Listener() })},
		{ID: "rule", Title: "RULE", Right: true, Cell: func(r row) table.Cell { return livetable.ReadCell(r.priority()) }},
		{ID: livetable.ColState, Title: "ST", Cell: row.stateCell, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.status.Severity(), b.status.Severity()) }},
		{ID: "when", Title: "WHEN", Min: 16, Max: 48, Cell: plain(func(r row) string { return r.When() })},
		{ID: "ends", Title: "ENDS AT", Grow: true, Min: 24, Cell: row.ends},
	}
}

// service is the first service that a rule ends at.
func (r *ruleRow) service() (s awsx.Service, ok bool) {
	for _, e := range r.Endings {
		if len(e.Services) > 0 {
			return e.Services[0], true
		}
	}
	return awsx.Service{}, false
}

// evidence says all of a rule: where it stands, what it asks for, what it does, and who
// is behind each of its groups.
func evidence(r *ruleRow) []prose.Para {
	lb := r.Route.Balancer
	head := r.Listener()
	if r.Route.Listener.ARN != "" {
		head += " " + r.Route.Listener.Protocol + " rule " + r.priority()
	}
	paras := []prose.Para{{Text: head + "  " + r.stateCell().Text, Role: theme.Title}}
	add := func(label, words string, role theme.Role) {
		if words != "" {
			paras = append(paras, prose.Para{Label: label, Text: words, Role: role})
		}
	}
	if r.Route.Err != nil {
		add("unread", r.Route.Err.Error(), theme.Unknown)
		return paras
	}
	for _, t := range r.Takers {
		add("never", "rule "+t.Priority+" takes all of it: "+alb.ConditionsWords(t), theme.Degraded)
	}
	if r.Route.Listener.ARN != "" {
		add("when", alb.ConditionsWords(r.Rule), theme.Text)
		add("then", alb.ActionsWords(r.Rule), theme.Text)
	}
	for _, e := range r.Endings {
		role := theme.Text
		if e.Serving.Empty() || e.Serving.FailsOpen() {
			role = theme.Failed
		}
		add("group", alb.PercentWords(e.Percent)+" "+e.Of.Name()+": "+e.Words(), role)
	}
	for _, s := range r.Shadows {
		add("shadows", "rule "+s.Priority+": "+alb.ConditionsWords(s), theme.Dim)
	}
	add("at", strings.Join([]string{lb.Type, lb.Scheme, lb.DNS}, " "), theme.Dim)
	return paras
}

// note counts what stands out.
func note(rows []*ruleRow, targets *store.Snapshot[store.GroupState]) (out []livetable.Span) {
	never, unread := 0, 0
	for _, r := range rows {
		if r.Takers != nil {
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
