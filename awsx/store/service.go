package store

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

const (
	// groupAge is how old the targets of a watched service get: ECS itself
	// reads them out of the same bucket.
	groupAge = 10 * time.Second
	// deploymentAge is how often the service deployments API is asked while a
	// deployment is in progress, and deploymentRetry after it refused.
	deploymentAge   = 10 * time.Second
	deploymentRetry = time.Minute
	// soon is the pause before a service's second poll, which completes its
	// first picture.
	soon = 200 * time.Millisecond
)

// ServiceState is one service with everything that a look at it, or the follow
// of its deployment, reads.
type ServiceState struct {
	Service awsx.Service
	// Running are the tasks whose desired status is RUNNING, by ARN, as of
	// RunningAt; unread while that is zero.
	Running   []awsx.Task
	RunningAt time.Time
	// Stopped are the tasks whose desired status is STOPPED, the newest first,
	// as of StoppedAt.
	Stopped   []awsx.Task
	StoppedAt time.Time
	// Groups are the service's target groups, in the order it names them.
	Groups []GroupState
	// Deployment is the newest record of the service deployments API, read only
	// around a deployment in progress; nil without one. DeploymentErr is why it
	// could not be read: many accounts and emulators lack that API.
	Deployment    *awsx.ServiceDeployment
	DeploymentErr error
	// Revisions are the service revisions that Deployment names, by ARN; those
	// that could not be read are missing.
	Revisions map[string]awsx.ServiceRevision
}

// NewestTask returns the newest reading of a task, the given one when the
// snapshot lists it no more.
func NewestTask(s *Snapshot[ServiceState], task awsx.Task) (newest awsx.Task, found bool) {
	for _, state := range s.Items {
		for _, tasks := range [...][]awsx.Task{state.Running, state.Stopped} {
			for _, t := range tasks {
				if t.Ref == task.Ref {
					return t, true
				}
			}
		}
	}
	return task, false
}

// Service watches one service, as a single item. A poll makes at most four
// calls to ECS: the service, and either its running tasks or, when something hints
// at a stop, its stopped ones, or its newest service deployment. More than 100
// tasks take more calls, which the polls after it make up for by doing without.
// Target groups are read once in 10 s each.
func (s *Store) Service(service awsx.Ref) *Watch[ServiceState] {
	key := pollKey{service.Context, kindService, service.Cluster, service.ARN}
	return watch(s, key, pace{max(s.refresh/3, serviceFloor), serviceFloor}, func() source[ServiceState] {
		return newServiceSource(s, service)
	})
}

// turn is what a poll reads beside the service.
type turn uint8

const (
	turnRunning turn = iota
	turnStopped
	turnDeployment
	turnNothing
)

// sharedCalls is how many calls a poll may make beside that for the service.
const sharedCalls = 3

// restAfter is how many polls do without tasks once some were listed, and some of
// these described, for which a call takes 100 (ListTasks, DescribeTasks).
func restAfter(listed, described int) int {
	const each = 100
	calls := max(1, (listed+each-1)/each) + (described+each-1)/each
	return (calls+sharedCalls-1)/sharedCalls - 1
}

type serviceSource struct {
	store *Store
	ref   awsx.Ref

	// These belong to the poll goroutine.
	polled       bool
	last         turn
	stops        bool // something hints at tasks that stopped
	rest         int  // polls to come that do without tasks
	inProgress   bool
	deploymentAt time.Time

	mu    sync.Mutex
	have  bool
	state ServiceState
	table *table[ServiceState] // of one item
}

func newServiceSource(s *Store, service awsx.Ref) *serviceSource {
	x := &serviceSource{store: s, ref: service}
	x.table = newTable(func(*ServiceState) (name, key string) { return "", service.ARN })
	x.table.alike = func(old, new *ServiceState) bool { return reflect.DeepEqual(old.timeless(), new.timeless()) }
	return x
}

// timeless returns a state as if all that was read had been read at one moment.
func (s ServiceState) timeless() ServiceState {
	once := func(at time.Time) time.Time {
		if at.IsZero() {
			return at
		}
		return time.Unix(0, 0)
	}
	s.RunningAt, s.StoppedAt = once(s.RunningAt), once(s.StoppedAt)
	s.Groups = slices.Clone(s.Groups)
	for i := range s.Groups {
		s.Groups[i].ReadAt = once(s.Groups[i].ReadAt)
	}
	return s
}

func (x *serviceSource) release() {}

