package change

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/step"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// SourceFunc opens the observations that a follow needs; close lets go of them.
type SourceFunc func(spec follow.Spec) (src follow.Source, close func())

// Options is what a runner needs. All but the herald are required.
type Options struct {
	// Account opens the account of a context. It may wait.
	Account func(context.Context, awsx.ContextID) (awsx.Account, error)
	Gate    deploy.Gate
	Audit   deploy.Audit
	Source  SourceFunc
	Herald  Herald // nil tells nobody
}

// Runner carries changes out, each in a goroutine of its own under contexts
// that belong to the runner. It is safe for concurrent use.
type Runner struct {
	o Options
	// Calls under way outlive a shutdown for as long as its deadline grants, and no
	// other begins; follows end at once, since what they watch is all in the account.
	calls, follows         context.Context
	stopCalls, stopFollows context.CancelFunc
	wg                     crash.Group

	mu     sync.Mutex
	closed bool
	jobs   map[string]*job
	// releases end the sessions of jobs, by their ids.
	releases map[string]context.CancelFunc
	ended    []string // ids, oldest first
	wakes    map[chan struct{}]bool

	batches []*batch // oldest first
}

type job struct {
	status   Status
	done     chan struct{}
	farewell func(Status) // tells how it ended; nil when nobody wants to know
}

// keptEnded is how many ended jobs stay readable.
const keptEnded = 50

// ErrShutDown is the error of jobs whose follow a shutdown interrupted.
var ErrShutDown = errors.New("gantry ends; the deployment goes on in ECS and can be picked up again")

// New returns a runner. Shutdown must be called to end it.
func New(o Options) *Runner {
	r := &Runner{o: o, jobs: map[string]*job{}, releases: map[string]context.CancelFunc{}, wakes: map[chan struct{}]bool{}}
	r.calls, r.stopCalls = context.WithCancel(context.Background())
	r.follows, r.stopFollows = context.WithCancel(context.Background())
	return r
}

// Start begins a change and returns its id. Two changes never make calls about
// the same target at the same time; following one does not keep another, such as
// its roll back, from starting.
func (r *Runner) Start(j Job) (string, error) {
	j.admitted = r.admit(j.Plan)
	return r.start(j)
}

// start begins a change about which the gate was asked.
func (r *Runner) start(j Job) (string, error) {
	p := j.Plan
	id := deploy.NewID()
	s := Status{ID: id, Target: p.Target, Action: p.Intent.Action(), Intent: p.Intent, Summary: p.Summary(), Stage: Executing}
	held, release := context.WithCancel(r.follows)
	r.mu.Lock()
	r.releases[id] = release
	r.mu.Unlock()
	id, err := r.launch(s, func() (deploy.Result, error) {
		defer r.Release(s.ID)
		return r.carry(held, s.ID, j)
	})
	if err != nil {
		r.Release(s.ID)
	}
	return id, err
}

// Release ends the session that a job holds, or is about to open. It does not wait for its
// end, and does nothing for other jobs.
func (r *Runner) Release(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if release := r.releases[id]; release != nil {
		release()
		delete(r.releases, id)
	}
}

// carry makes the calls of a change and follows it, or holds its session while a context lasts.
func (r *Runner) carry(held context.Context, id string, j Job) (deploy.Result, error) {
	account, err := r.o.Account(r.calls, j.Plan.Target.Context)
	if err != nil {
		return deploy.Result{ID: id}, err
	}
	announced := false
	o := deploy.RunOptions{
		ID: id, Account: account, Plan: j.Plan, Gate: j.admitted, Audit: r.o.Audit, Override: j.Override,
		Ending: r.follows.Done(), Patience: j.Timeout,
		Report: func(step int, d step.Description) {
			if step == 0 && !j.batched && !announced {
				r.announce(id, j.Plan)
				announced = true
			}
			r.update(id, func(s *Status) { s.Step = d.Text })
		},
	}
	o.Prune = func(p deploy.Plan) (deploy.Result, error) {
		// It was confirmed with the change that it follows.
		own, err := r.start(Job{Plan: p, NoFollow: true, batched: true, admitted: j.admitted})
		if err != nil {
			return deploy.Result{}, err
		}
		s, err := r.Wait(r.calls, own)
		return s.Result, cmp.Or(err, s.Err)
	}
	if j.Hold != nil {
		o.Hold = func(s awsx.Session) (deploy.Held, error) {
			tell := func(words string) { r.update(id, func(s *Status) { s.Step = words }) }
			r.update(id, func(s *Status) { s.Stage, s.Step = Open, "" })
			return j.Hold(held, s, tell)
		}
	}
	if !j.NoFollow {
		o.Follow = func(_ context.Context, spec follow.Spec) (follow.Verdict, error) {
			if j.Timeout > 0 {
				spec.Timeout = j.Timeout
			}
			return r.follow(id, spec)
		}
	}
	return deploy.Run(r.calls, o)
}

// Resume follows a deployment that is under way already and returns an id for
// it. Nothing is changed, so no gate is asked and no record is written.
func (r *Runner) Resume(spec follow.Spec) (string, error) {
	id := deploy.NewID()
	summary := awsx.ARNName(spec.TaskDefinition)
	if before := awsx.ARNName(spec.Previous.TaskDefinition); before != "" {
		summary = before + " -> " + summary
	}
	return r.launch(Status{ID: id, Target: spec.Service, Action: "follow", Summary: summary, Stage: Following}, func() (deploy.Result, error) {
		res := deploy.Result{ID: id, Spec: spec}
		verdict, err := r.follow(id, spec)
		if err == nil {
			res.Verdict = &verdict
		}
		return res, err
	})
}

