package resources

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
)

// keptServices are the rows of a cluster's services from one load to the next. A row
// is made again when something that it was made of changed, or when time alone may
// have turned its verdict; the others stay the very rows they were.
type keptServices struct {
	clusterFacts
	split taskSplit
	// hosts are *awsx.Instance by ARN, and allHosts all of them in their order: rows look
	// into these when they are drawn.
	hosts    sync.Map
	allHosts atomic.Pointer[[]awsx.Instance]
	// newAlarms is true in an update that brought other alarms.
	newAlarms bool
	rows      []*serviceRow
	byARN     map[string]*serviceRow
	// users are the ARNs of the services whose rows show a target group or the tasks of
	// a service's name. One that does no longer is remade for nothing, and no harm.
	users map[string][]string
}

func newKeptServices(define func(arn string) *awsx.TaskDefinition) *keptServices {
	k := &keptServices{byARN: map[string]*serviceRow{}, users: map[string][]string{}}
	k.groups = map[string]*store.GroupState{}
	k.instancesNow = func() []awsx.Instance {
		if all := k.allHosts.Load(); all != nil {
			return *all
		}
		return nil
	}
	k.Definition = define
	k.Instance = func(arn string) (awsx.Instance, bool) {
		i, ok := k.hosts.Load(arn)
		if !ok {
			return awsx.Instance{}, false
		}
		return *i.(*awsx.Instance), true
	}
	return k
}

// update brings the rows up to the news. Without a change it returns the slice that it
// returned before.
func (k *keptServices) update(n clusterNews, now time.Time) []*serviceRow {
	all := n.services.Anew || n.tasks.Anew || n.groups.Anew || n.instances.Anew || n.instances.whole != k.InstancesRead || n.tasks.whole != k.RunningRead || n.tasks.untold != k.Untold || n.tasks.failed != k.tasksFailed
	touched := map[string]bool{}
	touch := func(what string) {
		for _, arn := range k.users[what] {
			touched[arn] = true
		}
	}
	k.Now, k.shared = now, nil
	k.takeServices(n.services, touched)
	k.takeTasks(n.tasks, touch)
	k.takeGroups(n.groups, touch)
	moved := k.takeInstances(n.instances)
	k.takeAlarms(n.alarms)

	rows := make([]*serviceRow, len(k.services))
	changed := len(rows) != len(k.rows)
	for i, s := range k.services {
		var r *serviceRow
		if i < len(k.rows) && k.rows[i].service().Ref.ARN == s.Ref.ARN {
			r = k.rows[i] // most stand where they stood
		} else {
			r = k.byARN[s.Ref.ARN]
		}
		if r == nil || all || touched[s.Ref.ARN] || r.turned(now) || r.lacked(n.definitions) || r.standsOn(moved) || k.alarmed(r) {
			r = k.remake(s)
		}
		rows[i] = r
		changed = changed || k.rows[i] != r
	}
	if changed {
		k.rows = rows
	}
	return k.rows
}

// remake makes a service's row, and notes of what.
func (k *keptServices) remake(s *awsx.Service) *serviceRow {
	r := k.row(s)
	k.byARN[s.Ref.ARN] = r
	for _, what := range append(s.TargetGroups(), s.Name) {
		if !slices.Contains(k.users[what], s.Ref.ARN) {
			k.users[what] = append(k.users[what], s.Ref.ARN)
		}
	}
	return r
}

func (k *keptServices) takeServices(n news[awsx.Service], touched map[string]bool) {
	k.services, k.servicesRead = n.items, n.whole
	if n.Anew {
		clear(k.byARN)
		clear(k.users)
	}
	for _, arn := range n.Gone {
		delete(k.byARN, arn)
	}
	for _, i := range n.Items {
		touched[n.items[i].Ref.ARN] = true
	}
}

func (k *keptServices) takeTasks(n news[awsx.Task], touch func(string)) {
	k.RunningRead, k.StoppedRead, k.Untold, k.tasksFailed, k.RunningAt = n.whole, n.whole, n.untold, n.failed, n.at
	for name := range k.split.apply(n) {
		touch(name)
	}
	k.own = k.split.tasks
}

func (k *keptServices) takeGroups(n news[store.GroupState], touch func(string)) {
	if n.Anew {
		clear(k.groups)
	}
	for _, arn := range n.Gone {
		delete(k.groups, arn)
		touch(arn)
	}
	for _, i := range n.Items {
		g := n.items[i]
		k.groups[g.ARN] = g
		touch(g.ARN)
	}
}

