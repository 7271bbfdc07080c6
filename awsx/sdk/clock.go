package sdk

import (
	"context"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/awsx"
)

// Clock is what the time was at a service and here when it answered.
type Clock struct {
	Server time.Time // in whole seconds; zero when the answer had no date
	Local  time.Time
}

// Clock asks STS who calls, and reads the date off its answer.
func (o *Opener) Clock(ctx context.Context, id awsx.ContextID) (Clock, error) {
	a, err := o.Account(ctx, id)
	if err != nil {
		return Clock{}, err
	}
	out, err := a.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Clock{}, a.classify(ctx, "", err)
	}
	var c Clock
	c.Server, _ = awsmiddleware.GetServerTime(out.ResultMetadata)
	c.Local, _ = awsmiddleware.GetResponseAt(out.ResultMetadata)
	return c, nil
}
