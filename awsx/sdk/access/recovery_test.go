package access

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
)

// How many target groups a large screen shows, and how long reading them takes at most once the
// service takes calls again: where it took none of a console that had what it wanted before,
// and whatever it did before.
const (
	aScreen    = 46
	afterNone  = 30 * time.Second
	afterWorst = 2 * time.Minute
)

// attempt takes a token, makes a call that is answered or turned away, and tells the bucket.
func attempt(ctx context.Context, b *bucket, answered bool) error {
	if err := b.take(ctx, awsx.Sweeping); err != nil {
		return err
	}
	time.Sleep(20 * time.Millisecond)
	if answered {
		b.taken()
	} else {
		b.turnedAway()
	}
	return nil
}

// trouble makes calls for a while, of which a part is answered.
func trouble(b *bucket, answered float64, chance *rand.Rand, long time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	for attempt(ctx, b, chance.Float64() < answered) == nil {
	}
}

// screen is how long reading a screen takes.
func screen(b *bucket) time.Duration {
	begun := time.Now()
	for range aScreen {
		_ = attempt(context.Background(), b, true)
	}
	return time.Since(begun)
}

// TestAScreenIsReadSoonAfterTheServiceTakesCallsAgain, out of the bucket of the load balancers,
// whatever was turned away before, in however many times of trouble.
func TestAScreenIsReadSoonAfterTheServiceTakesCallsAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answered []float64     // the parts that are answered while there is trouble
		calm     time.Duration // before more trouble
		bound    time.Duration
	}{
		"none were answered":            {[]float64{0}, 10 * time.Minute, afterNone},
		"some, or none, time and again": {[]float64{0, 0.05, 0.2, 0.5, 0.7, 0.9, 0.97}, 0, afterWorst},
	} {
		t.Run(name, func(t *testing.T) {
			worst := time.Duration(0)
			synctest.Test(t, func(*testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					b, chance := newBucket(40, 10), rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "chance"), 1))
					for range rapid.IntRange(1, 4).Draw(t, "times of trouble") {
						trouble(b, rapid.SampledFrom(c.answered).Draw(t, "answered"), chance, time.Duration(rapid.IntRange(1, 300).Draw(t, "seconds"))*time.Second)
						time.Sleep(c.calm)
						for range rapid.IntRange(0, 2*aScreen).Draw(t, "calls that are answered between") {
							_ = attempt(context.Background(), b, true)
						}
					}
					trouble(b, c.answered[0], chance, time.Duration(rapid.IntRange(0, 300).Draw(t, "seconds without any"))*time.Second)
					took := screen(b)
					worst = max(worst, took)
					if took > c.bound {
						t.Fatalf("a screen took %s", took)
					}
				})
			})
			t.Logf("at most %s", worst)
		})
	}
}
