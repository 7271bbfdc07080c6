//go:build !windows

package ui

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopping is how long it takes at most until a process that can be stopped is.
const stopping = 300 * time.Millisecond

// errNoShell says that nobody would wake a stopped console.
var errNoShell = errors.New("there is no shell here that would go on with it")

// stop stops this process and what runs with it, and returns when they go on.
func stop() error {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	began := time.Now()
	if err := syscall.Kill(0, syscall.SIGTSTP); err != nil {
		return err
	}
	tooLong := time.NewTimer(stopping)
	defer tooLong.Stop()
	select {
	case <-goesOn:
	case <-tooLong.C:
		// The timer runs on while the process stands: late is who was stopped.
		if time.Since(began) < 2*stopping {
			return errNoShell
		}
	}
	return nil
}
