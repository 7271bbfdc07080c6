package errands_test

import (
	"testing"

	"go.uber.org/goleak"

	"gantry/internal/plugin"
)

func TestMain(m *testing.M) {
	plugin.Shield()() // the runtime begins to listen for signals outside of any bubble
	goleak.VerifyTestMain(m)
}
