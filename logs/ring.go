package logs

import (
	"iter"
	"sort"
)

// The bounds of a ring whose options leave them out.
const (
	DefaultRingLines = 50_000
	DefaultRingBytes = 64 << 20
)

// Ring holds the newest lines of a tail in the order of their times, bounded by
// lines and by bytes. The loop that draws it owns it: it has no lock, and a tail
// hands it immutable batches.
//
// Each line has a position. Positions grow by one from line to line and count
// from zero at the first line ever added; eviction at the front moves First and renumbers
// nothing. A late line is put at its time, which moves the lines after it up by
// one: Add returns a Change, and Change.Moved tells where a remembered position
// is now. Lines of one time stay in the order in which they came; what is read back with
// Prepend stands before them.
type Ring struct {
	maxLines, maxBytes int

	buf   []*Entry // circular; len(buf) is zero or a power of two
	head  int      // index of the oldest line
	n     int
	first uint64
	bytes int

	scratch []*Entry
}

// NewRing makes a ring of at most lines lines and about bytes bytes; zero takes
// the default. The newest line stays even when it alone is larger than bytes.
func NewRing(lines, bytes int) *Ring {
	if lines <= 0 {
		lines = DefaultRingLines
	}
	if bytes <= 0 {
		bytes = DefaultRingBytes
	}
	return &Ring{maxLines: lines, maxBytes: bytes}
}

// Len returns the number of lines held.
func (r *Ring) Len() int { return r.n }

// Bytes returns the bytes held, by Entry.Bytes.
func (r *Ring) Bytes() int { return r.bytes }

// First returns the position of the oldest line held. It is also the number of
// lines evicted so far.
func (r *Ring) First() uint64 { return r.first }

// End returns the position after the newest line.
func (r *Ring) End() uint64 { return r.first + uint64(r.n) }

// At returns the line at a position, or nil when it is evicted or yet to come.
func (r *Ring) At(pos uint64) *Entry {
	if pos < r.first || pos >= r.End() {
		return nil
	}
	return r.buf[r.slot(int(pos-r.first))]
}

// From iterates over the lines from a position on, oldest first. The ring must
// not change meanwhile.
func (r *Ring) From(pos uint64) iter.Seq2[uint64, *Entry] {
	return func(yield func(uint64, *Entry) bool) {
		for p := max(pos, r.first); p < r.End(); p++ {
			if !yield(p, r.buf[r.slot(int(p-r.first))]) {
				return
			}
		}
	}
}

// Known returns the documents that the ring holds of a stretch of time, both ends
// included.
func (r *Ring) Known(stretch Range) Known {
	at := func(i int) *Entry { return r.buf[r.slot(i)] }
	lo := sort.Search(r.n, func(i int) bool { return !at(i).Time.Before(stretch.From) })
	return KnownOf(func(yield func(*Entry) bool) {
		for i := lo; i < r.n && (stretch.To.IsZero() || !at(i).Time.After(stretch.To)); i++ {
			if !yield(at(i)) {
				return
			}
		}
	})
}

// Change is what one call did to the ring.
type Change struct {
	// Added is the number of lines taken in, late ones included.
	Added int
	// Evicted is the number of lines dropped at the front, Dropped at the end.
	Evicted, Dropped int
	// Removed holds the positions, as they were before the change, of lines taken
	// out of the middle, ascending.
	Removed []uint64
	// Inserted holds the positions of the lines put before others, ascending, as
	// they are after the change.
	Inserted []uint64
}

// Moved returns where the line that stood at pos before the change stands now; for
// a removed line, where the one after it stands. A position beyond the lines of
// then is moved like one after all of them.
func (c Change) Moved(pos uint64) uint64 {
	removed := uint64(0)
	for _, out := range c.Removed {
		if out < pos {
			removed++
		}
	}
	pos -= removed
	for _, in := range c.Inserted {
		if in > pos {
			break
		}
		pos++
	}
	return pos
}

