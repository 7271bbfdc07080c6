package memory

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gantry/awsx"
	"gantry/awsx/past"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	arn     = "arn:aws:ecs:eu-west-1:123456789012:"
	group   = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/0a1b"
	service = "shop"
)

var (
	account = awsx.ContextID{Profile: "main", Region: "eu-west-1"}
	cluster = awsx.Ref{Context: account, Cluster: arn + "cluster/prod", ARN: arn + "cluster/prod"}
	shop    = cluster.In(arn + "service/prod/" + service)
)

// run is one run of gantry that remembers.
type run struct {
	*Memory
	t    *testing.T
	mu   sync.Mutex
	told []string
}

// begin begins a run, in a bubble, with the memory of a directory.
func begin(t *testing.T, o Options) *run {
	t.Helper()
	r := &run{t: t}
	if o.Days == 0 {
		o.Days = 14
	}
	if o.Megabytes == 0 {
		o.Megabytes = 8
	}
	o.Tell = func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.told = append(r.told, err.Error())
	}
	r.Memory = Open(o)
	return r
}

// ends ends a run and returns what it was told.
func (r *run) ends() []string {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told
}

// dead is a task of the shop that ran out of memory.
func dead(id string, at time.Time) awsx.Task {
	return awsx.Task{
		Ref: cluster.In(arn + "task/prod/" + id), ID: id, TaskDefinition: arn + "task-definition/shop:7", Group: "service:shop", StartedBy: "ecs-svc/1",
		LastStatus: "STOPPED", DesiredStatus: "STOPPED", Health: "UNKNOWN", LaunchType: "EC2", AvailabilityZone: "eu-west-1a", ContainerInstance: arn + "container-instance/prod/c1",
		CPU: "256", Memory: "512", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
		Containers: []awsx.Container{{
			Name: "app", Image: "acme/shop:v7", ImageDigest: "sha256:0a", RuntimeID: fmt.Sprintf("%064s", id), LastStatus: "STOPPED", Health: "UNKNOWN",
			ExitCode: 137, Reason: "OutOfMemoryError: Container killed due to memory usage",
		}, {Name: "agent", ExitCode: awsx.Unset}},
		CreatedAt: at.Add(-time.Hour), StartedAt: at.Add(-59 * time.Minute), StoppingAt: at.Add(-time.Second), StoppedAt: at,
	}
}

func ran(id string, at time.Time) past.Seen {
	return past.Seen{Cluster: cluster, Service: service, ID: id, Task: arn + "task/prod/" + id, Container: "app", Family: "shop", Revision: "7", First: at, Last: at}
}

func told(id string, at time.Time) awsx.ServiceEvent {
	return awsx.ServiceEvent{ID: id, At: at, Message: "(service shop) has stopped 1 running tasks: (task " + id + ")."}
}

func turned(from, to string, at time.Time) past.TargetChange {
	c := past.TargetChange{Context: account, Group: group, At: at, To: awsx.TargetHealth{ID: "10.0.0.7", Port: 8080, Zone: "eu-west-1a", State: to, Reason: "Target.FailedHealthChecks"}}
	if from != "" {
		c.From = awsx.TargetHealth{ID: "10.0.0.7", Port: 8080, State: from}
	}
	return c
}

// now is the time to the millisecond, which is what a file keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// tells is everything that a run knows since a time.
type tells struct {
	Stopped    []past.Stopped
	Containers []past.Seen
	Events     []past.Event
	Changes    []past.TargetChange
}

func (r *run) since(of awsx.Ref, at time.Time) (all tells) {
	r.t.Helper()
	ctx := r.t.Context()
	var errs [4]error
	all.Stopped, errs[0] = r.Stopped(ctx, of, at)
	all.Containers, errs[1] = r.Containers(ctx, of, at)
	all.Events, errs[2] = r.Events(ctx, of, at)
	all.Changes, errs[3] = r.TargetChanges(ctx, of.Context, at, group)
	for _, err := range errs {
		if err != nil {
			r.t.Error(err)
		}
	}
	return all
}

