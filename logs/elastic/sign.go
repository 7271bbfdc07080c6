package elastic

import (
	"bytes"
	"io"
	"net/http"
)

// Signer signs requests to Amazon OpenSearch with the credentials of an AWS
// account (Signature Version 4). Its methods may be called concurrently.
type Signer interface {
	// Sign adds the headers of a signature to a request that is complete but for
	// them. It reads neither the request's body, which is given beside it, nor
	// sends anything but what getting credentials takes. An error that is a
	// fault.Error keeps its class and says what to do.
	Sign(r *http.Request, body []byte) error
	// Rejected is told that the service took the credentials for expired, so that
	// they are got anew. It returns what a person can do about it.
	Rejected() (fix string)
}

// signing signs each request on its last step: what is sent again, or to another
// node, has a host and a time of its own and so needs a signature of its own.
type signing struct {
	next   http.RoundTripper
	signer Signer
}

// RoundTrip signs a copy of a request and sends it.
func (s signing) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	signed := r.Clone(r.Context())
	signed.Body, signed.ContentLength = http.NoBody, int64(len(body))
	if len(body) > 0 {
		signed.Body = io.NopCloser(bytes.NewReader(body))
	}
	signed.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	if err := s.signer.Sign(signed, body); err != nil {
		return nil, &signError{err}
	}
	return s.next.RoundTrip(signed)
}

// signError is the failure to sign a request, which was not sent.
type signError struct{ error }

// Unwrap returns the signer's error.
func (e *signError) Unwrap() error { return e.error }
