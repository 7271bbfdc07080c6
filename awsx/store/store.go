package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/internal/crash"
	"gantry/internal/wake"
)

// defaultRefresh is how often services are read unless the options say other.
const defaultRefresh = 30 * time.Second

// Options are what a store is made of.
type Options struct {
	// Opener opens the contexts that watches name.
	Opener awsx.Opener
	// Refresh is the interval of services; those of the other kinds derive from
	// it: tasks and instances take twice as long, one service a third. Zero
	// means 30 s.
	Refresh time.Duration
	// Past is told what polling sees pass by; nil is a memory that ends with the store.
	Past past.Keeper
	// Alarming reports whether the message of a service's event gives reason to
	// read the health of its targets soon; nil when none does.
	Alarming func(message string) bool
	// Renewed reports whether what the credentials of a context come from changed since it
	// was opened, and has it opened anew then; nil when that cannot be told.
	Renewed func(awsx.ContextID) bool
	// Unwatched is told that the last listing of a context was forgotten, since nobody has
	// watched any for long; nil tells nobody. It must not call the store.
	Unwatched func(awsx.ContextID)
	// Clocks tell that the machine slept; nil are the machine's own.
	Clocks wake.Clocks
}

// Store owns the pollers of all contexts. Its methods may be called from any
// goroutine.
type Store struct {
	opener    awsx.Opener
	refresh   *atomic.Int64 // see round
	past      past.Keeper
	alarming  func(message string) bool
	renewed   func(awsx.ContextID) bool
	unwatched func(awsx.ContextID)
	clocks    wake.Clocks

	ctx    context.Context
	cancel context.CancelFunc
	wg     crash.Group

	// published counts the snapshots of all pollers, so that one which starts
	// after another was forgotten never gives a revision twice.
	published atomic.Uint64

	mu      sync.Mutex
	closed  bool
	pollers map[pollKey]control
	changed map[awsx.ContextID]time.Time // when the credentials of a context last did

	groups      *groupCache
	definitions *definitions
	machines    machines
	protection  memo[ofContext[string], time.Time]
	identities  flights[awsx.ContextID, awsx.Identity]
}

// pollKey identifies a poller: scope is the ARN of a cluster or of a service,
// empty for the clusters of a context. The cluster tells apart services whose
// ARN a caller gave as a bare name.
type pollKey struct {
	context        awsx.ContextID
	kind           string
	cluster, scope string
}

// control is what the store does to a poller whatever it reads.
type control interface {
	credentialsChanged()
	kick()
}

// New makes a store whose pollers end with ctx. Nothing is called until
// something is watched.
func New(ctx context.Context, o Options) *Store {
	ctx, cancel := context.WithCancel(ctx)
	s := &Store{
		opener: o.Opener, refresh: new(atomic.Int64), past: o.Past, alarming: o.Alarming, renewed: o.Renewed, unwatched: o.Unwatched, clocks: o.Clocks,
		ctx: ctx, cancel: cancel,
		pollers: map[pollKey]control{}, changed: map[awsx.ContextID]time.Time{},
	}
	s.SetRefresh(o.Refresh)
	if s.past == nil {
		s.past = &past.Memory{}
	}
	if s.alarming == nil {
		s.alarming = func(string) bool { return false }
	}
	if s.renewed == nil {
		s.renewed = func(awsx.ContextID) bool { return false }
	}
	if s.unwatched == nil {
		s.unwatched = func(awsx.ContextID) {}
	}
	s.groups = newGroupCache(s.past)
	s.definitions = newDefinitions()
	return s
}

// SetRefresh sets the interval of services, as the options do, for what is watched already
// too: the next reading of each is put on or off.
func (s *Store) SetRefresh(d time.Duration) {
	if d <= 0 {
		d = defaultRefresh
	}
	if s.refresh.Swap(int64(d)) == int64(d) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pollers {
		p.kick()
	}
}

// round is the interval of services as it is now.
func (s *Store) round() time.Duration { return time.Duration(s.refresh.Load()) }

// Close ends all pollers and waits for them. Watches keep their last snapshot
// and never change again.
func (s *Store) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.wg.Settle()
}

// start runs fn as one of the store's goroutines; false when the store closed.
// The caller holds no lock.
func (s *Store) start(fn func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.ctx.Err() != nil {
		return false
	}
	s.wg.Go(fn)
	return true
}

// watch attaches a new watch to the poller of a key, starting one if there is
// none. The pace may be another each time that it is asked for. make builds the poller's source; it must not call the store.
func watch[T any](s *Store, key pollKey, pace func() pace, make func() source[T]) *Watch[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pollers[key].(*poller[T])
	if !ok {
		p = newPoller(s, key, pace, make())
		if s.closed || s.ctx.Err() != nil {
			p.snap.Store(&Snapshot[T]{Err: context.Canceled})
		} else {
			s.pollers[key] = p
			s.wg.Go(func() { p.live(s.ctx) })
		}
	}
	return p.attach()
}

// forget drops a poller that nobody has watched for long; false when somebody
// came in the meantime.
func forget[T any](s *Store, p *poller[T]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.demand().watches > 0 {
		return false
	}
	delete(s.pollers, p.key)
	for key := range s.pollers { // whose it is may be watched for ever, and lists nothing
		if key.context == p.key.context && key.kind != kindWhose {
			return true
		}
	}
	s.unwatched(p.key.context)
	return true
}

// Past answers what polling has seen pass by.
func (s *Store) Past() past.Past { return s.past }

// Account opens a context for calls that are nobody's but the caller's.
func (s *Store) Account(ctx context.Context, id awsx.ContextID) (awsx.Account, error) {
	return s.opener.Open(ctx, id)
}
