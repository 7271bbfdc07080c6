package tasks

import (
	"cmp"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	api "gantry/awsx/document"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// containerRow is one container of a task.
type containerRow struct {
	container awsx.Container
	task      awsx.Task
	host      *awsx.Instance
	def       *awsx.TaskDefinition
	ports     []alb.Port
	status    theme.Status
	now       time.Time
}

// containerRows puts a task's containers into rows.
func containerRows(t awsx.Task, td *awsx.TaskDefinition, host *awsx.Instance, now time.Time) []*containerRow {
	answers := ""
	if host != nil {
		answers = host.Address()
	}
	all := alb.Ports(t, td, answers)
	rows := make([]*containerRow, len(t.Containers))
	for i, c := range t.Containers {
		r := &containerRow{container: c, task: t, host: host, def: td, status: containerStatus(c), now: now}
		for _, p := range all {
			if p.Container == c.Name {
				r.ports = append(r.ports, p)
			}
		}
		rows[i] = r
	}
	return rows
}

// containerStatus is how a container stands. One that stopped without an exit
// code never ran.
func containerStatus(c awsx.Container) theme.Status {
	switch {
	case c.LastStatus == "STOPPED" && c.ExitCode == 0 && c.Reason == "":
		return theme.StatusStopped
	case c.LastStatus == "STOPPED", c.Reason != "":
		return theme.StatusFailed
	case c.LastStatus == "RUNNING" && c.Health == "UNHEALTHY":
		return theme.StatusDegraded
	case c.LastStatus == "RUNNING":
		return theme.StatusOK
	case c.LastStatus == "":
		return theme.StatusUnknown
	}
	return theme.StatusPending
}

func (r *containerRow) stateCell() table.Cell {
	word := strings.ToLower(cmp.Or(r.container.LastStatus, "unknown"))
	return table.Cell{Text: r.status.Glyph() + " " + word, Role: r.status.Role()}
}

func (r *containerRow) healthCell() table.Cell {
	return (&taskRow{task: awsx.Task{Health: r.container.Health}}).healthCell()
}

func (r *containerRow) exitCell() table.Cell {
	code := wording.Exit(r.container.ExitCode)
	switch {
	case code == "":
		return table.Cell{Text: "-", Role: theme.Dim}
	case r.container.ExitCode == 0:
		return table.Cell{Text: code}
	}
	return table.Cell{Text: code, Role: theme.Failed}
}

func (r *containerRow) portsText() string {
	parts := make([]string, len(r.ports))
	for i, p := range r.ports {
		parts[i] = portText(p)
	}
	return strings.Join(parts, " ")
}

func (r *containerRow) imageText() string {
	repository, _, _ := wording.ImageParts(r.container.Image)
	return wording.JoinNonEmpty(" ", awsx.ARNName(repository), wording.ShortImage(r.container.Image, r.container.ImageDigest))
}

// containerColumns are the columns of a task's containers.
func containerColumns() []table.Column[*containerRow] {
	type row = *containerRow
	plain := func(s func(row) string) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: s(r)} }
	}
	return []table.Column[row]{
		{ID: livetable.ColName, Title: "CONTAINER", Frozen: true, Min: 10, Max: 32,
			Cell:    plain(func(r row) string { return r.container.Name }),
			Compare: func(a, b row) int { return strings.Compare(a.container.Name, b.container.Name) }},
		{ID: livetable.ColState, Title: "STATE", Cell: row.stateCell, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.status.Severity(), b.status.Severity()) }},
		{ID: "health", Title: "HEALTH", Cell: row.healthCell, Priority: 4},
		{ID: "image", Title: "IMAGE", Cell: plain(row.imageText), Priority: 2, Min: 12, Max: 40},
		{ID: "ports", Title: "PORTS", Cell: plain(row.portsText), Priority: 3, Min: 10, Max: 30},
		{ID: "exit", Title: "EXIT", Cell: row.exitCell},
		{ID: "reason", Title: "REASON", Grow: true, Min: 12, Priority: 1,
			Cell: func(r row) table.Cell { return table.Cell{Text: r.container.Reason, Role: theme.Failed} }},
	}
}

// containerEvidence is the page about one container: what runs, where, since
// when and with which variables.
func containerEvidence(r *containerRow) []prose.Para {
	var d prose.Document
	d.Heading("Container " + r.container.Name)
	masking := api.MaskingOf(r.def)
	describe.Container(&d, r.container, masking)
	describe.Host(&d, r.task, r.host)
	if r.task.StoppedReason != "" {
		d.FieldAs(theme.Failed, "task stopped", masking.Text(wording.JoinNonEmpty(": ", r.task.StopCode, r.task.StoppedReason)))
	}
	describe.Timeline(&d, r.task, r.now)
	d.Heading("Environment")
	def, ok := describe.ContainerOf(r.def, r.container.Name)
	switch {
	case r.def == nil:
		d.FieldAs(theme.Unknown, "revision", awsx.ARNName(r.task.TaskDefinition)+" was not read")
	case !ok || len(def.Env)+len(def.Secrets) == 0:
		d.Line(theme.Dim, "none")
	}
	describe.Environment(&d, def, masking)
	return d.Paras
}
