package capacity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/place"
	"gantry/awsx/document"
	"gantry/awsx/store"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// instanceFacts is what was read of a cluster's instances.
type instanceFacts struct {
	instances []awsx.Instance
	tasks     []awsx.Task
	tasksRead bool
	first     string
	service   string     // the chosen one, empty for none
	elsewhere bool       // its tasks run on no instance of the cluster (Fargate)
	fit       *place.Fit // of its tasks; nil while their definition is unread
	unfit     error      // why that cannot be told
	groups    groupsRead
	unhoused  error // why the addresses are not known
}

// instanceRow is one container instance.
type instanceRow struct {
	facts    *instanceFacts
	instance awsx.Instance
	status   theme.Status
	hosted   []awsx.Task
	fits     int
	stops    string            // what stops the next one
	machine  awsx.Machine      // zero while unread
	group    awsx.ScalingGroup // that the instance is of; zero for none, or unread
	member   awsx.Member
	outdated string // what tells it from what the group launches now
}

// instanceRows puts the instances into rows: the first one asked for, then those that
// want attention, then by name.
func instanceRows(st *store.Store, f *instanceFacts) []*instanceRow {
	hosted := map[string][]awsx.Task{}
	for _, t := range f.tasks {
		if t.ContainerInstance != "" && t.LastStatus != "STOPPED" {
			hosted[t.ContainerInstance] = append(hosted[t.ContainerInstance], t)
		}
	}
	rows := make([]*instanceRow, len(f.instances))
	for i, x := range f.instances {
		x = st.Housed(x)
		r := &instanceRow{facts: f, instance: x, status: instanceStatus(x), hosted: hosted[x.Ref.ARN]}
		if f.fit != nil && f.unfit == nil {
			r.fits, r.stops = f.fit.On(x, r.own())
		}
		if r.group, r.member = f.groups.of(x.EC2ID); r.group.Name != "" {
			r.outdated = r.member.Outdated(r.group, f.groups.launches(r.group))
		}
		r.machine, _, _ = st.Machine(x.Ref.Context, x.EC2ID)
		rows[i] = r
	}
	slices.SortStableFunc(rows, func(a, b *instanceRow) int {
		return cmp.Or(
			cmp.Compare(b.rank(), a.rank()),
			cmp.Compare(b.status.Severity(), a.status.Severity()),
			strings.Compare(a.name(), b.name()),
		)
	})
	return rows
}

// rank puts the instance that was asked for first.
func (r *instanceRow) rank() int {
	if r.instance.Ref.ARN == r.facts.first {
		return 1
	}
	return 0
}

// own is how many tasks of the chosen service run here.
func (r *instanceRow) own() int {
	n := 0
	for _, t := range r.hosted {
		if t.Group == "service:"+r.facts.service {
			n++
		}
	}
	return n
}

// instanceStatus is how an instance stands: one whose agent is gone runs its tasks on
// and takes no orders.
func instanceStatus(i awsx.Instance) theme.Status {
	switch i.Status {
	case "ACTIVE":
		if !i.AgentConnected {
			return theme.StatusDegraded
		}
		return theme.StatusOK
	case "DRAINING", "REGISTERING", "DEREGISTERING":
		return theme.StatusPending
	case "REGISTRATION_FAILED":
		return theme.StatusFailed
	case "INACTIVE":
		return theme.StatusStopped
	}
	return theme.StatusUnknown
}

func (r *instanceRow) name() string { return cmp.Or(r.instance.EC2ID, r.instance.Ref.Name()) }

func (r *instanceRow) stateCell() table.Cell {
	word := strings.ToLower(r.instance.Status)
	if r.status == theme.StatusDegraded {
		word = "agent off"
	}
	return table.Cell{Text: r.status.Glyph() + " " + word, Role: r.status.Role()}
}

