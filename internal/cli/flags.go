package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// outputFlag declares -o; the first kind is the default.
func outputFlag(cmd *cobra.Command, to *string, kinds ...string) {
	cmd.Flags().StringVarP(to, "output", "o", kinds[0], "`format`: "+strings.Join(kinds, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp)) // fails when declared twice
}

// outputs checks an -o value against what a command can print.
func outputs(given string, known ...string) error {
	for _, k := range known {
		if given == k {
			return nil
		}
	}
	return usagef("-o %q is unknown, expected %s", given, strings.Join(known, ", "))
}
