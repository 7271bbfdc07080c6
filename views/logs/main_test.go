package logs_test

import (
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // there is memory enough, and a sixth of the time went into collecting it
	goleak.VerifyTestMain(m)
}
