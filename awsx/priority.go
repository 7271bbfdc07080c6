package awsx

import "context"

// Priority says which of the calls that wait for their turn goes first.
type Priority uint8

// The priorities. One call in four goes to whoever comes last, so that nothing starves.
const (
	// Awaited is what somebody looks at or waits for: a change, a deployment that is
	// followed, what is on screen.
	Awaited Priority = iota
	// Sweeping is a listing of thousands, which nobody reads whole.
	Sweeping
	// Unattended is what nobody waits for. It leaves a share of each rate bucket.
	Unattended

	// Priorities is how many there are.
	Priorities
)

type priorityKey struct{}

// WithPriority marks the calls of a context.
func WithPriority(ctx context.Context, p Priority) context.Context {
	return context.WithValue(ctx, priorityKey{}, p)
}

// PriorityOf returns what WithPriority marked the context with, Awaited if nothing.
func PriorityOf(ctx context.Context) Priority {
	p, _ := ctx.Value(priorityKey{}).(Priority)
	return p
}

type turnedAwayKey struct{}

// OnTurnedAway has heard called whenever the service turns a call of the context away for
// the moment, before that is tried again: nobody has to wait for the end to know.
func OnTurnedAway(ctx context.Context, heard func()) context.Context {
	return context.WithValue(ctx, turnedAwayKey{}, heard)
}

// TurnedAway tells who listens to the context that a call was turned away.
func TurnedAway(ctx context.Context) {
	if heard, ok := ctx.Value(turnedAwayKey{}).(func()); ok {
		heard()
	}
}
