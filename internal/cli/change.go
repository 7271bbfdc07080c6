package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/clean"
)

// changeFlags are the flags that every change takes.
type changeFlags struct {
	consent
	dryRun   bool
	wait     bool
	noWait   bool
	rollback bool
	timeout  time.Duration
	override []string
	output   string
}

// add declares the flags on a command. Going back by itself is offered where a
// deployment of something new can fail.
func (f *changeFlags) add(cmd *cobra.Command, deploys bool) {
	fs := cmd.Flags()
	fs.BoolVar(&f.dryRun, "dry-run", false, "show the plan and change nothing")
	fs.BoolVarP(&f.yes, "yes", "y", false, "do not ask (graver changes at a terminal still want --confirm)")
	fs.StringVar(&f.confirm, "confirm", "", "answer the question for a `name` in advance")
	fs.BoolVar(&f.wait, "wait", true, "wait for the verdict")
	fs.BoolVar(&f.noWait, "no-wait", false, "do not wait for the verdict")
	fs.DurationVar(&f.timeout, "timeout", 0, "how long to wait for the verdict (default: derived from the service)")
	fs.StringArrayVar(&f.override, "override", nil, "go on although this `check` failed")
	fs.StringVarP(&f.output, "output", "o", "text", "text or json")
	cmd.MarkFlagsMutuallyExclusive("wait", "no-wait")
	if deploys {
		fs.BoolVar(&f.rollback, "rollback", false, "go back to the previous revision if it fails (needs this process to live)")
	}
}

func (f *changeFlags) validate() error {
	if f.timeout < 0 {
		return usagef("--timeout %s: expected a positive duration such as 10m", f.timeout)
	}
	if f.rollback && f.noWait {
		return usagef("--rollback waits for the verdict: it cannot go with --no-wait")
	}
	return outputs(f.output, "text", "json")
}

// outcome is the result of a change, as -o json prints it.
type outcome struct {
	ID           string   `json:"id,omitempty"`
	Action       string   `json:"action"`
	Cluster      string   `json:"cluster"`
	Service      string   `json:"service"`
	Before       string   `json:"before"`
	After        string   `json:"after"`
	Diff         string   `json:"diff,omitempty"`
	Checks       []check  `json:"checks,omitempty"`
	Calls        []string `json:"calls"`
	Revision     string   `json:"revision,omitempty"`
	Deployment   string   `json:"deployment,omitempty"`
	Outcome      string   `json:"outcome"` // dry run, started, or the verdict's
	Text         string   `json:"text,omitempty"`
	Details      []string `json:"details,omitempty"`
	RolledBackBy *outcome `json:"rollback,omitempty"`
}

type check struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Text   string `json:"text"`
}

func describe(p deploy.Plan) outcome {
	o := outcome{
		Action: p.Intent.Action(), Cluster: p.Target.ClusterName(), Service: p.Target.Name(),
		Before: p.Before, After: p.After, Diff: p.Diff, Calls: p.Commands(),
	}
	for _, c := range p.Checks {
		o.Checks = append(o.Checks, check{c.Name, string(c.Result), c.Text})
	}
	return o
}

// change plans an intent for a service, asks, carries it out and follows it.
func (p *program) change(ctx context.Context, target string, intent deploy.Intent, f changeFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	cluster, name, err := parseService(target)
	if err != nil {
		return err
	}
	return p.with(ctx, func(a *app.App) error {
		svc, err := a.FindService(ctx, cluster, name)
		if err != nil {
			return err
		}
		plan, err := a.Plan(ctx, svc.Ref, intent)
		if err != nil {
			return err
		}
		printPlan(p.Err, plan)
		if f.dryRun {
			o := describe(plan)
			o.Outcome = "dry run"
			return p.printOutcome(f, o)
		}
		if err := a.Gate.Allow(plan); err != nil {
			return err
		}
		if err := f.ask(ctx, p.Streams, plan); err != nil {
			return err
		}
		o, verdict, err := p.carryOut(ctx, a, plan, f)
		if err != nil {
			return err
		}
		code := codeOfVerdict(verdict)
		if code == exitFailed && f.rollback {
			code = p.goBack(ctx, a, plan, svc, f, &o)
		}
		if err := p.printOutcome(f, o); err != nil {
			return err
		}
		if code != exitDone {
			return &exitError{code, fmt.Errorf("%s/%s: %s", cluster, name, o.Text)}
		}
		return nil
	})
}

