package resources

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/views/prose"
)

// listing is a watch's items that a test changes one by one.
type listing[T any] struct {
	items map[string]T
	gone  []string
	came  map[string]bool
	anew  bool
	whole bool
}

func newListing[T any]() *listing[T] {
	return &listing[T]{items: map[string]T{}, came: map[string]bool{}, anew: true}
}

func (l *listing[T]) put(key string, item T) { l.items[key], l.came[key] = item, true }

func (l *listing[T]) drop(key string) {
	if _, ok := l.items[key]; ok {
		delete(l.items, key)
		delete(l.came, key)
		l.gone = append(l.gone, key)
	}
}

// news are the changes since the last call, as a snapshot tells them.
func (l *listing[T]) news() news[T] {
	n := news[T]{whole: l.whole, Changes: store.Changes{Anew: l.anew}}
	if !l.anew {
		n.Gone = l.gone
	}
	for i, key := range slices.Sorted(maps.Keys(l.items)) {
		item := l.items[key]
		n.items = append(n.items, &item)
		if l.anew || l.came[key] {
			n.Items = append(n.Items, i)
		}
	}
	l.gone, l.came, l.anew = nil, map[string]bool{}, false
	return n
}

// town is a cluster in which anything happens.
type town struct {
	services    *listing[awsx.Service]
	tasks       *listing[awsx.Task]
	groups      *listing[store.GroupState]
	instances   *listing[awsx.Instance]
	alarms      *listing[awsx.Alarm]
	definitions map[string]*awsx.TaskDefinition
	now         time.Time
}

func newTown() *town {
	return &town{
		services: newListing[awsx.Service](), tasks: newListing[awsx.Task](), groups: newListing[store.GroupState](),
		instances: newListing[awsx.Instance](), alarms: newListing[awsx.Alarm](), definitions: map[string]*awsx.TaskDefinition{}, now: awsxtest.Now,
	}
}

// happen lets one thing happen and returns the definitions that were read.
func (w *town) happen(t *rapid.T) (read []string) {
	n := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
	ago := func() time.Time { return w.now.Add(-time.Duration(n("minutes ago", 70)) * time.Minute) }
	definition := func() string { return fmt.Sprintf("arn:td/%d", n("definition", 2)) }
	id := n("which", 2)
	switch n("what", 11) {
	case 0, 1:
		s := awsx.Service{
			Ref: awsx.Ref{Cluster: "arn:cluster/town", ARN: fmt.Sprintf("arn:service/%d", id)}, Name: fmt.Sprint("s", id), Status: "ACTIVE", TaskDefinition: definition(),
			Desired: n("desired", 2), Running: n("running", 2), Events: []awsx.ServiceEvent{{ID: "e", At: ago(), Message: "was unable to place a task because no container instance met all of its requirements."}},
		}
		s.Deployments = []awsx.Deployment{{ID: "d", Status: "PRIMARY", Desired: s.Desired, Running: s.Running, TaskDefinition: s.TaskDefinition, CreatedAt: ago(), RolloutState: rapid.SampledFrom([]string{"COMPLETED", "IN_PROGRESS"}).Draw(t, "rollout")}}
		for range n("balanced", 2) {
			s.LoadBalancers = append(s.LoadBalancers, awsx.LoadBalancer{TargetGroup: fmt.Sprint("arn:group/", n("group", 2)), Container: "c", ContainerPort: 80})
		}
		w.services.put(s.Ref.ARN, s)
	case 2:
		w.services.drop(fmt.Sprintf("arn:service/%d", id))
	case 3, 4:
		arn := fmt.Sprint("arn:task/", n("task", 5))
		x := awsx.Task{Ref: awsx.Ref{ARN: arn}, ID: arn, Group: fmt.Sprint("service:s", id), LastStatus: "RUNNING", DesiredStatus: "RUNNING", TaskDefinition: definition(),
			ContainerInstance: fmt.Sprint("arn:instance/", n("instance", 2)), StartedAt: ago(),
			Containers: []awsx.Container{{Name: "c", ImageDigest: "sha256:0123456789ab", Bindings: []awsx.Binding{{ContainerPort: 80, HostPort: 8000 + n("port", 2)}}}}}
		if rapid.Bool().Draw(t, "stopped") {
			x.LastStatus, x.DesiredStatus, x.StoppedAt, x.StopCode = "STOPPED", "STOPPED", ago(), "EssentialContainerExited"
			x.Containers = append(x.Containers, awsx.Container{Name: "side", ExitCode: 1})
		}
		w.tasks.put(arn, x)
	case 5:
		w.tasks.drop(fmt.Sprint("arn:task/", n("task", 5)))
	case 6, 7:
		g := store.GroupState{Group: awsx.Group{ARN: fmt.Sprint("arn:group/", id), Read: rapid.Bool().Draw(t, "read")}}
		for range n("targets", 3) {
			g.Targets = append(g.Targets, awsx.TargetHealth{ID: fmt.Sprint("i-", n("instance", 2)), Port: 8000 + n("port", 2), State: rapid.SampledFrom([]string{"healthy", "unhealthy", "initial"}).Draw(t, "state")})
		}
		if !g.Read && rapid.Bool().Draw(t, "gone") {
			g.Err = fault.Errorf(fault.NotFound, "read targets", g.ARN, "there is none")
		}
		w.groups.put(g.ARN, g)
		if n("drop a group", 4) == 0 {
			w.groups.drop(g.ARN)
		}
	case 8:
		arn := fmt.Sprint("arn:instance/", id)
		w.instances.put(arn, awsx.Instance{Ref: awsx.Ref{ARN: arn}, EC2ID: fmt.Sprint("i-", n("instance", 2)), Status: "ACTIVE", AgentConnected: rapid.Bool().Draw(t, "connected")})
		if n("drop an instance", 4) == 0 {
			w.instances.drop(arn)
		}
	case 9:
		arn := definition()
		w.definitions[arn] = &awsx.TaskDefinition{ARN: arn, NetworkMode: "bridge", Containers: []awsx.ContainerDefinition{{Name: "c", Image: "image:1", Essential: true}, {Name: "side"}}}
		return []string{arn}
	case 10:
		for _, anew := range [...]*bool{&w.services.anew, &w.tasks.anew, &w.groups.anew, &w.instances.anew, &w.alarms.anew} {
			*anew = n("forget what was told", 5) == 0
		}
		w.services.whole, w.tasks.whole, w.instances.whole = true, n("tasks in part", 3) > 0, true
	case 11:
		a := awsx.Alarm{Name: fmt.Sprint("alarm-", id), State: rapid.SampledFrom([]string{"OK", "ALARM"}).Draw(t, "state of the alarm"), Metrics: []awsx.AlarmMetric{{Dimensions: []awsx.Dimension{
			{Name: "ClusterName", Value: "town"}, {Name: "ServiceName", Value: fmt.Sprint("s", n("alarmed", 2))}}}}}
		w.alarms.put(a.Name, a)
		if n("drop an alarm", 4) == 0 {
			w.alarms.drop(a.Name)
		}
	}
	return nil
}

