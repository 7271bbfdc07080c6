// Gantry is the operations console for Amazon ECS.
package main

import (
	"os"

	"gantry/internal/cli"
)

// version is set by the linker for releases.
var version = "dev"

func main() { os.Exit(cli.Main(version)) }
