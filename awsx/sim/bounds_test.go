package sim

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/seed"
)

// The rule: never more than the upper bound RUNNING or on the way there, never
// fewer than the lower bound healthy, whatever the configuration.
func TestARolloutStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		desired := rapid.IntRange(1, 12).Draw(r, "desired")
		minimum := rapid.IntRange(0, 100).Draw(r, "minimum")
		maximum := rapid.IntRange(101, 250).Draw(r, "maximum")
		crashes := rapid.Bool().Draw(r, "crashes")
		a, err := New(Options{Seed: rapid.Uint64().Draw(r, "seed"), Services: 1, Tasks: desired})
		if err != nil {
			r.Fatal(err)
		}
		if problem := a.watchBounds(minimum, maximum, crashes); problem != "" {
			r.Fatal(problem)
		}
	})
}

// watchBounds rolls the account's only service out under a configuration, looks at
// it after everything that happens, and returns what broke.
func (a *Account) watchBounds(minimum, maximum int, crashes bool) (problem string) {
	s := a.fleet.Clusters[0].Services[0]
	lower, upper := (s.Desired*minimum+99)/100, s.Desired*maximum/100
	s.Rolling = fleet.NewConfig(minimum, maximum, false, false)
	release, lasts := "v1.3.0", 400*time.Second
	if crashes {
		release, lasts = "v1.4.0", 90*time.Second // it will never settle
	}
	if _, err := seed.OperatorDeploys(a.fleet, s, release); err != nil {
		return err.Error()
	}
	head := s.Deployments[0]
	for ends := a.world.Now.Add(lasts); ; {
		at, planned := a.world.Agenda.Next()
		if !planned || at.After(ends) {
			break
		}
		a.world.Advance(at)
		if total := s.Census().Occupying; total > upper {
			return fmt.Sprintf("%d tasks, upper bound %d", total, upper)
		}
		healthy := 0
		for _, target := range s.Balancers[0].Group.Targets {
			if target.State == elb.TargetHealthy {
				healthy++
			}
		}
		if healthy < lower {
			return fmt.Sprintf("%d healthy targets, lower bound %d", healthy, lower)
		}
		if len(s.Deployments) == 1 && s.Deployments[0] == head && head.Rollout == fleet.RolloutCompleted {
			return ""
		}
	}
	if deadlock := upper <= s.Desired && lower >= s.Desired; !crashes && !deadlock {
		return fmt.Sprintf("not settled: %d deployments, the newest %s", len(s.Deployments), head.Rollout)
	}
	return ""
}
