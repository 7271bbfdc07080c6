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
	"gantry/awsx/change"
	"gantry/awsx/deploy/follow"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/fault"
	"gantry/internal/words"
)

var _ = commands.Add(program.waitCommand)

// waitFlags are what wait is told.
type waitFlags struct {
	stage   string
	timeout time.Duration
	output  string
}

func (p program) waitCommand() *cobra.Command {
	var f waitFlags
	cmd := &cobra.Command{
		Use:   "wait CLUSTER/SERVICE",
		Short: "Wait until the deployment in progress has come to a stage, or has ended",
		Long: `Wait until the deployment of a service that is in progress, whoever started it, has
ended, or with --stage until it has come so far. Where none is in progress, the last one
on record decides: a stage is reached by one that came by it and completed. Nothing is
changed.

Stages of every deployment are rolling, draining, paused and ended; those of one that
shifts traffic are ` + strings.Join(follow.LifecycleNames(), ", ") + `.`,
		Example: `  gantry wait prod/api
  gantry wait prod/api --stage bake-time --timeout 20m`,
		Args: command.Arguments(1),
		PreRunE: func(*cobra.Command, []string) error {
			if f.stage = follow.StageName(f.stage); !slices.Contains(follow.Stages(), f.stage) {
				return command.Usagef("--stage %q: expected one of %s", f.stage, strings.Join(follow.Stages(), ", "))
			}
			return positive(f.timeout)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			find, err := command.ServiceNamed(args[0])
			if err != nil {
				return err
			}
			return p.With(cmd.Context(), func(a *app.App) error { return p.await(cmd.Context(), a, find, f) })
		},
	}
	cmd.Flags().StringVar(&f.stage, "stage", follow.StageEnded, "the `stage` to wait for")
	_ = cmd.RegisterFlagCompletionFunc("stage", cobra.FixedCompletions(follow.Stages(), cobra.ShellCompDirectiveNoFileComp)) // fails when declared twice
	command.DurationVar(cmd, &f.timeout, "timeout", 0, "how long to wait (default: derived from the service)")
	command.OutputFlag(cmd, &f.output, "text", "json")
	return cmd
}

var _ = schema.Add("wait", "gantry wait", waited{})

// waited is what wait -o json prints.
type waited struct {
	Context    string `json:"context"`
	Cluster    string `json:"cluster"`
	Service    string `json:"service"`
	Stage      string `json:"stage"` // that was waited for
	InProgress bool   `json:"inProgress"`
	Deployment string `json:"deployment,omitempty"`
	// Outcome is reached while the deployment goes on, else that of a verdict.
	Outcome string   `json:"outcome"`
	Text    string   `json:"text"`
	Details []string `json:"details"`
}

// outcomeReached is the end of a wait while the deployment goes on.
const outcomeReached = "reached"

// await waits for a deployment and ends with the code of what became of it.
func (p program) await(ctx context.Context, a *app.App, find command.Finder, f waitFlags) error {
	reading, cancel := (&changeFlags{timeout: f.timeout}).reading(ctx)
	defer cancel()
	target, err := find(reading, a)
	if err != nil {
		return err
	}
	if c := target.Service.Controller; c != "" && c != "ECS" {
		return fault.Errorf(fault.Invalid, "wait", target.Ref.ARN, "the deployment controller %s owns the deployments of this service: wait for it there", c)
	}
	spec, history, err := a.Changes.InProgress(reading, target.Ref)
	if err != nil {
		return err
	}
	w := waited{Context: target.Ref.Context.String(), Cluster: target.Ref.ClusterName(), Service: target.Ref.Name(), Stage: f.stage, Details: []string{}}
	var verdict follow.Verdict
	if spec == nil {
		if verdict = lastVerdict(*target.Service, history); verdict.Good() && f.stage != follow.StageEnded {
			if err := cameBy(f.stage, target.Ref, history); err != nil {
				return err
			}
			verdict.Text = "no deployment is in progress, and the last one completed, past " + f.stage + ": " + running(*target.Service)
		}
	} else {
		w.InProgress, w.Deployment = true, spec.Deployment
		if f.timeout > 0 {
			spec.Timeout = time.Since(spec.Started).Round(time.Second) + f.timeout
		}
		source, leave := change.StoreSource(a.Store)(*spec)
		defer leave()
		last, err := p.follows(ctx, source, *spec, f.stage, target.Events())
		if err != nil {
			return err
		}
		if last.Verdict == nil {
			w.Outcome, w.Text = outcomeReached, fmt.Sprintf("%s has come to %s", awsx.ARNName(spec.TaskDefinition), f.stage)
			return p.printWaited(w, f.output)
		}
		verdict = *last.Verdict
	}
	w.Outcome, w.Text = string(verdict.Outcome), clean.Redact(verdict.Text)
	for _, d := range verdict.Details {
		w.Details = append(w.Details, clean.Redact(d))
	}
	err = p.printWaited(w, f.output)
	if code := codeOfVerdict(&verdict); code != command.ExitDone {
		return &command.ExitError{Code: code, Told: f.output == "text" && err == nil, Err: fmt.Errorf("%s/%s: %s: %s", w.Cluster, w.Service, w.Outcome, w.Text)}
	}
	return err
}

