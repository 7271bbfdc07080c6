package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// OutputFlag declares -o and refuses what a command cannot print; the first kind is the
// default. What else a command checks before it runs is declared before.
func OutputFlag(cmd *cobra.Command, to *string, kinds ...string) {
	cmd.Flags().StringVarP(to, "output", "o", kinds[0], "`format`: "+strings.Join(kinds, ", "))
	_ = cmd.Flags().SetAnnotation("output", outputs, kinds)                                                         // fails for an unknown flag only
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp)) // fails when declared twice
	also := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(kinds, *to) {
			return Usagef("-o %q is unknown, expected %s", *to, strings.Join(kinds, ", "))
		}
		if also == nil {
			return nil
		}
		return also(cmd, args)
	}
}