// counts are how many of each a run knows.
func (r *run) counts() [4]int {
	r.t.Helper()
	all := r.since(shop, time.Time{})
	return [4]int{len(all.Stopped), len(all.Containers), len(all.Events), len(all.Changes)}
}

// TestARunTellsWhatAnEarlierOneSaw: twenty hours later, all of it and in the same order.
func TestARunTellsWhatAnEarlierOneSaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "state", "gantry")
		first := begin(t, Options{Dir: dir})
		began := now()
		for i := range 3 {
			at := began.Add(time.Duration(i) * time.Minute)
			id := fmt.Sprintf("d%d", i)
			first.SeenRuntimeID(ran(id, at.Add(-time.Hour)))
			first.SeenStoppedTask(dead(id, at), at)
			first.SeenEvent(shop, told(id, at))
		}
		first.SeenTargetChange(turned("", "initial", began))
		first.SeenTargetChange(turned("initial", "healthy", began.Add(time.Minute)))
		want, of := first.since(shop, time.Time{}), first.since(cluster, time.Time{})
		if told := first.ends(); len(told) > 0 {
			t.Error(told)
		}
		if is, err := os.Stat(Path(dir)); err != nil || is.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", is, err)
		}
		if is, err := os.Stat(dir); err != nil || is.Mode().Perm() != 0o700 {
			t.Errorf("%v, %v", is, err)
		}

		time.Sleep(20 * time.Hour)
		second := begin(t, Options{Dir: dir})
		defer second.ends()
		if diff := cmp.Diff(want, second.since(shop, time.Time{})); diff != "" || len(want.Stopped) != 3 || len(want.Changes) != 2 {
			t.Errorf("the next day (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(of, second.since(cluster, time.Time{})); diff != "" {
			t.Errorf("of the cluster (-before +after):\n%s", diff)
		}
		late := second.since(shop, began.Add(time.Minute))
		if len(late.Stopped) != 2 || len(late.Events) != 2 || len(late.Changes) != 1 || len(late.Containers) != 0 {
			t.Errorf("since a minute later %+v", late)
		}
		// Another profile of that name, and other services, have a past of their own.
		foreign := awsx.Ref{Context: account, Cluster: "arn:aws:ecs:eu-west-1:999999999999:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:999999999999:service/prod/shop"}
		lab := shop
		lab.Context.Endpoint = "http://127.0.0.1:4566"
		for _, of := range []awsx.Ref{foreign, lab, cluster.In(arn + "service/prod/till")} {
			if got := second.since(of, time.Time{}); len(got.Stopped)+len(got.Events)+len(got.Containers) > 0 {
				t.Errorf("%v has a past: %+v", of, got)
			}
		}
		if got := second.since(awsx.Ref{Context: account, Cluster: "prod", ARN: "shop"}, time.Time{}); len(got.Stopped) != 3 {
			t.Errorf("a cluster by its name alone: %d", len(got.Stopped))
		}
	})
}

// TestTheFrontAndTheFileAreOnePast: what was read from the file and what is seen now stand in
// one list, each once.
func TestTheFrontAndTheFileAreOnePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		first := begin(t, Options{Dir: dir})
		at := now()
		first.SeenRuntimeID(ran("c1", at))
		dying := dead("d1", at)
		dying.LastStatus, dying.StoppedAt, dying.StoppedReason = "DEACTIVATING", time.Time{}, ""
		first.SeenStoppedTask(dying, at)
		first.SeenEvent(shop, told("e1", at))
		first.SeenTargetChange(turned("healthy", "unhealthy", at))
		first.ends()

		time.Sleep(time.Minute)
		second := begin(t, Options{Dir: dir})
		second.SeenRuntimeID(ran("c1", at.Add(time.Minute)))
		second.SeenStoppedTask(dead("d1", at.Add(30*time.Second)), at.Add(time.Minute))
		second.SeenEvent(shop, told("e1", at))
		second.SeenEvent(shop, told("e2", at.Add(time.Minute)))
		second.SeenTargetChange(turned("unhealthy", "healthy", at.Add(time.Minute)))
		for range 2 { // as it is seen, and as it is written
			got := second.since(shop, time.Time{})
			if len(got.Stopped) != 1 || got.Stopped[0].Task.StoppedReason == "" || len(got.Events) != 2 || len(got.Changes) != 2 ||
				len(got.Containers) != 1 || !got.Containers[0].First.Equal(at) || !got.Containers[0].Last.Equal(at.Add(time.Minute)) {
				t.Errorf("%+v", got)
			}
			time.Sleep(10 * time.Second)
		}
		second.ends()
		third := begin(t, Options{Dir: dir})
		third.SeenStoppedTask(dying, at) // a process whose news come late
		third.ends()
		fourth := begin(t, Options{Dir: dir})
		defer fourth.ends()
		if got := fourth.since(shop, time.Time{}); len(got.Stopped) != 1 || got.Stopped[0].Task.LastStatus != "STOPPED" {
			t.Errorf("the last word is %+v", got.Stopped)
		}
	})
}

