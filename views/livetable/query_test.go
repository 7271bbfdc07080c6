package livetable

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/crash"
)

// TestAFaultOfAQueryIsRaisedInWhoLooks, which is the console's loop: it gives the terminal
// back.
func TestAFaultOfAQueryIsRaisedInWhoLooks(t *testing.T) {
	q := Ask(func(context.Context, func(int)) error { panic("token=lime-43") })
	<-q.Changed()
	var report *crash.Report
	func() {
		defer func() { report = crash.Of("a test", recover()) }()
		q.Answer()
	}()
	if report == nil || strings.Contains(report.Error(), "lime") {
		t.Errorf("%v", report)
	}
}

// TestAQueryThatAsksAgainShowsWholeAnswersAlone: every minute, nothing half read, and the last
// one where it fails.
func TestAQueryThatAsksAgainShowsWholeAnswersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		round, broken := 0, errors.New("throttled")
		q := AskAgain(func(_ context.Context, publish func([]int)) error {
			round++
			publish([]int{round})
			time.Sleep(10 * time.Second)
			if round == 3 {
				return broken
			}
			publish([]int{round, round})
			return nil
		})
		defer q.Close()
		for _, want := range []struct {
			after time.Duration
			value int
			items int
			err   error
		}{{time.Second, 1, 1, nil}, {10 * time.Second, 1, 2, nil}, {time.Minute, 1, 2, nil}, {10 * time.Second, 2, 2, nil}, {70 * time.Second, 2, 2, broken}, {70 * time.Second, 4, 2, nil}} {
			time.Sleep(want.after)
			synctest.Wait()
			if a := q.Answer(); len(a.Value) != want.items || a.Value[0] != want.value || a.Err != want.err {
				t.Errorf("in round %d: %+v, want %+v", round, a, want)
			}
		}
	})
}
