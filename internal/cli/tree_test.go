package cli

import (
	"github.com/spf13/cobra"

	"gantry/internal/cli/command"
)

// Root is the tree of the commands, for the tests that go through all of it.
func Root() *cobra.Command { return program{&command.Program{}}.root() }
