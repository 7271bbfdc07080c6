package sim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// maxRequest is above any request that the services accept.
const maxRequest = 4 << 20

// request is one call, whatever the protocol it came by.
type request struct {
	service   string // as in Call
	operation string
	region    string // that it was signed for
	wire      wire
	body      []byte // JSON, also of what came as CBOR
	form      url.Values
}

// answer is what goes back. A lost answer is a connection that breaks.
type answer struct {
	status int
	body   []byte
	wire   wire
	query  string // code and fault of an error, for clients that knew the Query protocol
	id     string
	lost   bool
}

// ServeHTTP speaks JSON 1.0 and 1.1, the Query protocol and RPC v2 CBOR on one
// address, telling the services apart by X-Amz-Target, Version and path.
// Signatures are not checked.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply, err := a.serve(r)
	if err != nil || reply.lost {
		// The server closes the connection without an answer and logs nothing.
		panic(http.ErrAbortHandler)
	}
	reply.header(w.Header())
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body) // a client that went away is not ours to report
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
	if reply.lost {
		return nil, syscall.ECONNRESET
	}
	header := make(http.Header, 4)
	reply.header(header)
	return &http.Response{
		Status:        itoa(reply.status) + " " + http.StatusText(reply.status),
		StatusCode:    reply.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(reply.body)),
		ContentLength: int64(len(reply.body)),
		Request:       r,
	}, nil
}

func (p answer) header(h http.Header) {
	h.Set("Content-Type", p.wire.contentType())
	h.Set("X-Amzn-Requestid", p.id)
	if p.wire == cborWire {
		h.Set("Smithy-Protocol", rpcV2)
	}
	if p.query != "" {
		h.Set("X-Amzn-Query-Error", p.query)
	}
}

// serve reads, delays, acts and answers; its error is the context's.
func (a *Account) serve(r *http.Request) (answer, error) {
	req, bad := readRequest(r)
	if bad != nil {
		return a.refuse(req, bad), nil
	}
	fault := a.record(req)
	if err := wait(r.Context(), a.opts.Latency); err != nil {
		return answer{}, err
	}
	if fault == nil {
		return a.act(req), nil
	}
	return a.fail(r.Context(), req, fault)
}

// fail answers a call that meets a fault.
func (a *Account) fail(ctx context.Context, req *request, fault *Fault) (answer, error) {
	hold := wait
	if fault.Kind == Stall {
		hold = stall
	}
	if err := hold(ctx, fault.Delay); err != nil {
		return answer{}, err
	}
	switch fault.Kind {
	case Throttle:
		return a.refuse(req, throttled(req)), nil
	case ServerError:
		return a.refuse(req, serverError(req)), nil
	case Reset:
		return answer{lost: true}, nil
	}
	reply := a.act(req)
	reply.lost = fault.Kind == ResetAfter
	return reply, nil
}

func (a *Account) act(req *request) answer {
	reply := answer{status: http.StatusOK, wire: req.wire}
	var failure error
	a.change(func() {
		reply.id = a.callRng.uuid()
		if a.opts.Scenario == Throttled && !a.quota.take(req, time.Now(), a.callRng) {
			failure = throttled(req)
			return
		}
		reply.body, failure = a.dispatch(req, reply.id)
	})
	if failure != nil {
		return a.refuse(req, failure)
	}
	return reply
}

func (a *Account) dispatch(req *request, id string) ([]byte, error) {
	switch {
	case req.service == "cloudwatch":
		do := alarmOperation(req.operation)
		if do == nil {
			return nil, fail("UnknownOperationException", "")
		}
		tree, err := do(a, req.body)
		if err != nil {
			return nil, err
		}
		return req.wire.encode(tree), nil
	case req.wire != queryWire:
		do := jsonOperation(req.service, req.operation)
		if req.service == "logs" {
			do = logsOperation(req.operation, req.region)
		}
		if do == nil {
			return nil, fail("UnknownOperationException", "")
		}
		return do(a, req.body)
	}
	do := queryOperation(req.service, req.operation)
	if do == nil {
		return nil, fail("InvalidAction", "Could not find operation "+req.operation+" for version "+req.form.Get("Version"))
	}
	result, err := do(a, req.form)
	if err != nil {
		return nil, err
	}
	return queryResponse(req, result, id), nil
}

// refuse shapes an error as the request's protocol does.
func (a *Account) refuse(req *request, err error) answer {
	failure := asAPIError(err)
	reply := answer{status: failure.status, wire: req.wire}
	a.mu.Lock()
	reply.id = a.callRng.uuid()
	a.mu.Unlock()
	if req.wire == queryWire {
		reply.body = queryFailure(failure, reply.id)
		return reply
	}
	reply.body = req.wire.encode(failure.tree())
	if req.service == "cloudwatch" {
		reply.query = failure.code + ";" + failure.side()
	}
	return reply
}

func readRequest(r *http.Request) (*request, error) {
	target := r.Header.Get("X-Amz-Target")
	req := &request{wire: wireOf(r, target), region: signedRegion(r)}
	if r.Body != nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
		if err != nil {
			return req, fail("RequestTimeout", "The request body could not be read: "+err.Error())
		}
		if len(body) > maxRequest {
			return req, &apiError{status: http.StatusRequestEntityTooLarge, code: "RequestEntityTooLarge", message: "Request is too large."}
		}
		req.body = body
	}
	switch req.wire {
	case cborWire:
		return req, req.readCBOR(r.URL.Path)
	case json10Wire, json11Wire:
		prefix, operation, _ := strings.Cut(target, ".")
		req.operation = operation
		req.service = jsonService(prefix)
		if req.service == "" {
			return req, fail("UnknownOperationException", "")
		}
		return req, nil
	}
	form, err := url.ParseQuery(string(req.body))
	if err != nil {
		return req, fail("MalformedInput", "The request body is not a form: "+err.Error())
	}
	for key, values := range r.URL.Query() {
		form[key] = append(form[key], values...)
	}
	req.form = form
	req.operation = form.Get("Action")
	req.service = queryService(form.Get("Version"))
	switch {
	case req.operation == "":
		return req, fail("MissingAction", "Missing Action")
	case req.service == "":
		return req, fail("InvalidAction", "Could not find operation "+req.operation+" for version "+form.Get("Version"))
	}
	return req, nil
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

// apiError is an error that the service's client is meant to see.
type apiError struct {
	status        int
	code, message string
}

// Error implements error.
func (e *apiError) Error() string { return e.code + ": " + e.message }

// fail is a client's mistake.
func fail(code, message string) error {
	return &apiError{status: http.StatusBadRequest, code: code, message: message}
}

func invalid(message string) error { return fail("InvalidParameterException", message) }

func clientError(message string) error { return fail("ClientException", message) }

func asAPIError(err error) *apiError {
	if known, ok := errors.AsType[*apiError](err); ok {
		return known
	}
	return &apiError{status: http.StatusInternalServerError, code: "InternalFailure", message: err.Error()}
}
