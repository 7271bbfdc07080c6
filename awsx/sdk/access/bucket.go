package access

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
)

// bucket is a token bucket on our side of the wire. It keeps gantry below what
// AWS grants the whole account, because other programs draw on the same grant, other
// consoles among them: what it takes shrinks when the service turns a call away, and
// grows again slowly.
type bucket struct {
	burst float64 // tokens when full, at most
	rate  float64 // tokens a second, at most

	mu      sync.Mutex
	part    float64 // of both, that is taken now
	proven  float64 // the part that the service took last, as far as is known
	tokens  float64
	filled  time.Time
	cut     time.Time // when part last shrank
	took    int       // calls that the service took since then
	waiting [awsx.Priorities][]*waiter
	passed  [awsx.Priorities]int // tokens in a row that went past the calls that wait there
}

// waiter is a call that waits for its token.
type waiter struct {
	given bool
	ready chan struct{} // closed when it has it
}

// share is the part of an account's grant that gantry allows itself, and
// reserve the part of that which unattended calls leave to the others.
const (
	share   = 0.75
	reserve = 0.25
)

// How the part that is taken changes. A call that was turned away halves it, once a second:
// those that were on their way together say the same. It grows within seconds to a third of what
// was proven, and slowly from there until so many calls were taken in a row that there seems
// to be room again. Consoles that share a grant come to equal parts so: who takes more is
// turned away more often.
//
// How much was proven follows from what the service took since the part last shrank. Many calls:
// it is the part that was taken until now. Some: it was too much, and is a quarter less. None:
// the account had nothing left for anybody, which says nothing of our part.
const (
	leastPart  = 1.0 / 64
	leastRate  = 0.15 // tokens a second, so that even fifty consoles find their share
	leastBurst = 2
	cutEvery   = time.Second
	regrowth   = 6 * time.Second  // in which part grows by e, and by a little, up to a third of what was proven
	growth     = 3 * time.Minute  // and above
	roomy      = 15 * time.Second // and above, where there seems to be room
	smallPart  = 1.0 / 32         // that it grows to as soon, whatever was proven: more consoles than that are rare
	manyTaken  = 8                // calls, that prove a part
	longCalm   = 90 * time.Second // without a call that was turned away: there seems to be room
	longRun    = 80               // calls that were taken in a row: the same
	aLittle    = 1.0 / 64
)

// mostPassed is how many tokens in a row may go past calls that come later.
var mostPassed = [awsx.Priorities]int{awsx.Sweeping: 3, awsx.Unattended: 15}

func newBucket(burst, rate float64) *bucket {
	return &bucket{burst: burst * share, rate: rate * share, part: 1, proven: 1, tokens: burst * share, filled: time.Now()}
}

// take waits for a token, or for the end of the context.
func (b *bucket) take(ctx context.Context, p awsx.Priority) error {
	w := &waiter{ready: make(chan struct{})}
	b.mu.Lock()
	b.waiting[p] = append(b.waiting[p], w)
	for {
		wait := b.serve()
		given := w.given
		b.mu.Unlock()
		if given {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return b.leave(p, w, ctx.Err())
		case <-w.ready:
			timer.Stop()
			return nil
		case <-timer.C:
		}
		b.mu.Lock()
	}
}

// leave gives up a call's place, or the token that it was given meanwhile.
func (b *bucket) leave(p awsx.Priority, w *waiter, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.given {
		b.tokens++
	} else if i := slices.Index(b.waiting[p], w); i >= 0 {
		b.waiting[p] = slices.Delete(b.waiting[p], i, i+1)
	}
	b.serve() // to whoever stood behind it
	return err
}

// serve gives tokens to the calls whose turn it is and returns how long the next takes.
// The caller holds the lock.
func (b *bucket) serve() time.Duration {
	b.fill()
	for {
		p, ok := b.next()
		if !ok {
			return math.MaxInt64
		}
		need := 1.0
		if p == awsx.Unattended && !b.passedOver(p) {
			need += b.most() * reserve
		}
		if b.tokens < need {
			return max(time.Duration((need-b.tokens)/(b.rate*b.part)*float64(time.Second)), time.Millisecond)
		}
		b.tokens--
		w := b.waiting[p][0]
		b.waiting[p] = b.waiting[p][1:]
		w.given = true
		close(w.ready)
		b.passed[p] = 0
		for later := p + 1; later < awsx.Priorities; later++ {
			if len(b.waiting[later]) > 0 {
				b.passed[later]++
			}
		}
	}
}

// next returns whose turn it is: the first that wait, unless others were passed over for long.
func (b *bucket) next() (turn awsx.Priority, ok bool) {
	for p := range awsx.Priorities {
		if len(b.waiting[p]) > 0 && (!ok || b.passedOver(p)) {
			turn, ok = p, true
		}
	}
	return turn, ok
}

func (b *bucket) passedOver(p awsx.Priority) bool { return b.passed[p] >= mostPassed[p] }

// most is how many tokens there are when it is full, now.
func (b *bucket) most() float64 { return max(b.burst*b.part, min(b.burst, leastBurst)) }

// fill adds the tokens of the time that passed, and lets what is taken grow.
func (b *bucket) fill() {
	now := time.Now()
	passed := now.Sub(b.filled)
	b.filled = now
	b.grow(max(b.proven/3, smallPart), regrowth, passed)
	if b.took >= longRun || now.Sub(b.cut) >= longCalm {
		b.grow(1, roomy, passed)
	}
	b.grow(1, growth, passed)
	b.tokens = min(b.most(), b.tokens+b.rate*b.part*passed.Seconds())
}

// grow lets part grow up to a limit in the time that passed.
func (b *bucket) grow(limit float64, by, passed time.Duration) {
	if b.part < limit {
		b.part = min(limit, (b.part+aLittle)*math.Exp(passed.Seconds()/by.Seconds())-aLittle)
	}
}

// turnedAway takes all tokens away, since the service said that the account has none left,
// and lessens what is taken from now on.
func (b *bucket) turnedAway() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	b.tokens = 0
	now := time.Now()
	if now.Sub(b.cut) < cutEvery {
		return
	}
	switch {
	case b.took >= manyTaken && b.part >= b.proven/3:
		b.proven = b.part
	case b.took > 0:
		b.proven = max(b.part, 0.75*b.proven)
	}
	b.part, b.cut, b.took = max(b.part/2, leastPart, min(1, leastRate/b.rate)), now, 0
}

// taken notes that the service took a call.
func (b *bucket) taken() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.took++
}
