package sim

import (
	"context"
	"sync"
	"time"

	"gantry/awsx/sim/cwlogs"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/machines"
	"gantry/awsx/sim/metrics"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/scaling"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/sessions"
	"gantry/awsx/sim/trail"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// Account is an AWS account in memory: its resources, the control plane that
// moves them and the wire protocols that show them. Its methods are safe for
// concurrent use. Nothing moves until Run is called.
type Account struct {
	opts Options

	mu       sync.Mutex    // of everything below
	wake     chan struct{} // set while Run is active
	written  chan struct{} // closed once the sink has what was written before Run
	pastOnce sync.Once

	world    *world.World
	fleet    *fleet.Fleet
	scaling  *scaling.Scaler
	park     *machines.Park
	metrics  *metrics.Store
	logs     *cwlogs.Store
	sessions *sessions.Board
	output   *output.Writer
	trail    *trail.Trail

	table   []*wire.Service
	callRng world.Source // request ids and what the quota lets through
	calls   callLog
	faults  []*Fault
	quota   quota
}

// New builds the whole account, everything that should be running already
// running. It starts no goroutine. The error names the option that is wrong.
func New(opts Options) (*Account, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	w := world.New(opts.Seed, opts.Speed, opts.Region, opts.AccountID, time.Now())
	f := fleet.New(w)
	logs := cwlogs.NewStore(w)
	a := &Account{
		opts: opts, written: make(chan struct{}),
		world: w, fleet: f, scaling: scaling.New(f), park: machines.NewPark(f), logs: logs, sessions: sessions.New(f), output: output.NewWriter(f, logs, opts.Logs != nil),
		trail: trail.New(f), callRng: world.NewSource(opts.Seed, world.CallStream), quota: newQuota(w.Now, opts.Granted),
	}
	f.Output = a.output
	a.metrics = metrics.New(a.scaling)
	a.table = a.services()
	err = seed.Fill(a.scaling, a.park, opts.contents())
	a.metrics.Draw()
	return a, err
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
	a.output.StartLogging()
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
		a.world.Advance(time.Now())
		docs := a.output.Take()
		next, planned := a.world.Agenda.Next()
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

// change runs do with the account locked and up to date, then has Run look at
// the agenda again. While Run is not active the account stands still.
func (a *Account) change(do func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.wake != nil {
		a.world.Advance(time.Now())
	}
	before, hadNext := a.world.Agenda.Next()
	do()
	after, hasNext := a.world.Agenda.Next()
	if hasNext && (!hadNext || after.Before(before)) || a.output.Waiting() {
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
