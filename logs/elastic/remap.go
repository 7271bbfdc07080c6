package elastic

import (
	"time"

	"gantry/logs"
)

// forget lets a field be asked for again: an index that came since may have another
// kind of it.
func (c *caps) forget(field string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range [...]string{field, keyword(field)} {
		delete(c.kinds, name)
		delete(c.probed, name)
	}
}

// guessing reports whether the store refuses to tell its fields.
func (c *caps) guessing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.guess
}

// finer reports whether a page has timestamps in nanoseconds where the indices were
// found to have milliseconds: an alias went over to an index with another mapping.
// Sorted as plain numbers, the two do not stand in one order.
func (s *Source) finer(page logs.Page) bool {
	if s.caps.guessing() || s.caps.step(s.cfg.Timestamp) == time.Nanosecond || len(page.Entries) == 0 {
		return false
	}
	// Nanoseconds are the larger numbers, so they stand at one of the ends.
	return nanoseconds(page.Entries[0].Sort) || nanoseconds(page.Entries[len(page.Entries)-1].Sort)
}
