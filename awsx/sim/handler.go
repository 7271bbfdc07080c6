package sim

import (
	"cmp"
	"context"
	"net/http"
	"syscall"
	"time"

	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/wire"
)

// ServeHTTP speaks JSON 1.0 and 1.1, the Query protocol and RPC v2 CBOR on one
// address, telling the services apart by X-Amz-Target, Version and path.
// Signatures are not checked.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply, err := a.serve(r)
	if err != nil || reply.Lost {
		// The server closes the connection without an answer and logs nothing.
		panic(http.ErrAbortHandler)
	}
	reply.Write(w)
}

// RoundTripper returns a transport that calls the account in the caller's
// goroutine, without a network. It returns the error of the request's context
// when that ends first, and a connection reset where a fault asks for one.
func (a *Account) RoundTripper() http.RoundTripper { return transport{a} }

type transport struct{ account *Account }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	reply, err := t.account.serve(r)
	if err != nil {
		return nil, err
	}
	if reply.Lost {
		return nil, syscall.ECONNRESET
	}
	return reply.Response(r), nil
}

// serve reads, delays, acts and answers; its error is the context's.
func (a *Account) serve(r *http.Request) (wire.Answer, error) {
	req, bad := wire.Read(r, a.table)
	if bad != nil {
		return a.refuse(req, bad), nil
	}
	fault := a.record(req)
	if err := wait(r.Context(), a.opts.Latency); err != nil {
		return wire.Answer{}, err
	}
	if fault == nil {
		return a.act(req), nil
	}
	return a.fail(r.Context(), req, fault)
}

// fail answers a call that meets a fault.
func (a *Account) fail(ctx context.Context, req *wire.Request, fault *Fault) (wire.Answer, error) {
	hold := wait
	if fault.Kind == Stall {
		hold = stall
	}
	if err := hold(ctx, fault.Delay); err != nil {
		return wire.Answer{}, err
	}
	switch fault.Kind {
	case Throttle:
		return a.refuse(req, req.TooMany()), nil
	case ServerError:
		return a.refuse(req, req.ServerError()), nil
	case Deny:
		return a.refuse(req, req.Denied()), nil
	case Reset:
		return wire.Answer{Lost: true}, nil
	case Page:
		return fault.page(), nil
	}
	reply := a.act(req)
	if fault.Kind == PageAfter {
		return fault.page(), nil
	}
	reply.Lost = fault.Kind == ResetAfter
	return reply, nil
}

func (f *Fault) page() wire.Answer { return wire.Page(cmp.Or(f.Status, http.StatusServiceUnavailable)) }

func (a *Account) act(req *wire.Request) wire.Answer {
	var reply wire.Answer
	var failure error
	a.change(func() {
		id := a.callRng.UUID()
		if (a.opts.Granted > 0 || a.opts.Scenario == seed.Throttled) && !a.quota.take(req, time.Now(), a.callRng) {
			failure = req.TooMany()
			return
		}
		var body []byte
		body, failure = req.Act(id)
		a.trail.Record(req, a.world.CallerARN(), body, failure)
		reply = req.Succeed(body, id)
	})
	if failure != nil {
		return a.refuse(req, failure)
	}
	return reply
}

func (a *Account) refuse(req *wire.Request, err error) wire.Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return req.Refuse(err, a.callRng.UUID())
}

// wait lets d pass unless ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// stall is wait, except that no duration means for as long as the caller does.
func stall(ctx context.Context, d time.Duration) error {
	if d > 0 {
		return wait(ctx, d)
	}
	<-ctx.Done()
	return ctx.Err()
}
