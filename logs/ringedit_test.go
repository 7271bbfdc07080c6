package logs

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestReadingBackDropsTheNewest holds Prepend and Replace to a sorted slice.
func TestReadingBackDropsTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 40).Draw(t, "capacity")
		r := NewRing(size, 0)
		var model []Entry
		next := 0
		batch := func() []Entry {
			var b []Entry
			for range rapid.IntRange(0, 15).Draw(t, "size") {
				b = append(b, line(next, time.Duration(rapid.IntRange(0, 20).Draw(t, "at"))*time.Second))
				next++
			}
			SortByTime(b)
			return b
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			first, before := r.First(), slices.Clone(model)
			var change Change
			b := batch()
			replace := rapid.Bool().Draw(t, "replace") && len(model) > 0
			gone := -1
			if replace {
				gone = rapid.IntRange(0, len(model)-1).Draw(t, "out")
				model = slices.Delete(model, gone, gone+1)
				change = r.Replace(first+uint64(gone), b)
				model = append(model, b...)
			} else {
				change = r.Prepend(b)
				model = append(slices.Clone(b), model...)
			}
			SortByTime(model)
			for i, e := range before {
				if i == gone {
					continue
				}
				at := slices.IndexFunc(model, func(m Entry) bool { return m.ID == e.ID })
				if moved := change.Moved(first + uint64(i)); moved != first+uint64(at) {
					t.Fatalf("line %s moved to %d, the model says %d", e.ID, moved, first+uint64(at))
				}
			}
			over := max(0, len(model)-size)
			if replace {
				model = model[over:]
			} else {
				model = model[:len(model)-over]
			}
			if change.Evicted+change.Dropped != over || (change.Dropped > 0) == replace && over > 0 {
				t.Fatalf("%d evicted and %d dropped, want %d", change.Evicted, change.Dropped, over)
			}
			like(t, r, model)
		}
	})
}

func TestARingKnowsItsLinesOfAStretch(t *testing.T) {
	r := NewRing(10, 0)
	r.Add([]Entry{line(1, time.Second), line(2, 2*time.Second), line(3, 3*time.Second)})
	known := r.Known(Range{From: epoch.Add(2 * time.Second), To: epoch.Add(2 * time.Second)})
	for id, want := range map[int]bool{1: false, 2: true, 3: false} {
		e := line(id, 0)
		if known.Has(&e) != want {
			t.Errorf("line %d is known: %v", id, !want)
		}
	}
}