// usedCell is how much is taken of what there is.
func usedCell(c awsx.Capacity) table.Cell {
	cell := table.Cell{Text: fmt.Sprintf("%d/%d", c.Registered-c.Remaining, c.Registered)}
	if c.Remaining <= 0 {
		cell.Role = theme.Degraded
	}
	return cell
}

// reserved are the ports that the agent and the system keep (ECS, container instance
// memory and port reservation).
var reserved = []int{22, 2375, 2376, 51678, 51679, 51680}

// ports are the host ports that tasks use: those that the instance counts as used,
// and those that Docker chose for the tasks on it.
func (r *instanceRow) ports() []string {
	tcp, udp := slices.Clone(r.instance.UsedPorts), slices.Clone(r.instance.UsedUDPPorts)
	for _, t := range r.hosted {
		for _, c := range t.Containers {
			for _, b := range c.Bindings {
				if b.Protocol == "udp" {
					udp = append(udp, b.HostPort)
				} else {
					tcp = append(tcp, b.HostPort)
				}
			}
		}
	}
	return append(portNames(tcp, ""), portNames(udp, "/udp")...)
}

// portNames are the ports in order, each once, without those that are kept anyway.
func portNames(ports []int, suffix string) []string {
	slices.Sort(ports)
	var out []string
	for _, p := range slices.Compact(ports) {
		if p != 0 && !slices.Contains(reserved, p) {
			out = append(out, strconv.Itoa(p)+suffix)
		}
	}
	return out
}

// addressCell is the private address of the instance.
func (r *instanceRow) addressCell() table.Cell {
	if r.instance.PrivateIP == "" {
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	}
	return table.Cell{Text: r.instance.PrivateIP}
}

// groupCell is the Auto Scaling group of the instance, marked where the group would launch
// another now.
func (r *instanceRow) groupCell() table.Cell {
	switch {
	case r.group.Name == "" && !r.facts.groups.read:
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	case r.group.Name == "":
		return table.Cell{Text: "-", Role: theme.Dim}
	case r.outdated != "":
		return table.Cell{Text: r.group.Name + " old", Role: theme.Degraded}
	}
	return table.Cell{Text: r.group.Name}
}

func (r *instanceRow) tasksCell() table.Cell {
	c := table.Cell{Text: strconv.Itoa(r.instance.Running)}
	if r.instance.Pending > 0 {
		c.Text += "+" + strconv.Itoa(r.instance.Pending)
		c.Role = theme.Pending
	}
	return c
}

// fitsCell is how many more tasks of the chosen service fit.
func (r *instanceRow) fitsCell() table.Cell {
	f := r.facts
	switch {
	case f.service == "", f.elsewhere:
		return table.Cell{Text: "-", Role: theme.Dim}
	case f.unfit != nil, f.fit == nil:
		return table.Cell{Text: livetable.Unread, Role: theme.Unknown}
	case r.fits == 0:
		return table.Cell{Text: "0", Role: theme.Degraded}
	case r.fits >= place.MostFit:
		return table.Cell{Text: strconv.Itoa(r.fits) + "+"}
	}
	return table.Cell{Text: strconv.Itoa(r.fits)}
}

