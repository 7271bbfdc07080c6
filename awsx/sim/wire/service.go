package wire

import "net/http"

// Service is a row of the table of services: how calls of a service are told
// apart, how it refuses them, and what it can do.
type Service struct {
	Name string // as in the endpoint's name: ecs, elbv2, logs …
	// Target is the prefix of X-Amz-Target, and the service's name in the paths of
	// CBOR; empty for a service of the Query protocol.
	Target string
	CBOR   bool // it also speaks RPC v2 CBOR, as one that spoke the Query protocol before
	// Rest are the operations of a service of the REST protocol in JSON, by method and path:
	// GET /things/{Name}.
	Rest map[string]string
	// EC2 is set for the one service whose Query protocol is a dialect: lists are X.1 in
	// forms and of items in answers, and neither results nor errors have its wrapping.
	EC2 bool
	// Version is the version of the API by which the Query protocol tells services
	// apart, Namespace that of its answers.
	Version, Namespace string
	Bucket             func(operation string) string // the rate that a call draws on; nil for one without a limit
	Throttled          string                        // code of the error when the rate is exceeded
	Broken             [2]string                     // code and message of the error when the service itself fails
	Operations         map[string]Operation
}

// Act carries the request out and returns the body of the answer, which has the
// given id.
func (r *Request) Act(id string) ([]byte, error) {
	do := r.Service.Operations[r.Operation]
	if do == nil {
		return nil, r.unknown()
	}
	body, err := do(r)
	if err != nil || r.protocol != Query {
		return body, err
	}
	if r.Service.EC2 {
		return ec2Response(r.Service.Namespace, r.Operation, body, id), nil
	}
	return queryResponse(r.Service.Namespace, r.Operation, body, id), nil
}

// TooMany is the error of a call that exceeds the rate.
func (r *Request) TooMany() error { return Fail(r.Service.Throttled, "Rate exceeded") }

// Denied is the error of a caller who may not do this.
func (r *Request) Denied() error {
	return &Error{status: http.StatusBadRequest, code: "AccessDeniedException", message: "User is not authorized to perform: " + r.Service.Name + ":" + r.Operation}
}

// ServerError is the error of a service that fails.
func (r *Request) ServerError() error {
	code, message := r.Service.Broken[0], r.Service.Broken[1]
	return &Error{status: http.StatusInternalServerError, code: code, message: message}
}
