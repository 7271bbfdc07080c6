package metrics

import (
	"cmp"
	"slices"
	"time"

	"gantry/awsx"
)

// Mark is something that was done to a service, to be seen beside its charts.
type Mark struct {
	At   time.Time
	Kind MarkKind
	Text string
}

// MarkKind is what was done.
type MarkKind uint8

// The kinds of marks.
const (
	Deployed   MarkKind = iota // a deployment began
	RolledBack                 // one ended by going back
	Changed                    // somebody changed the service from here
	Chosen                     // a moment that somebody looks at
)

// String is the kind in two words.
func (k MarkKind) String() string {
	return [...]string{"deployment began", "rolled back", "changed here", "looked at"}[k]
}

// Marks are those of deployments and of other marks from one instant to another, the
// oldest first. Revision puts a service revision in words.
func Marks(deployments []awsx.ServiceDeployment, revision func(arn string) string, others []Mark, from, to time.Time) []Mark {
	all := slices.Clone(others)
	for _, d := range deployments {
		all = append(all, Mark{d.Began(), Deployed, revision(d.Target.ARN)})
		if d.Rollback != nil {
			all = append(all, Mark{d.Rollback.At, RolledBack, revision(d.Rollback.Revision)})
		}
	}
	all = slices.DeleteFunc(all, func(m Mark) bool { return m.At.Before(from) || m.At.After(to) })
	slices.SortStableFunc(all, func(a, b Mark) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind)) })
	return all
}
