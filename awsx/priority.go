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
