package change

import (
	"fmt"
	"sync"
	"time"

	"gantry/awsx/deploy"
	"gantry/internal/fault"
)

// Arming decides whether changes are possible. Production starts read-only and
// is armed for a limited time; everything else can be changed at any time,
// unless the whole program is read-only. It is safe for concurrent use.
type Arming struct {
	readOnly bool
	span     time.Duration

	mu    sync.Mutex
	until time.Time
}

var _ deploy.Gate = (*Arming)(nil)

// Writable says what can be changed, for a header to show.
type Writable struct {
	ReadOnly bool          // nothing, and it cannot be armed
	Needed   bool          // production needs arming
	Left     time.Duration // how long production stays armed; 0 when it is not
}

// NewArming returns an arming whose Arm lasts for a span; a span of zero means
// that production needs none.
func NewArming(readOnly bool, span time.Duration) *Arming {
	return &Arming{readOnly: readOnly, span: span}
}

// Arm makes production writable for the span, counted from now.
func (a *Arming) Arm() error {
	if a.readOnly {
		return refused("arm", "", "start without --readonly", "gantry is read-only")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = time.Now().Add(a.span)
	return nil
}

// Disarm makes production read-only again.
func (a *Arming) Disarm() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = time.Time{}
}

// Writable returns what can be changed now.
func (a *Arming) Writable() Writable {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Writable{
		ReadOnly: a.readOnly,
		Needed:   a.span > 0,
		Left:     max(time.Until(a.until), 0),
	}
}

// Allow refuses a plan when the program is read-only, and one for production
// that is not armed.
func (a *Arming) Allow(p deploy.Plan) error {
	w := a.Writable()
	switch {
	case w.ReadOnly:
		return refused(p.Intent.Action(), p.Target.ARN, "start without --readonly", "gantry is read-only")
	case p.Production && w.Needed && w.Left == 0:
		return refused(p.Intent.Action(), p.Target.ARN, "arm writing first", "cluster %s is production, which is read-only until writing is armed", p.Target.ClusterName())
	}
	return nil
}

func refused(op, resource, fix, format string, args ...any) error {
	return &fault.Error{Class: fault.Denied, Op: op, Resource: resource, Fix: fix,
		Err: fmt.Errorf("%w: %w", deploy.ErrRefused, fmt.Errorf(format, args...))}
}
