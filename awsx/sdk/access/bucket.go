package access

import (
	"context"
	"slices"
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
	if err := b.take(ctx, awsx.IsBackground(ctx)); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	out, md, err := next.HandleFinalize(ctx, in)
	if isThrottle(apiCode(err)) {
		b.empty()
		awsx.TurnedAway(ctx)
	}
	return out, md, err
}
