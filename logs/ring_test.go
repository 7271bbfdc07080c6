package logs

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func line(id int, at time.Duration) Entry {
	return Entry{Time: epoch.Add(at), Index: "logs", ID: fmt.Sprint(id), Message: fmt.Sprintf("line %d", id)}
}

func ids(r *Ring) []string {
	var got []string
	for _, e := range r.From(0) {
		got = append(got, e.ID)
	}
	return got
}

func TestLateLineGoesToItsTimeAndPositionsFollow(t *testing.T) {
	r := NewRing(10, 0)
	r.Add([]Entry{line(1, 1*time.Second), line(2, 2*time.Second), line(3, 3*time.Second)})

	change := r.Add([]Entry{line(9, 1500*time.Millisecond), line(4, 4*time.Second)})

	if got, want := fmt.Sprint(ids(r)), "[1 9 2 3 4]"; got != want {
		t.Errorf("lines are %s, want %s", got, want)
	}
	if got := fmt.Sprint(change.Inserted); got != "[1]" {
		t.Errorf("inserted at %s, want [1]", got)
	}
	for before, after := range map[uint64]uint64{0: 0, 1: 2, 2: 3} {
		if got := change.Moved(before); got != after {
			t.Errorf("position %d moved to %d, want %d", before, got, after)
		}
	}
}

func TestLinesOfOneTimeStayInTheOrderTheyCame(t *testing.T) {
	r := NewRing(10, 0)
	r.Add([]Entry{line(1, 0), line(2, 0)})
	r.Add([]Entry{line(5, time.Second)})
	r.Add([]Entry{line(3, 0)})
	if got, want := fmt.Sprint(ids(r)), "[1 2 3 5]"; got != want {
		t.Errorf("lines are %s, want %s", got, want)
	}
}

func TestEvictionRenumbersNothing(t *testing.T) {
	r := NewRing(3, 0)
	for i := range 5 {
		r.Add([]Entry{line(i, time.Duration(i)*time.Second)})
	}
	if r.First() != 2 || r.End() != 5 {
		t.Fatalf("positions are %d to %d, want 2 to 5", r.First(), r.End())
	}
	for pos := uint64(2); pos < 5; pos++ {
		if got := r.At(pos).ID; got != fmt.Sprint(pos) {
			t.Errorf("position %d holds line %s", pos, got)
		}
	}
	if r.At(1) != nil || r.At(5) != nil {
		t.Error("positions outside the ring hold something")
	}
}

func TestBytesBoundTheRingButNeverEmptyIt(t *testing.T) {
	big := line(1, 0)
	big.Message = string(make([]byte, 10_000))
	r := NewRing(100, 1000)
	r.Add([]Entry{line(0, 0), big})
	if r.Len() != 1 || r.At(1).ID != "1" {
		t.Errorf("the ring holds %v, want only the newest", ids(r))
	}
}

// TestRingEqualsASortedSlice holds the ring to the plainest model of it: all
// lines ever added, stably sorted, of which the last ones remain.
func TestRingEqualsASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.IntRange(1, 40).Draw(t, "capacity")
		r := NewRing(lines, 0)
		var model []Entry
		evicted := 0
		next := 0
		for range rapid.IntRange(1, 12).Draw(t, "batches") {
			var batch []Entry
			for range rapid.IntRange(0, 15).Draw(t, "size") {
				batch = append(batch, line(next, time.Duration(rapid.IntRange(0, 20).Draw(t, "at"))*time.Second))
				next++
			}
			SortByTime(batch)
			before := slices.Clone(model)
			change := r.Add(batch)

			model = append(model, batch...)
			slices.SortStableFunc(model, func(a, b Entry) int { return a.Time.Compare(b.Time) })
			drop := max(0, len(model)-lines)
			for i, e := range before {
				moved := change.Moved(uint64(evicted + i))
				at := slices.IndexFunc(model, func(m Entry) bool { return m.ID == e.ID })
				if moved != uint64(evicted+at) {
					t.Fatalf("line %s moved to %d, the model says %d", e.ID, moved, evicted+at)
				}
			}
			model = model[drop:]
			evicted += drop

			if change.Evicted != drop || r.First() != uint64(evicted) {
				t.Fatalf("evicted %d to %d, want %d to %d", change.Evicted, r.First(), drop, evicted)
			}
			like(t, r, model)
		}
	})
}

// like fails unless a ring holds what its model does.
func like(t *rapid.T, r *Ring, model []Entry) {
	var want []string
	bytes := 0
	for i := range model {
		want = append(want, model[i].ID)
		bytes += model[i].Bytes()
	}
	if !slices.Equal(ids(r), want) || r.Bytes() != bytes {
		t.Fatalf("ring %v of %d bytes, model %v of %d", ids(r), r.Bytes(), want, bytes)
	}
}

func BenchmarkRingAppend(b *testing.B) {
	for _, late := range []int{0, 20} {
		b.Run(fmt.Sprintf("full-50000/late-1-in-%d", late), func(b *testing.B) {
			r := NewRing(0, 0)
			n := 0
			batch := func(size int) []Entry {
				es := make([]Entry, size)
				for i := range es {
					es[i] = line(n, time.Duration(n)*time.Millisecond)
					es[i].Source = make([]byte, 0)
					if late > 0 && n%late == 0 {
						es[i].Time = es[i].Time.Add(-2 * time.Second)
					}
					n++
				}
				slices.SortFunc(es, func(x, y Entry) int { return cmp.Compare(x.Time.UnixNano(), y.Time.UnixNano()) })
				return es
			}
			r.Add(batch(DefaultRingLines))
			const size = 200
			next := batch(size)
			b.ResetTimer()
			for i := 0; i < b.N; i += size {
				r.Add(next)
				b.StopTimer()
				next = batch(size)
				b.StartTimer()
			}
		})
	}
}