// Add takes a batch in and makes room at the front. The batch must be in the order
// of its times, as a tail's batches are; it is kept by reference and must not
// change afterwards. A line costs constant time, a late one the lines after its
// place.
func (r *Ring) Add(batch []Entry) Change {
	before := r.first
	change := r.merge(batch, false)
	change.Evicted = int(r.first - before)
	return change
}

// Prepend takes a batch in as Add does and makes room at the end, for reading back
// beyond what the ring can hold. Once Change.Dropped is not zero the newest lines
// are gone, and what a tail brings no longer continues the last line held.
func (r *Ring) Prepend(batch []Entry) Change {
	change := r.merge(batch, true)
	for r.overfull() {
		r.n--
		s := r.slot(r.n)
		r.bytes -= r.buf[s].Bytes()
		r.buf[s] = nil
		change.Dropped++
	}
	return change
}

// Replace takes the line at a position out and the batch in, as Add does: the lines
// that a gap line hid come in its place. A position that holds nothing removes
// nothing.
func (r *Ring) Replace(pos uint64, batch []Entry) Change {
	var removed []uint64
	if e := r.At(pos); e != nil {
		removed = []uint64{pos}
		r.bytes -= e.Bytes()
		for i := int(pos - r.first); i < r.n-1; i++ {
			r.buf[r.slot(i)] = r.buf[r.slot(i+1)]
		}
		r.n--
		r.buf[r.slot(r.n)] = nil
	}
	change := r.Add(batch)
	change.Removed = removed
	return change
}

// merge puts a batch among the lines at its times, older ones before those of the same
// time; of others it makes room at the front meanwhile.
func (r *Ring) merge(batch []Entry, older bool) Change {
	change := Change{Added: len(batch)}
	if len(batch) == 0 {
		return change
	}
	// before reports whether a line held stands before one of the batch.
	before := func(held, e *Entry) bool { return held.Time.Before(e.Time) || !older && held.Time.Equal(e.Time) }
	tail := r.cut(func(held *Entry) bool { return before(held, &batch[0]) })
	for i := range batch {
		e := &batch[i]
		for len(tail) > 0 && before(tail[0], e) {
			r.push(tail[0], !older)
			tail = tail[1:]
		}
		if len(tail) > 0 {
			change.Inserted = append(change.Inserted, r.End())
		}
		r.push(e, !older)
	}
	for _, e := range tail {
		r.push(e, !older)
	}
	clear(r.scratch)
	return change
}

// cut takes off the newest lines, down to one that stays, and returns them. They live
// in the ring's scratch space until the next Add.
func (r *Ring) cut(stays func(*Entry) bool) []*Entry {
	keep := r.n
	for keep > 0 && !stays(r.buf[r.slot(keep-1)]) {
		keep--
	}
	r.scratch = r.scratch[:0]
	for i := keep; i < r.n; i++ {
		s := r.slot(i)
		r.scratch = append(r.scratch, r.buf[s])
		r.bytes -= r.buf[s].Bytes()
		r.buf[s] = nil
	}
	r.n = keep
	return r.scratch
}

func (r *Ring) push(e *Entry, evict bool) {
	if r.n == len(r.buf) {
		r.grow()
	}
	r.buf[r.slot(r.n)] = e
	r.n++
	r.bytes += e.Bytes()
	for evict && r.overfull() {
		r.bytes -= r.buf[r.head].Bytes()
		r.buf[r.head] = nil
		r.head = r.slot(1)
		r.n--
		r.first++
	}
}

func (r *Ring) overfull() bool { return r.n > r.maxLines || r.bytes > r.maxBytes && r.n > 1 }

func (r *Ring) slot(i int) int { return (r.head + i) & (len(r.buf) - 1) }

func (r *Ring) grow() {
	bigger := make([]*Entry, max(64, 2*len(r.buf)))
	for i := range r.n {
		bigger[i] = r.buf[r.slot(i)]
	}
	r.buf, r.head = bigger, 0
}
