// Gantry is the operations console for Amazon ECS.
package main

import (
	"os"
	"runtime/debug"

	"gantry/internal/cli"
)

// version is set by the linker for releases.
var version = "dev"

// gcPercent is how much garbage there may be beside what is in use. A console
// shares its jump host with others and holds little: collecting often costs a few
// percent of one core, and a third of the memory is saved by it.
const gcPercent = 15

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(cli.Main(version))
}
