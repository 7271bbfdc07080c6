// Gantry is the operations console for Amazon ECS.
package main

import (
	"os"
	"runtime/debug"
	"time"

	"gantry/internal/cli"
	"gantry/internal/loading"
)

// version is set by the linker for releases.
var version = "dev"

// gcPercent is how much garbage there may be beside what is in use. A console
// shares its jump host with others and holds little: collecting often costs a few
// percent of one core, and a third of the memory is saved by it.
//
// While it starts there is little to collect and somebody waits: that begins when startTime
// has passed.
const (
	gcPercent = 15
	startTime = 300 * time.Millisecond
)

func main() {
	if loading.Done() {
		time.AfterFunc(startTime, func() { debug.SetGCPercent(gcPercent) })
	}
	os.Exit(cli.Main(version))
}
