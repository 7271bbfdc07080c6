package cli

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"gantry/internal/cli/command"
)

// manCommand writes the manual pages, which the library of commands makes of what is declared.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIRECTORY",
		Short: "Write the manual pages of all commands",
		Long: `Write the manual pages of all commands into a directory, a file a command, such as
gantry-status.1. MANPATH, or man --local-file, shows them.`,
		Example: `  gantry man ~/.local/share/man/man1`,
		Args:    command.Arguments(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return command.Usagef("%w", err)
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // two builds write the same pages
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "gantry " + root.Version, Manual: "gantry"}, args[0])
		},
	}
}
