package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// groupsRead returns the target groups whose health was read, in order.
func groupsRead(a *awsxtest.Account) []string {
	var out []string
	for _, c := range a.Calls() {
		if c.Op == awsxtest.TargetHealth {
			out = append(out, c.Resource)
		}
	}
	return out
}

// groupOf returns the target group of a service.
func groupOf(a *awsxtest.Account, service awsx.Ref) string {
	var arn string
	a.Edit(func(d *awsxtest.Data) {
		for _, s := range d.Services {
			if s.Ref == service {
				arn = s.LoadBalancers[0].TargetGroup
			}
		}
	})
	return arn
}

// held is an opener that keeps whoever opens an account waiting while it is held.
type held struct {
	awsx.Opener
	gate atomic.Pointer[chan struct{}]
}

func (h *held) Open(ctx context.Context, id awsx.ContextID) (awsx.Account, error) {
	if gate := h.gate.Load(); gate != nil {
		<-*gate
	}
	return h.Opener.Open(ctx, id)
}

func TestVisibleGroupsAndSuspectsAreReadBeforeTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		opener := &held{Opener: awsxtest.NewOpener(a)}
		s := store.New(t.Context(), store.Options{Opener: opener, Alarming: unhealthy})
		defer s.Close()
		refs := make([]awsx.Ref, 60)
		for i := range refs {
			option := awsxtest.Desired(1)
			switch i {
			case 40, 41, 42:
				option = awsxtest.Running(1) // of two
			case 50:
				option = awsxtest.Event("(port 8080) is unhealthy in (target-group web) due to (reason Request timed out)")
			}
			refs[i] = c.Service(fmt.Sprintf("s%02d", i), option)
		}
		services := s.Services(c.Ref)
		until(t, services, complete)
		release := a.Block(awsxtest.TargetHealth)
		// A table tells what is on screen only once it is drawn: the poll has begun by then.
		gate := make(chan struct{})
		opener.gate.Store(&gate)
		w := s.Targets(c.Ref)
		synctest.Wait()
		w.Need(store.Need{Visible: []string{refs[20].ARN, groupOf(a, refs[30])}})
		opener.gate.Store(nil)
		close(gate)
		synctest.Wait()
		if got := w.Snapshot(); len(got.Items) != 0 {
			for _, g := range got.Items {
				if g.Read {
					t.Errorf("%s is read before its call returned", g.ARN)
				}
			}
		}
		release()
		pass(500 * time.Millisecond)
		read := groupsRead(a)
		var suspects, visible []string
		for _, i := range []int{40, 41, 42, 50} {
			suspects = append(suspects, groupOf(a, refs[i]))
		}
		for _, i := range []int{20, 30} {
			visible = append(visible, groupOf(a, refs[i]))
		}
		slices.Sort(suspects)
		// Twenty calls go out on opening, ten at a time and these in any order among themselves.
		first := read[:min(10, len(read))]
		if len(read) < 20 || len(read) > 22 || slices.ContainsFunc(append(suspects, visible...), func(arn string) bool { return !slices.Contains(first, arn) }) {
			t.Fatalf("read %v first; suspects are %v, visible %v", read, suspects, visible)
		}
		snap := w.Snapshot()
		if len(snap.Items) != 60 || snap.Done < 20 || snap.Total != 60 {
			t.Errorf("%d groups, %d of %d read", len(snap.Items), snap.Done, snap.Total)
		}
		a.Forget()
		pass(10 * time.Second)
		if n := len(groupsRead(a)); n < 32 || n > 38 {
			t.Errorf("%d groups in 10 s: thirty of the rest and the suspects again were to be read", n)
		}
		pass(2 * time.Minute)
		for _, g := range w.Snapshot().Items {
			if !g.Read || len(g.Targets) == 0 || len(g.Services) != 1 || g.Settings.ARN != g.ARN {
				t.Errorf("%+v", g)
			}
		}
	})
}

