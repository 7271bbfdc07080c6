package crash_test

import (
	"errors"
	"strings"
	"testing"

	"gantry/internal/crash"
)

// raised is what f panics with, as whoever guards it has it.
func raised(f func()) (r *crash.Report) {
	defer func() { r = crash.Of("a test", recover()) }()
	f()
	return nil
}

// TestAFaultOfAGoroutineIsRaisedWhereItIsWaitedFor: it ends no process, tells where it was
// and nothing of what it held, and stays one report however often it is raised.
func TestAFaultOfAGoroutineIsRaisedWhereItIsWaitedFor(t *testing.T) {
	ended := false
	r := raised(func() {
		var outer crash.Group
		outer.Go(func() {
			var inner crash.Group
			inner.Go(func() { panic("DB_PASSWORD=lemon-29") })
			inner.Go(func() { ended = true })
			inner.Wait()
		})
		outer.Wait()
	})
	if r == nil || !ended || r.In != "a goroutine" || !strings.Contains(r.Error(), "report_test.go:") || strings.Contains(r.Error(), "lemon") {
		t.Errorf("%v", r)
	}
}

func TestAFaultOfTheRuntimeSaysWhatItIs(t *testing.T) {
	list := []int{}
	if r := raised(func() { _ = list[len(list)+2] }); r == nil || !strings.Contains(r.What, "index out of range") {
		t.Errorf("%v", r)
	}
	if r := raised(func() { panic(errors.New("token=lemon-30")) }); r == nil || strings.Contains(r.Error(), "lemon") {
		t.Errorf("%v", r)
	}
}

// TestSettlingRaisesNothing: whoever comes down after a fault waits for what still runs.
func TestSettlingRaisesNothing(t *testing.T) {
	var g crash.Group
	g.Go(func() { panic(1) })
	g.Settle()
	if g.Report() == nil || raised(g.Raise) != g.Report() {
		t.Error("the fault is not kept")
	}
	var fine crash.Group
	fine.Go(func() {})
	fine.Wait()
	if fine.Report() != nil {
		t.Error("a fault where there was none")
	}
}
