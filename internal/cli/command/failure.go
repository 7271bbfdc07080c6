package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gantry/internal/clean"
	"gantry/internal/cli/pipeline"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

var _ = schema.Add("error", "a command that fails before it has anything to print", Failure{})

// Failure is what -o json prints of a command that failed before it had anything to print.
type Failure struct {
	Context string `json:"context,omitempty"` // where the account was reached
	Error   Cause  `json:"error"`
	// Partial and Errors are as of a document that was read in part.
	Partial bool     `json:"partial"`
	Errors  []string `json:"errors"`
}

// Cause is why a command failed.
type Cause struct {
	// Class is that of a failed call, or usage, refused, interrupted, internal (a fault of
	// gantry's own), or failed.
	Class     string `json:"class"`
	Operation string `json:"operation,omitempty"`
	Resource  string `json:"resource,omitempty"`
	Message   string `json:"message"` // as standard error has it
	Action    string `json:"action,omitempty"`
	ExitCode  int    `json:"exitCode"`
}

// causeOf tells an error apart for a program that ends with a code.
func causeOf(err error, code int) Cause {
	c := Cause{Message: printing.Shown(err.Error()), ExitCode: code}
	e := fault.Of(err)
	var own *crash.Report
	switch {
	case errors.As(err, &own):
		c.Class, c.Action = "internal", "report it, with what was being done"
	case e != nil:
		c.Class, c.Operation, c.Resource, c.Action = e.Kind(), e.Op, printing.Shown(e.Resource), printing.Shown(e.Fix)
	case c.ExitCode == ExitUsage:
		c.Class = "usage"
	case c.ExitCode == ExitRefused:
		c.Class = "refused"
	case c.ExitCode == ExitInterrupt:
		c.Class = "interrupted"
	default:
		c.Class = fault.Failed.String()
	}
	return c
}

// outputs is the annotation of the flag -o of a command, with the formats that it takes.
const outputs = "gantry_output"

// Formats returns the formats that a command prints, none for one without -o.
func Formats(cmd *cobra.Command) []string {
	flag := cmd.Flags().Lookup("output")
	if flag == nil {
		return nil
	}
	return flag.Annotations[outputs]
}

// format is what a command was asked to print, also where a flag before -o could not be read.
func (p *Program) format(cmd *cobra.Command) string {
	if cmd == nil || len(Formats(cmd)) == 0 {
		return ""
	}
	flag := cmd.Flags().Lookup("output")
	if flag.Changed {
		return flag.Value.String()
	}
	for i, arg := range p.Args {
		for _, kind := range Formats(cmd) {
			next := i+1 < len(p.Args) && p.Args[i+1] == kind
			if (arg == "-o" || arg == "--output") && next || arg == "-o"+kind || arg == "-o="+kind || arg == "--output="+kind {
				return kind
			}
		}
	}
	return flag.Value.String()
}

// End tells of the error that a command ended with, nil for none, and returns the exit code.
func (p *Program) End(cmd *cobra.Command, err error) int {
	if p.probing(cmd) {
		return p.endProbe(cmd, err)
	}
	if err == nil {
		return ExitDone
	}
	code := CodeOf(err)
	if told := p.document(cmd, err, code); told != nil {
		fmt.Fprintln(p.Err, "warning: the error could not be printed: "+printing.Shown(told.Error()))
	}
	Report(p.Err, err)
	pipeline.Tell(p.Err, p.Host.Annotation(pipeline.Error, titled(cmd), clean.ShownText(err.Error())))
	return code
}

// titled names a command for who sees no more of it.
func titled(cmd *cobra.Command) string {
	if cmd == nil {
		return "gantry"
	}
	return cmd.CommandPath()
}

// document prints an error on standard output for whoever reads documents there, in the format
// that the command was asked for. Where the output has begun, it says how far things came.
func (p *Program) document(cmd *cobra.Command, err error, code int) error {
	if p.Begun() {
		return nil
	}
	switch p.format(cmd) {
	case "json": // on one line, which fits among those of logs too
		c := causeOf(err, code)
		return printing.JSONLine(p.Out, Failure{p.reached, c, true, []string{c.Message}})
	case "markdown":
		_, err := fmt.Fprintf(p.Out, "## %s failed\n\n%s\n", titled(cmd), printing.Markdown(err.Error()))
		return err
	}
	return nil
}

// Begun reports whether something was written on standard output.
func (p *Program) Begun() bool {
	o, ok := p.Out.(printing.Outlet)
	return ok && o.Begun.Load()
}
