package change

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/store"
	"gantry/internal/crash"
)

// followAge is how old a follow lets what it looks at grow: a rollout moves in
// seconds.
const followAge = 2 * time.Second

// StoreSource returns the sources of follows: of services they share the store's
// pollers with the screens, of tasks and instances they poll by themselves.
func StoreSource(s *store.Store) SourceFunc {
	return func(spec follow.Spec) (follow.Source, func()) {
		if spec.Service.ARN == "" {
			p := poll(reader{s, spec}.observe)
			return p, p.close
		}
		w := s.Service(spec.Service)
		w.Need(store.Need{MaxAge: followAge})
		w.Refresh()
		return follow.FromStore(w), w.Close
	}
}

// reader makes observations of tasks, or of an instance.
type reader struct {
	store *store.Store
	spec  follow.Spec
}

func (r reader) observe(ctx context.Context) follow.Observation {
	var o follow.Observation
	if r.spec.Group.ARN != "" {
		return r.observeGroup(ctx)
	}
	target := r.spec.Instance
	if len(r.spec.Tasks) > 0 {
		target = r.spec.Tasks[0]
	}
	account, err := r.store.Account(ctx, target.Context)
	if err != nil {
		o.Err = err
		return o
	}
	q := awsx.TaskQuery{Cluster: target.ClusterRef(), Instance: r.spec.Instance.ARN}
	for _, t := range r.spec.Tasks {
		q.ARNs = append(q.ARNs, t.ARN)
	}
	o.Tasks, o.Err = awsx.Collect(account.Tasks(ctx, q))
	if r.spec.Instance.ARN == "" {
		return o
	}
	instances, err := awsx.Collect(account.Instances(ctx, target.ClusterRef()))
	o.Err = errors.Join(o.Err, err)
	if i := slices.IndexFunc(instances, func(i awsx.Instance) bool { return i.Ref == r.spec.Instance }); i >= 0 {
		o.Instance = instances[i]
	}
	return o
}

// activitiesFollowed is how many of a group's activities tell why it cannot launch.
const activitiesFollowed = 5

// observeGroup looks at an Auto Scaling group and at the instances of its cluster.
func (r reader) observeGroup(ctx context.Context) (o follow.Observation) {
	group := r.spec.Group
	account, err := r.store.Account(ctx, group.Context)
	if err != nil {
		o.Err = err
		return o
	}
	o.Group, o.Err = account.ScalingGroup(ctx, group.Name())
	if group.Cluster != "" {
		o.Fleet, err = awsx.Collect(account.Instances(ctx, group.ClusterRef()))
		o.Err = errors.Join(o.Err, err)
	}
	o.Activities, _ = account.GroupActivities(ctx, group.Name(), activitiesFollowed) // they only explain
	return o
}

// poller is a source that reads again and again until it is closed.
type poller struct {
	changed chan struct{}
	stop    context.CancelFunc
	reading crash.Group

	mu   sync.Mutex
	last follow.Observation
	seen bool
}

// poll starts a poller, which its caller closes.
func poll(observe func(context.Context) follow.Observation) *poller {
	ctx, stop := context.WithCancel(context.Background())
	p := &poller{changed: make(chan struct{}, 1), stop: stop}
	p.reading.Go(func() {
		defer p.wake()
		defer p.reading.Catch("a follow") // before who waits is told that it ended
		tick := time.NewTicker(followAge)
		defer tick.Stop()
		for {
			o := observe(ctx)
			if ctx.Err() != nil {
				return
			}
			p.tell(o)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return p
}

// tell keeps an observation; one that failed keeps what was read before it.
func (p *poller) tell(o follow.Observation) {
	p.mu.Lock()
	if o.Err != nil && p.seen {
		err := o.Err
		o = p.last
		o.Err = err
	}
	p.last, p.seen = o, true
	p.mu.Unlock()
	p.wake()
}

func (p *poller) wake() {
	select {
	case p.changed <- struct{}{}:
	default: // one is waiting there already
	}
}

func (p *poller) close() {
	p.stop()
	p.reading.Settle()
}

// Changed receives after each look.
func (p *poller) Changed() <-chan struct{} { return p.changed }

// Observe returns what the last look saw.
func (p *poller) Observe() (follow.Observation, bool) {
	p.reading.Raise()
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.last
	o.At = time.Now()
	return o, p.seen
}
