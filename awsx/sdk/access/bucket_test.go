package access

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
)

// taken counts the calls of a priority that a bucket lets through at once.
func taken(t *testing.T, b *bucket, p awsx.Priority) int {
	t.Helper()
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
		err := b.take(ctx, p)
		cancel()
		if err != nil {
			return n
		}
	}
}

func TestUnattendedCallsLeaveAReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(40, 10) // 30 tokens and 7.5 a second for us
		if n := taken(t, b, awsx.Unattended); n != 22 {
			t.Errorf("the unattended took %d of 30", n)
		}
		if n := taken(t, b, awsx.Awaited); n != 8 {
			t.Errorf("%d were left to who waits, want 8", n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := b.take(ctx, awsx.Awaited); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an empty bucket gave a token: %v", err)
		}
		start := time.Now()
		if err := b.take(t.Context(), awsx.Unattended); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took < time.Second {
			t.Errorf("the unattended had their token back after %s", took)
		}
	})
}

// TestWhoIsWaitedForGoesBeforeASweep that has many calls in the queue, and the sweep goes on.
func TestWhoIsWaitedForGoesBeforeASweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(40, 10)
		taken(t, b, awsx.Awaited)
		begun := time.Now()
		var mu sync.Mutex
		done := map[awsx.Priority][]time.Duration{}
		var wg sync.WaitGroup
		queue := func(p awsx.Priority, n int) {
			for range n {
				wg.Go(func() {
					if b.take(t.Context(), p) == nil {
						mu.Lock()
						done[p] = append(done[p], time.Since(begun))
						mu.Unlock()
					}
				})
			}
			synctest.Wait()
		}
		queue(awsx.Unattended, 5)
		queue(awsx.Sweeping, 30)
		queue(awsx.Awaited, 9)
		wg.Wait()
		if last := done[awsx.Awaited][8]; last > 12*time.Second/7 {
			t.Errorf("nine calls that somebody waits for took %s behind 35 of a sweep", last)
		}
		if first := done[awsx.Sweeping][0]; first > time.Second {
			t.Errorf("the sweep stood still for %s", first)
		}
		if first := done[awsx.Unattended][0]; first > 5*time.Second {
			t.Errorf("what nobody waits for stood still for %s", first)
		}
		if len(done[awsx.Unattended]) != 5 || len(done[awsx.Sweeping]) != 30 {
			t.Errorf("%v", done)
		}
	})
}

// TestACallThatGivesUpLeavesItsPlaceAndItsToken.
func TestACallThatGivesUpLeavesItsPlaceAndItsToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(40, 10)
		taken(t, b, awsx.Awaited)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { _ = b.take(ctx, awsx.Awaited) })
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		begun := time.Now()
		if err := b.take(t.Context(), awsx.Sweeping); err != nil || time.Since(begun) > time.Second {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
	})
}

// TestACallThatIsTurnedAwayHalvesTheRate, once for all that were on their way together, not
// without end, and not for ever.
func TestACallThatIsTurnedAwayHalvesTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := func(b *bucket, d time.Duration) (n int) {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			for b.take(ctx, awsx.Awaited) == nil {
				n++
			}
			return n
		}
		b := newBucket(100, 20)
		for range 7 {
			b.turnedAway()
		}
		if n := in(b, 4*time.Second); n < 30 || n > 33 {
			t.Errorf("%d calls in 4 s, want half of 60", n)
		}
		tried := 0
		for range 40 {
			tried += in(b, time.Second)
			b.turnedAway()
		}
		if tried < 10 || tried > 40 {
			t.Errorf("%d calls in 40 s of an account that turns all away", tried)
		}
		time.Sleep(6 * time.Minute)
		if n := in(b, 4*time.Second); n < 100 {
			t.Errorf("%d calls in 4 s long afterwards, want what it was", n)
		}
		slow := newBucket(20, 1)
		for range 40 {
			time.Sleep(time.Second)
			slow.turnedAway()
		}
		if n := in(slow, 20*time.Second); n < 2 {
			t.Errorf("a change waits for %d calls in 20 s", n)
		}
	})
}
