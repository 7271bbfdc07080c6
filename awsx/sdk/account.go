package sdk

import (
	"context"
	"sync"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sdk/body"
	"gantry/awsx/sdk/tagging"
)

// Account is one opened context with its calls.
type Account struct {
	*access.Account
	known *known
}

// known is what listings of whole clusters brought before.
type known struct {
	services knownBoth[awsx.Service]
	tasks    knownBoth[awsx.Task]
	tags     tagging.Reader
}

// knownBoth is what was read without tags, and with them: the same bytes say less without.
type knownBoth[T any] [2]body.Known[T]

func (k *knownBoth[T]) of(tags bool) *body.Known[T] {
	if tags {
		return &k[1]
	}
	return &k[0]
}

// with is a field to include, if it is to be.
func with[F ~string](include bool, field F) []F {
	if include {
		return []F{field}
	}
	return nil
}

var _ awsx.Account = Account{}

// Opener opens contexts; it implements awsx.Opener and is safe for concurrent use.
type Opener struct {
	*access.Opener
	known *sync.Map // *known by the awsx.ContextID
}

var _ awsx.Opener = Opener{}

// New returns an opener of real contexts, as access.New does.
func New(o access.Options) Opener { return Opener{access.New(o), &sync.Map{}} }

// NewStatic returns an opener of an account that is reached without any configuration of
// the machine, as access.NewStatic does.
func NewStatic(o access.Options, s access.Static) Opener {
	return Opener{access.NewStatic(o, s), &sync.Map{}}
}

// Open returns the account of a context, as Account does.
func (o Opener) Open(ctx context.Context, id awsx.ContextID) (awsx.Account, error) {
	a, err := o.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Forget lets go of what listings of a context brought, which nobody reads any longer. What
// is opened of it later starts anew.
func (o Opener) Forget(id awsx.ContextID) { o.known.Delete(id) }

// Account returns the account of a context. It makes no call; see access.Opener.Account
// for what it reads and how it fails.
func (o Opener) Account(ctx context.Context, id awsx.ContextID) (Account, error) {
	a, err := o.Opener.Account(ctx, id)
	k, _ := o.known.LoadOrStore(id, &known{})
	return Account{a, k.(*known)}, err
}