func TestTargetReadsStayWithinTheBudgetWhenEverythingIsSuspect(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		for i := range 200 {
			c.Service(fmt.Sprintf("s%03d", i), awsxtest.Desired(1), awsxtest.Targets("unhealthy", "Target.Timeout"))
			a.Edit(func(d *awsxtest.Data) { d.Services[i].Desired = 2 })
		}
		s.Targets(c.Ref)
		pass(2 * time.Minute)
		// A burst, then five urgent ones a second at most; ELB grants ten in all.
		if n := a.Count(awsxtest.TargetHealth) + a.Count(awsxtest.TargetGroups); n < 500 || n > 20+120*6 {
			t.Errorf("%d calls in two minutes", n)
		}
	})
}

func TestACoveredScreenHardlyReadsTargets(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		for i := range 30 {
			c.Service(fmt.Sprintf("s%02d", i))
		}
		release := a.Block(awsxtest.Services) // so that nothing is read before that is said
		s.Targets(c.Ref).Need(store.Need{Idle: true, Visible: []string{"x"}})
		release()
		pass(time.Minute)
		if n := a.Count(awsxtest.TargetHealth); n < 10 || n > 14 {
			t.Errorf("%d calls in a minute, want one in 5 s", n)
		}
	})
}

func TestAGroupThatIsGoneSpoilsNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		gone := c.Service("gone", awsxtest.Running(1))
		c.Service("here", awsxtest.Running(1))
		arn := groupOf(a, gone)
		a.Edit(func(d *awsxtest.Data) {
			delete(d.Health, arn)
			d.TargetGroups = slices.DeleteFunc(d.TargetGroups, func(g awsx.TargetGroup) bool { return g.ARN == arn })
		})
		w := s.Targets(c.Ref)
		pass(2 * time.Minute)
		for _, g := range w.Snapshot().Items {
			if g.ARN == arn && (g.Read || fault.ClassOf(g.Err) != fault.NotFound) {
				t.Errorf("the deleted group: %+v", g)
			}
			if g.ARN != arn && (!g.Read || g.Settings.ARN == "") {
				t.Errorf("the group that is there: %+v", g)
			}
		}
		if f := w.Snapshot().State(time.Now()); f.State != store.Fresh {
			t.Errorf("%+v", f)
		}
	})
}

func TestThrottledTargetReadsWidenAndRecover(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api", awsxtest.Running(1))
		w := s.Targets(c.Ref)
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return x.Done == 1 })
		a.Fail(awsxtest.TargetHealth, &fault.Error{Class: fault.Throttled})
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return x.State(time.Now()).State == store.Throttled })
		a.Forget()
		pass(2 * time.Minute)
		if n := a.Count(awsxtest.TargetHealth); n > 8 {
			t.Errorf("%d calls while throttled", n)
		}
		if g := w.Snapshot().Items[0]; !g.Read || g.Err == nil {
			t.Errorf("a reading of two minutes ago counts, beside its error: %+v", g)
		}
		pass(15 * time.Minute)
		w.Refresh()
		pass(time.Second)
		if g := w.Snapshot().Items[0]; g.Read {
			t.Errorf("a reading that could not be repeated for a quarter of an hour still counts")
		}
		a.Fail(awsxtest.TargetHealth, nil)
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool {
			return x.State(time.Now()).State == store.Fresh && x.Items[0].Read && x.Items[0].Err == nil
		})
	})
}

func TestAClusterWithoutGroupsIsEmptyNotLoading(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("worker", awsxtest.Unbalanced())
		if got := until(t, s.Targets(c.Ref), complete); len(got.Items) != 0 {
			t.Errorf("%+v", got.Items)
		}
	})
}

