package store_test

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

func TestMain(m *testing.M) {
	// There is memory enough, and time goes into collecting it.
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}

// inBubble runs a test on fake time with a store over an account.
func inBubble(t *testing.T, test func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a), Alarming: unhealthy})
		t.Cleanup(s.Close)
		test(t, a, c, s)
	})
}

func unhealthy(message string) bool { return strings.Contains(message, "is unhealthy") }

// until waits for a snapshot, at most an hour of fake time.
func until[T any](t *testing.T, w *store.Watch[T], ok func(*store.Snapshot[T]) bool) *store.Snapshot[T] {
	t.Helper()
	limit := time.After(time.Hour)
	for {
		if s := w.Snapshot(); ok(s) {
			return s
		}
		select {
		case <-w.Changed():
		case <-limit:
			t.Fatalf("the snapshot waited for never came; the last is %+v", w.Snapshot())
		}
	}
}

func complete[T any](s *store.Snapshot[T]) bool { return !s.At.IsZero() }

// pass lets fake time go by while the pollers work.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func names(items []awsx.Service) []string {
	var out []string
	for _, s := range items {
		out = append(out, s.Name)
	}
	return out
}

// slow is an account whose task pages come one after another, each after a
// while, as the pages of a large cluster do.
type slow struct {
	awsx.Account
	cluster awsx.Ref
	pages   int
	every   time.Duration
}

func (a *slow) Open(context.Context, awsx.ContextID) (awsx.Account, error) { return a, nil }

func (a *slow) Tasks(ctx context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	return func(yield func(awsx.Page[awsx.Task], error) bool) {
		for p := range a.pages {
			if q.Stopped {
				yield(awsx.Page[awsx.Task]{Complete: true}, nil)
				return
			}
			select {
			case <-time.After(a.every):
			case <-ctx.Done():
				yield(awsx.Page[awsx.Task]{}, ctx.Err())
				return
			}
			page := awsx.Page[awsx.Task]{Total: 100 * a.pages, Complete: true}
			for i := range 100 {
				// Pages interleave, so that each lands among rows already there.
				arn := fmt.Sprintf("arn:aws:ecs:eu-west-1:1:task/prod/%06d", i*a.pages+p)
				page.Items = append(page.Items, &awsx.Task{Ref: a.cluster.In(arn), LastStatus: "RUNNING"})
			}
			if !yield(page, nil) {
				return
			}
		}
	}
}

func TestRowsAppearAsPagesLandInStableOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:cluster/prod"}
		s := store.New(t.Context(), store.Options{Opener: &slow{cluster: cluster, pages: 30, every: 20 * time.Millisecond}})
		defer s.Close()
		start := time.Now()
		w := s.Tasks(cluster)
		seen, last := 0, map[string]bool{}
		for done := false; !done; {
			<-w.Changed()
			snap := w.Snapshot()
			seen++
			if state := snap.State(time.Now()).State; !complete(snap) && state != store.Loading {
				t.Errorf("%s while pages land", state)
			}
			if snap.Done > snap.Total || snap.Done != len(snap.Items) {
				t.Errorf("done %d of %d with %d rows", snap.Done, snap.Total, len(snap.Items))
			}
			now := map[string]bool{}
			for i, task := range snap.Items {
				now[task.Ref.ARN] = true
				if i > 0 && snap.Items[i-1].Ref.ARN >= task.Ref.ARN {
					t.Fatal("rows are out of order")
				}
			}
			for arn := range last {
				if !now[arn] {
					t.Fatalf("row %s was lost", arn)
				}
			}
			last, done = now, complete(snap)
		}
		if len(last) != 3000 {
			t.Errorf("%d rows", len(last))
		}
		// 600 ms of loading, ten snapshots a second, the first and the last one.
		if took := time.Since(start); took != 600*time.Millisecond || seen < 6 || seen > 8 {
			t.Errorf("%d snapshots in %s", seen, took)
		}
	})
}

func TestAReaderThatStallsIsWokenOnceAndSeesTheNewest(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		w := s.Services(c.Ref)
		until(t, w, complete)
		c.Service("late")
		pass(10 * time.Minute)
		<-w.Changed()
		if got := names(w.Snapshot().Values()); len(got) != 1 {
			t.Errorf("services %v", got)
		}
		select {
		case <-w.Changed():
			t.Error("woken twice for what one look shows")
		default:
		}
	})
}

