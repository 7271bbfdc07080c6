package inquiry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
)

// Standalone reads the tasks of a cluster that no service runs, those that run before those
// that stopped, by revision. The errors of the second result are of what is unread.
func (r Reader) Standalone(ctx context.Context, cluster awsx.Ref) ([]awsx.Task, []error, error) {
	w := r.Store.Tasks(cluster)
	defer w.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Task]).Ended)
	if err == nil {
		err = lost(s)
	}
	if err != nil {
		return nil, nil, err
	}
	alone := slices.DeleteFunc(s.Values(), func(t awsx.Task) bool { _, served := reason.OfService(t); return served })
	slices.SortStableFunc(alone, func(a, b awsx.Task) int {
		return cmp.Or(strings.Compare(a.DesiredStatus, b.DesiredStatus), strings.Compare(a.TaskDefinition, b.TaskDefinition), strings.Compare(a.ID, b.ID))
	})
	return alone, s.Partial, nil
}
