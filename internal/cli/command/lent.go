package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gantry/internal/cli/printing"
	"gantry/internal/ecspresso"
)

// here is the directory whose file says which service is meant.
const here = "."

// Lend has commands that want a service take the one of the directory's ecspresso.yml where
// none is named. It says so, since somebody may have forgotten to name one.
func (p *Program) Lend(commands []*cobra.Command) {
	for _, cmd := range commands {
		p.Lend(cmd.Commands())
		_, takes, _ := strings.Cut(cmd.Use, " ")
		wants := strings.HasPrefix(takes, "CLUSTER/SERVICE") || strings.HasPrefix(takes, "CLUSTER[/SERVICE]")
		if cmd.RunE == nil || cmd.Args == nil || !wants || strings.Contains(takes, ":PATH") {
			continue
		}
		p.lendTo(cmd)
	}
}

// lendTo has one command take a service that is not named.
func (p *Program) lendTo(cmd *cobra.Command) {
	fits, run := cmd.Args, cmd.RunE
	lent := ""
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		err := fits(cmd, args)
		before := len(args) // those before a --
		if dash := cmd.ArgsLenAtDash(); dash >= 0 {
			before = dash
		}
		if before > 0 && named(args[0]) {
			return err
		}
		t, ok, unread := ecspresso.Find(here, p.Getenv)
		if !ok {
			return err
		}
		target := t.Cluster + "/" + t.Service
		if unread == nil && fitting(fits, cmd, target, args) != nil {
			return err // with a service it would be no better
		}
		if unread != nil {
			if before > 0 {
				return err
			}
			return unread
		}
		lent = target
		said := "by " + t.File + " this is about " + target
		if t.Region != "" && p.Flags.Region == "" && p.Flags.Context == "" {
			p.Flags.Region = t.Region
			said += " in " + t.Region
		}
		fmt.Fprintln(p.Err, printing.Shown(said))
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if lent != "" {
			args = append([]string{lent}, args...)
		}
		return run(cmd, args)
	}
}

// fitting checks arguments with a target before them. What stands after a -- is not looked at.
func fitting(fits cobra.PositionalArgs, cmd *cobra.Command, target string, args []string) error {
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		if dash > 0 {
			return Usagef("expected: gantry %s", UsageOf(cmd))
		}
		return nil
	}
	return fits(cmd, append([]string{target}, args...))
}

// named reports whether an argument names a service, rather than being what comes after one:
// a variable, a count, a word.
func named(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return strings.Contains(name, "/")
}
