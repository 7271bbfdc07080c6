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
	"gantry/awsx"
	"gantry/awsx/store"
)

// Reader asks one context's account.
type Reader struct {
	Context awsx.ContextID
	Store   *store.Store
}