// TestWhatSeveralProcessesSeeIsKeptOnce: they write, read and drop at the same time.
func TestWhatSeveralProcessesSeeIsKeptOnce(t *testing.T) {
	dir := t.TempDir()
	const processes, things = 4, 300
	at := now()
	var all sync.WaitGroup
	for p := range processes {
		all.Go(func() {
			r := begin(t, Options{Dir: dir})
			for i := range things {
				id, when := fmt.Sprintf("x%d", i), at.Add(time.Duration(i)*time.Second)
				r.SeenRuntimeID(ran(id, when))
				r.SeenStoppedTask(dead(id, when), when)
				r.SeenEvent(shop, told(id, when))
				from, to := "healthy", "unhealthy"
				if i%2 == 1 {
					from, to = to, from
				}
				r.SeenTargetChange(turned(from, to, when.Add(time.Duration(p)*50*time.Millisecond)))
				if i%100 == 0 {
					r.counts()
				}
			}
			if told := r.ends(); len(told) > 0 {
				t.Error(told)
			}
		})
	}
	all.Wait()
	last := begin(t, Options{Dir: dir})
	defer last.ends()
	if got, want := last.counts(), [4]int{things, things, things, things}; got != want {
		t.Errorf("kept %v, want %v", got, want)
	}
}

// TestEveryFieldOfATaskIsKeptOrLeftOutOnPurpose, so that a new one that may carry a variable
// is not kept because nobody thought of it.
func TestEveryFieldOfATaskIsKeptOrLeftOutOnPurpose(t *testing.T) {
	leftOut := map[string]bool{"Task.Tags": true, "Task.ENIs": true, "Task.ExecEnabled": true, "Container.ExecAgent": true, "Container.Bindings": true, "Container.Addresses": true}
	want := past.Stopped{Task: dead("d1", now()), Seen: now()}
	doc := fieldsOf(want.Task, "Task")
	for name, set := range fieldsOf(want.Task.Containers[0], "Container") {
		doc[name] = set
	}
	for name, set := range doc {
		if set == leftOut[name] {
			t.Errorf("%s is filled by this test: %t, left out: %t", name, set, leftOut[name])
		}
	}
	r := ofStopped(want)
	got, err := stopped(cluster, service, encoded(t, r))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("(-seen +kept): %s %v", diff, err)
	}
}

// TestSecretsInTextsAreMasked: what ECS, docker and people write may hold some.
func TestSecretsInTextsAreMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		r := begin(t, Options{Dir: dir})
		const said = `exec: "/bin/app --password=hunter2-canary": no such file`
		d := dead("d1", now())
		d.StoppedReason, d.Containers[0].Reason, d.StartedBy = said, said, "password=hunter2-canary"
		r.SeenStoppedTask(d, now())
		r.SeenEvent(shop, awsx.ServiceEvent{ID: "e", At: now(), Message: said})
		c := turned("healthy", "unhealthy", now())
		c.To.Description, c.From.Description = said, said
		r.SeenTargetChange(c)
		r.ends()
		if found := holding(t, dir, "hunter2-canary"); len(found) > 0 {
			t.Errorf("a secret is in %v", found)
		}
		if found := holding(t, dir, "no such file"); len(found) != 1 {
			t.Error("the rest of the text is lost")
		}
	})
}