// errReached ends a follow that has come to its stage.
var errReached = errors.New("the stage is reached")

// follows follows a deployment until it has ended or come to a stage, and returns the last
// that was seen of it: without a verdict it goes on.
func (p program) follows(ctx context.Context, source follow.Source, spec follow.Spec, stage string, before []awsx.ServiceEvent) (last follow.Progress, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	progress := printing.NewProgress(p.Err, before)
	_, err = follow.Watch(ctx, source, spec, func(pr follow.Progress) {
		last = pr
		progress.Print(pr)
		switch {
		case pr.Verdict != nil:
		case pr.Lacks(stage):
			stop(command.Usagef("the deployment of %s shifts no traffic: it never comes to %s", awsx.ARNName(spec.Service.ARN), stage))
		case pr.Reached(stage):
			stop(errReached)
		}
	})
	if why := context.Cause(ctx); err != nil && why != nil {
		err = why
	}
	if errors.Is(err, errReached) {
		err = nil
	}
	return last, err
}

// lastVerdict is how the last deployment of a service ended, none being in progress: by its
// record, and where there is none by what the service says of it.
func lastVerdict(svc awsx.Service, history []awsx.ServiceDeployment) follow.Verdict {
	runs := running(svc)
	if d, ok := latest(history); ok {
		switch d.Status {
		case "ROLLBACK_SUCCESSFUL":
			return follow.Verdict{Outcome: follow.RolledBack, Text: "the last deployment was rolled back: " + runs, Details: detailed(d.Why())}
		case "ROLLBACK_FAILED":
			return follow.Verdict{Outcome: follow.Failed, Text: "the last deployment failed, and so did the roll back", Details: detailed(d.Why())}
		case "STOPPED":
			return follow.Verdict{Outcome: follow.Stopped, Text: "the last deployment was stopped: " + runs, Details: detailed(d.Why())}
		}
	}
	primary, ok := svc.Primary()
	switch {
	case !ok || primary.RolloutState == "FAILED":
		return follow.Verdict{Outcome: follow.Failed, Text: "the last deployment did not complete", Details: detailed(primary.RolloutReason)}
	case primary.RolloutState == "" && svc.Running < svc.Desired:
		return follow.Verdict{Outcome: follow.Failed, Text: fmt.Sprintf("no deployment is in progress, and %d of %s run", svc.Running, words.Count(svc.Desired, "task"))}
	}
	return follow.Verdict{Outcome: follow.Succeeded, Text: "no deployment is in progress: " + runs}
}

// cameBy says why the last deployment, which completed, is not known to have come by a stage;
// nil where it came by it.
func cameBy(stage string, service awsx.Ref, history []awsx.ServiceDeployment) error {
	d, _ := latest(history)
	p := follow.Progress{Record: d.ARN, Strategy: d.Strategy, Stage: d.Stage}
	switch {
	case p.Lacks(stage):
		return command.Usagef("no deployment of %s is in progress, and the last one shifted no traffic: it never came to %s", service.Name(), stage)
	case slices.Contains(follow.LifecycleNames(), stage) && !d.Ended() && !p.Reached(stage):
		return fault.Errorf(fault.Failed, "wait", service.ARN, "no deployment is in progress, and no record says how the last one ended: whether it came to %s is not known", stage)
	}
	return nil
}

// latest is the deployment that began last.
func latest(history []awsx.ServiceDeployment) (d awsx.ServiceDeployment, ok bool) {
	if len(history) == 0 {
		return d, false
	}
	return slices.MaxFunc(history, func(x, y awsx.ServiceDeployment) int { return x.CreatedAt.Compare(y.CreatedAt) }), true
}

func running(svc awsx.Service) string { return svc.Name + " runs " + awsx.ARNName(svc.TaskDefinition) }

// detailed is a text as details, none for an empty one.
func detailed(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func (p program) printWaited(w waited, output string) error {
	if output == "json" {
		return printing.JSON(p.Out, w)
	}
	if _, err := fmt.Fprintln(p.Out, printing.Shown(w.Cluster+"/"+w.Service+": "+w.Outcome+": "+w.Text)); err != nil {
		return err
	}
	for _, d := range w.Details {
		if _, err := fmt.Fprintln(p.Out, "  "+printing.Shown(d)); err != nil {
			return err
		}
	}
	return nil
}
