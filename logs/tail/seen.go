package tail

import (
	"hash/maphash"
	"time"

	"gantry/logs"
)

// digest stands for a document's id in a sixth of its memory. Of a million documents two have
// the same with a probability of one in 10^26.
type digest [2]uint64

// seen remembers which documents were delivered, second by second of their times,
// for as long as a poll may read them again.
type seen struct {
	seeds   [2]maphash.Seed
	seconds map[int64]map[digest]struct{} // by Unix time
	n       int
}

func newSeen() seen {
	return seen{
		seeds:   [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		seconds: map[int64]map[digest]struct{}{},
	}
}

// add reports whether the entry is new, and remembers it.
func (s *seen) add(e *logs.Entry) bool {
	k := logs.DocumentID{Index: e.Index, ID: e.ID}
	d := digest{maphash.Comparable(s.seeds[0], k), maphash.Comparable(s.seeds[1], k)}
	second := e.Time.Unix()
	set := s.seconds[second]
	if set == nil {
		set = map[digest]struct{}{}
		s.seconds[second] = set
	}
	if _, ok := set[d]; ok {
		return false
	}
	set[d] = struct{}{}
	s.n++
	return true
}

// of returns how many documents of a second were delivered.
func (s *seen) of(second time.Time) int { return len(s.seconds[second.Unix()]) }

// forget drops the documents of the seconds before a time.
func (s *seen) forget(before time.Time) {
	for second, set := range s.seconds {
		if second < before.Unix() {
			s.n -= len(set)
			delete(s.seconds, second)
		}
	}
}
