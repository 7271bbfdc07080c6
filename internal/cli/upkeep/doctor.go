package upkeep

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/config"
	"gantry/internal/inquiry/doctor"
	"gantry/internal/words"
)

var _ = commands.Add(program.doctorCommand)

func (p program) doctorCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "doctor [CLUSTER/SERVICE]",
		Short: "Tell what works and what does not: AWS, the log store, files, the terminal",
		Long: `Look at everything that gantry rests on and say of each part whether it is well and,
where it is not, what to do: credentials, permissions and clocks, the log store and what
it holds, the audit file, the configuration, the terminal. With a service, its log lines
too. Nothing is changed. The exit code is 1 when something failed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var cluster, service string
			if len(args) > 0 {
				var err error
				if cluster, service, err = command.ParseService(args[0]); err != nil {
					return err
				}
			}
			return p.doctor(cmd.Context(), cluster, service, output)
		},
	}
	command.OutputFlag(cmd, &output, "text", "json")
	return cmd
}

var _ = schema.Add("doctor", "gantry doctor", diagnosis{})

// diagnosis is what doctor -o json prints.
type diagnosis struct {
	Context  string        `json:"context"`
	Failed   int           `json:"failed"`
	Warnings int           `json:"warnings"`
	Checks   doctor.Report `json:"checks"`
}

func (p program) doctor(ctx context.Context, cluster, service, output string) error {
	facts := doctor.Facts{Now: time.Now(), Setup: doctor.Setup{Version: p.Version}}
	cfg, err := config.Load(p.Flags, p.Getenv, app.Judge)
	if err != nil {
		facts.Setup.FileErr = err
	} else {
		facts = app.Diagnose(ctx, cfg, p.Options(), cluster, service)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	facts.Terminal = app.ExamineTerminal(cfg, p.Flags.NoColor, p.Terminal, p.Getenv)
	report := doctor.Examine(facts)
	d := diagnosis{facts.Account.Context.String(), report.Count(doctor.Failed), report.Count(doctor.Warning), report}
	if output == "json" {
		for i := range d.Checks {
			c := &d.Checks[i]
			c.Text, c.Fix = clean.Redact(c.Text), clean.Redact(c.Fix)
		}
		err = printing.JSON(p.Out, d)
	} else {
		err = writeReport(p.Out, d)
	}
	if err == nil && d.Failed > 0 {
		err = &command.ExitError{Code: command.ExitFailed, Err: errors.New(words.Count(d.Failed, "check") + " failed"), Told: true}
	}
	return err
}

// writeReport prints the checks by their groups, each with what to do below it.
func writeReport(w io.Writer, d diagnosis) error {
	out := bufio.NewWriter(w)
	group := ""
	for _, c := range d.Checks {
		if c.Group != group {
			group = c.Group
			fmt.Fprintln(out, group)
		}
		fmt.Fprintf(out, "  %-8s %s: %s\n", c.Result, printing.Shown(c.Name), printing.Shown(c.Text))
		if c.Fix != "" {
			fmt.Fprintf(out, "  %-8s -> %s\n", "", printing.Shown(c.Fix))
		}
	}
	fmt.Fprintln(out, tally(d.Failed, d.Warnings))
	return out.Flush()
}

func tally(failed, warnings int) string {
	if failed == 0 && warnings == 0 {
		return "nothing is wrong"
	}
	return fmt.Sprintf("%d failed, %s", failed, words.Count(warnings, "warning"))
}
