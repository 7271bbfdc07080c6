// Package inquiry answers the questions that the console and the headless commands
// both ask of an account: which cluster, service, task or instance bears a name,
// how the services of a cluster stand, how one service stands with all its tasks,
// which lines are a service's, what a task that failed wrote last, and what of the
// account may be read at all.
//
// It reads through the store and leaves every verdict to diagnose. It opens
// nothing, prints nothing and changes nothing.
package inquiry

import (
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
)

// Reader asks one context's account.
type Reader struct {
	Context awsx.ContextID
	Store   *store.Store
	// Clock is the time of what is looked at; nil is the time now.
	Clock func() time.Time
}

// Now is the time of what is looked at: with a snapshot, when that was taken. It is
// compared with other clocks' times, so it is that of the wall.
func (r Reader) Now() time.Time {
	if r.Clock == nil {
		return time.Now().Round(0)
	}
	return r.Clock()
}
