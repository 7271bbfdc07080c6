// Gantry is the operations console for Amazon ECS.
package main

import (
	"os"
	"time"

	"gantry/internal/cli"
	"gantry/internal/garbage"
	"gantry/internal/loading"
)

// version, commit and date are set by the linker for releases.
var version, commit, date string

// gcPercent is how much garbage there may be beside what is in use. A console
// shares its jump host with others and holds little: collecting often costs a few
// percent of one core, and a third of the memory is saved by it. Of what is in use on
// a screen of some hundred services that would be so little that collecting is half of
// all it does: there may be gcRoom all the same.
//
// The simulator is none of that: what it holds is an account, and while it makes a large one
// the collector would take half of the time.
//
// While it starts there is little to collect and somebody waits: that begins when startTime
// has passed.
const (
	gcPercent    = 15
	gcRoom       = 6 << 20
	gcPercentSim = 100
	startTime    = 300 * time.Millisecond
)

func main() {
	roomy := func() {}
	if loading.Done() {
		collector := &garbage.Keeper{Percent: gcPercent, Room: gcRoom}
		time.AfterFunc(startTime, collector.Run)
		roomy = func() { collector.Stop(gcPercentSim) }
	}
	os.Exit(cli.Main(cli.Release(version, commit, date), roomy))
}
