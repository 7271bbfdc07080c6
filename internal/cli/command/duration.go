package command

import (
	"time"

	"github.com/spf13/cobra"

	"gantry/internal/words"
)

// duration is a flag's value that takes days as well.
type duration time.Duration

// String is the duration, empty for none.
func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

// Set reads a duration.
func (d *duration) Set(s string) error {
	v, err := words.Duration(s)
	*d = duration(v)
	return err
}

// Type is what usage calls it.
func (d *duration) Type() string { return "duration" }

// DurationVar declares a flag that takes a duration, such as 90s, 6h or 2d.
func DurationVar(cmd *cobra.Command, to *time.Duration, name string, unless time.Duration, usage string) {
	*to = unless
	cmd.Flags().Var((*duration)(to), name, usage)
}
