package tasks

import (
	"cmp"
	"strings"
	"time"

	"gantry/awsx/diagnose/reason"
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
				return cmp.Or(cmp.Compare(a.severity(), b.severity()), a.turned().Compare(b.turned()))
			}},
		{ID: "health", Title: "HEALTH", Cell: row.healthCell, Priority: 8,
			Compare: func(a, b row) int { return strings.Compare(a.task.Health, b.task.Health) }},
		{ID: "ports", Title: "PORTS", Cell: plain(row.portsText), Priority: 2, Min: 10, Max: 24},
		{ID: "address", Title: "ADDRESS", Cell: row.addressCell, Priority: 7, Min: 16, Max: 36, Middle: true,
			Text:    func(r row) string { return strings.Join(r.addresses(), " ") },
			Compare: func(a, b row) int { return strings.Compare(a.addressCell().Text, b.addressCell().Text) }},
		{ID: "target", Title: "TARGET", Cell: row.targetCell, Max: 36, Min: 9},
		{ID: "zone", Title: "AZ", Cell: plain(zone), Priority: 9, Max: 14,
			Compare: func(a, b row) int { return strings.Compare(zone(a), zone(b)) }},
		{ID: "revision", Title: "REV", Cell: row.revisionCell, Priority: 3, Right: true},
		{ID: "image", Title: "IMAGE", Priority: 6, Max: 20, Min: 10,
			Cell:    func(r row) table.Cell { return livetable.ReadCell(r.image) },
			Compare: func(a, b row) int { return strings.Compare(a.image, b.image) }},
		{ID: livetable.ColAge, Title: "AGE", Cell: func(r row) table.Cell { return r.ageCell(at.Time()) }, Priority: 4, Right: true, Descending: true,
			Compare: func(a, b row) int { return a.turned().Compare(b.turned()) }},
		{ID: "protected", Title: "PROTECTED", Cell: func(r row) table.Cell { return r.protectedCell(at.Time()) }, Sparse: true, Priority: 5,
			Compare: func(a, b row) int { return a.protected.Compare(b.protected) }},
		{ID: "reason", Title: "REASON", Cell: row.reasonCell, Grow: true, Min: 14, Priority: 1},
	}
}

// severity orders tasks: those that run first, the worst highest, then those that stopped,
// which the time of their end orders, then targets that belong to none.
func (r *taskRow) severity() int {
	switch {
	case r.stray != nil:
		return -2
	case r.stopped:
		return -1
	}
	return r.status.Severity()
}

// turned is when the task began, or when it ended.
func (r *taskRow) turned() time.Time {
	if r.stopped {
		return reason.StoppedAt(r.task)
	}
	return r.began()
}
