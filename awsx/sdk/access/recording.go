package access

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// recordingClient shows each call of an account to somebody, with its answer. Calls
// that get credentials are made by other clients, so nobody sees those.
type recordingClient struct {
	next   aws.HTTPClient
	record func(r *http.Request, sent []byte, status int, answer []byte, err error)
}

// Do implements aws.HTTPClient. A call that its caller gave up is not shown.
func (c recordingClient) Do(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := c.next.Do(r)
	var answer []byte
	status := 0
	if err == nil {
		status = resp.StatusCode
		answer, err = io.ReadAll(resp.Body)
		err = errors.Join(err, resp.Body.Close())
		resp.Body = io.NopCloser(bytes.NewReader(answer))
	}
	if r.Context().Err() == nil {
		c.record(r, sent, status, answer, err)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}
