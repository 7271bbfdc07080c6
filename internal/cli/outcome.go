package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"gantry/awsx/deploy"
	"gantry/internal/clean"
)

// outcome is the result of a change, as -o json prints it.
type outcome struct {
	ID         string   `json:"id,omitempty"` // the change's, as in the audit file
	Context    string   `json:"context"`
	Cluster    string   `json:"cluster"`
	Service    string   `json:"service"`
	Action     string   `json:"action"`
	Production bool     `json:"production"`
	Before     string   `json:"before"`
	After      string   `json:"after"`
	Diff       string   `json:"diff,omitempty"`
	Checks     []check  `json:"checks"`
	Calls      []string `json:"calls"`
	Revision   string   `json:"revision,omitempty"`
	Deployment string   `json:"deployment,omitempty"`
	Outcome    string   `json:"outcome"` // dry run, started, or the verdict's
	Text       string   `json:"text,omitempty"`
	Details    []string `json:"details,omitempty"`
	Rollback   *outcome `json:"rollback,omitempty"`
}

// check is one preflight check. Advice is true when it would not have stood in
// the way had it failed.
type check struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Text   string `json:"text"`
	Advice bool   `json:"advice,omitempty"`
}

func describe(p deploy.Plan) outcome {
	o := outcome{
		Context: p.Target.Context.String(), Cluster: p.Target.ClusterName(), Service: p.Target.Name(),
		Action: p.Intent.Action(), Production: p.Production,
		Before: p.Before, After: p.After, Diff: p.Diff, Checks: []check{}, Calls: p.Commands(),
	}
	for _, c := range p.Checks {
		o.Checks = append(o.Checks, check{c.Name, string(c.Result), c.Text, c.Advice})
	}
	return o
}

// judge takes a verdict over. Its words quote events and stop reasons.
func (o *outcome) judge(v deploy.Verdict) {
	o.Outcome, o.Text = string(v.Outcome), clean.Redact(v.Text)
	for _, d := range v.Details {
		o.Details = append(o.Details, clean.Redact(d))
	}
}

func (p *program) printOutcome(f changeFlags, o outcome) error {
	if f.output == "json" {
		return writeJSON(p.Out, o)
	}
	line := fmt.Sprintf("%s/%s: %s", o.Cluster, o.Service, o.Outcome)
	if o.Text != "" {
		line += ": " + o.Text
	}
	if o.Revision != "" && !strings.Contains(o.Text, o.Revision) {
		line += " (registered " + o.Revision + ")"
	}
	for i, text := range append([]string{line}, o.Details...) {
		indent := ""
		if i > 0 {
			indent = "  "
		}
		if _, err := fmt.Fprintln(p.Out, indent+shown(text)); err != nil {
			return err
		}
	}
	return nil
}

// worstLast puts the checks that matter where they are seen: a terminal shows the
// end of what is printed, and the question comes after it.
func worstLast(checks []deploy.Check) []deploy.Check {
	order := []deploy.CheckResult{deploy.OK, deploy.Skipped, deploy.Warning, deploy.Broken}
	sorted := slices.Clone(checks)
	slices.SortStableFunc(sorted, func(a, b deploy.Check) int {
		return cmp.Compare(slices.Index(order, a.Result), slices.Index(order, b.Result))
	})
	return sorted
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
		say("  " + strings.TrimSuffix(line, "\n"))
	}
	if len(p.Carried) > 0 {
		say("  carried unchanged, unknown to this version: " + strings.Join(p.Carried, ", "))
	}
	for _, c := range worstLast(p.Checks) {
		advice := ""
		if c.Advice && c.Result == deploy.Broken {
			advice = " (advice: it does not stand in the way)"
		}
		say(fmt.Sprintf("  %-8s %s: %s%s", c.Result, c.Name, c.Text, advice))
	}
	for _, s := range p.Steps {
		say("  call     " + s.Describe().Text)
	}
}
