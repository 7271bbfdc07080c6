package awsxtest

import (
	"context"
	"slices"
	"sync"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Opener opens the accounts it was made of; it implements awsx.Opener.
type Opener struct {
	mu       sync.Mutex
	accounts map[awsx.ContextID]*Account
	failures map[awsx.ContextID]error
	opened   []awsx.ContextID
}

var _ awsx.Opener = (*Opener)(nil)

// NewOpener returns an opener of accounts, by their ID.
func NewOpener(accounts ...*Account) *Opener {
	o := &Opener{accounts: map[awsx.ContextID]*Account{}, failures: map[awsx.ContextID]error{}}
	for _, a := range accounts {
		o.accounts[a.ID] = a
	}
	return o
}

// Fail makes a context fail to open until Fail with nil.
func (o *Opener) Fail(id awsx.ContextID, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failures[id] = err
}

// Opened returns the contexts that were asked for, in order.
func (o *Opener) Opened() []awsx.ContextID {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.opened)
}

// Open returns the account of a context; one that is not there is Invalid, as a
// profile would be.
func (o *Opener) Open(ctx context.Context, id awsx.ContextID) (awsx.Account, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = append(o.opened, id)
	if err := o.failures[id]; err != nil {
		return nil, err
	}
	if a, ok := o.accounts[id]; ok {
		return a, nil
	}
	return nil, fault.Errorf(fault.Invalid, "open", id.Profile, "there is no profile %q in the shared config", id.Profile)
}
