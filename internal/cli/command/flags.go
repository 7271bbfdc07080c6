package command

import (
	"strings"

	"github.com/spf13/cobra"
)

// OutputFlag declares -o; the first kind is the default.
func OutputFlag(cmd *cobra.Command, to *string, kinds ...string) {
	cmd.Flags().StringVarP(to, "output", "o", kinds[0], "`format`: "+strings.Join(kinds, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp)) // fails when declared twice
}

// Outputs checks an -o value against what a command can print.
func Outputs(given string, known ...string) error {
	for _, k := range known {
		if given == k {
			return nil
		}
	}
	return Usagef("-o %q is unknown, expected %s", given, strings.Join(known, ", "))
}
