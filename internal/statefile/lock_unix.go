//go:build !windows

package statefile

import (
	"os"
	"syscall"
)

// lock waits until no other run holds a folder.
func lock(dir *os.File) { _ = syscall.Flock(int(dir.Fd()), syscall.LOCK_EX) }
