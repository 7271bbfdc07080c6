package access

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gantry/awsx"
)

// Login makes sure that there are credentials, without asking a service for more
// than they cost. The error is of class Expired and says how to get some: a
// program that starts can tell before it draws a screen.
func (o *Opener) Login(ctx context.Context, id awsx.ContextID) error {
	a, err := o.Account(ctx, id)
	if err != nil {
		return err
	}
	_, err = a.retrieve(ctx)
	return err
}

// retrieve returns the credentials that calls are signed with, from a cache for as
// long as they are good.
func (a *Account) retrieve(ctx context.Context) (aws.Credentials, error) {
	creds, err := a.ECS.Options().Credentials.Retrieve(ctx)
	if err != nil {
		// Wrapped as a call does that cannot be signed, so that it is told alike.
		return creds, a.Classify(ctx, "", fmt.Errorf("get identity: %w", err))
	}
	return creds, nil
}
