package store_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
)

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

func TestSweepsOfTooManyServicesForgetOnlySome(t *testing.T) {
	m := &store.Memory{}
	cluster := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:cluster/prod"}
	name := func(i int) string { return fmt.Sprintf("service-%04d", i) }
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	sweep := func(n int) {
		at = at.Add(time.Minute)
		for i := range n {
			m.SeenRuntimeID(store.Seen{Cluster: cluster, Service: name(i), ID: "id", First: at, Last: at})
		}
	}
	const services = 3000
	began := at
	sweep(services)
	sweep(services)
	known, since := 0, 0
	for i := range services {
		ids := m.RuntimeIDs(cluster.In("arn:aws:ecs:eu-west-1:1:service/prod/" + name(i)))
		known += len(ids)
		if len(ids) > 0 && ids[0].First.Equal(began.Add(time.Minute)) {
			since++
		}
	}
	if known != 2000 || since < 300 {
		t.Errorf("%d services are known, %d of them since the first sweep", known, since)
	}
	// What nobody has seen for long goes before what is there now.
	at = at.Add(2 * time.Hour)
	sweep(2000)
	for i := range 2000 {
		if ids := m.RuntimeIDs(cluster.In("arn:aws:ecs:eu-west-1:1:service/prod/" + name(i))); len(ids) != 1 {
			t.Fatalf("%s is forgotten, while others are long gone", name(i))
		}
	}
}