func TestWatchersShareOnePollerAndComingBackIsInstant(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		first, second := s.Services(c.Ref), s.Services(c.Ref)
		until(t, first, complete)
		until(t, second, complete)
		if n := a.Count(awsxtest.Services); n != 1 {
			t.Fatalf("%d sweeps for two watchers", n)
		}
		first.Close()
		pass(time.Minute)
		if n := a.Count(awsxtest.Services); n < 2 {
			t.Fatal("polling ended although somebody watches")
		}
		second.Close()
		second.Close()
		pass(time.Second)
		a.Forget()
		pass(2 * time.Minute)
		if n := a.Count(awsxtest.Services); n != 0 {
			t.Fatalf("%d sweeps for nobody", n)
		}
		back := s.Services(c.Ref)
		if got := names(back.Snapshot().Values()); len(got) != 1 {
			t.Errorf("came back to %v", got)
		}
		pass(time.Second)
		if n := a.Count(awsxtest.Services); n != 1 {
			t.Errorf("%d sweeps after coming back to old data", n)
		}
		back.Close()
		pass(10 * time.Minute)
		if again := s.Services(c.Ref); complete(again.Snapshot()) {
			t.Error("the snapshot was kept for ever")
		}
	})
}

func TestAPollNobodyWaitsForIsCancelledAfterAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		release := a.Block(awsxtest.Services)
		defer release()
		w := s.Services(c.Ref)
		synctest.Wait()
		w.Close()
		pass(time.Minute)
		release()
		w = s.Services(c.Ref)
		until(t, w, complete)
		if n := a.Count(awsxtest.Services); n != 2 {
			t.Errorf("%d sweeps: the first was to be given up, the second to be made", n)
		}
	})
}

func TestAFailureKeepsTheRowsAndItsClassDecidesHowToGoOn(t *testing.T) {
	tests := []struct {
		class  fault.Class
		after  time.Duration // RetryAfter
		state  store.State
		within time.Duration
		min    int // calls within
		max    int
	}{
		{fault.Throttled, 0, store.Throttled, 5 * time.Minute, 1, 4},
		{fault.Throttled, 8 * time.Minute, store.Throttled, 7 * time.Minute, 1, 1},
		{fault.Expired, 0, store.Expired, time.Hour, 1, 1},
		{fault.Denied, 0, store.Denied, 16 * time.Minute, 3, 4},
		{fault.Offline, 0, store.Offline, 2 * time.Minute, 5, 8},
		{fault.Failed, 0, store.Failing, 2 * time.Minute, 3, 6},
		{fault.NotFound, 0, store.Failing, 2 * time.Minute, 3, 6},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.class, tt.after), func(t *testing.T) {
			inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
				c.Service("api")
				w := s.Services(c.Ref)
				good := until(t, w, complete)
				a.Fail(awsxtest.Services, &fault.Error{Class: tt.class, Op: "ecs:DescribeServices", RetryAfter: tt.after})
				bad := until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.Err != nil })
				a.Forget()
				w.Refresh()
				pass(tt.within)
				if n := a.Count(awsxtest.Services); n < tt.min || n > tt.max {
					t.Errorf("%d calls in %s, want %d to %d", n, tt.within, tt.min, tt.max)
				}
				if len(bad.Items) != 1 || !bad.At.Equal(good.At) || bad.Rev != good.Rev {
					t.Errorf("the last good rows are gone: %+v", bad)
				}
				f := w.Snapshot().State(time.Now())
				if f.State != tt.state || f.Age < tt.within {
					t.Errorf("state %+v", f)
				}
				if stopped := f.RetryIn < 0; stopped != (tt.class == fault.Expired) {
					t.Errorf("retry in %s", f.RetryIn)
				}
				a.Fail(awsxtest.Services, nil)
				w.Refresh()
				fine := until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.Err == nil })
				if f := fine.State(time.Now()); f.State != store.Fresh || f.Age != 0 {
					t.Errorf("after the failure: %+v", f)
				}
			})
		})
	}
}

func TestExpiredCredentialsResumeWhenTheyChange(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		a.Fail(awsxtest.Services, &fault.Error{Class: fault.Expired})
		w := s.Services(c.Ref)
		until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.Err != nil })
		a.Fail(awsxtest.Services, nil)
		s.CredentialsChanged(awsx.ContextID{Profile: "another"})
		pass(time.Hour)
		if complete(w.Snapshot()) {
			t.Fatal("resumed for another context's credentials")
		}
		s.CredentialsChanged(a.ID)
		until(t, w, complete)
	})
}

// TestTheIntervalIsChangedUnderWay, for what is watched already: nothing is read until it is
// due by the new one.
func TestTheIntervalIsChangedUnderWay(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		w := s.Services(c.Ref)
		defer w.Close()
		until(t, w, complete)
		readings := func(span time.Duration) int {
			before := a.Count(awsxtest.Services)
			pass(span)
			return a.Count(awsxtest.Services) - before
		}
		s.SetRefresh(10 * time.Minute)
		if n := readings(9 * time.Minute); n > 0 {
			t.Errorf("%d readings within an interval", n)
		}
		s.SetRefresh(20 * time.Second)
		if n := readings(5 * time.Minute); n < 13 || n > 17 {
			t.Errorf("%d readings in 15 intervals", n)
		}
	})
}

