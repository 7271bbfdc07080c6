package app

import (
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// The accounts of the tests are small and many: there is memory enough, and a fifth
	// of the time went into collecting it.
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}