// instanceColumns are the columns of the instances table.
func instanceColumns() []table.Column[*instanceRow] {
	type row = *instanceRow
	plain := func(s func(row) string) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: s(r)} }
	}
	by := func(n func(row) int) func(a, b row) int {
		return func(a, b row) int { return cmp.Compare(n(a), n(b)) }
	}
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "INSTANCE", Frozen: true, Min: 19, Max: 24, Cell: plain(row.name),
			Compare: func(a, b row) int { return strings.Compare(a.name(), b.name()) }},
		{ID: livetable.ColState, Title: "ST", Cell: row.stateCell, Descending: true, Compare: by(func(r row) int { return r.status.Severity() })},
		{ID: "zone", Title: "AZ", Priority: 5, Max: 14, Cell: plain(func(r row) string { return r.instance.AvailabilityZone }),
			Compare: func(a, b row) int {
				return strings.Compare(a.instance.AvailabilityZone, b.instance.AvailabilityZone)
			}},
		{ID: "address", Title: "ADDRESS", Priority: 2, Max: 16, Cell: row.addressCell,
			Compare: func(a, b row) int { return strings.Compare(a.instance.PrivateIP, b.instance.PrivateIP) }},
		{ID: "group", Title: "GROUP", Priority: 8, Max: 24, Cell: row.groupCell,
			Compare: func(a, b row) int { return strings.Compare(a.group.Name, b.group.Name) }},
		{ID: "type", Title: "TYPE", Priority: 4, Max: 16, Cell: plain(func(r row) string { return r.instance.InstanceType })},
		{ID: "agent", Title: "AGENT", Priority: 6, Max: 10, Cell: plain(func(r row) string { return r.instance.AgentVersion })},
		{ID: "cpu", Title: "CPU USED", Right: true, Priority: 2, Descending: true,
			Cell:    func(r row) table.Cell { return usedCell(r.instance.CPU) },
			Compare: by(func(r row) int { return -r.instance.CPU.Remaining })},
		{ID: "memory", Title: "MIB USED", Right: true, Priority: 1, Descending: true,
			Cell:    func(r row) table.Cell { return usedCell(r.instance.Memory) },
			Compare: by(func(r row) int { return -r.instance.Memory.Remaining })},
		{ID: "ports", Title: "PORTS", Right: true, Priority: 3, Descending: true,
			Cell:    plain(func(r row) string { return strconv.Itoa(len(r.ports())) }),
			Compare: by(func(r row) int { return len(r.ports()) })},
		{ID: "tasks", Title: "TASKS", Right: true, Descending: true, Cell: row.tasksCell,
			Compare: by(func(r row) int { return r.instance.Running })},
		{ID: "fits", Title: "FITS", Right: true, Cell: row.fitsCell, Compare: by(func(r row) int { return r.fits })},
		{ID: livetable.ColAge, Title: "SINCE", Right: true, Wide: true, Priority: 7, Descending: true,
			Cell:    plain(func(r row) string { return r.instance.RegisteredAt.Format("2006-01-02") }),
			Compare: func(a, b row) int { return a.instance.RegisteredAt.Compare(b.instance.RegisteredAt) }},
	}
}

// instanceNote adds the fits of all instances up.
func instanceNote(rows []*instanceRow, f *instanceFacts) []livetable.Span {
	var out []livetable.Span
	if !f.tasksRead {
		out = append(out, livetable.Span{Text: "tasks unread", Role: theme.Unknown})
	}
	if f.groups.err != nil {
		out = append(out, livetable.Span{Text: "groups unread: " + livetable.ReasonUnread(f.groups.err), Role: theme.Unknown})
	}
	switch {
	case f.service == "":
		return out
	case f.elsewhere:
		return append(out, livetable.Span{Text: f.service + " runs on Fargate, which finds its own room"})
	case f.unfit != nil:
		return append(out, livetable.Span{Text: "fit of " + f.service + ": " + f.unfit.Error(), Role: theme.Unknown})
	case f.fit == nil:
		return append(out, livetable.Span{Text: "fit of " + f.service + " unread", Role: theme.Unknown})
	}
	all := 0
	for _, r := range rows {
		all += r.fits
	}
	role := theme.Text
	if all == 0 {
		role = theme.Degraded
	}
	return append(out, livetable.Span{Text: fmt.Sprintf("%d more of %s fit (%s each)", all, f.service, f.fit), Role: role})
}

// byService counts the tasks on the instance by what they belong to.
func (r *instanceRow) byService() string {
	counts := map[string]int{}
	var names []string
	for _, t := range r.hosted {
		name, ok := strings.CutPrefix(t.Group, "service:")
		if !ok {
			name = "no service"
		}
		if counts[name]++; counts[name] == 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, counts[name])
	}
	return strings.Join(names, ", ")
}

