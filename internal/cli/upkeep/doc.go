// Package upkeep holds the commands about what gantry itself rests on: whether it is there, and the
// forms of what it reads and prints. A new one is a file that declares it by commands.Add.
package upkeep

import (
	"github.com/spf13/cobra"

	"gantry/internal/cli/command"
	"gantry/internal/declared"
)

// program is one run of gantry, with what the commands of this room share.
type program struct{ *command.Program }

// commands make the commands of this room, each declared by its file.
var commands declared.List[func(program) *cobra.Command]

// Commands returns what the files of this room declare.
func Commands(p *command.Program) []*cobra.Command { return command.Made(commands, program{p}) }
