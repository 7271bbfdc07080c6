package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gantry/internal/cli/printing"
)

// The exit codes of a probe, which are those that monitors know (Nagios, plugin API).
const (
	ProbeOK       = 0
	ProbeDegraded = 1
	ProbeFailed   = 2
	ProbeUnknown  = 3 // what was not read is never ok
)

// Probed is the end of a probe that printed what it found.
type Probed struct {
	Code int
	Text string
}

// Error is what was found.
func (p *Probed) Error() string { return p.Text }

// probing reports whether a command was run as a probe, however it went: one whose flags
// could not be read is one too, since its code must not be taken for a finding.
func (p *Program) probing(cmd *cobra.Command) bool {
	asked := slices.ContainsFunc(p.Args, func(arg string) bool { return arg == "--check" || arg == "--check=true" })
	if cmd == nil {
		return asked
	}
	check := cmd.Flags().Lookup("check")
	return check != nil && (check.Value.String() == "true" || asked)
}

// endProbe returns the code of a probe. What kept it from finding anything is printed as what
// is found is.
func (p *Program) endProbe(cmd *cobra.Command, err error) int {
	var found *Probed
	switch {
	case err == nil:
		return ProbeOK
	case errors.As(err, &found):
		return found.Code
	case p.format(cmd) == "json":
		_ = p.document(cmd, err, ProbeUnknown) // who reads has gone
	default:
		fmt.Fprintln(p.Out, "unknown: "+ProbeText(err.Error()))
	}
	return ProbeUnknown
}

// ProbeText is a text from outside as a probe's line has it: figures stand after a bar.
func ProbeText(s string) string {
	return strings.ReplaceAll(printing.Shown(strings.ReplaceAll(s, "\n", "; ")), "|", "/")
}
