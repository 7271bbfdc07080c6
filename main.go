// Gantry is the operations console for Amazon ECS.
package main

import (
	"os"
	"runtime/debug"

	"gantry/internal/cli"
)

// version is set by the linker for releases.
var version = "dev"

// gcPercent is how much garbage there may be beside what is in use. It shares
// jump hosts with others, and holds little for a Go program: half the memory is
// worth a few more percent of one core.
const gcPercent = 25

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(cli.Main(version))
}