func TestRulesAreReadForPairsOfGroupsAndTheirRefusalIsNoFailure(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		ref := c.Service("shop")
		const rule, other = "arn:rule", "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/other/1"
		first := groupOf(a, ref)
		a.Edit(func(d *awsxtest.Data) {
			for i := range d.Services {
				d.Services[i].LoadBalancers[0].Alternate, d.Services[i].LoadBalancers[0].ProductionRule = other, rule
			}
			d.Health[other] = awsx.GroupHealth{TargetGroup: other}
			d.Rules = map[string]map[string]int{rule: {other: 100}}
		})
		w := s.Targets(c.Ref)
		defer w.Close()
		w.Need(store.Need{Visible: []string{ref.ARN}})
		got := until(t, w, func(s *store.Snapshot[store.GroupState]) bool { return len(s.Items) == 2 && s.Done == 2 })
		for _, g := range got.Items {
			want := map[string]int{first: 0, other: 100}[g.ARN]
			if weight, known := g.Weights[rule]; !known || weight != want {
				t.Errorf("%s has %v, want %d", g.Name(), g.Weights, want)
			}
		}
		a.Edit(func(d *awsxtest.Data) { d.Rules[rule] = map[string]int{first: 1} })
		until(t, w, func(s *store.Snapshot[store.GroupState]) bool {
			return s.Items[0].Weights[rule]+s.Items[1].Weights[rule] == 1
		})

		a.Fail(awsxtest.RuleWeights, fault.Errorf(fault.Denied, "elasticloadbalancing:DescribeRules", rule, "no"))
		before := len(a.Calls())
		x := s.Service(ref)
		defer x.Close()
		state := until(t, x, func(s *store.Snapshot[store.ServiceState]) bool {
			return len(s.Items) == 1 && len(s.Items[0].Groups) == 2 && s.Items[0].Groups[0].Read
		})
		if len(state.Partial) > 0 || state.Err != nil {
			t.Errorf("%v %v", state.Err, state.Partial)
		}
		time.Sleep(3 * time.Minute)
		tried := 0
		for _, call := range a.Calls()[before:] {
			if call.Op == awsxtest.RuleWeights {
				tried++
			}
		}
		if tried != 1 {
			t.Errorf("a rule that may not be read was tried %d times in three minutes", tried)
		}
	})
}

// TestTargetsFollowServicesThatRecover: the targets wait for the services' own next try,
// not for minutes of their own after it, and an explicit refresh reads both at once.
func TestTargetsFollowServicesThatRecover(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api", awsxtest.Running(1))
		a.Fail(awsxtest.Services, &fault.Error{Class: fault.Throttled})
		services, w := s.Services(c.Ref), s.Targets(c.Ref)
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return x.State(time.Now()).State == store.Throttled })
		pass(20 * time.Minute)
		if w.Snapshot().State(time.Now()).RetryIn < time.Second {
			pass(2 * time.Second) // the services were just tried, and the targets follow
		}
		own, borrowed := services.Snapshot().State(time.Now()), w.Snapshot().State(time.Now())
		if more := borrowed.RetryIn - own.RetryIn; borrowed.State != store.Throttled || more > time.Second || more < -time.Second {
			t.Errorf("services retry in %s, targets in %s", own.RetryIn, borrowed.RetryIn)
		}
		a.Fail(awsxtest.Services, nil)
		services.Refresh()
		w.Refresh()
		pass(5 * time.Second)
		if x := w.Snapshot(); x.Done != 1 || x.State(time.Now()).State != store.Fresh {
			t.Errorf("after a refresh: %d read, %+v", x.Done, x.State(time.Now()))
		}
	})
}

// TestTargetsThatAreAskedForReadTheirServicesAnew where these could not be read before.
func TestTargetsThatAreAskedForReadTheirServicesAnew(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api", awsxtest.Running(1))
		a.Fail(awsxtest.Services, &fault.Error{Class: fault.Throttled})
		w := s.Targets(c.Ref)
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return x.State(time.Now()).State == store.Throttled })
		a.Fail(awsxtest.Services, nil)
		w.Refresh()
		pass(5 * time.Second)
		if x := w.Snapshot(); x.Done != 1 || x.State(time.Now()).State != store.Fresh {
			t.Errorf("%d read, %+v", x.Done, x.State(time.Now()))
		}
	})
}
