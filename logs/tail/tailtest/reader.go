// Package tailtest has what tests read a tail with.
package tailtest

import (
	"context"
	"strings"
	"time"

	"gantry/logs"
	"gantry/logs/tail"
)

// Reader takes a tail's batches into a ring, as a screen does.
type Reader struct {
	Ring   *logs.Ring
	Counts map[string]int // how often a line came, by its id
	Gaps   []logs.Gap
	Late   []string // ids
	Last   tail.Status
	Words  []string // what the status said, each once in a row
}

// NewReader returns a Reader that has taken nothing.
func NewReader() *Reader { return &Reader{Ring: logs.NewRing(0, 0), Counts: map[string]int{}} }

// Take takes one batch.
func (r *Reader) Take(b tail.Batch) {
	r.Ring.Add(b.Entries)
	for _, e := range b.Entries {
		if e.Gap != nil {
			r.Gaps = append(r.Gaps, *e.Gap)
			continue
		}
		r.Counts[e.ID]++
		if e.Late {
			r.Late = append(r.Late, e.ID)
		}
	}
	r.Last = b.Status
	if w := b.Status.Words(time.Now()); len(r.Words) == 0 || r.Words[len(r.Words)-1] != w {
		r.Words = append(r.Words, w)
	}
}

// IDs returns the ids of the lines that the ring holds.
func (r *Reader) IDs() string {
	var ids []string
	for _, e := range r.Ring.From(0) {
		if e.Gap != nil {
			ids = append(ids, "gap")
			continue
		}
		ids = append(ids, e.ID)
	}
	return strings.Join(ids, " ")
}

// Watch reads a tail for a while and closes it.
func Watch(src logs.Source, opts tail.Options, d time.Duration) *Reader {
	r := NewReader()
	live := tail.Follow(context.Background(), src, logs.Query{}, opts)
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	for b := range live.All(ctx) {
		r.Take(b)
	}
	live.Close()
	for b := range live.Batches() {
		r.Take(b)
	}
	return r
}
