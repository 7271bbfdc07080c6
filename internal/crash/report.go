package crash

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// Report is a fault of gantry's own, as an error. It holds no value of the program's: where
// the fault is, and what it is only where the Go runtime says so, since what else a panic
// carries may be anything.
type Report struct {
	// In is what was being done: the update, the view, a command.
	In string
	// What is the fault, and Where the functions that led to it, the innermost first.
	What  string
	Where []string
}

// Error is the report.
func (r *Report) Error() string {
	return "internal fault in " + r.In + ": " + r.What + "\nplease report this with what was being done\n" + strings.Join(r.Where, "\n")
}

// mostFrames is how many callers a report names.
const mostFrames = 40

// Of describes what recover returned, in the deferred function that called it. A fault that
// was raised again is the one that it was; nil is none.
func Of(in string, v any) *Report {
	if v == nil {
		return nil
	}
	if raised, ok := v.(*Report); ok {
		return raised
	}
	r := &Report{In: in, What: fmt.Sprintf("a panic with a value of type %T, which is not shown", v)}
	if err, ok := v.(error); ok {
		var fault runtime.Error
		if errors.As(err, &fault) {
			r.What = fault.Error()
		}
	}
	pcs := make([]uintptr, mostFrames)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		r.Where = append(r.Where, fmt.Sprintf("%s (%s:%d)", f.Function, filepath.Base(f.File), f.Line))
	}
	return r
}

// Keeper keeps the first fault that it catches. The zero value is ready.
type Keeper struct {
	mu    sync.Mutex
	first *Report
}

// Catch is deferred around what may panic.
func (k *Keeper) Catch(in string) { k.Keep(Of(in, recover())) }

// Keep keeps a fault unless there is one; nil is none.
func (k *Keeper) Keep(r *Report) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.first == nil {
		k.first = r
	}
}

// Report is what was caught first; nil while nothing was.
func (k *Keeper) Report() *Report {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.first
}

// Raise panics with what was caught; it does nothing while nothing was.
func (k *Keeper) Raise() {
	if r := k.Report(); r != nil {
		panic(r)
	}
}

// Group starts goroutines and waits for them, as a sync.WaitGroup does, and keeps the first
// fault of one. The zero value is ready; it must not be copied.
type Group struct {
	Keeper
	wg sync.WaitGroup
}

// Go runs f in a goroutine of its own.
func (g *Group) Go(f func()) {
	g.wg.Go(func() {
		defer g.Catch("a goroutine")
		f()
	})
}

// Settle waits until all have ended, however they did.
func (g *Group) Settle() { g.wg.Wait() }

// Wait waits until all have ended and raises the first fault of one.
func (g *Group) Wait() {
	g.wg.Wait()
	g.Raise()
}