func (x *serviceSource) fill(s *Snapshot[ServiceState]) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s.Done, s.Total = 0, 1
	if !x.have {
		return
	}
	s.Done = 1
	state := x.state
	x.table.put(0, &state)
	x.table.publish(s)
}

// update changes the state that the next snapshot shows.
func (x *serviceSource) update(edit func(*ServiceState)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	edit(&x.state)
}

func (x *serviceSource) poll(ctx context.Context, d demand, landed func()) outcome {
	account, err := x.store.opener.Open(ctx, x.ref.Context)
	if err != nil {
		return outcome{err: err}
	}
	service, err := x.readService(ctx, account)
	if err != nil {
		return outcome{err: err}
	}
	landed()
	var o outcome
	turn := x.turn(service, d)
	switch turn {
	case turnRunning:
		err = x.readRunning(ctx, account, service)
	case turnStopped:
		err = x.readStopped(ctx, account, service)
	case turnDeployment:
		x.readDeployment(ctx, account)
	}
	x.polled = true
	if turn != turnNothing {
		x.last = turn
	}
	if err != nil {
		o.partial = append(o.partial, err)
	}
	landed()
	o.partial = append(o.partial, x.readGroups(ctx, account, service)...)
	if len(o.partial) == 0 && x.state.StoppedAt.IsZero() {
		o.next = soon
	}
	return o
}

// turn decides what to read beside the service: running tasks at least every
// other time, unless there are many, and what is due in between.
func (x *serviceSource) turn(s awsx.Service, d demand) turn {
	now := time.Now()
	primary, _ := s.Primary()
	inProgress := primary.RolloutState == "IN_PROGRESS" || len(s.Deployments) > 1
	ended := x.inProgress && !inProgress
	x.inProgress = inProgress
	if ended {
		x.deploymentAt = time.Time{} // the verdict is on record now
	}
	wait := deploymentAge
	if x.state.DeploymentErr != nil {
		wait = deploymentRetry
	}
	resting := x.rest > 0
	if resting {
		x.rest--
	}
	switch {
	case !x.polled || x.last != turnRunning && !resting:
		return turnRunning
	case x.state.StoppedAt.IsZero():
		return turnStopped
	case (inProgress || ended) && now.Sub(x.deploymentAt) >= wait:
		return turnDeployment
	case resting:
		return turnNothing
	case x.stops || now.Sub(x.state.StoppedAt) >= 3*d.interval:
		return turnStopped
	}
	return turnRunning
}

func (x *serviceSource) readService(ctx context.Context, a awsx.Account) (awsx.Service, error) {
	found, err := awsx.Collect(a.DescribeServices(ctx, x.ref.ClusterRef(), []string{x.ref.ARN}))
	switch {
	case len(found) == 0 && err != nil:
		return awsx.Service{}, err
	case len(found) == 0:
		return awsx.Service{}, fault.Errorf(fault.NotFound, "ecs:DescribeServices", x.ref.ARN, "no such service in cluster %s", x.ref.ClusterName())
	}
	service := found[0]
	var old *awsx.Service
	if x.have {
		before := x.state.Service
		old = &before
		x.stops = x.stops || service.Running < before.Running || failedTasks(service) > failedTasks(before)
	}
	x.store.seenService(service, old)
	now := time.Now()
	x.update(func(s *ServiceState) {
		x.have = true
		s.Service = service
		s.Groups = x.groups(service, now)
	})
	return service, nil
}

// failedTasks counts the failed tasks of all deployments.
func failedTasks(s awsx.Service) int {
	n := 0
	for _, d := range s.Deployments {
		n += d.Failed
	}
	return n
}

// tasks reads the tasks of one query whole; what landed before an error is not
// used, since a list with holes looks like tasks that are gone. Of the tasks
// given, those that have STOPPED and are still listed are taken as they are.
func (x *serviceSource) tasks(ctx context.Context, a awsx.Account, s awsx.Service, stopped bool, have []awsx.Task) ([]awsx.Task, error) {
	final := map[string]awsx.Task{}
	for _, t := range have {
		if t.LastStatus == "STOPPED" {
			final[t.Ref.ARN] = t
		}
	}
	var kept []awsx.Task
	known := func(arn string) bool {
		t, ok := final[arn]
		if ok {
			kept = append(kept, t)
		}
		return ok
	}
	out, err := awsx.Collect(a.Tasks(ctx, awsx.TaskQuery{Cluster: x.ref.ClusterRef(), Service: s.Name, Stopped: stopped, Known: known}))
	if err != nil {
		return nil, err
	}
	x.rest = restAfter(len(out)+len(kept), len(out))
	out = append(out, kept...)
	for _, t := range out {
		x.store.seenTask(t)
	}
	return out, nil
}

