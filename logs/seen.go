package logs

import "time"

// key identifies a document: ids are unique within an index only.
type key struct{ index, id string }

// seen remembers which documents were delivered, with their times, for as long as
// a poll may read them again.
type seen struct {
	keys map[key]time.Time
	kept int // how many stayed after the last forget
}

// add reports whether the entry is new, and remembers it.
func (s *seen) add(e Entry) bool {
	k := key{e.Index, e.ID}
	if _, ok := s.keys[k]; ok {
		return false
	}
	s.keys[k] = e.Time
	return true
}

// crowded reports whether the memory has doubled since it was last swept, which
// makes sweeping cost a constant per entry.
func (s *seen) crowded() bool { return len(s.keys) > 2*s.kept+2048 }

// forget drops the documents from before a time.
func (s *seen) forget(before time.Time) {
	for k, at := range s.keys {
		if at.Before(before) {
			delete(s.keys, k)
		}
	}
	s.kept = len(s.keys)
}