// instanceEvidence explains a row: what is taken and left, and by whom.
func instanceEvidence(r *instanceRow) []prose.Para {
	i := r.instance
	role := r.status.Role()
	if r.status == theme.StatusOK {
		role = theme.Title
	}
	head := wording.JoinNonEmpty("  ", r.name(), r.stateCell().Text, i.InstanceType, i.AvailabilityZone)
	paras := []prose.Para{{Text: head, Role: role}}
	add := func(label, words string) {
		if words != "" {
			paras = append(paras, prose.Para{Label: label, Text: words})
		}
	}
	add("address", i.PrivateIP)
	add("left", fmt.Sprintf("%d of %d CPU, %d of %d MiB", i.CPU.Remaining, i.CPU.Registered, i.Memory.Remaining, i.Memory.Registered))
	add("ports", strings.Join(r.ports(), " "))
	add("tasks", r.byService())
	switch {
	case r.stops == "":
	case r.fits == 0:
		paras = append(paras, prose.Para{Label: "fits", Text: "no more of " + r.facts.service + ": " + r.stops, Role: theme.Degraded})
	default:
		add("fits", fmt.Sprintf("%d more of %s, then %s", r.fits, r.facts.service, r.stops))
	}
	if r.group.Name != "" {
		add("group", wording.JoinNonEmpty(", ", r.group.Name, strings.ToLower(r.member.Lifecycle), r.member.Source.String()))
	}
	if r.outdated != "" {
		paras = append(paras, prose.Para{Label: "launched", Text: r.outdated, Role: theme.Degraded})
	}
	return paras
}

// describeInstance puts an instance in words.
func describeInstance(r *instanceRow, now time.Time) []prose.Para {
	i := r.instance
	var d prose.Document
	d.Heading("Instance " + r.name())
	d.Field("ARN", i.Ref.ARN)
	d.Field("context", i.Ref.Context.String())
	d.Field("status", i.Status)
	d.Field("agent", wording.JoinNonEmpty(", ", i.AgentVersion, map[bool]string{true: "connected", false: "not connected"}[i.AgentConnected]))
	d.Field("address", i.PrivateIP)
	if r.facts.unhoused != nil {
		d.FieldAs(theme.Unknown, "address", "unread: "+livetable.ReasonUnread(r.facts.unhoused))
	}
	d.Field("type", i.InstanceType)
	d.Field("AMI", cmp.Or(r.machine.Image, i.Attributes["ecs.ami-id"]))
	d.Field("group", wording.JoinNonEmpty(", ", r.group.Name, strings.ToLower(r.member.Lifecycle), r.member.Source.String()))
	d.FieldAs(theme.Degraded, "launched", r.outdated)
	if !r.machine.LaunchedAt.IsZero() {
		d.Field("launched at", wording.Moment(r.machine.LaunchedAt, now))
	}
	d.Field("zone", i.AvailabilityZone)
	d.Field("registered", wording.Moment(i.RegisteredAt, now))
	d.Field("CPU", fmt.Sprintf("%d of %d units left", i.CPU.Remaining, i.CPU.Registered))
	d.Field("memory", fmt.Sprintf("%d of %d MiB left", i.Memory.Remaining, i.Memory.Registered))
	d.Field("tasks", fmt.Sprintf("%d running, %d pending", i.Running, i.Pending))
	d.Field("by service", r.byService())
	d.Field("ports in use", strings.Join(r.ports(), " "))
	describe.Tags(&d, i.Tags, document.Masking{})
	if len(i.Attributes) > 0 {
		d.Heading("Attributes")
	}
	for _, name := range slices.Sorted(maps.Keys(i.Attributes)) {
		d.Line(theme.Text, text.Line(wording.JoinNonEmpty("=", name, i.Attributes[name])))
	}
	return d.Paras
}
