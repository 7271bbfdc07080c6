package access

import (
	"context"
	"slices"

	"github.com/aws/smithy-go/middleware"

	"gantry/awsx"
)

// limiter holds the bucket that each call of one account and region draws on.
type limiter map[awsx.Call]*bucket

// newLimiter returns full buckets.
func newLimiter() limiter {
	l := limiter{}
	for _, a := range apis() {
		for _, q := range a.quotas {
			if q.burst == 0 {
				continue
			}
			b := newBucket(q.burst, q.tokens)
			for _, op := range slices.Concat(q.reads, q.writes) {
				l[awsx.Call{Service: a.id, Operation: op}] = b
			}
		}
	}
	return l
}

// attach makes every attempt of a call draw a token, a retry included. It runs
// inside the retry loop and before the request is signed, so that a wait
// cannot make a signature stale.
func (l limiter) attach(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("GantryBuckets", l.limit), "Retry", middleware.After)
}

func (l limiter) limit(
	ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
) (middleware.FinalizeOutput, middleware.Metadata, error) {
	b := l[called(ctx)]
	if b == nil {
		return next.HandleFinalize(ctx, in)
	}
	if err := b.take(ctx, awsx.PriorityOf(ctx)); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	out, md, err := next.HandleFinalize(ctx, in)
	switch code := apiCode(err); {
	case isThrottle(code):
		b.turnedAway()
		awsx.TurnedAway(ctx)
	case err == nil || code != "":
		b.taken()
	}
	return out, md, err
}
