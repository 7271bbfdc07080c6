package elastic

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/sim"
	"gantry/logs/tail"
)

// canned answers every request by the end of its path.
func canned(answers map[string]string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		for suffix, body := range answers {
			if strings.HasSuffix(r.URL.Path, suffix) {
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
			}
		}
		return nil, errors.New("unexpected request " + r.URL.Path)
	})
}

func noise(n int) string {
	source := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(source.Uint32())
	}
	return string(b)
}

// TestEachBadInputHasItsOwnMessage meets a tail with everything that can be wrong
// with a store, an index or a query. A trouble that may pass is waited out.
func TestEachBadInputHasItsOwnMessage(t *testing.T) {
	const (
		malformed = `{"error":{"root_cause":[{"type":"query_shard_exception","reason":"Failed to parse query [a AND (]"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":400}`
		red       = `{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":503}`
		unknown   = `{"error":{"root_cause":[{"type":"security_exception","reason":"missing authentication credentials"}],"type":"security_exception"},"status":401}`
	)
	store := func(t *testing.T) *sim.Store {
		s := sim.New(sim.Options{})
		put(t, s, map[string]any{"n": 1, "message": "one", "container_id": "aa"}, time.Now())
		return s
	}
	where := func(field string) logs.Query {
		return logs.Query{Where: logs.Match{Fields: []string{field}, Values: []string{"x"}}}
	}
	for name, c := range map[string]struct {
		transport func(t *testing.T, s *sim.Store) http.RoundTripper
		query     logs.Query
		state     tail.State
		class     fault.Class
		message   string
	}{
		"malformed query": {
			transport: func(_ *testing.T, s *sim.Store) http.RoundTripper { return lacking(s, 400, malformed, "_search") },
			state:     tail.Stopped, class: fault.Invalid, message: "Failed to parse query [a AND (]",
		},
		"unknown field": {query: where("no_such_field"), state: tail.Following, message: "logstash-* has none of the fields looked for: no_such_field"},
		"unknown value": {query: where("container_id"), state: tail.Following, message: "logstash-* receives lines, and none of them is of this query"},
		"endpoint down": {
			transport: func(*testing.T, *sim.Store) http.RoundTripper {
				return roundTrip(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED })
			},
			state: tail.Retrying, class: fault.Offline, message: "connection refused (check the address and that the store is up)",
		},
		"401": {
			transport: func(_ *testing.T, s *sim.Store) http.RoundTripper { return lacking(s, 401, unknown, "_") },
			state:     tail.Stopped, class: fault.Expired, message: "check the log store's credentials",
		},
		"403": {
			transport: func(_ *testing.T, s *sim.Store) http.RoundTripper { return lacking(s, 403, notAllowed, "_") },
			state:     tail.Stopped, class: fault.Denied, message: "need read and view_index_metadata on the index",
		},
		"red cluster": {
			transport: func(_ *testing.T, s *sim.Store) http.RoundTripper { return lacking(s, 503, red, "_search") },
			state:     tail.Retrying, class: fault.Failed, message: "the cluster is red",
		},
		"some shards red": {
			transport: func(_ *testing.T, s *sim.Store) http.RoundTripper {
				s.Inject(sim.Fault{Partial: true})
				return s.RoundTripper()
			},
			state: tail.PartialAnswers, message: "1 of 2 shards failed: shard is not available",
		},
		"throttled": {
			transport: func(_ *testing.T, s *sim.Store) http.RoundTripper {
				s.Inject(sim.Fault{Status: 429, RetryAfter: time.Minute})
				return s.RoundTripper()
			},
			state: tail.Retrying, class: fault.Throttled, message: "Too Many Requests",
		},
		"stalled": {
			transport: func(_ *testing.T, s *sim.Store) http.RoundTripper {
				s.Inject(sim.Fault{Stall: time.Hour})
				return s.RoundTripper()
			},
			state: tail.Retrying, class: fault.Offline, message: "no answer within 10s",
		},
		"mapping without a timestamp": {
			transport: func(*testing.T, *sim.Store) http.RoundTripper {
				return canned(map[string]string{
					"_field_caps": `{"indices":["logstash-1"],"fields":{}}`,
					"_search":     `{"_shards":{"total":1},"hits":{"total":{"value":7},"hits":[]}}`,
				})
			},
			state: tail.Following, message: "logstash-* has none of the fields looked for: @timestamp",
		},
		"no index": {
			transport: func(*testing.T, *sim.Store) http.RoundTripper {
				return sim.New(sim.Options{}).RoundTripper()
			},
			state: tail.NoStore, message: "no index matches logstash-*",
		},
		"binary noise for an answer": {
			transport: func(*testing.T, *sim.Store) http.RoundTripper {
				return canned(map[string]string{"": "\x00\x1b[31m" + noise(5000)})
			},
			state: tail.Stopped, class: fault.Invalid, message: `something else answers there`,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := store(t)
			transport := s.RoundTripper()
			if c.transport != nil {
				transport = c.transport(t, s)
			}
			var healed atomic.Pointer[sim.Store]
			src := open(t, Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if s := healed.Load(); s != nil {
					return s.RoundTripper().RoundTrip(r)
				}
				return transport.RoundTrip(r)
			})})
			live := tail.Follow(t.Context(), src, c.query, tail.Options{})
			defer live.Close()
			time.Sleep(15 * time.Second)
			b, err := live.Next(t.Context())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			said := b.Status.Words(time.Now())
			if b.Status.Explanation != nil {
				said += " " + b.Status.Explanation.String()
			}
			if b.Status.State != c.state || b.Status.Err != nil && fault.ClassOf(b.Status.Err) != c.class || !strings.Contains(said, c.message) {
				t.Errorf("%s: state %d says %q (%v), want state %d and %q", name, b.Status.State, said, b.Status.Err, c.state, c.message)
			}
			if strings.ContainsAny(said, "\x00\x1b") || len(said) > 2000 {
				t.Errorf("%s: %d bytes that are not clean: %q", name, len(said), said)
			}
			if c.state != tail.Retrying {
				return
			}
			healed.Store(store(t))
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			for b = range live.All(ctx) {
				if len(b.Entries) > 0 {
					return
				}
			}
			t.Errorf("%s: the tail did not recover: %q", name, b.Status.Words(time.Now()))
		})
	}
}

// TestStrangeLinesComeWhole follows lines that are large or not text.
func TestStrangeLinesComeWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sim.New(sim.Options{})
		huge := strings.Repeat("0123456789abcdef", 5<<16) // 5 MiB
		binary := strings.ToValidUTF8("\x00\x07\x1b]0;\u202e"+noise(4096), "\ufffd")
		for i, message := range []string{"first", huge, binary, "last"} {
			put(t, s, map[string]any{"n": i, "message": message}, time.Now().Add(time.Duration(i)*time.Second))
		}
		live := tail.Follow(t.Context(), open(t, Config{Transport: s.RoundTripper()}), logs.Query{}, tail.Options{})
		defer live.Close()
		time.Sleep(30 * time.Second)
		b, _ := live.Next(t.Context())
		if len(b.Entries) != 4 || b.Entries[1].Message != huge || b.Entries[2].Message != binary {
			t.Fatalf("%d lines came, or not as they were written", len(b.Entries))
		}
		ring := logs.NewRing(100, 1<<20)
		ring.Add(b.Entries)
		if ring.Bytes() > 1<<20 || ring.At(3).Message != "last" {
			t.Errorf("a ring of 1 MiB holds %d bytes", ring.Bytes())
		}
	})
}
