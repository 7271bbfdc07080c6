package inquiry

import (
	"context"
	"slices"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

// Bounds of what is read of clusters that nobody opened: a tenth as many calls for the
// services, a hundredth for the tasks, and one for each target group.
const (
	unaskedServices = 150
	unaskedTasks    = 2000
)

// Unasked returns those of the clusters, in their order, that may be surveyed although
// nobody asked for them: as many as the bounds admit together.
func Unasked(clusters []awsx.Cluster) (out []awsx.Cluster) {
	services, tasks := unaskedServices, unaskedTasks
	for _, c := range clusters {
		if c.Services == 0 || c.Services > services || c.Running+c.Pending > tasks {
			continue
		}
		services, tasks = services-c.Services, tasks-c.Running-c.Pending
		out = append(out, c)
	}
	return out
}

// WorstFirst returns the standings of a survey, the worst first, those alike by name.
func (s Survey) WorstFirst() []diagnose.Standing {
	out := slices.Clone(s.Standings)
	slices.SortStableFunc(out, func(a, b diagnose.Standing) int { return b.Finding.Severity - a.Finding.Severity })
	return out
}

// Worst is how a cluster's worst service stands.
type Worst struct {
	Standing diagnose.Standing
	// Standings are all that were read of the cluster, the worst first.
	Standings []diagnose.Standing
	// Read is false where the cluster was not surveyed: it is beyond the bounds, or its
	// services could not be read.
	Read    bool
	Partial []error
}

// WorstOf surveys clusters that nobody opened, all at once, and returns the worst of each
// by its ARN. A cluster without services is read and has none.
func (r Reader) WorstOf(ctx context.Context, clusters []awsx.Cluster) map[string]Worst {
	chosen := Unasked(clusters)
	worst := make([]Worst, len(chosen))
	EachPlace(len(chosen), func(i int) {
		s, err := r.Survey(ctx, chosen[i].Ref)
		if worst[i].Partial = s.Partial; err != nil {
			worst[i].Partial = append(worst[i].Partial, err)
			return
		}
		worst[i].Read = true
		if worst[i].Standings = s.WorstFirst(); len(worst[i].Standings) > 0 {
			worst[i].Standing = worst[i].Standings[0]
		}
	})
	out := map[string]Worst{}
	for i, c := range chosen {
		out[c.Ref.ARN] = worst[i]
	}
	for _, c := range clusters {
		if c.Services == 0 {
			out[c.Ref.ARN] = Worst{Read: true}
		}
	}
	return out
}
