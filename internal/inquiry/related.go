package inquiry

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
)

// TieKind is a kind of what a resource is tied to.
type TieKind string

// The kinds, in the order in which they are told.
const (
	TieCluster    TieKind = "cluster"
	TieService    TieKind = "service"
	TieDeployment TieKind = "deployment"
	TieRevision   TieKind = "revision"
	TieTask       TieKind = "task"
	TieInstance   TieKind = "instance"
	TieScaling    TieKind = "Auto Scaling group"
	TieImage      TieKind = "image"
	TieGroup      TieKind = "target group"
	TieRule       TieKind = "rule"
	TieBalancer   TieKind = "load balancer"
	TieAlarm      TieKind = "alarm"
	TieLog        TieKind = "log"
)

// TieKinds are all of them, in order.
func TieKinds() []TieKind {
	return []TieKind{TieCluster, TieService, TieDeployment, TieRevision, TieTask, TieInstance, TieScaling, TieImage, TieGroup, TieRule, TieBalancer, TieAlarm, TieLog}
}

// Tie is something that a resource is tied to.
type Tie struct {
	Kind TieKind
	// ID tells it from others of its kind: an ARN, or what stands for one.
	ID   string
	Name string
	// Cluster is the one that it was found in, Service whose it is; zero for what belongs
	// to none or to several.
	Cluster, Service awsx.Ref
	Task             *awsx.Task
	Instance         *awsx.Instance
}

// Surroundings is what ties are derived from: what was read of some clusters, and of the
// load balancers and the alarms of their context.
type Surroundings struct {
	Services  []awsx.Service
	Tasks     []awsx.Task
	Instances []awsx.Instance
	Machines  []awsx.ScalingGroup // Auto Scaling groups
	Routes    []awsx.Route
	Alarms    []awsx.Alarm
	// Definition gives a task definition that was read, nil for another.
	Definition func(arn string) *awsx.TaskDefinition
}

// Surroundings reads what stands around a resource: of its cluster, or of all where it is in
// none, from the store's snapshots where they are there. It publishes what there is whenever
// that has grown; the errors are of what could not be read.
func (r Reader) Surroundings(ctx context.Context, of awsx.Ref, publish func(Surroundings)) (unread []error) {
	s := Surroundings{Definition: r.cached}
	note := func(errs ...error) {
		for _, err := range errs {
			if err != nil && ctx.Err() == nil {
				unread = append(unread, err)
			}
		}
	}
	clusters := []awsx.Ref{of.ClusterRef()}
	if of.Cluster == "" {
		all, partial, err := r.Clusters(ctx)
		note(append(partial, err)...)
		clusters = clusters[:0]
		for _, c := range all {
			clusters = append(clusters, c.Ref)
		}
	}
	var definitions []string
	for _, c := range clusters {
		services, tasks, instances := r.Store.Services(c), r.Store.Tasks(c), r.Store.Instances(c)
		defer services.Close()
		defer tasks.Close()
		defer instances.Close()
		s.Services = append(slices.Clone(s.Services), itemsOf(ctx, services, note)...)
		s.Tasks = append(slices.Clone(s.Tasks), itemsOf(ctx, tasks, note)...)
		s.Instances = append(slices.Clone(s.Instances), itemsOf(ctx, instances, note)...)
		publish(s)
	}
	for _, svc := range s.Services {
		definitions = added(definitions, svc.TaskDefinition)
	}
	if of.Cluster != "" {
		// In all clusters together they are too many to be read for their own sake.
		note(r.define(ctx, definitions))
		publish(s)
	}
	machines := r.Store.ScalingGroups(of.Context)
	defer machines.Close()
	s.Machines = itemsOf(ctx, machines, note)
	publish(s)
	routes := r.Store.Routes(of.Context)
	defer routes.Close()
	s.Routes = itemsOf(ctx, routes, note)
	publish(s)
	ringing := r.Store.Alarms(of.Context)
	defer ringing.Close()
	s.Alarms = itemsOf(ctx, ringing, note)
	publish(s)
	return unread
}

// itemsOf waits for a first reading and returns what it brought.
func itemsOf[T any](ctx context.Context, w *store.Watch[T], note func(...error)) []T {
	s, err := w.Await(ctx, (*store.Snapshot[T]).Ended)
	if err != nil {
		return nil // whoever asked has left
	}
	note(append(slices.Clone(s.Partial), s.Err)...)
	return s.Values()
}

// ties is what is tied to what.
type ties struct {
	nodes map[string]Tie
	edges map[string][]string
}

