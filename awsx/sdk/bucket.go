package sdk

import (
	"context"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"

	"gantry/awsx"
)

// bucket is a token bucket on our side of the wire. It keeps gantry below what
// AWS grants the whole account, because other programs draw on the same grant.
type bucket struct {
	burst float64 // tokens when full
	rate  float64 // tokens a second

	mu     sync.Mutex
	tokens float64
	filled time.Time
}

// share is the part of an account's grant that gantry allows itself, and
// reserve the part of that which background calls leave to the others.
const (
	share   = 0.75
	reserve = 0.25
)

func newBucket(burst, rate float64) *bucket {
	return &bucket{burst: burst * share, rate: rate * share, tokens: burst * share, filled: time.Now()}
}

// take waits for a token, or for the end of the context.
func (b *bucket) take(ctx context.Context, background bool) error {
	for {
		wait := b.try(background)
		if wait <= 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// try takes a token if one is there; if not, it returns how long the next takes.
func (b *bucket) try(background bool) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(b.burst, b.tokens+b.rate*now.Sub(b.filled).Seconds())
	b.filled = now
	need := 1.0
	if background {
		need += b.burst * reserve
	}
	if b.tokens >= need {
		b.tokens--
		return 0
	}
	return max(time.Duration((need-b.tokens)/b.rate*float64(time.Second)), time.Millisecond)
}

// empty takes all tokens away: the service said that the account has none left.
func (b *bucket) empty() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens, b.filled = 0, time.Now()
}

// limiter holds the buckets of one account and region.
type limiter [buckets]*bucket

// newLimiter returns full buckets with the grants that the services document
// under "API request throttling": burst, and tokens a second. For ECR and
// Application Auto Scaling, and for the status of container instances, no grant
// is documented: theirs are guesses that keep well away from any.
func newLimiter() *limiter {
	return &limiter{
		clusterReads:         newBucket(50, 20),
		serviceReads:         newBucket(100, 20),
		resourceReads:        newBucket(100, 20),
		deploymentReads:      newBucket(50, 20),
		serviceWrites:        newBucket(50, 5),
		taskWrites:           newBucket(100, 40),
		instanceWrites:       newBucket(20, 5),
		taskDefinitionWrites: newBucket(20, 1),
		balancing:            newBucket(40, 10),
		registry:             newBucket(40, 10),
		autoscaler:           newBucket(10, 4),
		alarmReads:           newBucket(9, 9),
		// The quotas of CloudWatch Logs differ between regions; these are the least.
		eventReads:  newBucket(5, 5),
		streamReads: newBucket(10, 10),
		groupReads:  newBucket(5, 5),
	}
}

// attach makes every attempt of a call draw a token, a retry included. It runs
// inside the retry loop and before the request is signed, so that a wait
// cannot make a signature stale.
func (l *limiter) attach(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("GantryBuckets", l.limit), "Retry", middleware.After)
}

func (l *limiter) limit(
	ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
) (middleware.FinalizeOutput, middleware.Metadata, error) {
	_, id := operation(called(ctx))
	b := l[id]
	if b == nil {
		return next.HandleFinalize(ctx, in)
	}
	if err := b.take(ctx, awsx.IsBackground(ctx)); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	out, md, err := next.HandleFinalize(ctx, in)
	if isThrottle(apiCode(err)) {
		b.empty()
	}
	return out, md, err
}
