package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"gantry/internal/crash"
)

// endings are the signals that end the program. Under nohup a hang-up does not.
func endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// attention turns signals into the end of a context.
type attention struct {
	signals   chan os.Signal
	listening crash.Group

	mu        sync.Mutex
	elsewhere int // programs to which the interrupt key belongs now
}

// late is how long after a program has ended an interrupt may still be heard of that was for
// it, and maybe ended it. So long nothing else is done.
const late = 20 * time.Millisecond

// listen returns a context that ends with the first signal. Only that one is
// caught: whoever sends a second does not want to wait for calls under way.
func listen(ctx context.Context) (context.Context, *attention) {
	ctx, a := attend(ctx)
	signal.Notify(a.signals, endings()...)
	return ctx, a
}

// attend returns a context that ends with the first of the signals that are sent.
func attend(ctx context.Context) (context.Context, *attention) {
	ctx, cancel := context.WithCancel(ctx)
	a := &attention{signals: make(chan os.Signal, 1)}
	a.listening.Go(func() {
		defer cancel()
		for s := range a.signals {
			if s != os.Interrupt || !a.away() {
				signal.Stop(a.signals)
				return
			}
		}
	})
	return ctx, a
}

func (a *attention) away() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.elsewhere > 0
}

// undisturbed calls f, which runs a program at the terminal: the interrupt key
// reaches the whole process group and means something to an editor.
func (a *attention) undisturbed(f func() error) error {
	a.belongs(1)
	defer a.belongs(-1)
	err := f()
	time.Sleep(late)
	return err
}

func (a *attention) belongs(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.elsewhere += n
}

// stop ends the listening and the context.
func (a *attention) stop() {
	signal.Stop(a.signals)
	close(a.signals)
	a.listening.Settle()
}
