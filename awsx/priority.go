package awsx

import "context"

type backgroundKey struct{}

// Background marks the calls of a context as ones nobody waits for: they leave
// a share of each rate bucket to the calls that somebody does.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// IsBackground reports whether Background marked the context.
func IsBackground(ctx context.Context) bool {
	marked, _ := ctx.Value(backgroundKey{}).(bool)
	return marked
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
