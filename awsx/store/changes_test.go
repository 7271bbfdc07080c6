package store

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// thing is an item with a value, and with the moment at which it was read, which
// is no part of what it says.
type thing struct {
	key   string
	value int
	read  int
}

func newThings() *table[thing] {
	t := newTable(func(x *thing) (name, key string) { return "", x.key })
	t.alike = func(old, new *thing) bool { return old.value == new.value }
	return t
}

// view is what a reader keeps of the things it has seen: their values by key.
type view struct {
	rev    uint64
	values map[string]int
}

// follow brings the view to a snapshot by what changed alone.
func (v *view) follow(s *Snapshot[thing]) {
	c := s.Since(v.rev)
	if c.Anew || v.values == nil {
		v.values = map[string]int{}
	}
	for _, key := range c.Gone {
		delete(v.values, key)
	}
	for _, i := range c.Items {
		v.values[s.Items[i].key] = s.Items[i].value
	}
	v.rev = s.Rev
}

func valuesOf(s *Snapshot[thing]) map[string]int {
	out := map[string]int{}
	for _, x := range s.Items {
		out[x.key] = x.value
	}
	return out
}

// TestChangesLeadFromAnySnapshotToAnyLater lets readers skip what they like while
// things come, change, are read again, leave and come back, and while pollers are
// forgotten and start anew.
func TestChangesLeadFromAnySnapshotToAnyLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		things, last := newThings(), Snapshot[thing]{}
		readers := make([]view, 4)
		var seq uint64
		var copies [][]thing
		var published []Snapshot[thing]
		for range rapid.IntRange(1, 40).Draw(t, "snapshots") {
			if rapid.IntRange(0, 19).Draw(t, "forget the poller") == 0 {
				things, last = newThings(), Snapshot[thing]{}
			}
			things.sweep++
			for _, key := range rapid.SliceOfNDistinct(rapid.StringMatching("[a-j]"), 0, 6, rapid.ID).Draw(t, "keys") {
				things.put(0, &thing{key: key, value: rapid.IntRange(0, 2).Draw(t, "value"), read: int(seq)})
			}
			if rapid.Bool().Draw(t, "complete") {
				things.drop(0)
			}
			seq += uint64(rapid.IntRange(1, 3).Draw(t, "others publish too"))
			s := last
			s.Seq = seq
			things.publish(&s)
			if same := last.Items != nil && maps.Equal(valuesOf(&last), valuesOf(&s)); same != (s.Rev == last.Rev) {
				t.Fatalf("revision %d after %d: %v after %v", s.Rev, last.Rev, s.Items, last.Items)
			}
			last = s
			published, copies = append(published, s), append(copies, s.Values())
			for i := range readers {
				if !rapid.Bool().Draw(t, "looks") {
					continue
				}
				readers[i].follow(&s)
				if !maps.Equal(readers[i].values, valuesOf(&s)) {
					t.Fatalf("reader %d has %v of %v", i, readers[i].values, s.Items)
				}
			}
		}
		for i, s := range published {
			if !slices.Equal(s.Values(), copies[i]) {
				t.Fatalf("the snapshot %v became %v", copies[i], s.Values())
			}
			for _, from := range published[:i] {
				v := view{from.Rev, valuesOf(&from)}
				if v.follow(&s); !maps.Equal(v.values, valuesOf(&s)) {
					t.Fatalf("from %v to %v gives %v", from.Items, s.Items, v.values)
				}
			}
		}
	})
}

func TestChangesNameOnlyWhatChanged(t *testing.T) {
	things := newThings()
	for _, key := range []string{"c", "a", "b", "d"} {
		things.put(0, &thing{key: key})
	}
	first := Snapshot[thing]{Seq: 7}
	things.publish(&first)

	things.sweep++
	things.put(0, &thing{key: "a", read: 1})
	things.put(0, &thing{key: "b", value: 1})
	things.put(0, &thing{key: "c"})
	things.drop(0)
	second := first
	second.Seq = 9
	things.publish(&second)
	if c := second.Since(first.Rev); c.Anew || !slices.Equal(c.Gone, []string{"d"}) || !slices.Equal(c.Items, []int{1}) {
		t.Errorf("%+v", c)
	}
	if second.Items[0].read != 1 {
		t.Error("what was read again is not the newest")
	}
	if c := second.Since(second.Rev); c.Anew || c.Gone != nil || c.Items != nil {
		t.Errorf("%+v without a change", c)
	}
	if c := second.Since(0); !c.Anew || len(c.Items) != 3 {
		t.Errorf("%+v for a reader that saw none", c)
	}
}

func TestAReaderThatMissedTooManyDeparturesStartsAnew(t *testing.T) {
	things := newThings()
	s := Snapshot[thing]{}
	var old Snapshot[thing]
	for i := range 2*keptDepartures + 1 {
		things.sweep++
		things.put(0, &thing{key: string(rune('a' + i))})
		things.drop(0)
		s.Seq++
		things.publish(&s)
		if i == keptDepartures {
			old = s
		}
	}
	if c := s.Since(old.Rev); c.Anew || len(c.Gone) != keptDepartures {
		t.Errorf("%d departures were to be known, %d are", keptDepartures, len(c.Gone))
	}
	if c := s.Since(old.Rev - 1); !c.Anew {
		t.Error("one departure is missing and nobody says so")
	}
	if len(things.gone) > keptDepartures {
		t.Errorf("%d departures are kept", len(things.gone))
	}
}

// BenchmarkOneOfMany publishes a table of 10,000 things of which one changed, and
// asks what did.
func BenchmarkOneOfMany(b *testing.B) {
	things := newThings()
	for i := range 10_000 {
		things.put(0, &thing{key: strconv.Itoa(i)})
	}
	s := Snapshot[thing]{Seq: 1}
	things.publish(&s)
	b.ReportAllocs()
	for b.Loop() {
		rev := s.Rev
		s.Seq++
		things.put(0, &thing{key: "5000", value: int(s.Seq)})
		things.publish(&s)
		if c := s.Since(rev); len(c.Items) != 1 {
			b.Fatalf("%+v", c)
		}
	}
}
