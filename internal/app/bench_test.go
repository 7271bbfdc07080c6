package app

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/store"
)

// crowd is a cluster of 300 services with ten tasks each, 30 ms away.
var crowd = sim.Options{Scenario: seed.Steady, Clusters: 1, Services: 300, Tasks: 10, Latency: 30 * time.Millisecond}

// together counts the requests that are under way at once.
type together struct {
	next http.RoundTripper

	mu        sync.Mutex
	now, most int
}

func (c *together) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.now++
	c.most = max(c.most, c.now)
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.now--
		c.mu.Unlock()
	}()
	return c.next.RoundTrip(r)
}

// over runs a test with a store over the real adapter and a simulated account.
func over(t *testing.T, o sim.Options, test func(*testing.T, *sim.Account, *together, *store.Store)) {
	synctest.Test(t, func(t *testing.T) {
		account, err := sim.New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- account.Run(ctx) }()
		wire := &together{next: account.RoundTripper()}
		opener := sdk.NewStatic(access.Options{Transport: wire, Version: "test"}, access.Static{Region: simRegion, AccessKey: "AKID", SecretKey: "SECRET"})
		s := store.New(ctx, store.Options{Opener: opener, Alarming: reason.AboutHealth})
		defer func() {
			s.Close()
			stop()
			<-done
		}()
		test(t, account, wire, s)
	})
}

// landing gathers the snapshots of a watch until one satisfies ok.
func landing[T any](t *testing.T, w *store.Watch[T], ok func(*store.Snapshot[T]) bool) []*store.Snapshot[T] {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	var seen []*store.Snapshot[T]
	for {
		s := w.Snapshot()
		if len(s.Items) > 0 {
			seen = append(seen, s)
		}
		if ok(s) {
			return seen
		}
		select {
		case <-w.Changed():
		case <-ctx.Done():
			t.Fatalf("after %d snapshots: %d items, %v %v", len(seen), len(s.Items), s.Err, s.Partial)
		}
	}
}

// rising checks that rows came as pages landed, that none went away again, and
// that those which were there kept their order.
func rising[T any](t *testing.T, seen []*store.Snapshot[T], key func(*T) string) {
	t.Helper()
	if len(seen) < 3 || len(seen[0].Items) >= len(seen[len(seen)-1].Items) {
		t.Errorf("the rows came in %d steps, the first with %d", len(seen), len(seen[0].Items))
	}
	var before []string
	for _, s := range seen {
		var keys []string
		for i := range s.Items {
			keys = append(keys, key(s.Items[i]))
		}
		had := slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !slices.Contains(before, k) })
		if !slices.Equal(had, before) {
			t.Fatalf("of %d rows %d are left, or in another order", len(before), len(had))
		}
		before = keys
	}
}

// TestALargeClusterShowsWithTheFewestCalls holds the budget of a first look: bare
// rows after 33 calls, running tasks after 60 more, a bounded number at a time.
func TestALargeClusterShowsWithTheFewestCalls(t *testing.T) {
	over(t, crowd, func(t *testing.T, account *sim.Account, wire *together, s *store.Store) {
		clusters := s.Clusters(simulated)
		cluster := landing(t, clusters, (*store.Snapshot[awsx.Cluster]).Ended)[0].Items[0].Ref
		clusters.Close()
		before := len(account.Calls())

		start := time.Now()
		services := landing(t, s.Services(cluster), (*store.Snapshot[awsx.Service]).Ended)
		rows := services[len(services)-1].Items
		if calls := len(account.Calls()) - before; len(rows) != 300 || calls != 33 {
			t.Errorf("%d rows after %d calls", len(rows), calls)
		}
		t.Logf("300 services: %d snapshots, all after %s of the bubble's time", len(services), time.Since(start))
		rising(t, services, func(x *awsx.Service) string { return x.Name })

		want := 0
		for _, x := range rows {
			want += x.Running + x.Pending
		}
		before = len(account.Calls())
		start = time.Now()
		tasks := landing(t, s.Tasks(cluster), func(x *store.Snapshot[awsx.Task]) bool { return len(x.Items) >= want })
		t.Logf("%d tasks: %d snapshots, all after %s of the bubble's time", want, len(tasks), time.Since(start))
		rising(t, tasks, func(x *awsx.Task) string { return x.Ref.ARN })
		calls := account.Calls()[before:]
		if want != 3000 || len(calls) < 60 {
			t.Fatalf("%d tasks after %d calls", want, len(calls))
		}
		for _, c := range calls[:60] {
			if !strings.HasSuffix(c.Operation, "Tasks") || bytes.Contains(c.Body, []byte("STOPPED")) {
				t.Errorf("%s %.80s is among the first 60 calls", c.Operation, c.Body)
			}
		}
		for _, c := range calls[60:] {
			if c.Operation == "DescribeTasks" || c.Operation == "ListTasks" && !bytes.Contains(c.Body, []byte("STOPPED")) {
				t.Errorf("%s %.80s comes after the running tasks were read", c.Operation, c.Body)
			}
		}
		if wire.most < 4 || wire.most > 8 {
			t.Errorf("%d calls at once", wire.most)
		}
	})
}

// TestALookAgainKeepsEveryRowInItsPlace reads the same cluster twice.
func TestALookAgainKeepsEveryRowInItsPlace(t *testing.T) {
	over(t, crowd, func(t *testing.T, _ *sim.Account, _ *together, s *store.Store) {
		cluster := landing(t, s.Clusters(simulated), (*store.Snapshot[awsx.Cluster]).Ended)[0].Items[0].Ref
		w := s.Services(cluster)
		seen := landing(t, w, (*store.Snapshot[awsx.Service]).Ended)
		first := seen[len(seen)-1]
		w.Refresh()
		for _, again := range landing(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.At.After(first.At) }) {
			same := slices.EqualFunc(first.Values(), again.Values(), func(a, b awsx.Service) bool { return a.Ref == b.Ref })
			if !same {
				t.Fatalf("%d rows became %d, or changed places", len(first.Items), len(again.Items))
			}
		}
	})
}
