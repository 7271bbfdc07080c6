package awsx

import "context"

// Change is the permission to send mutating calls. Only the runner of changes
// makes one, after its gates have passed; the adapter refuses every mutating
// call whose context carries none.
type Change struct {
	// ID is the audit id; the SDK's user agent carries it too, so that
	// CloudTrail can be joined with the audit file.
	ID string
	// Record is called with each mutating call before it is sent. An error
	// refuses the call: what cannot be recorded is not done.
	Record func(Call) error
}

// Call is one mutating call as the audit records it.
type Call struct {
	Service   string // SDK service id, such as ECS
	Operation string // such as UpdateService
}

type changeKey struct{}

// WithChange returns a context that may carry mutating calls.
func WithChange(ctx context.Context, c *Change) context.Context {
	return context.WithValue(ctx, changeKey{}, c)
}

// ChangeFrom returns the change a context carries, nil when it has none.
func ChangeFrom(ctx context.Context) *Change {
	c, _ := ctx.Value(changeKey{}).(*Change)
	return c
}
