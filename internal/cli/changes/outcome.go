package changes

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/shell"
	"gantry/awsx/diagnose"
	"gantry/internal/clean"
	"gantry/internal/cli/pipeline"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = schema.Add("change", "each command that changes something, such as gantry deploy", outcome{})

// outcome is the result of a change, as -o json prints it.
type outcome struct {
	ID         string    `json:"id,omitempty"` // the change's, as in the audit file
	Context    string    `json:"context"`
	Cluster    string    `json:"cluster"`
	Service    string    `json:"service,omitempty"` // when the target is one
	Target     string    `json:"target"`
	Action     string    `json:"action"`
	Production bool      `json:"production"`
	JudgedBy   string    `json:"judgedBy"` // what decided about production
	Tier       string    `json:"tier"`
	Confirm    string    `json:"confirm"` // what --confirm takes
	Before     string    `json:"before"`
	After      string    `json:"after"`
	Leaves     string    `json:"leaves"`
	Diff       string    `json:"diff,omitempty"`
	Checks     []checked `json:"checks"`
	Calls      []string  `json:"calls"`
	Revision   string    `json:"revision,omitempty"`
	Deployment string    `json:"deployment,omitempty"`
	Tasks      []taskEnd `json:"tasks,omitempty"`
	Pruned     []string  `json:"pruned,omitempty"`
	Outcome    string    `json:"outcome"`
	Text       string    `json:"text,omitempty"`
	Details    []string  `json:"details,omitempty"`
	// Findings are what is wrong with the service where the change did not end well.
	Findings []printing.Trouble `json:"findings,omitempty"`
	told     []string           // the findings, for a terminal
	troubles []diagnose.Trouble // the same, for a page
	// LastLines are what the failing container wrote last.
	LastLines *lastWords `json:"lastLines,omitempty"`
	Rollback  *outcome   `json:"rollback,omitempty"`
}

// The outcomes besides those of verdicts.
const (
	outcomeDryRun  = "dry run"
	outcomeStarted = "started" // and not waited for
	outcomeDone    = "done"    // there is nothing to wait for
	// On a page; other forms have the error alone.
	outcomeRefused     = "refused"
	outcomeInterrupted = "interrupted" // what was done by then is in the text
)

// check is one preflight check. Advice is true when it would not have stood in
// the way had it failed.
type checked struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Text   string `json:"text"`
	Advice bool   `json:"advice,omitempty"`
}

func describe(p deploy.Plan) outcome {
	o := outcome{
		Context: p.Target.Context.String(), Cluster: p.Target.ClusterName(), Target: p.Target.Name(),
		Action: p.Intent.Action(), Production: p.Production, JudgedBy: p.JudgedBy, Tier: p.Tier.String(), Confirm: p.Consent().Word,
		Before: p.Before, After: p.After, Leaves: p.Leaves, Diff: p.Diff, Checks: []checked{}, Calls: p.Commands(),
	}
	if _, _, resource, ok := awsx.ARNParts(p.Target.ARN); ok && strings.HasPrefix(resource, "service/") {
		o.Service = o.Target
	}
	for _, c := range p.Checks {
		o.Checks = append(o.Checks, checked{c.Name, string(c.Result), c.Text, c.Advice})
	}
	return o
}

// name is how a result names its target.
func (o *outcome) name() string { return strings.TrimPrefix(o.Cluster+"/"+o.Target, "/") }

// end takes over what a plan came to.
func (o *outcome) end(p deploy.Plan, res deploy.Result) {
	o.ID, o.Deployment, o.Outcome = res.ID, res.Spec.Deployment, outcomeStarted
	if !p.Follows() {
		o.Outcome = outcomeDone
	}
	if res.State.Registered != nil {
		o.Revision = awsx.ARNName(res.State.Registered.ARN)
	}
	if res.Pruned != nil {
		o.Pruned = res.Pruned.Ended
	}
	if v := res.Verdict; v != nil {
		o.judge(*v) // which has what the run came upon
	} else {
		o.Details = res.Beside
	}
}