func (x *serviceSource) readRunning(ctx context.Context, a awsx.Account, s awsx.Service) error {
	tasks, err := x.tasks(ctx, a, s, false, nil)
	if err != nil {
		return err
	}
	slices.SortFunc(tasks, func(a, b awsx.Task) int { return cmp.Compare(a.Ref.ARN, b.Ref.ARN) })
	for _, old := range x.state.Running {
		if _, still := slices.BinarySearchFunc(tasks, old.Ref.ARN, func(t awsx.Task, arn string) int { return cmp.Compare(t.Ref.ARN, arn) }); !still {
			x.stops = true
		}
	}
	now := time.Now()
	x.update(func(s *ServiceState) { s.Running, s.RunningAt = tasks, now })
	return nil
}

func (x *serviceSource) readStopped(ctx context.Context, a awsx.Account, s awsx.Service) error {
	tasks, err := x.tasks(ctx, a, s, true, x.state.Stopped)
	if err != nil {
		return err
	}
	slices.SortFunc(tasks, func(a, b awsx.Task) int {
		return cmp.Or(stoppedAt(b).Compare(stoppedAt(a)), cmp.Compare(a.Ref.ARN, b.Ref.ARN))
	})
	// A task on its way out is worth another look.
	x.stops = slices.ContainsFunc(tasks, func(t awsx.Task) bool { return t.LastStatus != "STOPPED" })
	now := time.Now()
	x.update(func(s *ServiceState) { s.Stopped, s.StoppedAt = tasks, now })
	return nil
}

// stoppedAt returns when a task stopped, else when it began to.
func stoppedAt(t awsx.Task) time.Time {
	if t.StoppedAt.IsZero() {
		return t.StoppingAt
	}
	return t.StoppedAt
}

// readDeployment reads the newest service deployment. Its failure is part of
// the state and nothing more.
func (x *serviceSource) readDeployment(ctx context.Context, a awsx.Account) {
	list, err := a.ServiceDeployments(ctx, x.ref, 1)
	x.deploymentAt = time.Now()
	var revisions map[string]awsx.ServiceRevision
	if err == nil && len(list) > 0 {
		revisions = x.readRevisions(ctx, a, list[0])
	}
	x.update(func(s *ServiceState) {
		s.DeploymentErr = err
		if err == nil {
			s.Deployment, s.Revisions = nil, revisions
			if len(list) > 0 {
				newest := list[0]
				s.Deployment = &newest
			}
		}
	})
}

// readRevisions reads the service revisions that a deployment names, once: they
// never change. One that cannot be read is asked for again with the next record.
func (x *serviceSource) readRevisions(ctx context.Context, a awsx.Account, d awsx.ServiceDeployment) map[string]awsx.ServiceRevision {
	found := map[string]awsx.ServiceRevision{}
	var missing []string
	for _, share := range append([]awsx.RevisionShare{d.Target}, d.Sources...) {
		if known, ok := x.state.Revisions[share.ARN]; ok {
			found[share.ARN] = known
		} else if share.ARN != "" {
			missing = append(missing, share.ARN)
		}
	}
	if len(missing) == 0 {
		return found
	}
	revisions, err := a.ServiceRevisions(ctx, missing)
	if err != nil {
		return found
	}
	for _, r := range revisions {
		found[r.ARN] = r
	}
	return found
}

// readGroups reads the groups that are older than their age allows.
func (x *serviceSource) readGroups(ctx context.Context, a awsx.Account, s awsx.Service) []error {
	arns := s.TargetGroups()
	f := &failures{}
	each(arns, func(arn string) {
		f.add(x.store.groups.read(ctx, a, groupKey{x.ref.Context, arn}, groupAge))
	})
	if len(f.all) == 0 {
		f.add(x.store.groups.describe(ctx, a, x.ref.Context, arns))
	}
	now := time.Now()
	x.update(func(state *ServiceState) { state.Groups = x.groups(s, now) })
	return slices.Concat(f.all, f.own)
}

func (x *serviceSource) groups(s awsx.Service, now time.Time) []GroupState {
	var out []GroupState
	for _, arn := range s.TargetGroups() {
		g := x.store.groups.state(groupKey{x.ref.Context, arn}, now)
		g.Services = []string{s.Ref.ARN}
		out = append(out, g)
	}
	return out
}
