package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
)

func TestATaskDefinitionIsAskedForOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		var arn string
		a.Edit(func(d *awsxtest.Data) { arn = d.TaskDefinitions[0].ARN })
		if _, ok := s.CachedTaskDefinition(a.ID, arn); ok {
			t.Error("cached before it was read")
		}
		release := a.Block(awsxtest.TaskDefinition)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if td, err := s.TaskDefinition(t.Context(), a.ID, arn); err != nil || td.ARN != arn {
					t.Errorf("%v, %v", td, err)
				}
			})
		}
		left, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			if _, err := s.TaskDefinition(left, a.ID, arn); !errors.Is(err, context.Canceled) {
				t.Errorf("a caller who left got %v", err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		release()
		wg.Wait()
		td, ok := s.CachedTaskDefinition(a.ID, arn)
		if !ok || td.ARN != arn || a.Count(awsxtest.TaskDefinition) != 1 {
			t.Errorf("cached %v after %d calls", ok, a.Count(awsxtest.TaskDefinition))
		}
		if _, ok := s.CachedTaskDefinition(awsx.ContextID{Profile: "another"}, arn); ok {
			t.Error("cached across contexts")
		}
	})
}

func TestAFailureIsNotCached(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		a.FailOnce(awsxtest.Identity, errors.New("no answer"))
		if _, err := s.Identity(t.Context(), a.ID); err == nil {
			t.Error("no error")
		}
		for range 3 {
			if who, err := s.Identity(t.Context(), a.ID); err != nil || who.Account != awsxtest.Number {
				t.Errorf("%v, %v", who, err)
			}
		}
		if n := a.Count(awsxtest.Identity); n != 2 {
			t.Errorf("%d calls", n)
		}
		s.CredentialsChanged(a.ID)
		if _, err := s.Identity(t.Context(), a.ID); err != nil || a.Count(awsxtest.Identity) != 3 {
			t.Error("the identity outlived its credentials")
		}
	})
}

func TestCachedTaskDefinitionsAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		big := make(awsx.Document, 1<<20)
		arn := func(i int) string { return fmt.Sprintf("arn:aws:ecs:eu-west-1:1:task-definition/api:%d", i) }
		a.Edit(func(d *awsxtest.Data) {
			for i := range 20 {
				d.TaskDefinitions = append(d.TaskDefinitions, &awsx.TaskDefinition{ARN: arn(i), Family: "api", Revision: i, Raw: big})
			}
		})
		for i := range 20 {
			if _, err := s.TaskDefinition(t.Context(), a.ID, arn(i)); err != nil {
				t.Fatal(err)
			}
			s.CachedTaskDefinition(a.ID, arn(0)) // used all along
		}
		kept := 0
		for i := range 20 {
			if _, ok := s.CachedTaskDefinition(a.ID, arn(i)); ok {
				kept++
			}
		}
		_, first := s.CachedTaskDefinition(a.ID, arn(0))
		_, last := s.CachedTaskDefinition(a.ID, arn(19))
		if kept > 8 || !first || !last {
			t.Errorf("%d kept, the one in use %v, the newest %v", kept, first, last)
		}
	})
}

func TestWhatWasSeenOutlivesItsSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		ref := c.Service("api", awsxtest.Event("is unable to consistently start tasks successfully."))
		other := c.Service("other")
		memory := &store.Memory{}
		s := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a), Observer: memory})
		defer s.Close()
		begin := time.Now()
		s.Services(c.Ref)
		s.Tasks(c.Ref)
		s.Targets(c.Ref)
		pass(10 * time.Second)
		group := groupOf(a, ref)
		a.Edit(func(d *awsxtest.Data) {
			for i := range d.Tasks {
				if d.Tasks[i].Group == "service:api" {
					d.Tasks[i].LastStatus, d.Tasks[i].DesiredStatus, d.Tasks[i].StoppedAt = "STOPPED", "STOPPED", time.Now()
					break
				}
			}
			d.Health[group] = awsx.GroupHealth{TargetGroup: group, Targets: []awsx.TargetHealth{{ID: "i-new", Port: 1, State: "initial"}}}
		})
		pass(10 * time.Minute)
		a.Edit(func(d *awsxtest.Data) { d.Tasks = nil })
		pass(5 * time.Minute)

		ids := memory.RuntimeIDs(ref)
		if len(ids) != 2 || ids[0].Family != "api" || ids[0].Revision != "1" || ids[0].Container != "api" || ids[0].Task == "" || ids[0].ID == ids[1].ID {
			t.Errorf("containers %+v", ids)
		}
		for _, id := range ids {
			if id.First.Sub(begin) > time.Minute || id.Last.Sub(id.First) < 8*time.Minute || id.Last.Sub(id.First) > 11*time.Minute {
				t.Errorf("seen from %s to %s", id.First, id.Last)
			}
		}
		if got := memory.StoppedTasks(ref, time.Now().Add(-time.Hour)); len(got) != 1 || len(memory.StoppedTasks(ref, time.Now())) != 0 || len(memory.StoppedTasks(other, time.Time{})) != 0 {
			t.Errorf("stopped %+v", got)
		}
		if got := memory.Events(ref); len(got) != 1 {
			t.Errorf("events %+v", got)
		}
		changes := memory.TargetChanges(a.ID, group)
		if len(changes) != 3 {
			t.Errorf("one target came and two went: %+v", changes)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	m := &store.Memory{}
	cluster := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:cluster/prod"}
	service := cluster.In("arn:aws:ecs:eu-west-1:1:service/prod/api")
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 3000 {
		at = at.Add(time.Second)
		id := fmt.Sprintf("%064x", i)
		m.SeenRuntimeID(store.Seen{Cluster: cluster, Service: "api", ID: id, First: at, Last: at})
		m.SeenStoppedTask(awsx.Task{Ref: cluster.In("task/" + id), Group: "service:api", StoppedAt: at}, at)
		m.SeenEvent(service, awsx.ServiceEvent{ID: id, At: at})
		m.SeenTargetChange(store.TargetChange{Group: "g", At: at})
	}
	m.SeenEvent(service, awsx.ServiceEvent{ID: "old", At: at.Add(-time.Hour)})
	ids, stopped, events, changes := m.RuntimeIDs(service), m.StoppedTasks(service, time.Time{}), m.Events(service), m.TargetChanges(awsx.ContextID{}, "g")
	if len(ids) != 1000 || len(stopped) != 100 || len(events) != 50 || len(changes) != 2000 {
		t.Errorf("%d ids, %d stopped, %d events, %d changes", len(ids), len(stopped), len(events), len(changes))
	}
	if !ids[0].Last.Equal(at) || !stopped[0].StoppedAt.Equal(at) || !events[0].At.Equal(at) || !changes[0].At.Equal(at) {
		t.Error("the newest is not first")
	}
	m.SeenStoppedTask(awsx.Task{Ref: cluster.In("task/later"), Group: "service:api", StoppedAt: at.Add(2 * time.Hour)}, at.Add(2*time.Hour))
	if got := m.StoppedTasks(service, time.Time{}); len(got) != 1 {
		t.Errorf("%d stopped tasks are remembered for more than an hour", len(got))
	}
}
