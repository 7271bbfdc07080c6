package resources_test

import (
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// There is memory enough, and time goes into collecting it.
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}
