package change_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
)

// first is the first service of the first cluster.
func (w *world) first(t *testing.T) awsx.Service {
	t.Helper()
	for clusters, err := range w.account.Clusters(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for page, err := range w.account.Services(t.Context(), clusters.Items[0].Ref) {
			if err != nil {
				t.Fatal(err)
			}
			return *page.Items[0]
		}
	}
	t.Fatal("no service")
	return awsx.Service{}
}

// readWhole is true of a service whose tasks have been read.
func readWhole(s *store.Snapshot[store.ServiceState]) bool {
	return s.Err != nil || len(s.Items) > 0 && !s.Items[0].RunningAt.IsZero()
}

// poll is the longest interval between two looks of a follow: 2 s and a tenth of
// it as jitter.
const poll = 2200 * time.Millisecond

// TestAFollowIsCheap counts what following a rollout costs, of a hundred tasks and
// of more than a call can name: at most four calls to ECS a poll, and one to
// Elastic Load Balancing a target group in ten seconds.
func TestAFollowIsCheap(t *testing.T) {
	for _, tasks := range []int{2, 100, 250} {
		t.Run(fmt.Sprint(tasks), func(t *testing.T) { followIsCheap(t, tasks) })
	}
}

func followIsCheap(t *testing.T, tasks int) {
	inWorld(t, sim.Options{Clusters: 1, Services: 3, Tasks: tasks}, func(t *testing.T, w *world) {
		name := w.first(t).Name
		p := w.plan(t, name, image(":v1.3.0"))
		id := w.start(t, change.Job{Plan: p})
		time.Sleep(5 * time.Second) // the plan and its calls are made, and the first look as well
		if s, _ := w.runner.Status(id); s.Stage != change.Following {
			t.Fatalf("it is %s", s.Stage)
		}
		began := time.Now()
		v := w.wait(t, id)
		if !v.Good() {
			t.Fatalf("%+v", v)
		}
		var ecs []time.Time
		health := map[string][]time.Time{}
		for _, c := range w.sim.Calls() {
			switch {
			case c.Time.Before(began):
			case c.Service == "ecs":
				ecs = append(ecs, c.Time)
			case c.Service == "elbv2":
				health[string(c.Body)] = append(health[string(c.Body)], c.Time)
			}
		}
		span := time.Since(began)
		if polls := int(span/(1800*time.Millisecond)) + 2; len(ecs) > 4*polls {
			t.Errorf("%d calls to ECS in %s, which is at most %d polls", len(ecs), span, polls)
		}
		// Nor do they gather: twenty seconds have at most twelve polls, of which the
		// first may have more calls than the others then make up for, two for each
		// hundred of the new and the old tasks.
		most := 4*12 + max(0, 2*((2*tasks+99)/100)-3)
		for i := range ecs {
			n := 0
			for _, at := range ecs[i:] {
				if at.Sub(ecs[i]) < 20*time.Second {
					n++
				}
			}
			if n > most {
				t.Fatalf("%d calls to ECS within 20s of %s, want at most %d", n, ecs[i].Sub(began), most)
			}
		}
		if len(health) == 0 {
			t.Error("no target was ever read")
		}
		for body, at := range health {
			if most := int(span/(9*time.Second)) + 2; len(at) > most {
				t.Errorf("%d calls in %s, want at most %d, of %s", len(at), span, most, body)
			}
			for i := 1; i < len(at); i++ {
				if gap := at[i].Sub(at[i-1]); gap < 9*time.Second {
					t.Errorf("%s after the one before: %s", gap, body)
				}
			}
		}
	})
}

// TestAChangeOfStateIsSeenWithinOnePoll compares what a follow tells with what is
// so, four times a second: it tells no count that was no longer so a poll ago.
// Counts are compared one by one, as a state may pass between two looks.
func TestAChangeOfStateIsSeenWithinOnePoll(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.sim.PushImage("web", "v9", ecr.Behaviour{ExitAfter: 20 * time.Second, ExitCode: 1})
		p := w.plan(t, "web", image(":v9"))
		look := w.looker(t, p.Target)
		id := w.start(t, change.Job{Plan: p})
		type counts struct{ running, pending, failed int }
		type truth struct {
			at time.Time
			is counts
		}
		var past []truth
		seen, changes := 0, 0
		for {
			synctest.Wait()
			s, _ := w.runner.Status(id)
			if s.Stage == change.Ended {
				break
			}
			now := time.Now()
			d, _ := look().Primary()
			is := counts{d.Running, d.Pending, d.Failed}
			if len(past) == 0 || past[len(past)-1].is != is {
				changes++
			}
			past = append(past, truth{now, is})
			past = slices.DeleteFunc(past, func(x truth) bool { return now.Sub(x.at) > poll+250*time.Millisecond })
			if told := s.Progress; s.Stage == change.Following && (told.Phase == follow.PhaseRolling || told.Phase == follow.PhaseDraining) && len(past) > 0 {
				seen++
				is := counts{told.Running, told.Pending, told.Failed}
				was := func(count func(counts) int) bool {
					return slices.ContainsFunc(past, func(x truth) bool { return count(x.is) == count(is) })
				}
				if !was(func(c counts) int { return c.running }) || !was(func(c counts) int { return c.pending }) || !was(func(c counts) int { return c.failed }) {
					t.Fatalf("tells %+v after %s, and the last poll had %+v", is, told.Elapsed, past)
				}
			}
			time.Sleep(250 * time.Millisecond)
		}
		if seen < 50 || changes < 10 {
			t.Errorf("%d states were compared, which changed %d times", seen, changes)
		}
	})
}

// looker returns what reads a service apart from the program: it has calls and a
// rate of its own.
func (w *world) looker(t *testing.T, service awsx.Ref) func() awsx.Service {
	t.Helper()
	account, err := simtest.Opener(w.sim.Account).Open(t.Context(), w.id)
	if err != nil {
		t.Fatal(err)
	}
	return func() awsx.Service {
		svc, err := read.ServiceNow(context.Background(), account, service)
		if err != nil {
			t.Fatal(err)
		}
		return svc
	}
}