// judge takes a verdict over. Its words quote events and stop reasons.
func (o *outcome) judge(v follow.Verdict) {
	o.Outcome, o.Text = string(v.Outcome), clean.Redact(v.Text)
	for _, d := range v.Details {
		o.Details = append(o.Details, clean.Redact(d))
	}
}

func (p program) printOutcome(f changeFlags, o outcome) error {
	switch f.output {
	case "json":
		return printing.JSON(p.Out, o)
	case "markdown":
		var b strings.Builder
		o.page(&b, "##")
		_, err := io.WriteString(p.Out, b.String())
		return err
	}
	line := o.name() + ": " + o.Outcome
	if o.Text != "" {
		line += ": " + o.Text
	}
	if o.Revision != "" && !strings.Contains(o.Text, o.Revision) {
		line += " (registered " + o.Revision + ")"
	}
	lines := append(append([]string{line}, o.Details...), o.told...)
	for _, t := range o.Tasks {
		lines = append(lines, t.String())
	}
	if len(o.Pruned) > 0 {
		lines = append(lines, "ended older revisions: "+strings.Join(o.Pruned, ", "))
	}
	for i, text := range lines {
		indent := ""
		if i > 0 {
			indent = "  "
		}
		if _, err := fmt.Fprintln(p.Out, indent+printing.Shown(text)); err != nil {
			return err
		}
	}
	return nil
}

// worstLast puts the checks that matter where they are seen: a terminal shows the
// end of what is printed, and the question comes after it.
func worstLast(checks []check.Finding) []check.Finding {
	order := []check.Result{check.OK, check.Skipped, check.Warning, check.Broken}
	sorted := slices.Clone(checks)
	slices.SortStableFunc(sorted, func(a, b check.Finding) int {
		return cmp.Compare(slices.Index(order, a.Result), slices.Index(order, b.Result))
	})
	return sorted
}

// printPlan prints what a plan would do: target, difference, checks, calls.
func (p program) printPlan(plan deploy.Plan) {
	where := "non-production"
	if plan.Production {
		where = "PRODUCTION"
		if plan.Called != policy.DefaultWord {
			where += ", " + plan.Called
		}
	}
	say := func(s string) { fmt.Fprintln(p.Err, clean.Line(s)) }
	name := strings.TrimPrefix(plan.Target.ClusterName()+"/"+plan.Target.Name(), "/")
	title := fmt.Sprintf("%s %s in %s (%s): %s", plan.Intent.Action(), name, plan.Target.Context, where, plan.JudgedBy)
	say(title)
	begin, end := p.Host.Fold("plan", "plan: "+clean.Line(plan.Intent.Action()+" "+name), time.Now())
	pipeline.Tell(p.Err, begin)
	defer pipeline.Tell(p.Err, end)
	say("  " + plan.Summary())
	if plan.Leaves != "" {
		say("  " + plan.Leaves)
	}
	for line := range strings.Lines(plan.Diff) {
		say("  " + strings.TrimSuffix(line, "\n"))
	}
	if len(plan.Carried) > 0 {
		say("  carried unchanged, unknown to this version: " + strings.Join(plan.Carried, ", "))
	}
	for _, c := range worstLast(plan.Checks) {
		advice := ""
		if c.Advice && c.Result == check.Broken {
			advice = " (advice: it does not stand in the way)"
		}
		say(fmt.Sprintf("  %-8s %s: %s%s", c.Result, c.Name, c.Text, advice))
	}
	for _, s := range plan.Steps {
		say("  call     " + s.Describe().Text)
	}
	if plan.Identity.ARN != "" {
		say("  as       " + plan.Identity.String())
	}
	if want := plan.Consent(); want.Typed() {
		say(fmt.Sprintf("  answer   --confirm %s (%s)", shell.Quote(want.Word), want))
	}
}
