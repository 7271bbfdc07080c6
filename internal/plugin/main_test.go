package plugin

import (
	"testing"

	"go.uber.org/goleak"

	"gantry/internal/plugin/plugintest"
)

func TestMain(m *testing.M) {
	plugintest.Main()
	goleak.VerifyTestMain(m)
}
