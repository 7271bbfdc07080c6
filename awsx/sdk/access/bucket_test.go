package access

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackgroundCallsLeaveAReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(40, 10) // 30 tokens and 7.5 a second for us
		taken := 0
		for b.try(true) == 0 {
			taken++
		}
		if taken != 22 {
			t.Errorf("the background took %d of 30", taken)
		}
		for range 8 {
			if wait := b.try(false); wait != 0 {
				t.Fatalf("a call that is waited for has to wait %s", wait)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := b.take(ctx, false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an empty bucket gave a token: %v", err)
		}
		start := time.Now()
		if err := b.take(t.Context(), true); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took < time.Second {
			t.Errorf("the background had its token back after %s", took)
		}
	})
}
