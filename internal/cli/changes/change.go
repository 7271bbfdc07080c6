package changes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/pipeline"
	"gantry/internal/cli/printing"
	"gantry/internal/fault"
)

// carryItOut is what somebody is asked whether to do with a change.
const carryItOut = "carry it out"

// changeFlags are the flags that every change takes.
type changeFlags struct {
	command.Answer
	dryRun   bool
	wait     bool
	noWait   bool
	rollback bool
	timeout  time.Duration
	override []string
	output   string
	// before is waited for between target and plan; nil for nothing.
	before func(ctx context.Context, a *app.App, target command.Found) error
}

// add declares the flags on a command. Going back by itself is offered where a
// deployment of something new can fail.
func (f *changeFlags) add(cmd *cobra.Command, deploys bool) {
	fs := cmd.Flags()
	fs.BoolVar(&f.dryRun, "dry-run", false, "show the plan and change nothing")
	f.Answer.Add(cmd)
	fs.BoolVar(&f.wait, "wait", true, "wait for the verdict")
	fs.BoolVar(&f.noWait, "no-wait", false, "do not wait for the verdict")
	command.DurationVar(cmd, &f.timeout, "timeout", 0, "how long to wait for the verdict (default: derived from the service)")
	fs.StringArrayVar(&f.override, "override", nil, "go on although this `check` failed, may be repeated: "+strings.Join(check.Names(), ", "))
	if deploys {
		fs.BoolVar(&f.rollback, "rollback", false, "go back to what ran before if it fails or times out (this process has to live)")
	}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if fs.Changed("wait") && f.wait && f.noWait {
			return command.Usagef("--wait and --no-wait exclude each other")
		}
		return f.validate()
	}
	command.OutputFlag(cmd, &f.output, "text", "json", "markdown")
}

func (f *changeFlags) follows() bool { return f.wait && !f.noWait }

// leastReading is the shortest time that is read for before a change, whatever --timeout says.
const leastReading = 15 * time.Second

// reading bounds what is read before a change by --timeout as well: who waits for so long
// for the verdict does not wait longer for an account that says nothing.
func (f *changeFlags) reading(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, max(f.timeout, leastReading))
}

// positive refuses a --timeout that is less than none.
func positive(timeout time.Duration) error {
	if timeout < 0 {
		return command.Usagef("--timeout %s: expected a positive duration such as 10m", timeout)
	}
	return nil
}

func (f *changeFlags) validate() error {
	if err := positive(f.timeout); err != nil {
		return err
	}
	if f.rollback && !f.follows() {
		return command.Usagef("--rollback waits for the verdict: it cannot go with --no-wait")
	}
	for _, name := range f.override {
		if !slices.Contains(check.Names(), name) {
			return command.Usagef("--override %q: expected one of %s", name, strings.Join(check.Names(), ", "))
		}
	}
	return nil
}

// changeService plans an intent for CLUSTER/SERVICE, asks, carries it out and
// follows it.
func (p program) changeService(ctx context.Context, target string, intent deploy.Intent, f changeFlags) error {
	find, err := command.ServiceNamed(target)
	if err != nil {
		return err
	}
	return p.change(ctx, find, intent, f)
}

// change does the same for any target.
func (p program) change(ctx context.Context, find command.Finder, intent deploy.Intent, f changeFlags) error {
	return p.With(ctx, func(a *app.App) error {
		reading, cancel := f.reading(ctx)
		defer cancel()
		target, err := find(reading, a)
		if err != nil {
			return err
		}
		if f.before != nil {
			if err := f.before(ctx, a, target); err != nil {
				return err
			}
			reading, cancel = f.reading(ctx)
			defer cancel()
		}
		plan, err := a.Changes.Plan(reading, target.Ref, intent)
		if err != nil {
			return err
		}
		_, err = p.perform(ctx, a, plan, target, f)
		return err
	})
}

// perform shows a plan, asks, carries it out and follows it. Begun says whether
// calls were made, whatever came of them. A page has the plan also where it was refused.
func (p program) perform(ctx context.Context, a *app.App, plan deploy.Plan, target command.Found, f changeFlags) (begun bool, err error) {
	begun, err = p.decide(ctx, a, plan, target, f)
	if err != nil && f.output == "markdown" && !p.Begun() {
		o := describe(plan)
		o.Outcome, o.Text = string(follow.Failed), err.Error()
		switch command.CodeOf(err) {
		case command.ExitRefused:
			o.Outcome = outcomeRefused
		case command.ExitInterrupt:
			o.Outcome = outcomeInterrupted
		}
		err = printing.Beside(err, p.printOutcome(f, o))
	}
	return begun, err
}

func (p program) decide(ctx context.Context, a *app.App, plan deploy.Plan, target command.Found, f changeFlags) (begun bool, err error) {
	p.printPlan(plan)
	refused := blocked(plan, f.override)
	if f.dryRun {
		o := describe(plan)
		o.Outcome = outcomeDryRun
		return false, printing.Beside(refused, p.printOutcome(f, o))
	}
	if err := a.Gate.Allow(plan); err != nil {
		return false, err
	}
	if refused != nil {
		return false, refused
	}
	if f.rollback {
		fmt.Fprintln(p.Err, printing.Shown(wayBackWords(target)))
	}
	if err := f.Ask(ctx, p.Streams, plan.Consent(), carryItOut); err != nil {
		return false, err
	}
	return true, p.carry(ctx, a, plan, target, f)
}