func TestAFailedBatchKeepsItsRowsUntilACleanSweep(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		lost := c.Service("b-lost")
		c.Service("a-gone")
		c.Service("c-kept")
		w := s.Services(c.Ref)
		until(t, w, complete)
		a.Lose(awsxtest.Services, fault.Errorf(fault.Failed, "ecs:DescribeServices", "", "500"), lost.ARN)
		a.Edit(func(d *awsxtest.Data) { d.Services = append(d.Services[:1:1], d.Services[2:]...) })
		w.Refresh()
		partial := until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return len(x.Partial) > 0 })
		if diff := cmp.Diff([]string{"a-gone", "b-lost", "c-kept"}, names(partial.Values())); diff != "" {
			t.Error(diff)
		}
		if f := partial.State(time.Now()); f.State != store.Fresh || !f.Partial || partial.Err != nil {
			t.Errorf("%+v, error %v", f, partial.Err)
		}
		a.Lose(awsxtest.Services, nil)
		w.Refresh()
		clean := until(t, w, func(x *store.Snapshot[awsx.Service]) bool {
			return complete(x) && len(x.Partial) == 0 && x.Seq > partial.Seq
		})
		if diff := cmp.Diff([]string{"b-lost", "c-kept"}, names(clean.Values())); diff != "" {
			t.Error(diff)
		}
		if len(partial.Items) != 3 || partial.Items[0].Name != "a-gone" {
			t.Error("a published snapshot changed")
		}
	})
}

func TestTheIntervalFollowsWhatWatchersNeed(t *testing.T) {
	tests := []struct {
		name  string
		needs []store.Need
		want  int // sweeps in ten minutes, about
	}{
		{"nothing special", []store.Need{{}}, 20},
		{"covered", []store.Need{{Idle: true}}, 5},
		{"one covered, one not", []store.Need{{Idle: true}, {}}, 20},
		{"young data", []store.Need{{MaxAge: 15 * time.Second}}, 40},
		{"younger than is sensible", []store.Need{{MaxAge: time.Second}}, 60},
		{"one of five contexts on a screen", []store.Need{{Together: 5}}, 20},
		{"one of ten", []store.Need{{Together: 10}}, 10},
		{"one of a hundred", []store.Need{{Together: 100}}, 5},
		{"one of a hundred, and looked at by itself", []store.Need{{Together: 100}, {}}, 20},
		{"old data will do", []store.Need{{MaxAge: 2 * time.Minute}}, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
				var watches []*store.Watch[awsx.Service]
				for _, n := range tt.needs {
					w := s.Services(c.Ref)
					w.Need(n)
					watches = append(watches, w)
				}
				for range 60 {
					pass(10 * time.Second)
					if f := watches[0].Snapshot().State(time.Now()); f.State != store.Fresh && !tt.needs[0].Idle && tt.needs[0].MaxAge == 0 {
						t.Fatalf("what is read as often as it is meant to be is %+v", f)
					}
				}
				if n := a.Count(awsxtest.Services); n < tt.want*8/10 || n > tt.want*12/10+1 {
					t.Errorf("%d sweeps, want about %d", n, tt.want)
				}
			})
		})
	}
}

func TestASilentStallTurnsStale(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		w := s.Services(c.Ref)
		until(t, w, complete)
		defer a.Block(awsxtest.Services)()
		pass(5 * time.Minute)
		if f := w.Snapshot().State(time.Now()); f.State != store.Stale || f.Age < 4*time.Minute {
			t.Errorf("%+v", f)
		}
	})
}

func TestRowsThatStayEqualKeepTheirRevision(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		w := s.Services(c.Ref)
		first := until(t, w, complete)
		pass(2 * time.Minute)
		same := w.Snapshot()
		if same.Seq == first.Seq || same.Rev != first.Rev || !same.At.After(first.At) {
			t.Errorf("first %d/%d, then %d/%d", first.Seq, first.Rev, same.Seq, same.Rev)
		}
		a.Edit(func(d *awsxtest.Data) { d.Services[0].Running = 1 })
		w.Refresh()
		until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.Rev > same.Rev && x.Items[0].Running == 1 })
		if same.Items[0].Running != 2 {
			t.Error("a published snapshot changed")
		}
	})
}

