package sim

import (
	"strconv"
	"testing"
	"time"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/seed"
)

// What makes thousands of tasks cheap: while nothing happens, nothing is
// planned.
func TestAnAccountAtRestPlansNothing(t *testing.T) {
	a, err := New(Options{Services: 300, Tasks: 10, Scenario: seed.Steady})
	if err != nil {
		t.Fatal(err)
	}
	if n := a.world.Agenda.Len(); n != 0 {
		t.Errorf("%d items planned, want none", n)
	}
	if n := len(a.fleet.Tasks); n != 3000 {
		t.Errorf("%d tasks, want 3000", n)
	}
}

// Hours of trouble must neither leak room on the instances nor pile tasks up.
func TestTheBooksBalanceAfterHoursOfTrouble(t *testing.T) {
	for _, scenario := range []seed.Scenario{seed.Demo, seed.CrashLoop, seed.BadImage, seed.UnhealthyTargets} {
		t.Run("scenario "+string(scenario), func(t *testing.T) {
			a, err := New(Options{Scenario: scenario})
			if err != nil {
				t.Fatal(err)
			}
			start := a.world.Now
			for step := range 4 * 60 {
				a.world.Advance(start.Add(time.Duration(step) * time.Minute))
				a.checkBooks(t)
			}
			if n := len(a.fleet.Tasks); n > 1500 {
				t.Errorf("%d tasks are kept, want those that run and an hour of stopped ones", n)
			}
			if s := a.fleet.ClusterByName["prod"].ByName["api-orders"]; s.Census().Healthy < 4 {
				t.Errorf("api-orders has %d healthy tasks, want its old 4 to be kept", s.Census().Healthy)
			}
		})
	}
}

func (a *Account) checkBooks(t *testing.T) {
	t.Helper()
	for _, i := range a.fleet.Instances {
		cpu, memory, static, dynamic := 0, 0, 0, 0
		for _, task := range i.Tasks {
			c, m := task.Def.Needs()
			cpu, memory = cpu+c, memory+m
			static += len(task.Def.StaticPorts())
			dynamic += len(task.DynamicPorts)
		}
		if cpu != i.UsedCPU || memory != i.UsedMemory || static != len(i.Static) || dynamic != len(i.Dynamic) || cpu > i.CPU || memory > i.Memory {
			t.Fatalf("instance %s holds %d CPU, %d MiB, %d and %d ports for tasks that need %d, %d, %d and %d",
				i.EC2, i.UsedCPU, i.UsedMemory, len(i.Static), len(i.Dynamic), cpu, memory, static, dynamic)
		}
	}
	for _, g := range a.fleet.Balancing.Groups {
		seen := map[string]bool{}
		for _, target := range g.Targets {
			key := target.ID + ":" + strconv.Itoa(target.Port)
			if seen[key] && target.State != elb.TargetDraining {
				t.Fatalf("%s:%d is twice in %s", target.ID, target.Port, g.Name)
			}
			seen[key] = true
		}
	}
	for _, c := range a.fleet.Clusters {
		for n := 1; n < len(c.Tasks); n++ {
			if c.Tasks[n].Seq <= c.Tasks[n-1].Seq {
				t.Fatal("the cluster's tasks are out of order")
			}
		}
	}
}
