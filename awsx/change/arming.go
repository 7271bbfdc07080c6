package change

import (
	"fmt"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/fault"
)

// Arming decides whether changes are possible. Production starts read-only and
// is armed for a limited time, in one context and account; everything else can be changed
// at any time, unless the whole program is read-only. It is safe for concurrent use.
type Arming struct {
	span time.Duration

	mu       sync.Mutex
	readOnly bool
	until    map[Reach]time.Time
}

var _ deploy.Gate = (*Arming)(nil)

// Reach is where arming holds: one context and one account.
type Reach string

// ReachOf is where something belongs to.
func ReachOf(ref awsx.Ref) Reach {
	_, account, _, ok := awsx.ARNParts(ref.Cluster)
	if !ok {
		_, account, _, _ = awsx.ARNParts(ref.ARN)
	}
	return Reach(account + " " + ref.Context.String())
}

// Writable says what can be changed, for a header to show.
type Writable struct {
	ReadOnly bool          // nothing, and it cannot be armed
	Needed   bool          // production needs arming
	Span     time.Duration // how long arming lasts
	Left     time.Duration // how long production stays armed; 0 when it is not
}

// NewArming returns an arming whose Arm lasts for a span; a span of zero means
// that production needs none.
func NewArming(readOnly bool, span time.Duration) *Arming {
	return &Arming{readOnly: readOnly, span: span, until: map[Reach]time.Time{}}
}

// Arm makes the production of a reach writable for the span, counted from now.
func (a *Arming) Arm(r Reach) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.readOnly {
		return refused("arm", "", "start without --readonly", "gantry is read-only")
	}
	a.until[r] = time.Now().Add(a.span)
	return nil
}

// Forbid refuses every change from now on, as if the program had been started so.
func (a *Arming) Forbid() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.readOnly = true
	clear(a.until)
}

// Disarm makes it read-only again.
func (a *Arming) Disarm(r Reach) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.until, r)
}

// Writable returns what can be changed in a reach now.
func (a *Arming) Writable(r Reach) Writable {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Writable{
		ReadOnly: a.readOnly,
		Needed:   a.span > 0,
		Span:     a.span,
		Left:     max(time.Until(a.until[r]), 0),
	}
}

// Allow refuses a plan when the program is read-only, and one for production
// that is not armed.
func (a *Arming) Allow(p deploy.Plan) error {
	w := a.Writable(ReachOf(p.Target))
	switch {
	case w.ReadOnly:
		return refused(p.Intent.Action(), p.Target.ARN, "start without --readonly", "gantry is read-only")
	case p.Production && w.Needed && w.Left == 0:
		return refused(p.Intent.Action(), p.Target.ARN, "arm writing first", "cluster %s is production, which is read-only until writing is armed", p.Target.ClusterName())
	}
	return nil
}

// admission is what the gate said about plans when they were confirmed. It holds until
// they are carried out: arming that ends meanwhile must not stop a batch half way.
type admission struct{ err error }

// Allow repeats what the gate said.
func (a admission) Allow(deploy.Plan) error { return a.err }

// admit asks the gate about plans that belong together: one that is refused refuses all.
func (r *Runner) admit(plans ...deploy.Plan) admission {
	for _, p := range plans {
		if err := r.o.Gate.Allow(p); err != nil {
			return admission{err}
		}
	}
	return admission{}
}

func refused(op, resource, fix, format string, args ...any) error {
	return &fault.Error{Class: fault.Denied, Op: op, Resource: resource, Fix: fix,
		Err: fmt.Errorf("%w: %w", deploy.ErrRefused, fmt.Errorf(format, args...))}
}
