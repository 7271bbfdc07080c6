package diagnose_test

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestMain(m *testing.M) {
	// There is memory enough, and time goes into collecting it.
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