func (t *ties) add(n Tie) string {
	key := n.ID
	if old, ok := t.nodes[key]; !ok {
		t.nodes[key] = n
	} else if old.Service != n.Service && old.Service != (awsx.Ref{}) && n.Service != (awsx.Ref{}) && n.Kind != TieService {
		old.Service = awsx.Ref{} // it is of several
		t.nodes[key] = old
	}
	return key
}

func (t *ties) tie(a string, n Tie) string {
	b := t.add(n)
	if a != b {
		t.edges[a], t.edges[b] = append(t.edges[a], b), append(t.edges[b], a)
	}
	return b
}

// imageID is how images are told apart: by what runs where that is known.
func imageID(reference, digest string) (id, name string) {
	ref, err := awsx.ParseReference(reference)
	if err != nil {
		return reference, reference
	}
	name = awsx.ARNName(ref.Repository) + ":" + ref.Short()
	if digest != "" {
		return ref.Repository + "@" + digest, name
	}
	return ref.String(), name
}

// graph ties everything that was read.
func (s Surroundings) graph() *ties {
	t := &ties{map[string]Tie{}, map[string][]string{}}
	byName := map[string]awsx.Ref{}
	index, beside := alarms.NewIndex(s.Alarms), alarms.Beside{Balancers: balancersOf(s.Routes)}
	for _, svc := range s.Services {
		ref, cluster := svc.Ref, svc.Ref.ClusterRef()
		byName[cluster.ARN+" "+svc.Name] = ref
		of := t.add(Tie{Kind: TieService, ID: ref.ARN, Name: svc.Name, Cluster: cluster, Service: ref})
		t.tie(of, Tie{Kind: TieCluster, ID: cluster.ARN, Name: cluster.Name(), Cluster: cluster})
		for _, d := range svc.Deployments {
			to := t.tie(of, Tie{Kind: TieDeployment, ID: d.ID, Name: strings.TrimSpace(d.Status + " " + awsx.ARNName(d.TaskDefinition)), Cluster: cluster, Service: ref})
			t.tie(to, Tie{Kind: TieRevision, ID: d.TaskDefinition, Name: awsx.ARNName(d.TaskDefinition), Cluster: cluster, Service: ref})
		}
		revision := t.tie(of, Tie{Kind: TieRevision, ID: svc.TaskDefinition, Name: awsx.ARNName(svc.TaskDefinition), Cluster: cluster, Service: ref})
		if td := s.Definition(svc.TaskDefinition); td != nil {
			for _, c := range td.Containers {
				if group := c.LogOptions["awslogs-group"]; group != "" {
					t.tie(revision, Tie{Kind: TieLog, ID: "log-group:" + group, Name: group, Cluster: cluster, Service: ref})
				}
			}
		}
		t.tie(of, Tie{Kind: TieLog, ID: "log of " + ref.ARN, Name: "lines of " + svc.Name, Cluster: cluster, Service: ref})
		for _, arn := range svc.TargetGroups() {
			t.tie(of, Tie{Kind: TieGroup, ID: arn, Name: awsx.GroupName(arn), Cluster: cluster, Service: ref})
		}
		for _, name := range svc.Alarms.Names {
			t.tie(of, Tie{Kind: TieAlarm, ID: "alarm:" + name, Name: name, Cluster: cluster, Service: ref})
		}
		for _, c := range index.Service(svc, beside) {
			t.tie(of, Tie{Kind: TieAlarm, ID: "alarm:" + c.Alarm.Name, Name: c.Alarm.Name, Cluster: cluster, Service: ref})
		}
	}
	for _, n := range slices.Collect(maps.Values(t.nodes)) {
		if n.Kind != TieCluster {
			continue
		}
		for _, c := range index.Cluster(n.Cluster, nil) {
			t.tie(n.ID, Tie{Kind: TieAlarm, ID: "alarm:" + c.Alarm.Name, Name: c.Alarm.Name, Cluster: n.Cluster})
		}
	}
	for _, i := range s.Instances {
		t.add(Tie{Kind: TieInstance, ID: i.Ref.ARN, Name: cmp.Or(i.EC2ID, i.Ref.Name()), Cluster: i.Ref.ClusterRef(), Instance: &i})
	}
	for _, g := range s.Machines {
		for _, i := range s.Instances {
			if _, member := g.Member(i.EC2ID); member && i.EC2ID != "" {
				t.tie(i.Ref.ARN, Tie{Kind: TieScaling, ID: g.Ref.ARN, Name: g.Name, Cluster: i.Ref.ClusterRef()})
			}
		}
	}
	for _, task := range s.Tasks {
		if task.DesiredStatus == "STOPPED" {
			continue
		}
		cluster, service := task.Ref.ClusterRef(), awsx.Ref{}
		if name, served := reason.OfService(task); served {
			service = byName[cluster.ARN+" "+name]
		}
		of := t.add(Tie{Kind: TieTask, ID: task.Ref.ARN, Name: task.ID, Cluster: cluster, Service: service, Task: &task})
		if service != (awsx.Ref{}) {
			t.tie(of, t.nodes[service.ARN])
		} else {
			t.tie(of, Tie{Kind: TieCluster, ID: cluster.ARN, Name: cluster.Name(), Cluster: cluster})
		}
		t.tie(of, Tie{Kind: TieRevision, ID: task.TaskDefinition, Name: awsx.ARNName(task.TaskDefinition), Cluster: cluster, Service: service})
		if host, known := t.nodes[task.ContainerInstance]; known {
			t.tie(of, host)
		}
		for _, c := range task.Containers {
			id, name := imageID(c.Image, c.ImageDigest)
			t.tie(of, Tie{Kind: TieImage, ID: id, Name: name, Cluster: cluster})
		}
	}
	for _, r := range s.Routes {
		for _, rule := range r.Rules {
			name := r.Balancer.Name + " " + rule.Priority
			for _, a := range rule.Actions {
				for _, g := range a.Groups {
					if owner, known := t.nodes[g.Group]; known {
						of := t.tie(g.Group, Tie{Kind: TieRule, ID: rule.ARN, Name: name, Cluster: owner.Cluster, Service: owner.Service})
						t.tie(of, Tie{Kind: TieBalancer, ID: r.Balancer.ARN, Name: r.Balancer.Name, Cluster: owner.Cluster, Service: owner.Service})
					}
				}
			}
		}
	}
	return t
}

