package sim

import (
	"context"
	"sync"
	"time"
)

// Account is an AWS account in memory: its resources, the control plane that
// moves them and the wire protocols that show them. Its methods are safe for
// concurrent use. Nothing moves until Run is called.
type Account struct {
	opts Options

	mu       sync.Mutex
	now      time.Time // the instant of the event or call being handled
	rng      source
	logRng   source
	callRng  source // request ids and what the quota lets through
	agenda   agenda
	wake     chan struct{} // set while Run is active
	outbox   []LogDoc
	logging  bool          // the services are talking
	written  chan struct{} // closed once the sink has what was written before Run
	pastOnce sync.Once
	logPause time.Duration // mean time between two lines of a service
	logSeq   uint64        // of the events in log groups
	// logRegions is CloudWatch Logs, by region.
	logRegions map[string]*logRegion
	calls      callLog
	faults     []*Fault
	quota      quota

	taskSeq       uint64
	clusters      []*cluster // by name
	clusterByName map[string]*cluster
	services      map[string]*service // by ARN
	tasks         map[string]*task    // by ARN
	instances     map[string]*instance
	families      map[string]*family
	familyNames   []string // sorted
	rollouts      map[string]*rollout
	revisions     map[string]*serviceRevision
	groups        []*targetGroup // by name
	groupByARN    map[string]*targetGroup
	balancers     []*loadBalancer
	alarms        map[string]*alarm    // by name
	alarmNames    []string             // sorted
	runTokens     map[string]runRecord // by client token
	repositories  map[string]*repository
	repoNames     []string // sorted
}

// New builds the whole account, everything that should be running already
// running. It starts no goroutine. The error names the option that is wrong.
func New(opts Options) (*Account, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &Account{
		opts:          opts,
		now:           time.Now(),
		written:       make(chan struct{}),
		rng:           newSource(opts.Seed, controlStream),
		logRng:        newSource(opts.Seed, logStream),
		callRng:       newSource(opts.Seed, callStream),
		clusterByName: map[string]*cluster{},
		services:      map[string]*service{},
		tasks:         map[string]*task{},
		instances:     map[string]*instance{},
		families:      map[string]*family{},
		rollouts:      map[string]*rollout{},
		revisions:     map[string]*serviceRevision{},
		groupByARN:    map[string]*targetGroup{},
		alarms:        map[string]*alarm{},
		runTokens:     map[string]runRecord{},
		repositories:  map[string]*repository{},
	}
	a.quota = newQuota(a.now)
	if opts.generated() {
		return a, a.seedGenerated()
	}
	return a, a.seedDemo()
}

// Written is closed once Run has given the log sink what was written before it
// began.
func (a *Account) Written() <-chan struct{} { return a.written }

// Run advances the control plane with the clock until ctx ends, and returns
// ctx's error. It is the only caller of the log sink, which it calls in order
// and without holding the account's lock. Run must not be called twice at once.
func (a *Account) Run(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	a.mu.Lock()
	a.wake = wake
	a.startLogging()
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.wake = nil
		a.mu.Unlock()
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		a.mu.Lock()
		a.advance(time.Now())
		docs := a.outbox
		a.outbox = nil
		next, planned := a.agenda.next()
		a.mu.Unlock()
		for _, doc := range docs {
			a.opts.Logs.WriteLog(doc)
		}
		a.pastOnce.Do(func() { close(a.written) })
		if planned {
			timer.Reset(time.Until(next))
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		case <-wake:
		}
	}
}

// advance plays everything that is due, each item at its own instant: how late
// the loop woke up does not show in the account.
func (a *Account) advance(now time.Time) {
	for {
		item, due := a.agenda.take(now)
		if !due {
			break
		}
		if item.at.After(a.now) {
			a.now = item.at
		}
		item.do()
	}
	if now.After(a.now) {
		a.now = now
	}
}

// change runs do with the account locked and up to date, then has Run look at
// the agenda again. While Run is not active the account stands still.
func (a *Account) change(do func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.wake != nil {
		a.advance(time.Now())
	}
	before, hadNext := a.agenda.next()
	do()
	after, hasNext := a.agenda.next()
	if hasNext && (!hadNext || after.Before(before)) || len(a.outbox) > 0 {
		a.rouse()
	}
}

func (a *Account) rouse() {
	if a.wake == nil {
		return
	}
	select {
	case a.wake <- struct{}{}:
	default: // already awake
	}
}

// after plans do for when d of control-plane time has passed.
func (a *Account) after(d time.Duration, do func()) {
	a.agenda.plan(a.now.Add(a.scaled(d)), do)
}

// scaled converts a duration of the control plane to one of the clock.
func (a *Account) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / a.opts.Speed)
}
