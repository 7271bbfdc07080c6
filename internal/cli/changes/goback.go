package changes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/fault"
)

// wayBackWords tells, before a change with --rollback begins, what going back
// depends on.
func wayBackWords(target command.Found) string {
	words := "note: --rollback is this process's doing: it has to live until the verdict"
	if b := target.Service.Breaker; b.Enabled && b.Rollback {
		return words + "; the circuit breaker goes back without it"
	}
	name := target.Ref.ClusterName() + "/" + target.Ref.Name()
	return words + ". The circuit breaker, which does not roll back here, needs nobody: gantry breaker " + name + " on"
}

// goBack returns the service to what ran before a change that failed. It returns
// the exit code. The timeout that was asked for is the change's: the way back
// takes its own. What only took longer than that, and does well as last seen, is left to go
// on.
func (p program) goBack(ctx context.Context, a *app.App, failed deploy.Plan, before command.Found, f changeFlags, r *ran) int {
	o := &r.outcome
	fmt.Fprintln(p.Err, "the change "+endedWords(r.verdict.Outcome)+"; whether to go back is looked at")
	now, err := a.FindService(ctx, failed.Target.ClusterName(), failed.Target.Name())
	if err != nil {
		return p.stuck(o, "what ran before", err)
	}
	if r.verdict.Outcome == follow.TimedOut {
		if why := r.wellNow(now); why != "" {
			o.Text += "; not gone back: " + why
			return command.ExitTimedOut
		}
	}
	plan, err := p.planBack(ctx, a, *before.Service)
	if err != nil {
		return p.stuck(o, "what ran before", err)
	}
	fmt.Fprintln(p.Err, "going back to "+printing.Shown(plan.After))
	f.timeout = 0
	back, err := p.carryOut(ctx, a, plan, now.Events, f)
	if err != nil {
		return p.stuck(o, plan.After, err)
	}
	o.Rollback = &back.outcome
	o.Text, _, _ = strings.Cut(o.Text, "; the deployment goes on in ECS") // which it did until now
	switch {
	case back.verdict == nil:
		return command.ExitFailed
	case back.verdict.Good():
		o.Text += "; went back to " + plan.After
		return command.ExitRolledBack
	}
	o.Text += "; going back to " + plan.After + ": " + back.outcome.Outcome + ": " + back.outcome.Text
	if back.verdict.Outcome == follow.TimedOut {
		return command.ExitTimedOut
	}
	return command.ExitFailed
}

// endedWords say how a change ended that is gone back from. What there is to say about it
// is the outcome's, which is printed once.
func endedWords(o follow.Outcome) string {
	if o == follow.TimedOut {
		return "has not ended in its time"
	}
	return string(o)
}

// wellNow says why a deployment that took longer than it was given is left to go on;
// empty when it is not. A service that is read now tells more than what the follow saw
// last, which may be long ago.
func (r ran) wellNow(now awsx.Service) string {
	spec := r.spec
	spec.Timeout = 0
	p := follow.NewFollower(spec).Observe(follow.Observation{At: time.Now(), Service: now})
	p.Stops, p.Groups = r.last.Stops, r.last.Groups
	switch {
	case p.Verdict != nil && p.Verdict.Good():
		return "it ended since, " + p.Verdict.Text
	case p.Well():
		return "every task runs, none failed and ECS is still at work"
	}
	return ""
}

// planBack plans the way back by the service's record. Where there is none, what
// was seen before the change is known still.
func (p program) planBack(ctx context.Context, a *app.App, before awsx.Service) (deploy.Plan, error) {
	plan, err := a.Changes.Plan(ctx, before.Ref, deploy.RollBack{})
	if fault.ClassOf(err) == fault.NotFound {
		plan, err = a.Changes.Plan(ctx, before.Ref, deploy.RollBack{To: ranBefore(before)})
	}
	if err == nil {
		p.printPlan(plan)
	}
	return plan, err
}

// stuck says that the way back could not be taken.
func (p program) stuck(o *outcome, to string, err error) int {
	command.Report(p.Err, &command.ExitError{Code: command.ExitFailed, Err: fmt.Errorf("going back to %s: %w", to, err)})
	o.Text += "; could not go back to " + to
	return command.ExitFailed
}

// ranBefore is the revision that a service ran before a change. When the change
// replaced a rollout that had not ended, that is the one before it.
func ranBefore(service awsx.Service) string {
	rolling, ok := service.InProgress()
	if !ok {
		return service.TaskDefinition
	}
	for _, d := range service.Deployments {
		if d.ID != rolling.ID && d.Running > 0 {
			return d.TaskDefinition
		}
	}
	return service.TaskDefinition
}