// carry carries a plan out, goes back if that was asked for and prints the
// outcome.
func (p program) carry(ctx context.Context, a *app.App, plan deploy.Plan, before command.Found, f changeFlags) error {
	r, err := p.carryOut(ctx, a, plan, before.Events(), f)
	if err != nil {
		return err
	}
	p.lastLines(ctx, a, plan, &r)
	p.findings(ctx, a, plan, &r)
	code := codeOfVerdict(r.verdict)
	if f.rollback && r.failed() {
		code = p.goBack(ctx, a, plan, before, f, &r)
	}
	err = p.printOutcome(f, r.outcome)
	if code == command.ExitDone {
		if r.verdict != nil && r.verdict.Outcome == follow.SucceededBut {
			pipeline.Tell(p.Err, p.Host.Annotation(pipeline.Warning, "gantry "+r.outcome.Action, printing.Shown(r.outcome.name()+": "+r.outcome.Text)))
		}
		return err
	}
	// Who reads the output has just read the verdict there.
	return &command.ExitError{Code: code, Told: f.output == "text" && err == nil,
		Err: fmt.Errorf("%s: %s: %s", r.outcome.name(), r.outcome.Outcome, r.outcome.Text)}
}

// blocked is the refusal of a plan that a rule denies, or with failed checks that
// nobody overrode.
func blocked(p deploy.Plan, override []string) error {
	if p.Denied != "" {
		return command.Refuse("refused: a rule of the configuration denies %s here: %s", p.Intent.Action(), p.Denied)
	}
	failed := p.Blocking(override...)
	if len(failed) == 0 {
		return nil
	}
	var texts, names []string
	for _, c := range failed {
		texts = append(texts, c.Name+": "+c.Text)
		names = append(names, "--override "+c.Name)
	}
	return command.Refuse("refused: %s (%s)", strings.Join(texts, "; "), failed[0].Remedy("give "+strings.Join(names, " ")))
}

// ran is what came of carrying a plan out.
type ran struct {
	outcome outcome
	verdict *follow.Verdict
	spec    follow.Spec // of its follow
	last    follow.Progress
	tasks   []awsx.Ref // that the change started
}

// failed reports whether the way back is due.
func (r ran) failed() bool {
	return r.verdict != nil && (r.verdict.Outcome == follow.Failed || r.verdict.Outcome == follow.TimedOut)
}

// carryOut runs a plan through the runner and prints what happens. Events from
// before are not news.
func (p program) carryOut(ctx context.Context, a *app.App, plan deploy.Plan, before []awsx.ServiceEvent, f changeFlags) (ran, error) {
	progress := printing.NewProgress(p.Err, before)
	var r ran
	res, err := a.Carry(ctx, plan, app.CarryOptions{
		Follow: f.follows(), Timeout: f.timeout, Override: f.override,
		Step: progress.Step, Progress: func(pr follow.Progress) {
			progress.Print(pr)
			r.last = pr
		},
	})
	p.warnOf(res)
	switch {
	case err != nil && ctx.Err() != nil:
		return r, interrupted(plan, res, err)
	case err != nil:
		for _, line := range res.Beside {
			fmt.Fprintln(p.Err, "warning: "+printing.Shown(line))
		}
		return r, &command.ExitError{Code: codeOfRun(res, err), Err: err}
	}
	r.outcome, r.verdict, r.spec = describe(plan), res.Verdict, res.Spec
	r.outcome.end(plan, res)
	for _, t := range res.State.Tasks {
		r.tasks = append(r.tasks, t.Ref)
	}
	if len(r.tasks) > 0 {
		r.outcome.Tasks = p.taskEnds(ctx, a, r.tasks)
	}
	return r, nil
}

// warnOf says what does not change the outcome of a change.
func (p program) warnOf(res deploy.Result) {
	if res.AuditErr != nil {
		fmt.Fprintln(p.Err, "warning: the audit file is incomplete: "+printing.Shown(res.AuditErr.Error()))
	}
	if res.Pruned != nil && res.Pruned.Err != nil {
		fmt.Fprintln(p.Err, "warning: older revisions were not ended: "+printing.Shown(res.Pruned.Err.Error()))
	}
}

// interrupted is the error of a change that was told to stop: what was done of it, and
// what was not.
func interrupted(plan deploy.Plan, res deploy.Result, err error) error {
	did := "what was started goes on in ECS"
	switch e := fault.Of(err); {
	case e != nil:
		did = e.Error()
	case res.Sent == 0:
		did = "nothing was sent"
	}
	if o := describe(plan); o.Service != "" {
		did += " (see gantry status " + o.name() + ")"
	}
	return &command.ExitError{Code: command.ExitInterrupt, Err: errors.New("interrupted: " + did)}
}

// codeOfVerdict is the exit code of a verdict; a change that was not followed
// was done as far as asked.
func codeOfVerdict(v *follow.Verdict) int {
	switch {
	case v == nil || v.Good():
		return command.ExitDone
	case v.Outcome == follow.RolledBack:
		return command.ExitRolledBack
	case v.Outcome == follow.TimedOut:
		return command.ExitTimedOut
	}
	return command.ExitFailed
}

// codeOfRun chooses the exit code of a change that ended in an error. Once a call was
// made, nothing is bad input or refused any more: the account may be another.
func codeOfRun(res deploy.Result, err error) int {
	code := command.CodeOf(err)
	if res.Sent > 0 && (code == command.ExitUsage || code == command.ExitRefused) {
		return command.ExitFailed
	}
	return code
}
