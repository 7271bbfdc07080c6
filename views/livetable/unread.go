package livetable

import (
	"context"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui/table"
	"gantry/ui/theme"
)

// Unread is what a cell shows instead of a value that was not read.
const Unread = "?"

// ReadCell paints what was not read.
func ReadCell(s string) table.Cell {
	if s == Unread {
		return table.Cell{Text: s, Role: theme.Unknown}
	}
	return table.Cell{Text: s}
}

// DefinitionsOf gives the task definitions of an account that were read.
func DefinitionsOf(st *store.Store, id awsx.ContextID) func(arn string) *awsx.TaskDefinition {
	return func(arn string) *awsx.TaskDefinition {
		td, _ := st.CachedTaskDefinition(id, arn)
		return td
	}
}

// CacheDefinitions reads those of the task definitions that are not known yet,
// and tells whether there were any. A failure ends it: the next load tries again.
func CacheDefinitions(ctx context.Context, st *store.Store, id awsx.ContextID, arns []string) (changed bool) {
	for _, arn := range arns {
		if _, ok := st.CachedTaskDefinition(id, arn); ok || arn == "" {
			continue
		}
		if _, err := st.TaskDefinition(ctx, id, arn); err != nil {
			switch fault.ClassOf(err) {
			case fault.NotFound, fault.Invalid, fault.Failed:
				continue // it says nothing of the others
			}
			return changed
		}
		changed = true
	}
	return changed
}

// HousingNote says why the addresses of instances are not known; nothing while nobody is
// refused them.
func HousingNote(st *store.Store, hosts []awsx.Instance) []Span {
	err := st.HousingErr(hosts)
	if err == nil {
		return nil
	}
	return []Span{{Text: "addresses unread: " + ReasonUnread(err), Role: theme.Unknown}}
}

// ReasonUnread says in a few words why something was not read: the action that is missing, or
// the kind of failure.
func ReasonUnread(err error) string {
	if own := fault.Of(err); own != nil && own.Class == fault.Denied && own.Op != "" {
		return own.Op + " is missing"
	}
	return fault.ClassOf(err).String()
}
