package elastic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"

	"gantry/logs"
)

// maxAnswer bounds an answer's size: a page of 1,000 lines is under 1 MiB as a
// rule, and neither a page of huge lines nor an endpoint that never ends must fill
// the memory.
const maxAnswer = 64 << 20

// errTooLarge is the failure of an answer beyond maxAnswer.
var errTooLarge = fmt.Errorf("%w: more than %d MiB", logs.ErrTooLarge, maxAnswer>>20)

// failover carries a request to the first node that answers, beginning with the
// one that answered last. It reads the whole answer, so that a node which dies
// in the middle of one is passed over like a dead one.
type failover struct {
	nodes   []*elastictransport.Client
	hosts   []string
	auth    string
	timeout time.Duration
	current atomic.Int32
}

func newFailover(nodes []*url.URL, rt http.RoundTripper, auth string, timeout time.Duration) (*failover, error) {
	f := &failover{auth: auth, timeout: timeout}
	for _, u := range nodes {
		client, err := elastictransport.NewClient(
			elastictransport.WithURLs(u),
			elastictransport.WithTransport(rt),
			elastictransport.WithDisableRetry(),
			elastictransport.WithUserAgent("gantry"),
		)
		if err != nil {
			return nil, err
		}
		f.nodes, f.hosts = append(f.nodes, client), append(f.hosts, u.Host)
	}
	return f, nil
}

// Perform sends a request, as esapi.Transport wants it. When no node does well,
// an answer says more than the failure to get one.
func (f *failover) Perform(req *http.Request) (*http.Response, error) {
	var answer *http.Response
	var failed error
	first := int(f.current.Load())
	for i := range f.nodes {
		n := (first + i) % len(f.nodes)
		res, err := f.try(f.nodes[n], req)
		switch {
		case req.Context().Err() != nil:
			return nil, req.Context().Err()
		case err == nil && !gatewayTrouble(res.StatusCode):
			f.current.Store(int32(n))
			return res, nil
		case err == nil:
			answer = res
		case errors.Is(err, logs.ErrTooLarge):
			f.current.Store(int32(n))
			return nil, err // as large from every node
		case failed == nil && len(f.nodes) > 1:
			failed = fmt.Errorf("none of the %d nodes answers; %s: %w", len(f.nodes), f.hosts[n], err)
		case failed == nil:
			failed = err
		}
	}
	if answer != nil {
		return answer, nil
	}
	return nil, failed
}

// gatewayTrouble reports whether another node may do better.
func gatewayTrouble(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

func (f *failover) try(node *elastictransport.Client, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), f.timeout)
	defer cancel()
	// The transport writes the node's address into the request it is given.
	attempt := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		attempt.Body = body
	}
	if f.auth != "" {
		attempt.Header.Set("Authorization", f.auth)
	}
	res, err := node.Perform(attempt)
	if err != nil {
		return nil, f.explainTimeout(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, f.explainTimeout(ctx, err)
	}
	if len(body) > maxAnswer {
		return nil, errTooLarge
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

func (f *failover) explainTimeout(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s: %w", f.timeout, err)
	}
	return err
}
