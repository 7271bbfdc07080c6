package deploy

import (
	"context"
	"errors"
	"slices"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// execute takes the steps in order and stops at the first that fails.
func execute(ctx context.Context, o RunOptions, res *Result) error {
	writing, on := o.writing(ctx, res), o.on()
	for i, s := range o.Plan.Steps {
		if o.Report != nil {
			o.Report(i, s.Describe())
			on.Report = func(d step.Description) { o.Report(i, d) }
		}
		if err := on.Send(ctx, writing, s, i > 0, &res.State); err != nil {
			return partial(res.State, err)
		}
		res.State.Steps = i + 1
	}
	return nil
}

// writing is the context of calls that change, each of which is recorded.
func (o RunOptions) writing(ctx context.Context, res *Result) context.Context {
	return awsx.WithChange(ctx, &awsx.Change{ID: o.ID, Record: func(c awsx.Call) error {
		err := o.Audit.Call(o.ID, o.Plan, c)
		if err != nil && slices.Contains(o.Override, check.Audit) {
			res.unkept(err)
			err = nil
		}
		if err == nil {
			res.Sent++
		}
		return err
	}})
}

// on is what the steps of the plan are carried out on.
func (o RunOptions) on() step.On {
	return step.On{
		Account: o.Account, Ending: o.Ending, Patience: o.Patience,
		Op: o.Plan.Intent.Action(), Resource: o.Plan.Target.ARN,
		Moved: func(ctx context.Context) error {
			now, err := read.Again(ctx, o.Account, o.Plan.Target, o.Plan.Intent.reads(), o.Plan.Preconditions)
			switch {
			case fault.ClassOf(err) == fault.NotFound:
				return err
			case err != nil:
				return nil
			}
			return drift(ctx, o, now)
		},
		Refuse: func(fix, why string) error { return refusal(fault.Failed, o.Plan, fix, "%s", why) },
	}
}

// partial tells what a run that stopped half-way left behind.
func partial(st step.State, err error) error {
	if st.Registered == nil || st.Applied {
		return err
	}
	fix := "revision " + awsx.ARNName(st.Registered.ARN) + " was registered and is not in use: deploy it or deregister it"
	if fault.Unknown(err) {
		fix = "revision " + awsx.ARNName(st.Registered.ARN) + " was registered, and whether it is in use is not known: look at the service before you repeat this or deregister it"
	}
	e := fault.Of(err)
	if e == nil {
		return &fault.Error{Class: fault.Failed, Op: "deploy", Resource: st.Registered.ARN, Err: err, Fix: fix}
	}
	out := *e
	if out.Fix != "" {
		fix = out.Fix + "; " + fix
	}
	out.Fix = fix
	return &out
}

// failure says for the audit what became of a run that failed.
func failure(err error) string {
	switch {
	case fault.Unknown(err):
		return "unknown: " + fault.ClassOf(err).String()
	case errors.Is(err, step.ErrEnded):
		return "ended before the next call"
	}
	return "failed: " + fault.ClassOf(err).String()
}

// displaced says whose deployments a run took the place of.
func displaced(ctx context.Context, r awsx.TaskDefinitionReader, list []awsx.Deployment) []string {
	var lines []string
	for _, d := range list {
		line := "it took the place of " + d.ID + " of " + awsx.ARNName(d.TaskDefinition)
		if !d.CreatedAt.IsZero() {
			line += ", begun at " + d.CreatedAt.UTC().Format("15:04:05 UTC")
		}
		if by := registrant(ctx, r, d.TaskDefinition); by != "" {
			line += " (registered by " + by + ")"
		}
		lines = append(lines, line+": somebody else deployed a moment before")
	}
	return lines
}