// carryOut runs a plan through the runner and prints what happens.
func (p *program) carryOut(ctx context.Context, a *app.App, plan deploy.Plan, f changeFlags) (outcome, *deploy.Verdict, error) {
	progress := newProgressPrinter(p.Err)
	res, err := a.Carry(ctx, plan, app.CarryOptions{
		Follow: !f.noWait, Timeout: f.timeout, Override: f.override,
		Step: progress.step, Progress: progress.progress,
	})
	if err != nil {
		return outcome{}, nil, err
	}
	if res.AuditErr != nil {
		fmt.Fprintln(p.Err, "warning: the audit file is incomplete: "+clean.Line(res.AuditErr.Error()))
	}
	o := describe(plan)
	o.ID, o.Deployment, o.Outcome = res.ID, res.State.Deployment, "started"
	if res.State.Registered != nil {
		o.Revision = awsx.ARNName(res.State.Registered.ARN)
	}
	if res.Verdict != nil {
		o.Outcome, o.Text, o.Details = string(res.Verdict.Outcome), res.Verdict.Text, res.Verdict.Details
	}
	return o, res.Verdict, nil
}

// goBack deploys what ran before a change that failed. It returns the exit code.
func (p *program) goBack(ctx context.Context, a *app.App, failed deploy.Plan, before awsx.Service, f changeFlags, o *outcome) int {
	fmt.Fprintln(p.Err, "\nrolling back to "+clean.Line(awsx.ARNName(before.TaskDefinition)))
	plan, err := a.Plan(ctx, failed.Target, deploy.UseRevision{Revision: before.TaskDefinition})
	if err != nil {
		report(p.Err, fmt.Errorf("rolling back: %w", err))
		return exitFailed
	}
	back, verdict, err := p.carryOut(ctx, a, plan, f)
	if err != nil {
		report(p.Err, fmt.Errorf("rolling back: %w", err))
		return exitFailed
	}
	o.RolledBackBy = &back
	if verdict != nil && verdict.Good() {
		o.Text += "; rolled back to " + awsx.ARNName(before.TaskDefinition)
		return exitRolledBack
	}
	o.Text += "; rolling back: " + back.Text
	return codeOfVerdict(verdict)
}

// codeOfVerdict is the exit code of a verdict; a change that was not followed
// was done as far as asked.
func codeOfVerdict(v *deploy.Verdict) int {
	switch {
	case v == nil || v.Good():
		return exitDone
	case v.Outcome == deploy.RolledBack:
		return exitRolledBack
	case v.Outcome == deploy.TimedOut:
		return exitTimedOut
	}
	return exitFailed
}

func (p *program) printOutcome(f changeFlags, o outcome) error {
	if f.output == "json" {
		return writeJSON(p.Out, o)
	}
	line := fmt.Sprintf("%s/%s: %s", o.Cluster, o.Service, o.Outcome)
	if o.Text != "" {
		line = fmt.Sprintf("%s/%s: %s: %s", o.Cluster, o.Service, o.Outcome, o.Text)
	}
	if o.Revision != "" {
		line += " (" + o.Revision + ")"
	}
	if _, err := fmt.Fprintln(p.Out, clean.Line(line)); err != nil {
		return err
	}
	for _, d := range o.Details {
		if _, err := fmt.Fprintln(p.Out, "  "+clean.Line(d)); err != nil {
			return err
		}
	}
	return nil
}

// printPlan prints what a plan would do: target, difference, checks, calls.
func printPlan(w io.Writer, p deploy.Plan) {
	where := "non-production"
	if p.Production {
		where = "PRODUCTION"
	}
	say := func(s string) { fmt.Fprintln(w, clean.Line(s)) }
	say(fmt.Sprintf("%s %s/%s in %s (%s)", p.Intent.Action(), p.Target.ClusterName(), p.Target.Name(), p.Target.Context, where))
	say("  " + p.Summary())
	if p.Leaves != "" {
		say("  " + p.Leaves)
	}
	for line := range strings.Lines(p.Diff) {
		say(strings.TrimSuffix(line, "\n"))
	}
	if len(p.Carried) > 0 {
		say("  carried unchanged, unknown to this version: " + strings.Join(p.Carried, ", "))
	}
	for _, c := range p.Checks {
		advice := ""
		if c.Advice && c.Result == deploy.Broken {
			advice = " (advice)"
		}
		say(fmt.Sprintf("  %-8s%s: %s%s", c.Result, c.Name, c.Text, advice))
	}
	for _, s := range p.Steps {
		say("  call    " + s.Describe().Text)
	}
}

// progressPrinter prints what is new since the progress before, so that a
// pipeline's log tells the story once. The verdict is the result's to tell.
type progressPrinter struct {
	w    io.Writer
	seen map[string]bool
}

func newProgressPrinter(w io.Writer) *progressPrinter { return &progressPrinter{w: w} }

func (p *progressPrinter) step(words string) { fmt.Fprintln(p.w, clean.Line("- "+words)) }

func (p *progressPrinter) progress(pr deploy.Progress) {
	pr.Verdict = nil
	now := map[string]bool{}
	for i, line := range pr.Lines() {
		key := line
		if cut := strings.LastIndex(line, "; "); i == 0 && cut > 0 {
			key = line[:cut] // the time that passes is no news
		}
		now[key] = true
		if !p.seen[key] {
			fmt.Fprintln(p.w, "  "+clean.Line(line))
		}
	}
	p.seen = now
}
