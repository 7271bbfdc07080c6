package views

import (
	"cmp"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// taskColumns are the columns of the tasks table.
func taskColumns() []table.Column[*taskRow] {
	type row = *taskRow
	plain := func(s func(row) string) func(row) table.Cell {
		return func(r row) table.Cell { return table.Cell{Text: s(r)} }
	}
	zone := func(r row) string {
		if r.stray != nil {
			return r.stray.Target.Zone
		}
		return r.task.AvailabilityZone
	}
	return []table.Column[row]{
		{ID: colName, Title: "TASK", Frozen: true, Cell: plain(row.name),
			Text:    func(r row) string { return orDefault(r.task.ID, r.key()) },
			Compare: func(a, b row) int { return strings.Compare(a.task.ID, b.task.ID) }},
		{ID: colState, Title: "STATE", Cell: row.stateCell, Descending: true,
			Compare: func(a, b row) int { return cmp.Compare(a.severity(), b.severity()) }},
		{ID: "health", Title: "HEALTH", Cell: row.healthCell, Priority: 8,
			Compare: func(a, b row) int { return strings.Compare(a.task.Health, b.task.Health) }},
		{ID: "ports", Title: "PORTS", Cell: plain(row.portsText), Priority: 2, Min: 10, Max: 24},
		{ID: "host", Title: "INSTANCE", Cell: row.hostCell, Priority: 7, Min: 12, Max: 20,
			Compare: func(a, b row) int { return strings.Compare(a.hostCell().Text, b.hostCell().Text) }},
		{ID: "target", Title: "TARGET", Cell: row.targetCell, Max: 36, Min: 9},
		{ID: "zone", Title: "AZ", Cell: plain(zone), Priority: 9, Max: 14,
			Compare: func(a, b row) int { return strings.Compare(zone(a), zone(b)) }},
		{ID: "revision", Title: "REV", Cell: row.revisionCell, Priority: 3, Right: true},
		{ID: "image", Title: "IMAGE", Priority: 6, Max: 20, Min: 10,
			Cell:    func(r row) table.Cell { return readCell(r.image) },
			Compare: func(a, b row) int { return strings.Compare(a.image, b.image) }},
		{ID: colAge, Title: "AGE", Cell: row.ageCell, Priority: 4, Right: true, Descending: true,
			Compare: func(a, b row) int { return a.began().Compare(b.began()) }},
		{ID: "reason", Title: "REASON", Cell: row.reasonCell, Grow: true, Min: 14, Priority: 1},
	}
}

// severity orders tasks, the worst highest; among equals a running task comes
// before a stopped one.
func (r *taskRow) severity() int {
	n := r.status.Severity() * 2
	if !r.stopped {
		n++
	}
	return n
}

// taskEvidence explains a row in full: each target with its reason and its
// health check, each container with how it ended.
func taskEvidence(r *taskRow) []para {
	var d document
	if r.stray != nil {
		d.paras = append(d.paras, para{text: "target " + address(r.stray.Target.ID, r.stray.Target.Port) + "  " + strayWords(*r.stray), role: r.status.Role()})
		d.paras = append(d.paras, targetPara(r.facts, r.stray.Group, r.stray.Target))
		return d.paras
	}
	role := r.status.Role()
	if r.status == theme.StatusOK {
		role = theme.Title
	}
	head := "task " + r.task.ID + "  " + awsx.ARNName(r.task.TaskDefinition)
	if r.stopped && r.ended.Text != "" {
		head += "  " + r.ended.Text
	}
	d.paras = append(d.paras, para{text: head, role: role})
	for _, t := range r.targets {
		if t.Standing != alb.Registered {
			d.paras = append(d.paras, para{label: shortGroup(t), text: r.facts.targetWords(t), role: targetStatus(t).Role()})
			continue
		}
		d.paras = append(d.paras, targetPara(r.facts, t.Group, t.Health))
	}
	if r.task.StoppedReason != "" {
		d.paras = append(d.paras, para{label: "stopped", text: joinNonEmpty(": ", r.task.StopCode, r.task.StoppedReason)})
	}
	for _, c := range r.task.Containers {
		d.paras = append(d.paras, containerPara(c))
	}
	if r.stopped && r.ended.Next != "" {
		d.paras = append(d.paras, para{label: "next", text: r.ended.Next, role: theme.Accent})
	}
	if e := r.facts.service.Events; len(e) > 0 {
		d.paras = append(d.paras, para{label: clock(e[0].At, r.facts.now), text: diagnose.EventBody(e[0].Message), role: theme.Dim})
	}
	return d.paras
}

// targetPara is a registered target's state, reason and check in words.
func targetPara(f *serviceFacts, group string, h awsx.TargetHealth) para {
	check := f.check(group)
	cause := diagnose.Target(h, check)
	p := para{label: alb.GroupName(group), role: healthStatus(h.State).Role(), text: cause.Text}
	if words := checkSentence(check); words != "" {
		p.text += "; check " + words
	}
	if cause.Next != "" && !cause.Routine {
		p.text += "; " + cause.Next
	}
	return p
}

// checkSentence says how a group checks its targets.
func checkSentence(c awsx.HealthCheck) string {
	if c == (awsx.HealthCheck{}) {
		return ""
	}
	if !c.Enabled {
		return "off"
	}
	return joinNonEmpty(" ", c.Protocol, c.Path, c.Matcher, "every", text.Span(c.Interval)) +
		fmt.Sprintf(", timeout %s, %d good or %d bad turn it", text.Span(c.Timeout), c.Healthy, c.Unhealthy)
}

// containerPara is a container's state and end on one line.
func containerPara(c awsx.Container) para {
	p := para{label: c.Name, text: joinNonEmpty("  ", strings.ToLower(c.LastStatus), shortImage(c.Image, c.ImageDigest), ports(c.Bindings))}
	if code := exit(c.ExitCode); code != "" {
		p.text += "  exit " + code
		if c.ExitCode != 0 {
			p.role = theme.Failed
		}
	}
	if c.Reason != "" {
		p.text += "  " + c.Reason
		p.role = theme.Failed
	}
	return p
}
