package resources

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views/livetable"
	"gantry/views/wording"
)

func (r *serviceRow) stateCell() table.Cell { return stateCell(r.status) }

// stateCell is a state as glyph and word, in its colour.
func stateCell(s theme.Status) table.Cell {
	return table.Cell{Text: s.Glyph() + " " + s.Short(), Role: s.Role()}
}

func (r *serviceRow) countCell() table.Cell {
	s := r.service()
	c := table.Cell{Text: strconv.Itoa(s.Running) + "/" + strconv.Itoa(s.Desired)}
	if s.Running < s.Desired {
		c.Role = theme.Degraded
	}
	return c
}

// newCell is the rollout: without it a service whose old tasks still run would
// look complete.
func (r *serviceRow) newCell() table.Cell {
	n := r.Finding.Rollout
	c := table.Cell{Text: n.String()}
	switch {
	case !n.Active: // most rows: paint would cost a slow line more than the text
	case n.Failed > 0:
		c.Role = theme.Failed
	default:
		c.Role = theme.Pending
	}
	return c
}

func (r *serviceRow) targetCell() table.Cell {
	t := r.Finding.Targets
	c := table.Cell{Text: t.String()}
	switch {
	case t.Groups == 0:
		c.Role = theme.Dim
	case t.Unread == t.Groups:
		c.Role = theme.Unknown
	case t.Healthy == 0 && r.service().Desired > 0:
		c.Role = theme.Failed
	case t.Healthy < t.Total:
		c.Role = theme.Degraded
	case t.Unread > 0:
		c.Role = theme.Unknown
	}
	return c
}

func (r *serviceRow) diedCell() table.Cell {
	d := r.Finding.Died
	c := table.Cell{Text: d.String()}
	switch {
	case d.Unread:
		c.Role = theme.Unknown
	case d.Count > 0:
		c.Role = theme.Degraded
	}
	return c
}

func (r *serviceRow) lastDeathCell(now time.Time) table.Cell {
	return table.Cell{Text: wording.Since(r.Finding.Died.Last, now)}
}

func (r *serviceRow) changeCell(now time.Time) table.Cell {
	c := table.Cell{Text: wording.Since(r.Finding.Changed, now)}
	if c.Text == "" {
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	}
	if now.Sub(r.Finding.Changed) < time.Hour {
		c.Role = theme.Accent
	}
	return c
}

// whyCell is why a service stands as it does, in the colour of its state.
func (r *serviceRow) whyCell(why string) table.Cell {
	c := table.Cell{Text: why, Role: r.status.Role()}
	switch r.status {
	case theme.StatusUnknown, theme.StatusOK, theme.StatusPending, theme.StatusStopped:
		c.Role = theme.Dim
	}
	return c
}

// alarmCell counts the alarms that ring; nothing is said where none does, or none was read.
func (r *serviceRow) alarmCell() table.Cell {
	if len(r.Ringing) == 0 {
		return table.Cell{}
	}
	return table.Cell{Text: strconv.Itoa(len(r.Ringing)), Role: theme.Failed}
}

// alarmNote says why it is not known which alarms ring.
func alarmNote(err error) []livetable.Span {
	if err == nil {
		return nil
	}
	return []livetable.Span{{Text: "alarms unread: " + livetable.ReasonUnread(err), Role: theme.Unknown}}
}

func (r *serviceRow) launchCell() table.Cell {
	s := r.service()
	if s.LaunchType == "" {
		return table.Cell{Text: strings.Join(s.CapacityProviders.Names(), ",")}
	}
	return table.Cell{Text: s.LaunchType}
}

// severity puts the worst first. What could not be read stands among the troubles; what
// is only not read yet stands where its name puts it, so that rows do not wander while
// cells land.
func (r *serviceRow) severity() int {
	if r.Finding.Status == diagnose.Unknown && !r.refused {
		return 0
	}
	return r.Finding.Severity
}

// fault tells whether a service wants attention: one that may be well but was
// not read does.
func (r *serviceRow) fault() bool { return r.status.Fault() }

