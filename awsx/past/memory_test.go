package past_test

import (
	"fmt"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
)

// seen is what a memory that reads no disk answers.
func seen[T any](all []T, _ error) []T { return all }

func TestMemoryIsBounded(t *testing.T) {
	m := &past.Memory{}
	cluster := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:cluster/prod"}
	service := cluster.In("arn:aws:ecs:eu-west-1:1:service/prod/api")
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 3000 {
		at = at.Add(time.Second)
		id := fmt.Sprintf("%064x", i)
		m.SeenRuntimeID(past.Seen{Cluster: cluster, Service: "api", ID: id, First: at, Last: at})
		m.SeenStoppedTask(awsx.Task{Ref: cluster.In("task/" + id), Group: "service:api", StoppedAt: at}, at)
		m.SeenEvent(service, awsx.ServiceEvent{ID: id, At: at})
		m.SeenTargetChange(past.TargetChange{Group: "g", At: at})
	}
	m.SeenEvent(service, awsx.ServiceEvent{ID: "old", At: at.Add(-time.Hour)})
	ids, stopped := seen(m.Containers(t.Context(), service, time.Time{})), seen(m.Stopped(t.Context(), service, time.Time{}))
	events, changes := seen(m.Events(t.Context(), service, time.Time{})), seen(m.TargetChanges(t.Context(), awsx.ContextID{}, time.Time{}, "g"))
	if len(ids) != 1000 || len(stopped) != 100 || len(events) != 50 || len(changes) != 2000 {
		t.Errorf("%d ids, %d stopped, %d events, %d changes", len(ids), len(stopped), len(events), len(changes))
	}
	if !ids[0].Last.Equal(at) || !stopped[0].At().Equal(at) || !events[0].At.Equal(at) || !changes[0].At.Equal(at) {
		t.Error("the newest is not first")
	}
	m.SeenStoppedTask(awsx.Task{Ref: cluster.In("task/later"), Group: "service:api", StoppedAt: at.Add(2 * time.Hour)}, at.Add(2*time.Hour))
	if got := seen(m.Stopped(t.Context(), service, time.Time{})); len(got) != 1 {
		t.Errorf("%d stopped tasks are remembered for more than an hour", len(got))
	}
}

func TestSweepsOfTooManyServicesForgetOnlySome(t *testing.T) {
	m := &past.Memory{}
	cluster := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:cluster/prod"}
	name := func(i int) string { return fmt.Sprintf("service-%04d", i) }
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	sweep := func(n int) {
		at = at.Add(time.Minute)
		for i := range n {
			m.SeenRuntimeID(past.Seen{Cluster: cluster, Service: name(i), ID: "id", First: at, Last: at})
		}
	}
	const services = 3000
	began := at
	sweep(services)
	sweep(services)
	known, since := 0, 0
	for i := range services {
		ids := seen(m.Containers(t.Context(), cluster.In("arn:aws:ecs:eu-west-1:1:service/prod/"+name(i)), time.Time{}))
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
		if ids := seen(m.Containers(t.Context(), cluster.In("arn:aws:ecs:eu-west-1:1:service/prod/"+name(i)), time.Time{})); len(ids) != 1 {
			t.Fatalf("%s is forgotten, while others are long gone", name(i))
		}
	}
}
