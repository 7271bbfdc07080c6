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

// crowd is what sweeps of many services tell: of each its events and its two containers.
type crowd struct {
	services, events int
	cluster          awsx.Ref
	at               time.Time
}

func (c *crowd) service(i int) awsx.Ref {
	return c.cluster.In(fmt.Sprintf("arn:aws:ecs:eu-west-1:1:service/prod/service-%04d", i))
}

// begin tells what the first sweep does, with all events.
func (c *crowd) begin(o past.Observer) {
	for i := range c.services {
		for n := range c.events {
			o.SeenEvent(c.service(i), awsx.ServiceEvent{
				ID: fmt.Sprintf("%08d-0000-4000-8000-%012d", i, n), At: c.at.Add(time.Duration(n) * time.Minute),
				Message: fmt.Sprintf("(service service-%04d) has started 1 tasks: (task 0123456789abcdef0123456789abcdef).", i),
			})
		}
	}
	c.at = c.at.Add(time.Duration(c.events) * time.Minute)
}

// sweep tells what each sweep does when little happens.
func (c *crowd) sweep(o past.Observer) {
	c.at = c.at.Add(30 * time.Second)
	for i := range c.services {
		ref := c.service(i)
		for n := range 2 {
			o.SeenRuntimeID(past.Seen{
				Cluster: c.cluster, Service: ref.Name(), ID: fmt.Sprintf("%060d%d", i, n), Task: fmt.Sprintf("arn:aws:ecs:eu-west-1:1:task/prod/%030d%d", i, n),
				Container: "app", Family: ref.Name(), Revision: "7", First: c.at, Last: c.at,
			})
		}
	}
}

func crowdOf(services, events int) *crowd {
	const arn = "arn:aws:ecs:eu-west-1:1:cluster/prod"
	return &crowd{services, events, awsx.Ref{Cluster: arn, ARN: arn}, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
}

// TestSweepsOfManyServicesForgetNone: room is short, and each service keeps its newest events
// and its containers since the first sweep.
func TestSweepsOfManyServicesForgetNone(t *testing.T) {
	m, c := &past.Memory{}, crowdOf(3000, 40)
	c.begin(m)
	c.sweep(m)
	first := c.at
	c.sweep(m)
	events := 0
	for i := range c.services {
		ids, told := seen(m.Containers(t.Context(), c.service(i), time.Time{})), seen(m.Events(t.Context(), c.service(i), time.Time{}))
		events += len(told)
		if len(ids) != 2 || !ids[0].First.Equal(first) || !ids[0].Last.Equal(c.at) {
			t.Fatalf("of service %d %d containers are known, the first %+v", i, len(ids), ids)
		}
		if len(told) == 0 || !told[0].At.Equal(first.Add(-90*time.Second)) {
			t.Fatalf("of service %d %d events are known", i, len(told))
		}
	}
	if all := c.services * c.events; events > all*3/4 {
		t.Errorf("%d of %d events are kept in 16 MiB", events, all)
	}
	// What nobody has seen for long goes before what is there now.
	later := crowdOf(2000, 40)
	later.at = c.at.Add(2 * time.Hour)
	later.begin(m)
	later.sweep(m)
	if ids := seen(m.Containers(t.Context(), c.service(2999), time.Time{})); len(ids) != 0 {
		t.Error("a service that is long gone takes room from those that are there")
	}
}

// TestNewsAreToldOn: what a memory knows already is not told on, and of what still runs it is
// told now and then.
func TestNewsAreToldOn(t *testing.T) {
	next := &past.Memory{}
	var told counter
	next.Next = &told
	m, c := &past.Memory{Next: next}, crowdOf(3, 4)
	c.begin(m)
	c.begin(m)
	for range 61 { // half an hour
		c.sweep(m)
	}
	task := awsx.Task{Ref: c.cluster.In("task/x"), Group: "service:service-0001", LastStatus: "STOPPED", StoppedAt: c.at}
	for range 3 {
		m.SeenStoppedTask(task, c.at)
	}
	task.StoppedReason = "now it is known"
	m.SeenStoppedTask(task, c.at)
	m.SeenTargetChange(past.TargetChange{Group: "g"})
	if want := (counter{stopped: 2, events: 12, containers: 3 * 2 * 3, changes: 1}); told != want {
		t.Errorf("told on %+v, want %+v", told, want)
	}
}

// counter counts what it is told.
type counter struct{ stopped, events, containers, changes int }

func (c *counter) SeenStoppedTask(awsx.Task, time.Time)  { c.stopped++ }
func (c *counter) SeenEvent(awsx.Ref, awsx.ServiceEvent) { c.events++ }
func (c *counter) SeenRuntimeID(past.Seen)               { c.containers++ }
func (c *counter) SeenTargetChange(past.TargetChange)    { c.changes++ }

// BenchmarkSweep is what remembering costs a sweep of a cluster in which little happens.
func BenchmarkSweep(b *testing.B) {
	for _, services := range []int{300, 5000} {
		b.Run(fmt.Sprint(services), func(b *testing.B) {
			m, c := &past.Memory{}, crowdOf(services, 100)
			c.begin(m)
			c.sweep(m)
			seen := recorded(c)
			b.ResetTimer()
			for range b.N {
				for _, s := range seen {
					m.SeenRuntimeID(s)
				}
			}
		})
	}
}

// recorded are the containers that a sweep tells of.
func recorded(c *crowd) []past.Seen {
	r := &recorder{}
	c.sweep(r)
	return r.seen
}

type recorder struct {
	counter
	seen []past.Seen
}

func (r *recorder) SeenRuntimeID(s past.Seen) { r.seen = append(r.seen, s) }
