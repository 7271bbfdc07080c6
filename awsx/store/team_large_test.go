//go:build integration

package store_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// TestTwentyConsolesOfATeam is of a whole account, in the morning when all open at once and
// over the day, at the size of a large cluster and at the largest that ECS allows, where
// rows alone are read.
func TestTwentyConsolesOfATeam(t *testing.T) {
	const never = 24 * time.Hour
	large := bounds{
		rows: 4 * time.Minute, whole: 5 * time.Minute, health: 8 * time.Minute, checked: never, oldRow: 2 * time.Minute, oldHealth: 8 * time.Minute,
		deployed: 2 * time.Minute, fair: 0.2, script: 0.95, ecs: 0.85,
	}
	largest := large
	largest.whole = never // 11,000 calls take nine minutes of the whole grant
	for _, c := range []struct {
		name     string
		services int
		day      day
		bounds   bounds
	}{
		{"300 services in the morning", 300, day{consoles: 20, page: 40, long: 15 * time.Minute}, large},
		{"300 services over the day", 300, day{consoles: 20, page: 40, apart: 15 * time.Second, long: 15 * time.Minute}, large},
		{"5000 services in the morning", 5000, day{consoles: 20, page: 40, long: 14 * time.Minute, bare: true}, largest},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := teamOf(t, sim.Options{Clusters: 1, Services: c.services, Tasks: 1, Scenario: seed.Steady, Granted: 1})
				x.keeps(c.bounds, x.work(c.day))
			})
		})
	}
}