func TestWhatIsReadAgainAndFoundAsItWasIsNoChange(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		api := c.Service("api")
		targets, service := s.Targets(c.Ref), s.Service(api)
		until(t, targets, func(x *store.Snapshot[store.GroupState]) bool { return x.Total == 1 && x.Done == 1 })
		until(t, service, whole)
		pass(time.Minute)
		groups, state := targets.Snapshot(), service.Snapshot()
		pass(2 * time.Minute)
		later, now := targets.Snapshot(), service.Snapshot()
		if !later.Items[0].ReadAt.After(groups.Items[0].ReadAt) || !now.Items[0].RunningAt.After(state.Items[0].RunningAt) {
			t.Fatal("nothing was read again")
		}
		if later.Rev != groups.Rev || now.Rev != state.Rev {
			t.Errorf("targets changed at %d, then at %d; the service at %d, then at %d", groups.Rev, later.Rev, state.Rev, now.Rev)
		}
		a.Edit(func(d *awsxtest.Data) {
			for arn, health := range d.Health {
				health.Targets[0].State = "unhealthy"
				d.Health[arn] = health
			}
		})
		until(t, service, func(x *store.Snapshot[store.ServiceState]) bool { return x.Rev > now.Rev })
		sick := until(t, targets, func(x *store.Snapshot[store.GroupState]) bool { return x.Rev > later.Rev })
		if c := sick.Since(groups.Rev); c.Anew || len(c.Gone) != 0 || len(c.Items) != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAReaderThatComesBackLateStartsAnew(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		c.Service("web")
		w := s.Services(c.Ref)
		known := until(t, w, complete).Rev
		w.Close()
		pass(10 * time.Minute)
		a.Edit(func(d *awsxtest.Data) { d.Services = d.Services[1:] })
		w = s.Services(c.Ref)
		if c := w.Snapshot().Since(known); !c.Anew {
			t.Errorf("%+v before anything was read", c)
		}
		if c := until(t, w, complete).Since(known); !c.Anew || len(c.Items) != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestRefreshDuringAPollMakesAnotherFollow(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		release := a.Block(awsxtest.Services)
		w := s.Services(c.Ref)
		synctest.Wait()
		w.Refresh()
		w.Refresh()
		release()
		pass(time.Second)
		if n := a.Count(awsxtest.Services); n != 2 {
			t.Errorf("%d sweeps, want the one under way and one more", n)
		}
	})
}

func TestAContextThatCannotBeOpenedSaysWhy(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		w := s.Clusters(awsx.ContextID{Profile: "nobody"})
		bad := until(t, w, func(x *store.Snapshot[awsx.Cluster]) bool { return x.Err != nil })
		if fault.ClassOf(bad.Err) != fault.Invalid {
			t.Error(bad.Err)
		}
		if got := until(t, s.Clusters(a.ID), complete); len(got.Items) != 1 || got.Items[0].Name != "prod" {
			t.Errorf("clusters %+v", got.Items)
		}
		if got := until(t, s.Instances(c.Ref), complete); len(got.Items) != 2 {
			t.Errorf("instances %+v", got.Items)
		}
	})
}

func TestAClosedStoreAnswersAndCallsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		w := s.Services(c.Ref)
		until(t, w, complete)
		s.Close()
		a.Forget()
		w.Refresh()
		late := s.Tasks(c.Ref)
		if late.Snapshot().Err == nil {
			t.Error("a watch of a closed store waits for ever")
		}
		if _, err := s.TaskDefinition(t.Context(), a.ID, "arn:x"); err == nil {
			t.Error("a closed store still asks")
		}
		pass(time.Hour)
		if n := len(a.Calls()); n != 0 {
			t.Errorf("%d calls after the end", n)
		}
	})
}

func TestWatchesMayBeUsedFromAnywhere(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				w := s.Services(c.Ref)
				defer w.Close()
				w.Need(store.Need{Idle: i%2 == 0, Visible: []string{fmt.Sprint(i)}})
				until(t, w, complete)
				w.Refresh()
			})
		}
		wg.Wait()
	})
}

// TestARefreshIsTriedAgainWithinAMinute, whatever failed before somebody asked: the waits
// of a throttled account double up to minutes only while nobody does.
func TestARefreshIsTriedAgainWithinAMinute(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		a.Fail(awsxtest.Tasks, &fault.Error{Class: fault.Throttled})
		w := s.Tasks(c.Ref)
		until(t, w, func(x *store.Snapshot[awsx.Task]) bool { return x.Err != nil })
		pass(30 * time.Minute)
		a.Forget()
		w.Refresh()
		pass(time.Second)
		if n := a.Count(awsxtest.Tasks); n == 0 {
			t.Fatal("a refresh asked for nothing")
		}
		if f := w.Snapshot().State(time.Now()); f.State != store.Throttled || f.RetryIn > time.Minute {
			t.Errorf("after a refresh that was turned away: %+v", f)
		}
		a.Forget()
		pass(20 * time.Minute)
		if n := a.Count(awsxtest.Tasks); n < 6 || n > 16 { // two calls after ten seconds, twenty, forty and so on up to five minutes
			t.Errorf("nobody asked since, and it was tried %d times in 20 minutes", n)
		}
	})
}
