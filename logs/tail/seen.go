package tail

import (
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"gantry/logs"
)

// digest stands for a document's id in a sixth of its memory. Of a million documents two have
// the same with a probability of one in 10^26.
type digest [2]uint64

// seen remembers which documents are known, second by second of their times. Where
// that would be too many it keeps their number alone.
type seen struct {
	seeds   [2]maphash.Seed
	seconds map[int64]*second // by Unix time
	n       int               // documents whose ids are remembered
	// forgotten is the time before which ids are not remembered any more.
	forgotten time.Time
	// lost is the time before which not even their number is.
	lost time.Time
}

// second is what is known of the lines of one second.
type second struct {
	ids map[digest]struct{}
	// gone is how many ids were forgotten.
	gone int
	// others is how many more lines the store counts than are known: they were there
	// before and were left out on purpose. It is negative where the store counts by
	// another query than the known ones came by.
	others int
}

func newSeen() seen {
	return seen{
		seeds:   [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		seconds: map[int64]*second{},
	}
}

// at returns what is known of the second of a time.
func (s *seen) at(t time.Time) *second {
	of := s.seconds[t.Unix()]
	if of == nil {
		of = &second{}
		s.seconds[t.Unix()] = of
	}
	return of
}

// digest stands for an entry's document.
func (s *seen) digest(e *logs.Entry) digest {
	k := logs.DocumentID{Index: e.Index, ID: e.ID}
	return digest{maphash.Comparable(s.seeds[0], k), maphash.Comparable(s.seeds[1], k)}
}

// has reports whether the entry is known by its id.
func (s *seen) has(e *logs.Entry) bool {
	of := s.seconds[e.Time.Unix()]
	if of == nil {
		return false
	}
	_, ok := of.ids[s.digest(e)]
	return ok
}

// add reports whether the entry is new, and remembers it.
func (s *seen) add(e *logs.Entry) bool {
	d := s.digest(e)
	of := s.at(e.Time)
	if _, ok := of.ids[d]; ok {
		return false
	}
	if of.ids == nil {
		of.ids = map[digest]struct{}{}
	}
	of.ids[d] = struct{}{}
	s.n++
	return true
}

// of returns how many documents of a second are known.
func (s *seen) of(t time.Time) int {
	if of := s.seconds[t.Unix()]; of != nil {
		return len(of.ids) + of.gone
	}
	return 0
}

// expected returns how many lines of a second the store counts when none has come
// since.
func (s *seen) expected(t time.Time) int {
	if of := s.seconds[t.Unix()]; of != nil {
		return len(of.ids) + of.gone + of.others
	}
	return 0
}

// settle notes how many lines of a second the store counts when all that are to be
// known are.
func (s *seen) settle(t time.Time, counted int) {
	if n := s.of(t); counted != n || s.seconds[t.Unix()] != nil {
		s.at(t).others = counted - n
	}
}

// thin forgets ids, the oldest first, until at most some are left, but none of the
// seconds from a time on.
func (s *seen) thin(most int, until time.Time) {
	if s.n <= most {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(s.seconds)) {
		if s.n <= most || key >= until.Unix() {
			return
		}
		of := s.seconds[key]
		s.n -= len(of.ids)
		of.gone, of.ids = of.gone+len(of.ids), nil
		s.forgotten = later(s.forgotten, time.Unix(key+1, 0))
	}
}

// drop forgets all about the seconds before a time.
func (s *seen) drop(before time.Time) {
	for key, of := range s.seconds {
		if key < before.Unix() {
			s.n -= len(of.ids)
			delete(s.seconds, key)
		}
	}
	s.lost = later(s.lost, before.Truncate(bar))
	s.forgotten = later(s.forgotten, s.lost)
}
