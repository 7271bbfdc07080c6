package cli

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
	"gantry/internal/app"
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
	fs.StringArrayVar(&f.override, "override", nil, "go on although this `check` failed, may be repeated: "+strings.Join(deploy.CheckNames(), ", "))
	outputFlag(cmd, &f.output, "text", "json")
	if deploys {
		fs.BoolVar(&f.rollback, "rollback", false, "go back to what ran before if it fails or times out (this process has to live)")
	}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if fs.Changed("wait") && f.wait && f.noWait {
			return usagef("--wait and --no-wait exclude each other")
		}
		return f.validate()
	}
}

func (f *changeFlags) follows() bool { return f.wait && !f.noWait }

func (f *changeFlags) validate() error {
	if f.timeout < 0 {
		return usagef("--timeout %s: expected a positive duration such as 10m", f.timeout)
	}
	if f.rollback && !f.follows() {
		return usagef("--rollback waits for the verdict: it cannot go with --no-wait")
	}
	for _, name := range f.override {
		if !slices.Contains(deploy.CheckNames(), name) {
			return usagef("--override %q: expected one of %s", name, strings.Join(deploy.CheckNames(), ", "))
		}
	}
	return outputs(f.output, "text", "json")
}

// change plans an intent for a service, asks, carries it out and follows it.
func (p *program) change(ctx context.Context, target string, intent deploy.Intent, f changeFlags) error {
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
		refused := blocked(plan, f.override)
		if f.dryRun {
			o := describe(plan)
			o.Outcome = "dry run"
			return errors.Join(refused, p.printOutcome(f, o))
		}
		if err := a.Gate.Allow(plan); err != nil {
			return err
		}
		if refused != nil {
			return refused
		}
		if err := f.ask(ctx, p.Streams, plan); err != nil {
			return err
		}
		return p.carry(ctx, a, plan, svc, f)
	})
}

// carry carries a plan out, goes back if that was asked for and prints the
// outcome.
func (p *program) carry(ctx context.Context, a *app.App, plan deploy.Plan, before awsx.Service, f changeFlags) error {
	o, verdict, err := p.carryOut(ctx, a, plan, before.Events, f)
	if err != nil {
		return err
	}
	code := codeOfVerdict(verdict)
	if f.rollback && verdict != nil && (verdict.Outcome == deploy.Failed || verdict.Outcome == deploy.TimedOut) {
		code = p.goBack(ctx, a, plan, before, f, &o)
	}
	err = p.printOutcome(f, o)
	if code == exitDone {
		return err
	}
	// Who reads the output at a terminal has just read the verdict there.
	return &exitError{code: code, told: p.Terminal && f.output == "text" && err == nil,
		err: fmt.Errorf("%s/%s: %s: %s", o.Cluster, o.Service, o.Outcome, o.Text)}
}

// blocked is the refusal of a plan with failed checks that nobody overrode.
func blocked(p deploy.Plan, override []string) error {
	failed := p.Blocking(override...)
	if len(failed) == 0 {
		return nil
	}
	var texts, names []string
	for _, c := range failed {
		texts = append(texts, c.Name+": "+c.Text)
		names = append(names, "--override "+c.Name)
	}
	return refuse("refused: %s (mend it, or give %s)", strings.Join(texts, "; "), strings.Join(names, " "))
}

// carryOut runs a plan through the runner and prints what happens. Events from
// before are not news.
func (p *program) carryOut(ctx context.Context, a *app.App, plan deploy.Plan, before []awsx.ServiceEvent, f changeFlags) (outcome, *deploy.Verdict, error) {
	progress := newProgressPrinter(p.Err, before)
	res, err := a.Carry(ctx, plan, app.CarryOptions{
		Follow: f.follows(), Timeout: f.timeout, Override: f.override,
		Step: progress.step, Progress: progress.progress,
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return outcome{}, nil, &exitError{code: exitInterrupt, err: fmt.Errorf(
			"interrupted: a call under way is finished, and what it started goes on in ECS (see gantry status %s/%s)",
			plan.Target.ClusterName(), plan.Target.Name())}
	case err != nil:
		return outcome{}, nil, err
	case res.AuditErr != nil:
		fmt.Fprintln(p.Err, "warning: the audit file is incomplete: "+shown(res.AuditErr.Error()))
	}
	o := describe(plan)
	o.ID, o.Deployment, o.Outcome = res.ID, res.Spec.Deployment, "started"
	if res.State.Registered != nil {
		o.Revision = awsx.ARNName(res.State.Registered.ARN)
	}
	if v := res.Verdict; v != nil {
		o.judge(*v)
	}
	return o, res.Verdict, nil
}

// goBack deploys what ran before a change that failed. It returns the exit code.
// The timeout that was asked for is the change's: the way back takes its own.
func (p *program) goBack(ctx context.Context, a *app.App, failed deploy.Plan, before awsx.Service, f changeFlags, o *outcome) int {
	to := wayBack(before)
	name := awsx.ARNName(to)
	fmt.Fprintln(p.Err, shown(o.Outcome+": "+o.Text))
	fmt.Fprintln(p.Err, "going back to "+shown(name))
	now, err := a.FindService(ctx, failed.Target.ClusterName(), failed.Target.Name())
	if err != nil {
		return p.stuck(o, name, err)
	}
	plan, err := a.Plan(ctx, failed.Target, deploy.UseRevision{Revision: to})
	if err != nil {
		return p.stuck(o, name, err)
	}
	f.timeout = 0
	back, verdict, err := p.carryOut(ctx, a, plan, now.Events, f)
	if err != nil {
		return p.stuck(o, name, err)
	}
	o.Rollback = &back
	switch {
	case verdict == nil:
		return exitFailed
	case verdict.Good():
		o.Text += "; went back to " + name
		return exitRolledBack
	}
	o.Text += "; going back to " + name + ": " + back.Outcome + ": " + back.Text
	if verdict.Outcome == deploy.TimedOut {
		return exitTimedOut
	}
	return exitFailed
}

// stuck tells that the way back could not be taken.
func (p *program) stuck(o *outcome, to string, err error) int {
	report(p.Err, fmt.Errorf("going back to %s: %w", to, err))
	o.Text += "; could not go back to " + to
	return exitFailed
}

// wayBack is the revision that a service ran before a change. When the change
// replaced a rollout that had not ended, that is the one before it.
func wayBack(before awsx.Service) string {
	rolling, ok := deploy.InProgress(before)
	if !ok {
		return before.TaskDefinition
	}
	for _, d := range before.Deployments {
		if d.ID != rolling.ID && d.Running > 0 {
			return d.TaskDefinition
		}
	}
	return before.TaskDefinition
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
