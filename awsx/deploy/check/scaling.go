package check

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/internal/words"
)

// checkScaling tells what Application Auto Scaling does to a count that is set,
// and to a service while it is deployed. It undoes a count by hand at its next
// evaluation, inside its bounds as well; during a deployment it does not scale
// in and does scale out (ECS, service auto scaling).
func checkScaling(cur read.Current, d Change) Finding {
	n, counts := d.count()
	if !onService(cur) || !cur.Scaling.Done || !d.Starts && !counts {
		return Finding{}
	}
	if err := cur.Scaling.Err; err != nil {
		return finding(Scaling, Skipped, "whether the service is scaled is not known: %s", read.Why(err))
	}
	t := cur.Scaling.Value
	switch {
	case t == nil:
		return finding(Scaling, OK, "nothing scales the service by itself")
	case t.Suspended():
		return finding(Scaling, OK, "scaling is suspended")
	case counts:
		return scaledCount(cur, *t, n)
	case t.SuspendedOut:
		return finding(Scaling, OK, "scaling out is suspended, and in it pauses during the deployment")
	}
	return finding(Scaling, OK, "between %d and %s%s: during the deployment it may add tasks and removes none", t.Min, words.Count(t.Max, "task"), by(*t))
}

// scaledCount tells what becomes of a count that is set by hand.
func scaledCount(cur read.Current, t awsx.ScalableTarget, n int) Finding {
	hold := func(bound string) string {
		return fmt.Sprintf("hold it with gantry scaling %s/%s --%s %d, or --suspend", cur.Service.Ref.ClusterName(), cur.Service.Name, bound, n)
	}
	between := fmt.Sprintf("%d is between the bounds of %d and %d", n, t.Min, t.Max)
	up := n > cur.Service.Desired
	switch {
	case n > t.Max:
		return finding(Scaling, Warning, "%d is above the maximum of %d, to which the next evaluation returns: %s", n, t.Max, hold("max"))
	case n < t.Min:
		return finding(Scaling, Warning, "%d is below the minimum of %d, to which the next evaluation returns: %s", n, t.Min, hold("min"))
	case len(t.Policies) == 0:
		return finding(Scaling, OK, "%s, and no policy moves it", between)
	case up && t.SuspendedIn || !up && t.SuspendedOut:
		return finding(Scaling, OK, "%s, and what would undo it is suspended", between)
	case up:
		return finding(Scaling, Warning, "%d is undone at the next evaluation%s: %s", n, by(t), hold("min"))
	}
	return finding(Scaling, Warning, "%d is undone at the next evaluation%s: %s", n, by(t), hold("max"))
}

// by names what moves the count.
func by(t awsx.ScalableTarget) string {
	var names []string
	for _, p := range t.Policies {
		name := p.Name
		if p.Metric != "" {
			name = fmt.Sprintf("%s at %g", p.Metric, p.Target)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return " by " + strings.Join(names, ", ")
}
