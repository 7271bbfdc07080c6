//go:build !windows

package statefile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const (
	// patience is how long another run may hold a folder before it is written to all the same:
	// whoever writes needs a moment, and one that was suspended meanwhile has no end.
	patience = 2 * time.Second
	// between is how long after a try the next one is.
	between = 5 * time.Millisecond
)

// lock waits until no other run holds a folder, or until it was patient enough.
func lock(dir *os.File) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(between) {
		if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return // held, or the file system has no locks
		}
	}
}
