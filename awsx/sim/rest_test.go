package sim

import (
	"testing"
	"time"
)

// What makes thousands of tasks cheap: while nothing happens, nothing is
// planned.
func TestAnAccountAtRestPlansNothing(t *testing.T) {
	a, err := New(Options{Services: 300, Tasks: 10, Scenario: Steady})
	if err != nil {
		t.Fatal(err)
	}
	if n := a.agenda.Len(); n != 0 {
		t.Errorf("%d items planned, want none", n)
	}
	if n := len(a.tasks); n != 3000 {
		t.Errorf("%d tasks, want 3000", n)
	}
}

// Hours of trouble must neither leak room on the instances nor pile tasks up.
func TestTheBooksBalanceAfterHoursOfTrouble(t *testing.T) {
	for _, scenario := range []Scenario{Demo, CrashLoop, BadImage, UnhealthyTargets} {
		t.Run("scenario "+string(scenario), func(t *testing.T) {
			a, err := New(Options{Scenario: scenario})
			if err != nil {
				t.Fatal(err)
			}
			start := a.now
			for step := range 4 * 60 {
				a.advance(start.Add(time.Duration(step) * time.Minute))
				a.checkBooks(t)
			}
			if n := len(a.tasks); n > 1500 {
				t.Errorf("%d tasks are kept, want those that run and an hour of stopped ones", n)
			}
			if s := a.clusterByName["prod"].byName["api-orders"]; s.census().healthy < 4 {
				t.Errorf("api-orders has %d healthy tasks, want its old 4 to be kept", s.census().healthy)
			}
		})
	}
}

func (a *Account) checkBooks(t *testing.T) {
	t.Helper()
	for _, i := range a.instances {
		cpu, memory, static, dynamic := 0, 0, 0, 0
		for _, task := range i.tasks {
			c, m := task.def.needs()
			cpu, memory = cpu+c, memory+m
			static += len(task.def.staticPorts())
			dynamic += len(task.dynamicPorts)
		}
		if cpu != i.usedCPU || memory != i.usedMemory || static != len(i.static) || dynamic != len(i.dynamic) || cpu > i.cpu || memory > i.memory {
			t.Fatalf("instance %s holds %d CPU, %d MiB, %d and %d ports for tasks that need %d, %d, %d and %d",
				i.ec2, i.usedCPU, i.usedMemory, len(i.static), len(i.dynamic), cpu, memory, static, dynamic)
		}
	}
	for _, g := range a.groups {
		seen := map[askedTarget]bool{}
		for _, target := range g.targets {
			key := askedTarget{target.id, target.port}
			if seen[key] && target.state != targetDraining {
				t.Fatalf("%s:%d is twice in %s", target.id, target.port, g.name)
			}
			seen[key] = true
		}
	}
	for _, c := range a.clusters {
		for n := 1; n < len(c.tasks); n++ {
			if c.tasks[n].seq <= c.tasks[n-1].seq {
				t.Fatal("the cluster's tasks are out of order")
			}
		}
	}
}
