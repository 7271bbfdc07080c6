package sim

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault is something that goes wrong. Faults apply in the order of injection; the
// first that answers a request ends it.
type Fault struct {
	// Status answers with an error of this status, such as 429 or 503.
	Status int
	// RetryAfter is sent with Status when it is at least a second.
	RetryAfter time.Duration
	// Stall waits before anything else, or until the client gives up.
	Stall time.Duration
	// Partial leaves out every second hit and reports a failed shard.
	Partial bool
	// Times is how many requests it befalls; zero means all until it is removed.
	Times int
}

// Inject adds a fault and returns a function that removes it.
func (s *Store) Inject(f Fault) (remove func()) {
	added := &f
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, added)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(added)
	}
}

func (s *Store) drop(f *Fault) {
	s.faults = slices.DeleteFunc(s.faults, func(g *Fault) bool { return g == f })
}

// due returns the faults of a kind that befall this request and uses them up.
func (s *Store) due(kind func(*Fault) bool) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Fault
	for _, f := range slices.Clone(s.faults) {
		if !kind(f) {
			continue
		}
		out = append(out, *f)
		if f.Times == 1 {
			s.drop(f)
		} else if f.Times > 1 {
			f.Times--
		}
	}
	return out
}

// interfere applies stalls and error answers; it reports whether the request is
// to be answered as usual.
func (s *Store) interfere(w http.ResponseWriter, r *http.Request) bool {
	for _, f := range s.due(func(f *Fault) bool { return !f.Partial }) {
		if f.Stall > 0 {
			timer := time.NewTimer(f.Stall)
			select {
			case <-timer.C:
			case <-r.Context().Done():
				timer.Stop()
				return false
			}
		}
		if f.Status != 0 {
			if f.RetryAfter >= time.Second {
				w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
			}
			(&refusal{f.Status, "injected_exception", http.StatusText(f.Status)}).write(w)
			return false
		}
	}
	return true
}

func (s *Store) partialFault() *Fault {
	if due := s.due(func(f *Fault) bool { return f.Partial }); len(due) > 0 {
		return &due[0]
	}
	return nil
}

// spoil makes an answer partial.
func (f *Fault) spoil(hits []hit, shards shardCounts) ([]hit, shardCounts) {
	var kept []hit
	for i, h := range hits {
		if i%2 == 0 {
			kept = append(kept, h)
		}
	}
	shards.Total++
	shards.Failed = 1
	shards.Failures = []any{map[string]any{
		"shard": 0, "reason": map[string]any{"type": "injected_exception", "reason": "shard is not available"},
	}}
	return kept, shards
}

// RoundTripper returns a transport that calls the store without a network.
func (s *Store) RoundTripper() http.RoundTripper { return roundTripper{s} }

type roundTripper struct{ store *Store }

// RoundTrip answers a request, or fails with the context's error when that ends.
func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	t.store.ServeHTTP(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status: strconv.Itoa(rec.status) + " " + http.StatusText(rec.status), StatusCode: rec.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: rec.header, Body: io.NopCloser(&rec.body), ContentLength: int64(rec.body.Len()), Request: r,
	}, nil
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
