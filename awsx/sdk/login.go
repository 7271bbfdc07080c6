package sdk

import (
	"context"
	"fmt"

	"gantry/awsx"
)

// Login makes sure that there are credentials, without asking a service for more
// than they cost. The error is of class Expired and says how to get some: a
// program that starts can tell before it draws a screen.
func (o *Opener) Login(ctx context.Context, id awsx.ContextID) error {
	if _, err := o.Open(ctx, id); err != nil {
		return err
	}
	o.mu.Lock()
	a := o.open[id]
	o.mu.Unlock()
	if _, err := a.ecs.Options().Credentials.Retrieve(ctx); err != nil {
		// Wrapped as a call does that cannot be signed, so that it is told alike.
		return a.classify(ctx, "", fmt.Errorf("get identity: %w", err))
	}
	return nil
}