// anew makes all rows from what there is.
func (w *town) anew() []*serviceRow {
	f := &clusterFacts{groups: map[string]*store.GroupState{}, Cluster: diagnose.Cluster{
		RunningRead: w.tasks.whole, StoppedRead: w.tasks.whole, Definition: w.definition,
		Instance: func(arn string) (awsx.Instance, bool) { i, ok := w.instances.items[arn]; return i, ok }, Now: w.now,
	}}
	for _, arn := range slices.Sorted(maps.Keys(w.services.items)) {
		service := w.services.items[arn]
		f.services = append(f.services, &service)
	}
	f.own = map[string]*ownTasks{}
	for _, arn := range slices.Sorted(maps.Keys(w.tasks.items)) {
		x := w.tasks.items[arn]
		name, stopped, _ := diagnose.OfService(&x)
		if f.own[name] == nil {
			f.own[name] = &ownTasks{}
		}
		list := &f.own[name].running
		if stopped {
			list = &f.own[name].stopped
		}
		*list = append(*list, &x)
	}
	for arn, g := range w.groups.items {
		f.groups[arn] = &g
	}
	for _, arn := range slices.Sorted(maps.Keys(w.instances.items)) {
		f.Instances = append(f.Instances, w.instances.items[arn])
	}
	f.InstancesRead = w.instances.whole
	f.Ringing = diagnose.NewAlarms(slices.Collect(maps.Values(w.alarms.items)), nil).Ringing
	return serviceRows(f)
}

func (w *town) definition(arn string) *awsx.TaskDefinition { return w.definitions[arn] }

// told is what a row tells of what is wrong.
func told(all []diagnose.Trouble) (words []string) {
	for _, t := range all {
		words = append(append(words, string(t.Kind), t.Cause, t.Short, fmt.Sprint(t.Evidence, t.Next, t.Since)), told(t.Follows)...)
	}
	return words
}

// TestRowsThatAreKeptAreTheRowsMadeAnew lets anything happen to a cluster, with any
// number of happenings between two loads, and compares every row, its panel included.
func TestRowsThatAreKeptAreTheRowsMadeAnew(t *testing.T) {
	shown := cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Transformer("row", func(r *serviceRow) any {
			s := r.around()
			return []any{r.Finding, r.Ringing, told(r.Troubles), r.status, r.image, r.revision, r.refused, s.Evidence.Service, s.Evidence.Running, s.Evidence.Stopped, s.Evidence.Groups, s.GroupsGone}
		}),
	}
	rapid.Check(t, func(t *rapid.T) {
		w := newTown()
		kept := newKeptServices(w.definition)
		var arrived []string
		for range rapid.IntRange(1, 25).Draw(t, "happenings") {
			arrived = append(arrived, w.happen(t)...)
			if !rapid.Bool().Draw(t, "load") {
				continue
			}
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			rows := kept.update(clusterNews{w.services.news(), w.tasks.news(), w.groups.news(), w.instances.news(), w.alarms.news(), arrived}, w.now)
			arrived = nil
			if diff := cmp.Diff(w.anew(), rows, shown); diff != "" {
				t.Fatal(diff)
			}
			for i, r := range w.anew() {
				// What a row needs may grow old with it: then more is read than must be.
				for _, arn := range r.needs {
					if !slices.Contains(rows[i].needs, arn) {
						t.Fatalf("nobody reads %s for %s", arn, r.service().Name)
					}
				}
				if diff := cmp.Diff(explained(r, w.now), explained(rows[i], w.now)); diff != "" {
					t.Fatal(diff)
				}
			}
		}
	})
}

