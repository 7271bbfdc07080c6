package livetable

import (
	"context"
	"strings"
	"testing"

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
