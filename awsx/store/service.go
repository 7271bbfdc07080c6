package store

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
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
	// Service is as of ReadAt.
	Service awsx.Service
	ReadAt  time.Time
	// Running are the tasks whose desired status is RUNNING, by ARN, as of
	// RunningAt; unread while that is zero.
	Running   []awsx.Task
	RunningAt time.Time
	// Untold is how many running tasks were listed and could not be described.
	Untold int
	// Stopped are the tasks whose desired status is STOPPED, the newest first,
	// as of StoppedAt. StoppedErr is why the latest reading of them failed.
	Stopped    []awsx.Task
	StoppedAt  time.Time
	StoppedErr error
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
	return watch(s, key, func() pace { return pace{max(s.round()/3, serviceFloor), serviceFloor} }, func() source[ServiceState] {
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
	s.ReadAt, s.RunningAt, s.StoppedAt = once(s.ReadAt), once(s.RunningAt), once(s.StoppedAt)
	s.Groups = slices.Clone(s.Groups)
	for i := range s.Groups {
		s.Groups[i].ReadAt, s.Groups[i].Readings = once(s.Groups[i].ReadAt), nil
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
	now := wall()
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
