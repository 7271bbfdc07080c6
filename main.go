// Gantry is the operations console for Amazon ECS.
package main

import (
	"os"
	"runtime/debug"
	"time"

	"gantry/internal/cli"
	"gantry/internal/loading"
)

// version, commit and date are set by the linker for releases.
var version, commit, date string

// gcPercent is how much garbage there may be beside what is in use. A console
// shares its jump host with others and holds little: collecting often costs a few
// percent of one core, and a third of the memory is saved by it.
//
// The simulator is none of that: what it holds is an account, and while it makes a large one
// the collector would take half of the time.
//
// While it starts there is little to collect and somebody waits: that begins when startTime
// has passed.
const (
	gcPercent    = 15
	gcPercentSim = 100
	startTime    = 300 * time.Millisecond
)

func main() {
	roomy := func() {}
	if loading.Done() {
		settle := time.AfterFunc(startTime, func() { debug.SetGCPercent(gcPercent) })
		roomy = func() {
			settle.Stop()
			debug.SetGCPercent(gcPercentSim)
		}
	}
	os.Exit(cli.Main(cli.Release(version, commit, date), roomy))
}