// shared are what several services lie on: the way does not lead on through them, since
// behind them lies everything.
var shared = []TieKind{TieCluster, TieInstance, TieScaling, TieImage, TieBalancer, TieLog, TieAlarm}

// Related are what a resource is tied to, over any number of steps, by kind and name; known
// is false when nothing that was read is that resource. What several services share ends the
// way, unless it is what was asked about; from it the way ends at services, but from a
// cluster, which has all of theirs.
func (s Surroundings) Related(of awsx.Ref) (found []Tie, known bool) {
	t := s.graph()
	starts := t.starts(of)
	seen, queue := map[string]bool{}, slices.Clone(starts)
	ends := slices.Clone(shared)
	for _, key := range starts {
		seen[key] = true
		switch kind := t.nodes[key].Kind; {
		case kind == TieScaling: // over its instances to what runs on them
			ends = append(slices.DeleteFunc(ends, func(k TieKind) bool { return k == TieInstance }), TieService)
		case kind != TieCluster && slices.Contains(shared, kind):
			ends = append(ends, TieService)
		}
	}
	for len(queue) > 0 {
		key := queue[0]
		queue = queue[1:]
		kind, end := t.nodes[key].Kind, slices.Contains(ends, t.nodes[key].Kind) && !slices.Contains(starts, key)
		for _, next := range t.edges[key] {
			// An instance still leads to the group that brought it.
			if end && (kind != TieInstance || t.nodes[next].Kind != TieScaling) {
				continue
			}
			if !seen[next] {
				seen[next] = true
				found, queue = append(found, t.nodes[next]), append(queue, next)
			}
		}
	}
	order := TieKinds()
	slices.SortFunc(found, func(a, b Tie) int {
		return cmp.Or(slices.Index(order, a.Kind)-slices.Index(order, b.Kind), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return found, len(starts) > 0
}

// starts are the nodes that a reference means. An ARN may name what is known by another
// name: an alarm, an instance of EC2, an image or a repository by its address, a listener.
func (t *ties) starts(of awsx.Ref) (keys []string) {
	if _, ok := t.nodes[of.ARN]; ok {
		return []string{of.ARN}
	}
	id, ok := Identify(of.ARN)
	if !ok {
		id = Identifier{Mention: of.ARN}
	}
	for key, n := range t.nodes {
		switch {
		case n.Kind == TieService && id.Service == n.Name && id.Cluster == n.Cluster.Name(),
			n.Kind == TieInstance && id.Instance != "" && (n.Name == id.Instance || strings.HasSuffix(n.ID, "/"+id.Instance)),
			n.Kind == TieAlarm && n.Name == id.Mention,
			n.Kind == TieLog && n.ID == "log-group:"+id.Mention,
			n.Kind == TieImage && id.Mention != "" && !strings.Contains(of.ARN, "@") && (strings.HasPrefix(n.ID, id.Mention+"@") || strings.Contains(n.ID, id.Mention+"@")),
			n.Kind == TieRule && id.Route != "" && strings.HasPrefix(n.ID, strings.Replace(id.Route, ":listener/", ":listener-rule/", 1)+"/"):
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