// takeAlarms takes those that ring, with what composites among them are made of.
func (k *keptServices) takeAlarms(n news[awsx.Alarm]) {
	if k.newAlarms = n.Anew || len(n.Changes.Items) > 0 || len(n.Gone) > 0; k.newAlarms {
		k.Ringing = diagnose.NewAlarms(awsx.Values(n.items), k.balancers).Ringing
	}
}

// balancers are the load balancers of a target group, as far as they are known.
func (k *keptServices) balancers(group string) []string {
	if g := k.groups[group]; g != nil {
		return g.Settings.LoadBalancers
	}
	return nil
}

// alarmed reports whether other alarms ring for a service than its row tells of.
func (k *keptServices) alarmed(r *serviceRow) bool {
	return k.newAlarms && !slices.Equal(k.Ringing(*r.service()), r.Ringing)
}

// takeInstances returns the ARNs of the instances that changed.
func (k *keptServices) takeInstances(n news[awsx.Instance]) map[string]bool {
	k.InstancesRead = n.whole
	if n.Anew || len(n.Items)+len(n.Gone) > 0 {
		all := awsx.Values(n.items)
		k.Instances = all
		k.allHosts.Store(&all)
	}
	if n.Anew {
		k.hosts.Clear()
	}
	moved := map[string]bool{}
	for _, arn := range n.Gone {
		k.hosts.Delete(arn)
		moved[arn] = true
	}
	for _, i := range n.Items {
		k.hosts.Store(n.items[i].Ref.ARN, n.items[i])
		moved[n.items[i].Ref.ARN] = true
	}
	return moved
}

// wants returns the task definitions to read: those that verdicts hang on, seen or
// not, and those that the visible rows name.
func (k *keptServices) wants(visible []string) []string {
	var arns []string
	for _, r := range k.rows {
		arns = append(arns, r.needs...)
	}
	for _, arn := range visible {
		if r := k.byARN[arn]; r != nil && slices.Contains(r.lacks, r.service().TaskDefinition) {
			arns = append(arns, r.service().TaskDefinition)
		}
	}
	return arns
}

// taskSplit are a cluster's tasks by service. Lists that were handed out are replaced
// and never changed.
type taskSplit struct {
	tasks map[string]*ownTasks
	owner map[string]string // the name of a task's service, by the task's ARN
}

// apply takes what changed and returns the names of the services whose tasks did.
func (s *taskSplit) apply(n news[awsx.Task]) map[string]bool {
	if n.Anew || s.tasks == nil {
		s.tasks, s.owner = map[string]*ownTasks{}, map[string]string{}
	}
	names, left := map[string]bool{}, map[string]bool{}
	leave := func(arn string) {
		if name, ok := s.owner[arn]; ok {
			names[name], left[arn] = true, true
			delete(s.owner, arn)
		}
	}
	for _, arn := range n.Gone {
		leave(arn)
	}
	came := map[string]*ownTasks{}
	for _, i := range n.Items {
		t := n.items[i]
		leave(t.Ref.ARN)
		name, stopped, ok := diagnose.OfService(t)
		if !ok {
			continue
		}
		own := came[name]
		if own == nil {
			own = &ownTasks{}
			came[name] = own
		}
		if stopped {
			own.stopped = append(own.stopped, t)
		} else {
			own.running = append(own.running, t)
		}
		names[name], s.owner[t.Ref.ARN] = true, name
	}
	for name := range names {
		old, more := s.tasks[name].lists(), came[name].lists()
		s.tasks[name] = &ownTasks{exchange(old[0], left, more[0]), exchange(old[1], left, more[1])}
	}
	return names
}

// exchange returns tasks without those that left and with those that came, in the
// order of the store.
func exchange(tasks []*awsx.Task, left map[string]bool, came []*awsx.Task) []*awsx.Task {
	if len(tasks)+len(came) == 0 {
		return nil
	}
	out := make([]*awsx.Task, 0, len(tasks)+len(came))
	for _, t := range tasks {
		if !left[t.Ref.ARN] {
			out = append(out, t)
		}
	}
	out = append(out, came...)
	slices.SortFunc(out, func(a, b *awsx.Task) int { return strings.Compare(a.Ref.ARN, b.Ref.ARN) })
	return out
}
