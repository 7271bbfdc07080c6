package wire

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// Answer is what goes back. A lost answer is a connection that breaks.
type Answer struct {
	status   int
	body     []byte
	protocol protocol
	query    string // code and fault of an error, for clients that knew the Query protocol
	id       string
	page     bool // what stands between answers
	Lost     bool
}

// Page is the answer of something between the caller and the service.
func Page(status int) Answer {
	text := strconv.Itoa(status) + " " + http.StatusText(status)
	return Answer{status: status, page: true, body: []byte("<html><title>" + text + "</title><h1>" + text + "</h1></html>")}
}

// Succeed is the answer of an operation that was done.
func (r *Request) Succeed(body []byte, id string) Answer {
	return Answer{status: http.StatusOK, body: body, protocol: r.protocol, id: id}
}

// Refuse shapes an error as the request's protocol does.
func (r *Request) Refuse(err error, id string) Answer {
	failure := asAPIError(err)
	reply := Answer{status: failure.status, protocol: r.protocol, id: id}
	if r.protocol == Query {
		reply.body = queryFailure(failure, reply.id)
		if r.Service != nil && r.Service.EC2 {
			reply.body = ec2Failure(failure, reply.id)
		}
		return reply
	}
	reply.body = r.protocol.encode(failure.tree())
	if r.Service != nil && r.Service.CBOR {
		reply.query = failure.code + ";" + failure.side()
	}
	return reply
}

// header sets the headers that go with the answer.
func (p Answer) header(h http.Header) {
	if p.page {
		h.Set("Content-Type", "text/html")
		return
	}
	h.Set("Content-Type", p.protocol.contentType())
	h.Set("X-Amzn-Requestid", p.id)
	// As AWS does. Without it net/http sends what is long in chunks.
	h.Set("Content-Length", strconv.Itoa(len(p.body)))
	if p.protocol == CBOR {
		h.Set("Smithy-Protocol", rpcV2)
	}
	if p.query != "" {
		h.Set("X-Amzn-Query-Error", p.query)
	}
}

// Write answers over HTTP.
func (p Answer) Write(w http.ResponseWriter) {
	p.header(w.Header())
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body) // a client that went away is not ours to report
}

// Response is the answer as a transport returns it.
func (p Answer) Response(to *http.Request) *http.Response {
	header := make(http.Header, 4)
	p.header(header)
	return &http.Response{
		Status:        strconv.Itoa(p.status) + " " + http.StatusText(p.status),
		StatusCode:    p.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(p.body)),
		ContentLength: int64(len(p.body)),
		Request:       to,
	}
}
