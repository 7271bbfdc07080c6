package wire

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxRequest is above any request that the services accept.
const maxRequest = 4 << 20

// Request is one call, whatever the protocol it came by.
type Request struct {
	Service   *Service // nil when it names none that is known
	Operation string
	Region    string // that it was signed for; empty without a signature
	Agent     string // the user agent
	protocol  protocol
	Body      []byte // JSON, also of what came as CBOR
	form      url.Values
}

// Name is the service's, empty when the request names none.
func (r *Request) Name() string {
	if r.Service == nil {
		return ""
	}
	return r.Service.Name
}

// Read reads a call of one of the services. The request is what could be
// read of it also where there is an error, which is one for the caller to see.
func Read(r *http.Request, services []*Service) (*Request, error) {
	target := r.Header.Get("X-Amz-Target")
	req := &Request{protocol: protocolOf(r, target), Region: signedRegion(r), Agent: r.UserAgent()}
	if r.Body != nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
		if err != nil {
			return req, Fail("RequestTimeout", "The request body could not be read: "+err.Error())
		}
		if len(body) > maxRequest {
			return req, &Error{status: http.StatusRequestEntityTooLarge, code: "RequestEntityTooLarge", message: "Request is too large."}
		}
		req.Body = body
	}
	find := func(keep func(*Service) bool) *Service {
		if i := slices.IndexFunc(services, keep); i >= 0 {
			return services[i]
		}
		return nil
	}
	if target == "" && req.readREST(r.Method, r.URL, services) {
		return req, nil
	}
	switch req.protocol {
	case CBOR:
		return req, req.readCBOR(r.URL.Path, find)
	case JSON10, JSON11:
		// Some clients put a longer name before the service's, with dots in it.
		end := max(strings.LastIndexByte(target, '.'), 0)
		prefix := target[strings.LastIndexByte(target[:end], '.')+1 : end]
		req.Operation = strings.TrimPrefix(target[end:], ".")
		req.Service = find(func(s *Service) bool { return s.Target != "" && s.Target == prefix })
		if req.Service == nil {
			return req, Fail("UnknownOperationException", "")
		}
		return req, nil
	}
	return req, req.readForm(r.URL.Query(), find)
}

// readCBOR reads the operation out of the path, /service/NAME/operation/NAME, and
// puts the body into JSON, which the operations take.
func (r *Request) readCBOR(path string, find func(func(*Service) bool) *Service) error {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) != 4 || parts[0] != "service" || parts[2] != "operation" {
		return Fail("UnknownOperationException", "")
	}
	r.Service = find(func(s *Service) bool { return s.CBOR && s.Target == parts[1] })
	if r.Service == nil {
		return Fail("UnknownOperationException", "")
	}
	r.Operation = parts[3]
	if len(r.Body) == 0 {
		return nil
	}
	tree, err := decodeCBOR(r.Body)
	if err != nil {
		return Fail("SerializationException", err.Error())
	}
	r.Body = Encode(tree)
	return nil
}

// readForm reads a call of the Query protocol, whose parameters may stand in the
// body and in the address.
func (r *Request) readForm(query url.Values, find func(func(*Service) bool) *Service) error {
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return Fail("MalformedInput", "The request body is not a form: "+err.Error())
	}
	for key, values := range query {
		form[key] = append(form[key], values...)
	}
	r.form = form
	r.Operation = form.Get("Action")
	r.Service = find(func(s *Service) bool { return s.Version != "" && s.Version == form.Get("Version") })
	switch {
	case r.Operation == "":
		return Fail("MissingAction", "Missing Action")
	case r.Service == nil:
		return r.unknown()
	}
	return nil
}

// Reads reports whether a call is one that only reads, by the names that AWS gives.
func (r *Request) Reads() bool {
	return slices.ContainsFunc([]string{"List", "Describe", "Get", "Batch", "Filter", "Lookup", "Simulate"}, func(verb string) bool {
		return strings.HasPrefix(r.Operation, verb)
	})
}

// unknown refuses an operation that the service does not have.
func (r *Request) unknown() error {
	if r.protocol != Query {
		return Fail("UnknownOperationException", "")
	}
	return Fail("InvalidAction", "Could not find operation "+r.Operation+" for version "+r.form.Get("Version"))
}

// signedRegion is the region that a request was signed for; empty without a
// signature.
func signedRegion(r *http.Request) string {
	_, scope, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if parts := strings.Split(scope, "/"); ok && len(parts) > 2 {
		return parts[2]
	}
	return ""
}
