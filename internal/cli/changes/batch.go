package changes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = schema.Add("change-batch", "a command that changes several targets, such as gantry restart", batchOutcome{})

// batchOutcome is the result of a change of several targets, as -o json prints it.
type batchOutcome struct {
	Action     string    `json:"action"`
	Production bool      `json:"production"`
	Tier       string    `json:"tier"`
	Confirm    string    `json:"confirm"`
	Outcome    string    `json:"outcome"` // dry run, done, or failed
	Targets    []outcome `json:"targets"`
}

// changeServices plans an intent for several services, asks once, and carries it
// out a few at a time.
func (p program) changeServices(ctx context.Context, targets []string, intent deploy.Intent, f changeFlags, keepGoing bool) error {
	if f.rollback {
		return command.Usagef("--rollback goes with one service")
	}
	finders := make([]command.Finder, len(targets))
	for i, target := range targets {
		var err error
		if finders[i], err = command.ServiceNamed(target); err != nil {
			return err
		}
	}
	return p.With(ctx, func(a *app.App) error {
		reading, cancel := f.reading(ctx)
		defer cancel()
		refs := make([]awsx.Ref, len(finders))
		for i, find := range finders {
			target, err := find(reading, a)
			if err != nil {
				return err
			}
			refs[i] = target.Ref
		}
		batch, err := a.PlanBatch(reading, refs, intent)
		if err != nil {
			return err
		}
		return p.performBatch(ctx, a, batch, f, keepGoing)
	})
}

func (p program) performBatch(ctx context.Context, a *app.App, batch deploy.Batch, f changeFlags, keepGoing bool) error {
	if f.dryRun { // which is there to be read
		for _, plan := range batch.Plans {
			p.printPlan(plan)
		}
	} else {
		for _, line := range batch.Lines() {
			fmt.Fprintln(p.Err, clean.Line(line))
		}
	}
	o := batchOutcome{Action: batch.Action, Production: batch.Production, Tier: batch.Tier.String(), Confirm: batch.Consent().Word, Outcome: outcomeDryRun}
	var refused []error
	for _, plan := range batch.Plans {
		target := describe(plan)
		target.Outcome = outcomeDryRun
		o.Targets = append(o.Targets, target)
		if err := blocked(plan, f.override); err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", target.name(), err))
		}
	}
	if f.dryRun {
		return printing.Beside(errors.Join(refused...), p.printBatch(f, o))
	}
	for _, plan := range batch.Plans {
		if err := a.Gate.Allow(plan); err != nil {
			return err
		}
	}
	if len(refused) > 0 {
		return errors.Join(refused...)
	}
	if err := f.Ask(ctx, p.Streams, batch.Consent(), carryItOut); err != nil {
		return err
	}
	return p.carryBatch(ctx, a, batch, f, keepGoing, o)
}

// carryBatch carries a batch out and prints the table of its verdicts.
func (p program) carryBatch(ctx context.Context, a *app.App, batch deploy.Batch, f changeFlags, keepGoing bool, o batchOutcome) error {
	progress := batchPrinter{w: p.Err, told: map[awsx.Ref]string{}}
	s, err := a.CarryBatch(ctx, batch, app.BatchOptions{
		Follow: f.follows(), Timeout: f.timeout, Override: f.override, KeepGoing: keepGoing, Progress: progress.progress,
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return interruptedBatch(s)
	case err != nil:
		return err
	}
	o.Outcome = outcomeDone
	codes, sent := map[int]bool{}, 0
	for i, row := range s.Rows() {
		job, target := s.Jobs[i], &o.Targets[i]
		p.warnOf(job.Result)
		sent += job.Result.Sent
		target.end(batch.Plans[i], job.Result)
		if job.Result.Verdict == nil && (job.Err != nil || !row.Good) {
			target.Outcome, target.Text = row.Word, clean.Redact(strings.TrimPrefix(row.Text, row.Word+": "))
		}
		if !row.Good {
			o.Outcome = string(follow.Failed)
			codes[codeOfJob(job)] = true
		}
	}
	if err := p.printBatch(f, o); err != nil || len(codes) == 0 {
		return err
	}
	whole := fmt.Errorf("%s: not every target ended well", batch.Action)
	code := codeOfRun(deploy.Result{Sent: sent}, &command.ExitError{Code: batchCode(codes), Err: whole})
	return &command.ExitError{Code: code, Err: whole, Told: p.Terminal && f.output == "text"}
}

// interruptedBatch is the error of a batch that was told to stop: what became of each
// target that was not done.
func interruptedBatch(s change.BatchStatus) error {
	lines := []string{"interrupted: what was started goes on in ECS"}
	for i, row := range s.Rows() {
		if s.Jobs[i].Err != nil {
			lines = append(lines, row.Target.ClusterName()+"/"+row.Target.Name()+": "+row.Word+": "+row.Text)
		}
	}
	return &command.ExitError{Code: command.ExitInterrupt, Err: errors.New(strings.Join(lines, "\n"))}
}

// codeOfJob is the exit code of one target that did not end well.
func codeOfJob(s change.Status) int {
	switch {
	case errors.Is(s.Err, change.ErrNotBegun):
		return command.ExitDone // for the one that kept it from beginning to say
	case s.Err != nil:
		return codeOfRun(s.Result, s.Err)
	}
	return codeOfVerdict(s.Result.Verdict)
}

// batchCode is the exit code that all targets agree on which ended badly; when
// they do not, the batch failed.
func batchCode(codes map[int]bool) int {
	delete(codes, command.ExitDone)
	if len(codes) == 1 {
		for code := range codes {
			return code
		}
	}
	return command.ExitFailed
}

func (p program) printBatch(f changeFlags, o batchOutcome) error {
	switch f.output {
	case "json":
		return printing.JSON(p.Out, o)
	case "markdown":
		var b strings.Builder
		fmt.Fprintf(&b, "## %s: %s\n", printing.Markdown(o.Action), o.Outcome)
		for i := range o.Targets {
			b.WriteString("\n")
			o.Targets[i].page(&b, "###")
		}
		_, err := io.WriteString(p.Out, b.String())
		return err
	}
	rows := make([][]string, len(o.Targets))
	for i, t := range o.Targets {
		rows[i] = []string{t.name(), t.Outcome, cmp.Or(clean.Redact(strings.Join(append([]string{t.Text}, t.Details...), "; ")), "-")}
		if t.Text == "" && len(t.Details) == 0 {
			rows[i][2] = t.Before + " -> " + t.After
		}
	}
	return printing.Table(p.Out, []string{"TARGET", "OUTCOME", "WHAT"}, rows)
}

// batchPrinter prints what is new about the targets of a batch.
type batchPrinter struct {
	w    io.Writer
	told map[awsx.Ref]string
}

func (b batchPrinter) progress(s change.BatchStatus) {
	for _, row := range s.Rows() {
		line := row.Word
		if row.Text != "" {
			line += ": " + row.Text
		}
		if row.Word != string(change.Waiting) && b.told[row.Target] != line {
			b.told[row.Target] = line
			fmt.Fprintln(b.w, "- "+printing.Shown(row.Target.ClusterName()+"/"+row.Target.Name()+" "+line))
		}
	}
}
