package sim

import (
	"time"

	"gantry/awsx/sim/wire"
)

// maxCalls bounds the record of calls; the oldest go first.
const maxCalls = 8192

// Call is one request that reached the account, refused ones included.
type Call struct {
	Time      time.Time
	Service   string // ecs, ecr, elbv2, sts, iam, application-autoscaling, cloudwatch or logs
	Operation string
	Body      []byte // as it was sent: a form, or JSON, into which CBOR is put
}

// callLog is a ring.
type callLog struct {
	ring []Call
	next int
}

func (l *callLog) add(c Call) {
	if len(l.ring) < maxCalls {
		l.ring = append(l.ring, c)
		return
	}
	l.ring[l.next] = c
	l.next = (l.next + 1) % maxCalls
}

// Calls returns the recorded calls, oldest first: the last 8192 of them.
func (a *Account) Calls() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append(append([]Call{}, a.calls.ring[a.calls.next:]...), a.calls.ring[:a.calls.next]...)
}

// record notes the call and returns the fault that it meets, if any.
func (a *Account) record(req *wire.Request) *Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls.add(Call{Time: time.Now(), Service: req.Name(), Operation: req.Operation, Body: req.Body})
	return a.nextFault(req)
}

// FaultKind is what goes wrong with a call.
type FaultKind int

// The kinds of fault.
const (
	// Throttle answers with the service's throttling error.
	Throttle FaultKind = iota
	// ServerError answers with a 500.
	ServerError
	// Deny answers that the caller may not do this.
	Deny
	// Reset breaks the connection before the request is acted on.
	Reset
	// ResetAfter acts on the request and then loses the answer.
	ResetAfter
	// Page answers with a web page of the fault's status, as a proxy does that does not
	// reach the service.
	Page
	// PageAfter acts on the request and then answers so, as a proxy does that does not
	// wait for the service.
	PageAfter
	// Stall holds the request for the fault's delay, or for as long as the
	// caller waits when there is none, and then acts on it.
	Stall
)

// Fault is something that happens to calls. Empty names match any.
type Fault struct {
	Service   string // ecs, ecr, elbv2, sts, iam, application-autoscaling, cloudwatch or logs
	Operation string
	Kind      FaultKind
	Times     int           // how many calls it happens to; 0 is all of them
	Share     float64       // of the calls that it happens to; 0 is each
	Delay     time.Duration // passes before the fault shows
	Status    int           // of a Page; 0 is 503
}

// Inject makes f happen to matching calls from now on, until it has happened
// f.Times times or remove is called. Of several that match, the first injected
// happens.
func (a *Account) Inject(f Fault) (remove func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	injected := &f
	a.faults = append(a.faults, injected)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.dropFault(injected)
	}
}

func (a *Account) dropFault(f *Fault) {
	for i, other := range a.faults {
		if other == f {
			a.faults = append(a.faults[:i:i], a.faults[i+1:]...)
			return
		}
	}
}

func (a *Account) nextFault(req *wire.Request) *Fault {
	for _, f := range a.faults {
		if f.Service != "" && f.Service != req.Name() || f.Operation != "" && f.Operation != req.Operation {
			continue
		}
		if f.Share > 0 && a.callRng.Float64() >= f.Share {
			continue
		}
		happening := *f
		if f.Times == 1 {
			a.dropFault(f)
		} else if f.Times > 1 {
			f.Times--
		}
		return &happening
	}
	return nil
}
