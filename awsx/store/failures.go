package store

import (
	"slices"
	"sync"
	"time"

	"gantry/internal/fault"
)

// failures are those of a tick. A group's own failure, such as being gone, is
// told by its item; the others are about the account and widen the pause.
type failures struct {
	mu       sync.Mutex
	own, all []error
}

func (f *failures) add(err error) {
	if err == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if itsOwn(err) {
		f.own = append(f.own, err)
	} else {
		f.all = append(f.all, err)
	}
}

// hopeless reports whether further calls would fail for want of credentials.
func (f *failures) hopeless() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fault.ClassOf(worst(f.all)) == fault.Expired
}

// outcome is that of a tick that tried so many groups. After a failure that is
// not a group's own, the wait starts from the slower pause.
func (f *failures) outcome(tried int, next time.Duration) outcome {
	o := outcome{partial: slices.Concat(f.all, f.own), next: next}
	if len(f.all) > 0 {
		o.next = restPause
	}
	if len(f.all) >= tried || f.hopeless() {
		o.err, o.partial = worst(f.all), nil
	}
	return o
}

func itsOwn(err error) bool {
	switch fault.ClassOf(err) {
	case fault.NotFound, fault.Invalid, fault.Failed:
		return true
	}
	return false
}
