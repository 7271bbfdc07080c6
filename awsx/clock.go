package awsx

import (
	"fmt"
	"time"
)

// ClockFix is what to do about a clock that is wrong.
const ClockFix = "set this machine's clock, or have it kept by NTP"

// Clock is what the time was at a service and here when it answered.
type Clock struct {
	Server time.Time // in whole seconds; zero when the answer had no date
	Local  time.Time
}

// Ahead is how far this machine's clock is ahead of the service's, in whole seconds;
// negative when it is behind.
func (c Clock) Ahead() time.Duration { return c.Local.Sub(c.Server).Round(time.Second) }

// Words tells the difference, such as "2m0s behind that of AWS"; whose names the
// service.
func (c Clock) Words(whose string) string {
	off, word := c.Ahead(), "ahead of"
	if off < 0 {
		word = "behind"
	}
	return fmt.Sprintf("%s %s that of %s", off.Abs(), word, whose)
}
