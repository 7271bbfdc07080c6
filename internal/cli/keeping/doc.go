// Package keeping holds the commands that write down what is there: a snapshot to look at again, and a
// service as a template. A new one is a file that declares it by commands.Add.
package keeping

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
