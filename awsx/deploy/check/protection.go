package check

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// Protected names the tasks that asked not to be ended yet, and until when, among those that
// a change would end (ECS, task scale-in protection: it holds back scaling and deployments,
// not StopTask, nor what becomes of the instance). Where there is none nothing is said.
func Protected(cur read.Current) []Finding {
	switch {
	case cur.Protection.Err != nil:
		return []Finding{{Name: Protection, Result: Skipped, Text: "which tasks are protected is not known: " + read.Why(cur.Protection.Err)}}
	case len(cur.Protection.Value) == 0:
		return nil
	}
	tasks := append(slices.Clone(cur.Tasks.Value), cur.Task)
	protected := slices.SortedFunc(slices.Values(cur.Protection.Value), func(a, b awsx.Protection) int {
		return cmp.Or(b.Until.Compare(a.Until), strings.Compare(a.Task, b.Task))
	})
	var names []string
	for _, p := range protected {
		name := awsx.ARNName(p.Task)
		if i := slices.IndexFunc(tasks, func(t awsx.Task) bool { return t.Ref.ARN == p.Task }); i >= 0 {
			name = strings.TrimPrefix(tasks[i].Group, "service:") + " " + name
		}
		if !p.Until.IsZero() {
			name += " until " + p.Until.UTC().Format(time.RFC3339)
		}
		names = append(names, name)
	}
	return []Finding{{Name: Protection, Result: Warning, Text: "asked not to be ended yet: " + strings.Join(names, ", ")}}
}
