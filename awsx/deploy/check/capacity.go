package check

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/place"
	"gantry/awsx/deploy/read"
	"gantry/internal/words"
)

// demand is what a change asks of the instances.
type demand struct {
	starts int // tasks that may start before any other stops
	stops  int // of the service's tasks, those that may stop before any other starts
	// whole is true when all of them must run before anything goes on.
	whole bool
}

// demandOf works out how a change begins. A rolling deployment starts what the
// maximum leaves room for beside what runs or comes, and stops what is healthy
// above the minimum; one that shifts traffic first starts a whole second set
// (ECS, deploymentConfiguration).
func demandOf(cur read.Current, d Change) demand {
	svc := cur.Service
	switch {
	case d.Tasks > 0:
		return demand{starts: d.Tasks}
	case !d.Starts:
		n, _ := d.count()
		return demand{starts: n - svc.Desired}
	case svc.ShiftsTraffic():
		return demand{starts: svc.Desired, whole: true}
	}
	lower, upper := svc.Bounds(svc.Desired)
	return demand{
		starts: min(max(upper-svc.Running-svc.Pending, 0), svc.Desired),
		stops:  max(svc.Running-lower, 0),
	}
}

// checkCapacity looks for instances on which the tasks that a change starts fit.
func checkCapacity(cur read.Current, d Change) Finding {
	want := demandOf(cur, d)
	if !d.Starts && want.starts <= 0 {
		return Finding{}
	}
	tree, base := d.Document(cur), baseOf(cur, d)
	switch {
	case cur.Service.OnFargate():
		return finding(Capacity, OK, "Fargate finds the room, within the account's quota")
	case cur.Service.Desired == 0 && d.Starts:
		return finding(Capacity, OK, "the service runs no task")
	case cur.Fleet.Err != nil:
		return finding(Capacity, Skipped, "the instances are not known: %s", read.Why(cur.Fleet.Err))
	case !cur.Fleet.Done:
		return Finding{}
	case tree == nil:
		return finding(Capacity, Skipped, "what a task takes is not known: the task definition was not read")
	}
	var constraints []string
	if onService(cur) {
		constraints = cur.Service.PlacementConstraints
	}
	p, err := place.PlacementOf(constraints, tree, base)
	if err != nil {
		return finding(Capacity, Skipped, "%v", err)
	}
	if cur.Service.SchedulingStrategy == "DAEMON" && d.Starts {
		return daemonCapacity(cur, p)
	}
	return replicaCapacity(cur, p, want)
}

// baseOf is the revision that a draft's document comes from.
func baseOf(cur read.Current, d Change) *awsx.TaskDefinition {
	if cur.Wanted != nil && (cur.Wanted.ARN == d.Revision || d.Tasks > 0) {
		return cur.Wanted
	}
	return cur.Definition
}

// tasksByInstance counts what the service runs on each instance.
func tasksByInstance(cur read.Current) map[string]int {
	own := map[string]int{}
	for _, t := range cur.Tasks.Value {
		if t.ContainerInstance != "" && t.DesiredStatus != "STOPPED" {
			own[t.ContainerInstance]++
		}
	}
	return own
}

func replicaCapacity(cur read.Current, p place.Placement, want demand) Finding {
	fleet := cur.Fleet.Value
	s := place.Look(fleet, p, place.FootprintOf(documentOf(cur.Definition)), tasksByInstance(cur), max(want.starts, 1))
	each := p.String()
	short := Broken
	adds := ""
	if len(cur.Service.CapacityProviders) > 0 {
		short = Warning
		adds = fmt.Sprintf("; %s may add instances", strings.Join(cur.Service.CapacityProviders.Names(), ", "))
	}
	switch {
	case len(fleet) == 0:
		return finding(Capacity, short, "the cluster has no instances%s", adds)
	case s.Fits == 0 && want.stops > 0 && s.Swaps > 0:
		return finding(Capacity, OK, "no room for %s beside what runs: %s first", each, stopWords(want.stops))
	case s.Fits == 0 && want.stops > 0 && cur.Tasks.Err != nil:
		return finding(Capacity, Skipped, "no room for %s beside what runs, and what old tasks leave is not known: %s", each, read.Why(cur.Tasks.Err))
	case s.Fits == 0:
		return finding(Capacity, short, "no instance has room for %s: %s%s", each, s.Why(), adds)
	case s.Fits < want.starts && want.whole:
		return finding(Capacity, short, "room for %d of %s of %s, and all of them have to run at once%s", s.Fits, words.Count(want.starts, "task"), each, adds)
	case s.Fits < want.starts:
		return finding(Capacity, Warning, "room for %d of %s of %s at once; %s%s", s.Fits, words.Count(want.starts, "task"), each, s.Best(p), adds)
	case want.starts == 0:
		return finding(Capacity, OK, "%s first, and there is room besides for %s; %s", stopWords(want.stops), each, s.Best(p))
	}
	return finding(Capacity, OK, "room for %s of %s at once; %s", words.Count(want.starts, "task"), each, s.Best(p))
}

// daemonCapacity: a daemon's task takes the place of the one before it.
func daemonCapacity(cur read.Current, p place.Placement) Finding {
	s := place.LookForDaemon(cur.Fleet.Value, p, place.FootprintOf(documentOf(cur.Definition)), tasksByInstance(cur))
	each := p.String()
	switch {
	case s.Asked == 0:
		return finding(Capacity, Broken, "no instance can run the daemon")
	case s.Fits == 0:
		return finding(Capacity, Broken, "no instance has room for %s: %s", each, s.Why())
	case s.Fits < s.Asked:
		return finding(Capacity, Warning, "%s fits on %d of %s: %s", each, s.Fits, words.Count(s.Asked, "instance"), s.Why())
	}
	return finding(Capacity, OK, "%s fits on every instance once the task before has stopped", each)
}

func stopWords(n int) string {
	if n == 1 {
		return "1 old task stops"
	}
	return words.Count(n, "old task") + " stop"
}