// launch registers a job, runs it and returns its id.
func (r *Runner) launch(s Status, run func() (deploy.Result, error)) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return "", refused(s.Action, s.Target.ARN, "", "gantry is about to end")
	}
	if err := r.alone(s); err != nil {
		return "", err
	}
	r.add(s, run)
	r.wake()
	return s.ID, nil
}

// alone refuses a job that would make calls about a target while another one
// does. The mutex is held.
func (r *Runner) alone(s Status) error {
	for _, other := range r.jobs {
		if s.Stage == Executing && other.status.Stage == Executing && other.status.ID != s.ID && other.status.Target == s.Target {
			return refused(s.Action, s.Target.ARN, "wait for it", "change %s is making calls about the same target", other.status.ID)
		}
	}
	return nil
}

// add registers a job and runs it. The mutex is held.
func (r *Runner) add(s Status, run func() (deploy.Result, error)) *job {
	s.Started = time.Now()
	j := &job{status: s, done: make(chan struct{})}
	r.jobs[s.ID] = j
	r.wg.Go(func() {
		res, err := guarded(run)
		r.end(j, res, err)
		if j.farewell != nil {
			j.farewell(j.status)
		}
	})
	return j
}

// guarded turns a panic into the job's error: it would end the program with the
// terminal still raw, and take other changes along.
func guarded(run func() (deploy.Result, error)) (res deploy.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.Errorf(fault.Failed, "change", "", "%w", crash.Of("a change", v))
		}
	}()
	return run()
}

func (r *Runner) end(j *job, res deploy.Result, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	j.status.Stage, j.status.Result, j.status.Err = Ended, res, err
	close(j.done)
	r.ended = append(r.ended, j.status.ID)
	if len(r.ended) > keptEnded {
		delete(r.jobs, r.ended[0])
		r.ended = slices.Delete(r.ended, 0, 1)
	}
	r.wake()
}

func (r *Runner) follow(id string, spec follow.Spec) (follow.Verdict, error) {
	r.update(id, func(s *Status) { s.Stage, s.Step = Following, "" })
	src, closeSource := r.o.Source(spec)
	defer closeSource()
	verdict, err := follow.Watch(r.follows, src, spec, func(p follow.Progress) {
		r.update(id, func(s *Status) {
			p.Events = recent(s.Progress.Events, p.Events)
			s.Progress = p
		})
	})
	if err != nil {
		err = ErrShutDown
	}
	return verdict, err
}

// keptEvents is how many of a service's events a job remembers.
const keptEvents = 100

// recent joins the events of one progress to those before, so that a reader who
// missed some progress misses no event.
func recent(before, more []awsx.ServiceEvent) []awsx.ServiceEvent {
	all := slices.Concat(before, more)
	return all[max(0, len(all)-keptEvents):]
}

func (r *Runner) update(id string, change func(*Status)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if j := r.jobs[id]; j != nil {
		change(&j.status)
		r.wake()
	}
}

// wake tells every subscriber, none of which it waits for. The mutex is held.
func (r *Runner) wake() {
	for ch := range r.wakes {
		select {
		case ch <- struct{}{}:
		default: // one is waiting there already
		}
	}
}

// Subscribe returns a channel that is received from after anything changed; one
// waiting value stands for any number of changes. Stop ends it.
func (r *Runner) Subscribe() (changed <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wakes[ch] = true
	return ch, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.wakes, ch)
	}
}

// Running returns the jobs that have not ended, oldest first.
func (r *Runner) Running() []Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Status
	for _, j := range r.jobs {
		if j.status.Stage != Ended {
			list = append(list, j.status)
		}
	}
	slices.SortFunc(list, byAge)
	return list
}

// Jobs returns the jobs that run and those that ended lately, oldest first.
func (r *Runner) Jobs() []Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Status, 0, len(r.jobs))
	for _, j := range r.jobs {
		list = append(list, j.status)
	}
	slices.SortFunc(list, byAge)
	return list
}

// Status returns one job; ok is false when there is none, or when it ended long
// ago.
func (r *Runner) Status(id string) (s Status, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if j := r.jobs[id]; j != nil {
		return j.status, true
	}
	return Status{}, false
}

// Wait returns a job's status once it has ended. When the context is done first
// it returns the context's error and the job goes on.
func (r *Runner) Wait(ctx context.Context, id string) (Status, error) {
	r.mu.Lock()
	j := r.jobs[id]
	r.mu.Unlock()
	if j == nil {
		return Status{}, fault.Errorf(fault.NotFound, "wait", id, "no such change")
	}
	select {
	case <-ctx.Done():
		return Status{}, ctx.Err()
	case <-j.done:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return j.status, nil
}

// Settle waits until no job makes calls, or the context is done: whoever leaves by their
// own will lets the changes that they confirmed come to their last call.
func (r *Runner) Settle(ctx context.Context) {
	changed, stop := r.Subscribe()
	defer stop()
	for slices.ContainsFunc(r.Running(), func(s Status) bool { return s.Stage == Executing }) {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// Shutdown starts nothing more, ends follows and changes between two calls, and waits
// for calls under way until the context is done; then it cancels them and waits for their
// goroutines. Its error is the context's when calls had to be cancelled.
func (r *Runner) Shutdown(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.stopFollows()
	defer r.stopCalls()
	finished := make(chan struct{})
	var waiting crash.Group
	waiting.Go(func() {
		r.wg.Settle()
		close(finished)
	})
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		r.stopCalls()
		<-finished
		return ctx.Err()
	}
}
