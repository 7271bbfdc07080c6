package resources

import (
	"cmp"
	"strings"

	"gantry/ui/table"
	"gantry/views/livetable"
)

// taskColumns are the columns of the tasks table, at the moment that ages are counted
// up to.
func taskColumns(at *livetable.Moment) []table.Column[*taskRow] {
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
		{ID: livetable.ColName, Title: "TASK", Frozen: true, Cell: plain(row.name),
			Text:    func(r row) string { return cmp.Or(r.task.ID, r.key()) },
			Compare: func(a, b row) int { return strings.Compare(a.task.ID, b.task.ID) }},
		{ID: livetable.ColState, Title: "STATE", Cell: row.stateCell, Descending: true,
			Compare: func(a, b row) int {
				return cmp.Or(cmp.Compare(a.severity(), b.severity()), a.began().Compare(b.began()))
			}},
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
			Cell:    func(r row) table.Cell { return ReadCell(r.image) },
			Compare: func(a, b row) int { return strings.Compare(a.image, b.image) }},
		{ID: livetable.ColAge, Title: "AGE", Cell: func(r row) table.Cell { return r.ageCell(at.Time()) }, Priority: 4, Right: true, Descending: true,
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