// explained is the evidence about a row.
func explained(r *serviceRow, now time.Time) []prose.Para {
	return evidence{row: r, Around: r.around(), now: now, key: func(ui.Binding) string { return "" }}.paras(0)
}

func TestOnlyRowsOfWhatChangedAreMadeAgain(t *testing.T) {
	f := crowd(100)
	w := newTown()
	for _, s := range f.services {
		w.services.put(s.Ref.ARN, *s)
	}
	w.services.whole, w.tasks.whole = true, true
	kept := newKeptServices(w.definition)
	load := func() []*serviceRow {
		return kept.update(clusterNews{w.services.news(), w.tasks.news(), w.groups.news(), w.instances.news(), w.alarms.news(), nil}, w.now)
	}
	before := load()
	if again := load(); &again[0] != &before[0] {
		t.Error("a poll of what stands still made other rows")
	}
	w.tasks.put("arn:task/1", awsx.Task{Ref: awsx.Ref{ARN: "arn:task/1"}, Group: "service:" + f.services[7].Name, LastStatus: "RUNNING"})
	after := load()
	for i := range after {
		if (after[i] != before[i]) != (i == 7) {
			t.Errorf("row %d made again: %v", i, after[i] != before[i])
		}
	}
}

func TestAnInstanceThatIsReadTellsWhoseATargetIs(t *testing.T) {
	w := newTown()
	w.services.whole, w.tasks.whole = true, true
	w.services.put("arn:service/1", awsx.Service{
		Ref: awsx.Ref{ARN: "arn:service/1"}, Name: "s1", Status: "ACTIVE", Desired: 1, Running: 1,
		LoadBalancers: []awsx.LoadBalancer{{TargetGroup: "arn:group/1", Container: "c", ContainerPort: 80}},
	})
	w.tasks.put("arn:task/1", awsx.Task{
		Ref: awsx.Ref{ARN: "arn:task/1"}, Group: "service:s1", LastStatus: "RUNNING", DesiredStatus: "RUNNING", TaskDefinition: "arn:td/1", ContainerInstance: "arn:instance/1",
		Containers: []awsx.Container{{Name: "c", Bindings: []awsx.Binding{{ContainerPort: 80, HostPort: 8000}}}},
	})
	w.definitions["arn:td/1"] = &awsx.TaskDefinition{ARN: "arn:td/1", NetworkMode: "bridge", Containers: []awsx.ContainerDefinition{{Name: "c", Essential: true}}}
	w.groups.put("arn:group/1", store.GroupState{Group: awsx.Group{ARN: "arn:group/1", Read: true, Targets: []awsx.TargetHealth{{ID: "i-1", Port: 8000, State: "healthy"}, {ID: "i-2", Port: 8000, State: "unhealthy"}}}})
	kept := newKeptServices(w.definition)
	load := func() diagnose.Finding {
		rows := kept.update(clusterNews{w.services.news(), w.tasks.news(), w.groups.news(), w.instances.news(), w.alarms.news(), nil}, w.now)
		if anew := w.anew()[0].Finding; anew != rows[0].Finding {
			t.Fatalf("%+v is kept, %+v made anew", rows[0].Finding, anew)
		}
		return rows[0].Finding
	}
	before := load()
	w.instances.put("arn:instance/1", awsx.Instance{Ref: awsx.Ref{ARN: "arn:instance/1"}, EC2ID: "i-1"})
	if after := load(); after == before {
		t.Errorf("%+v before and after", after)
	}
}

// BenchmarkOneServiceOfMany is what one task that lands costs among 5,000 services.
func BenchmarkOneServiceOfMany(b *testing.B) {
	f := crowd(5000)
	kept := newKeptServices(func(string) *awsx.TaskDefinition { return nil })
	all := news[awsx.Service]{items: f.services, whole: true, Changes: store.Changes{Anew: true}}
	kept.update(clusterNews{services: all}, f.Now)
	still := news[awsx.Service]{items: f.services, whole: true}
	one := news[awsx.Task]{Changes: store.Changes{Items: []int{0}}, items: []*awsx.Task{{Ref: awsx.Ref{ARN: "t"}, Group: "service:" + f.services[7].Name}}}
	b.ReportAllocs()
	for b.Loop() {
		kept.update(clusterNews{services: still, tasks: one}, f.Now)
	}
}
