package changes

import (
	"testing"

	"gantry/internal/cli/clitest"
	"gantry/internal/plugin/plugintest"
)

// TestMain gives the tests a machine of their own, and is the plugin where it is called as one.
func TestMain(m *testing.M) {
	plugintest.Main()
	clitest.Main(m)
}