// serviceColumns are the columns of the services table, at the moment that ages are
// counted up to. Why says why a service stands as it does.
func serviceColumns(at *livetable.Moment, why func(*serviceRow) string) []table.Column[*serviceRow] {
	type row = *serviceRow
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "SERVICE", Min: 12, Max: 60, Frozen: true,
			Cell:    func(r row) table.Cell { return table.Cell{Text: r.service().Name} },
			Compare: func(a, b row) int { return strings.Compare(a.service().Name, b.service().Name) }},
		{ID: livetable.ColState, Title: "ST", Cell: row.stateCell, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.severity(), b.severity()) }},
		{ID: "running", Title: "RUN/DES", Cell: row.countCell, Right: true, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.missing(), b.missing()) }},
		{ID: "new", Title: "NEW", Cell: row.newCell, Priority: 4, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.Finding.Rollout.Failed, b.Finding.Rollout.Failed) }},
		{ID: "targets", Title: "TGT", Cell: row.targetCell, Priority: 2, Right: true, Descending: true,
			Compare: compareTargets},
		{ID: "died", Title: "DIED", Cell: row.diedCell, Priority: 5, Right: true, Descending: true,
			Compare: func(a, b row) int {
				x, y := a.Finding.Died, b.Finding.Died
				return cmp.Or(cmp.Compare(table.Rank(!x.Unread, x.Count == 0), table.Rank(!y.Unread, y.Count == 0)), cmp.Compare(x.Count, y.Count))
			}},
		{ID: "alarms", Title: "ALM", Cell: row.alarmCell, Sparse: true, Priority: 4, Right: true, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(len(a.Ringing), len(b.Ringing)) }},
		{ID: "last", Title: "LAST", Cell: func(r row) table.Cell { return r.lastDeathCell(at.Time()) }, Wide: true, Priority: 9, Right: true},
		{ID: livetable.ColAge, Title: "CHG", Cell: func(r row) table.Cell { return r.changeCell(at.Time()) }, Priority: 3, Right: true, Descending: true,
			Compare: func(a, b row) int { return a.Finding.Changed.Compare(b.Finding.Changed) }},
		{ID: "image", Title: "IMAGE", Wide: true, Priority: 6, Max: 24,
			Cell:    func(r row) table.Cell { return livetable.ReadCell(r.image) },
			Compare: func(a, b row) int { return strings.Compare(a.image, b.image) }},
		{ID: "revision", Title: "REV", Wide: true, Priority: 7, Right: true,
			Cell: func(r row) table.Cell { return table.Cell{Text: r.revision} }},
		{ID: "launch", Title: "TYPE", Wide: true, Priority: 8, Max: 12, Cell: row.launchCell},
		{ID: "why", Title: "WHY", Cell: func(r row) table.Cell { return r.whyCell(why(r)) }, Grow: true, Min: 20, Priority: 1},
	}
}

// missing is how many wanted tasks do not run.
func (r *serviceRow) missing() int { return r.service().Desired - r.service().Running }

func compareTargets(a, b *serviceRow) int {
	x, y := a.Finding.Targets, b.Finding.Targets
	return cmp.Or(
		cmp.Compare(table.Rank(x.Unread == 0, x.Healthy == x.Total), table.Rank(y.Unread == 0, y.Healthy == y.Total)),
		cmp.Compare(x.Total-x.Healthy, y.Total-y.Healthy),
	)
}

// serviceNote says what keeps rows from a verdict, and how many agents answer.
func serviceNote(rows []*serviceRow, f *clusterFacts) []livetable.Span {
	var missing []string
	var targets bool
	for _, r := range rows {
		targets = targets || r.Finding.Targets.Unread > 0
	}
	if !f.RunningRead {
		missing = append(missing, "tasks")
	}
	if !f.StoppedRead {
		missing = append(missing, "stopped tasks")
	}
	if targets {
		missing = append(missing, "targets")
	}
	var out []livetable.Span
	if len(missing) > 0 && len(rows) > 0 {
		out = append(out, livetable.Span{Text: strings.Join(missing, ", ") + " unread", Role: theme.Unknown})
	}
	if a, ok := agents(f.Instances, f.InstancesRead); ok {
		out = append(out, livetable.Span{Text: "agents " + a.Text, Role: a.Role})
	}
	return out
}

// agents says how many container agents are connected; ok is false where there
// are no instances to speak of.
func agents(instances []awsx.Instance, read bool) (c table.Cell, ok bool) {
	if !read {
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}, true
	}
	connected := 0
	for _, i := range instances {
		if i.AgentConnected {
			connected++
		}
	}
	c.Text = strconv.Itoa(connected) + "/" + strconv.Itoa(len(instances))
	if connected < len(instances) {
		c.Role = theme.Degraded
	}
	return c, len(instances) > 0
}
