package elastic

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/logs"
	"gantry/logs/sim"
	"gantry/logs/tail"
)

// TestTheFirstLinesComeWithTheFirstSearch counts what goes over the wire until a
// screen has lines: one search, after the fields of the index were asked for once.
func TestTheFirstLinesComeWithTheFirstSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sim.New(sim.Options{})
		for i := range 2000 {
			put(t, store, map[string]any{"message": "m", "n": i, "container_id": "aa"}, time.Now().Add(-time.Duration(i)*time.Second))
		}
		const roundTripTime = 80 * time.Millisecond
		var mu sync.Mutex
		var asked []string
		src := open(t, Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			time.Sleep(roundTripTime)
			mu.Lock()
			asked = append(asked, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
			mu.Unlock()
			return store.RoundTripper().RoundTrip(r)
		})})
		q := logs.Query{Where: logs.Match{Fields: []string{"container_id"}, Values: []string{"aa"}}}
		for _, want := range []string{"_field_caps _search", "_search"} {
			mu.Lock()
			asked = nil
			mu.Unlock()
			began := time.Now()
			live := tail.Follow(t.Context(), src, q, tail.Options{})
			b, err := live.Next(t.Context())
			mu.Lock()
			took, paths := time.Since(began), strings.Join(asked, " ")
			mu.Unlock()
			live.Close()
			if err != nil || len(b.Entries) != 500 {
				t.Fatalf("%d lines: %v", len(b.Entries), err)
			}
			if paths != want || took != time.Duration(len(strings.Fields(want)))*roundTripTime {
				t.Errorf("the first lines came after %s with %s, want %s", took, paths, want)
			}
		}
	})
}
