package fleet

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// rebalances reports whether the service is kept level over the zones.
func (s *Service) rebalances() bool {
	return string(s.Settings["availabilityZoneRebalancing"]) == `"ENABLED"`
}

// perZone counts the service's tasks that are meant to stay, zone by zone.
func (a *Fleet) perZone(s *Service) (zones []string, counts map[string]int) {
	counts = map[string]int{}
	for _, t := range s.Live {
		if t.Desired == Running {
			counts[t.Instance.Az]++
		}
	}
	zones = a.Zones()
	slices.SortStableFunc(zones, func(x, y string) int { return counts[y] - counts[x] })
	return zones, counts
}

// rebalance starts a task in the emptiest zone when a service at rest is not level:
// once it is healthy, one in the fullest zone goes. It reports whether that is under way.
func (a *Fleet) rebalance(s *Service) bool {
	if !s.rebalances() || s.moving != nil {
		return s.moving != nil
	}
	zones, counts := a.perZone(s)
	level := counts[zones[0]]-counts[zones[len(zones)-1]] < 2
	words := make([]string, len(zones))
	for i, az := range slices.Sorted(slices.Values(zones)) {
		words[i] = strconv.Itoa(counts[az]) + " tasks in " + az
	}
	switch spread := strings.Join(words, ", "); {
	case level && s.uneven:
		s.uneven = false
		a.Event(s, "is AZ balanced with "+spread+".")
		return false
	case level:
		return false
	default:
		s.uneven = true
		a.complain(s, "is not AZ balanced with "+spread+". AZ Rebalancing in progress.")
	}
	begun, _ := a.start(s, s.Deployments[0], 1)
	if len(begun) == 0 {
		return false
	}
	s.moving = begun[0]
	a.Event(s, "has started 1 tasks in "+s.moving.Instance.Az+" to AZ Rebalance: "+nameTasks(begun)+".")
	a.Look(s, 5*time.Second)
	return true
}

// moved stops a task of the fullest zone once the one that takes its place is
// healthy. It reports whether it has dealt with the surplus.
func (a *Fleet) moved(s *Service) bool {
	t := s.moving
	switch {
	case t == nil:
		return false
	case t.Desired != Running:
		s.moving = nil // it failed: the next look begins anew
		return false
	case !t.passing():
		return true
	}
	s.moving = nil
	zones, _ := a.perZone(s)
	for _, old := range slices.Backward(s.Live) {
		if old.Instance.Az == zones[0] && old.Desired == Running && !old.Protected(a.Now) {
			a.Stop(old, SchedulerStopped, scaleReason(s.Deployments[0]))
			a.Event(s, "has stopped 1 running tasks in "+zones[0]+" to AZ Rebalance: "+nameTasks([]*Task{old})+".")
			break
		}
	}
	return true
}
