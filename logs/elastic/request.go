package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// call is a request that the client library has no form for that both products
// understand.
type call struct {
	method, path string
	params       map[string]string
	body         any // nil sends none
}

// reply is an answer with its whole body.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send makes a request. The error is that of a request without an answer.
func (s *Source) send(ctx context.Context, c call) (reply, error) {
	query := url.Values{}
	for name, value := range c.params {
		query.Set(name, value)
	}
	target := url.URL{Path: c.path, RawQuery: query.Encode()}
	var body io.Reader = http.NoBody
	if c.body != nil {
		raw, err := json.Marshal(c.body)
		if err != nil {
			return reply{}, err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, target.String(), body)
	if err != nil {
		return reply{}, err
	}
	if c.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := s.carrier.Perform(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, raw}, err
}

// sendPast makes a request to the indices, past one of several that is missing.
func (s *Source) sendPast(ctx context.Context, c call, params map[string]string) (reply, error) {
	c.params = s.missing.params(params)
	a, err := s.send(ctx, c)
	if err == nil && s.lacks(a) {
		c.params = s.missing.params(params)
		return s.send(ctx, c)
	}
	return a, err
}

// ask posts a body to the indices and returns the body of a good answer.
func (s *Source) ask(ctx context.Context, verb, path string, body any) ([]byte, error) {
	c := call{method: http.MethodPost, path: path, body: body}
	a, err := s.sendPast(ctx, c, map[string]string{"preference": s.preference})
	switch {
	case err != nil:
		return nil, transportError(s.op(verb), err)
	case a.status >= http.StatusMultipleChoices:
		return nil, s.refusal(verb, a)
	case len(a.body) == 0:
		return nil, s.unreadable(verb, a.body, errors.New("it is empty"))
	}
	return a.body, nil
}
