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
	"gantry/views/prose"
	"gantry/views/wording"
)

// clusterRow is one cluster, with what is known of its inside.
type clusterRow struct {
	production bool
	cluster    awsx.Cluster
	status     theme.Status
	agents     table.Cell
	worst      table.Cell
	// worstStatus and worstRank are the worst service's.
	worstStatus theme.Status
	worstRank   int
	inside      clusterInside
}

// clusterRef is the row's cluster, zero without a row.
func (r *clusterRow) clusterRef() awsx.Ref {
	if r == nil {
		return awsx.Ref{}
	}
	return r.cluster.Ref
}

// clusterInside is what a services screen has read of a cluster.
type clusterInside struct {
	worst         *serviceRow   // nil if there was no service
	faults        []*serviceRow // the services that want attention, the worst first
	read          bool          // all services were read
	instances     []awsx.Instance
	instancesRead bool
}

// clusterRows puts clusters into rows that know nothing of their inside.
func clusterRows(clusters []awsx.Cluster) []*clusterRow {
	rows := make([]*clusterRow, len(clusters))
	for i, c := range clusters {
		rows[i] = &clusterRow{cluster: c, status: clusterStatus(c.Status)}
	}
	return withInside(rows, func(awsx.Ref) clusterInside { return clusterInside{} }, func(awsx.Ref) bool { return false })
}

// withInside returns the rows with what is known of each cluster's inside.
func withInside(rows []*clusterRow, inside func(awsx.Ref) clusterInside, production func(awsx.Ref) bool) []*clusterRow {
	out := make([]*clusterRow, len(rows))
	for i, r := range rows {
		in := inside(r.cluster.Ref)
		x := *r
		x.production = production(r.cluster.Ref)
		x.agents = table.Cell{Text: "-", Role: theme.Dim}
		if r.cluster.Instances > 0 {
			x.agents, _ = agents(in.instances, in.instancesRead)
		}
		x.worst, x.worstStatus, x.worstRank = worstService(in, r.cluster.Services)
		x.inside = in
		out[i] = &x
	}
	return out
}

// fault tells whether a cluster wants attention; one whose services nobody read
// may.
func (r *clusterRow) fault() bool { return r.status.Fault() || r.worstStatus.Fault() }

// clusterStatus is a cluster's own state, which says nothing of its services.
func clusterStatus(s string) theme.Status {
	switch s {
	case "ACTIVE":
		return theme.StatusOK
	case "PROVISIONING", "DEPROVISIONING":
		return theme.StatusPending
	case "FAILED":
		return theme.StatusFailed
	case "INACTIVE":
		return theme.StatusStopped
	}
	return theme.StatusUnknown
}

// unreadRank places a cluster whose services nobody read where diagnose places a
// service of which too little was read.
const unreadRank = int(diagnose.OK-diagnose.Unknown) * 100

// worstService names the service that stands worst, "?" while not all were read.
func worstService(in clusterInside, services int) (table.Cell, theme.Status, int) {
	switch {
	case services == 0 && in.worst == nil:
		return table.Cell{Text: "-", Role: theme.Dim}, theme.StatusStopped, 0
	case !in.read || in.worst == nil:
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}, theme.StatusUnknown, unreadRank
	}
	w := in.worst
	if w.status == theme.StatusUnknown {
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}, w.status, unreadRank
	}
	cell := table.Cell{Text: w.status.Glyph() + " " + w.service().Name, Role: w.status.Role()}
	if w.Finding.Why != "" && w.fault() {
		cell.Text += ": " + w.Finding.Why
	}
	return cell, w.status, w.Finding.Severity
}

// severity puts the cluster with the worst service first; its own state counts
// more.
func (r *clusterRow) severity() int {
	if r.status != theme.StatusOK {
		return r.status.Severity() * 10000
	}
	return r.worstRank
}

// stakes puts production first among clusters that stand alike.
func (r *clusterRow) stakes() int {
	if r.production {
		return 1
	}
	return 0
}

// clusterColumns are the columns of the clusters table.
func clusterColumns() []table.Column[*clusterRow] {
	type row = *clusterRow
	number := func(n func(row) int) (func(row) table.Cell, func(a, b row) int) {
		return func(r row) table.Cell { return table.Cell{Text: strconv.Itoa(n(r))} },
			func(a, b row) int { return cmp.Compare(n(a), n(b)) }
	}
	services, byServices := number(func(r row) int { return r.cluster.Services })
	instances, byInstances := number(func(r row) int { return r.cluster.Instances })
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "CLUSTER", Frozen: true, Min: 12, Max: 40,
			Cell:    func(r row) table.Cell { return table.Cell{Text: r.cluster.Name} },
			Compare: func(a, b row) int { return strings.Compare(a.cluster.Name, b.cluster.Name) }},
		{ID: livetable.ColState, Title: "STATUS", Descending: true,
			Cell: func(r row) table.Cell {
				return table.Cell{Text: r.status.Glyph() + " " + strings.ToLower(r.cluster.Status), Role: r.status.Role()}
			},
			Compare: func(a, b row) int {
				return cmp.Or(cmp.Compare(a.severity(), b.severity()), cmp.Compare(a.stakes(), b.stakes()))
			}},
		{ID: "services", Title: "SERVICES", Cell: services, Compare: byServices, Right: true, Descending: true},
		{ID: "tasks", Title: "RUN/PEND", Right: true, Descending: true, Cell: pendingCell,
			Compare: func(a, b row) int { return cmp.Compare(a.cluster.Running, b.cluster.Running) }},
		{ID: "instances", Title: "INST", Cell: instances, Compare: byInstances, Right: true, Priority: 3, Descending: true},
		{ID: "agents", Title: "AGENTS", Right: true, Priority: 2, Cell: func(r row) table.Cell { return r.agents }},
		{ID: "worst", Title: "WORST SERVICE", Grow: true, Min: 30, Priority: 1, Descending: true,
			Cell:    func(r row) table.Cell { return r.worst },
			Compare: func(a, b row) int { return cmp.Compare(a.worstRank, b.worstRank) }},
	}
}

// clusterEvidence tells which services of a cluster want attention and why, in full.
func clusterEvidence(r *clusterRow, now time.Time) []prose.Para {
	in := r.inside
	if len(in.faults) == 0 {
		text := r.cluster.Name + ": " + wording.Count(r.cluster.Services, "service")
		switch {
		case r.cluster.Services == 0:
		case !in.read || in.worst == nil || in.worst.status == theme.StatusUnknown:
			text += ", not all that tells how they stand was read"
		default:
			text += ", none wants attention"
		}
		return []prose.Para{{Text: text, Role: theme.Title}}
	}
	var d prose.Document
	for _, s := range in.faults {
		d.Paras = append(d.Paras, (evidence{row: s, Around: diagnose.Around{Standing: diagnose.Standing{Finding: s.Finding, Troubles: s.Troubles}}, now: now}).head(0))
	}
	return d.Paras
}

func pendingCell(r *clusterRow) table.Cell {
	c := table.Cell{Text: strconv.Itoa(r.cluster.Running) + "/" + strconv.Itoa(r.cluster.Pending)}
	if r.cluster.Pending > 0 {
		c.Role = theme.Pending
	}
	return c
}
