package shells_test

import (
	"testing"

	"go.uber.org/goleak"

	"gantry/internal/plugin"
	"gantry/internal/plugin/plugintest"
)

func TestMain(m *testing.M) {
	plugintest.Main()
	plugin.Shield()() // the runtime begins to listen for signals outside of any bubble
	goleak.VerifyTestMain(m)
}
