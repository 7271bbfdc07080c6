package reports

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/inquiry"
)

var _ = commands.Add(program.targetsCommand)

func (p program) targetsCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "targets CLUSTER/SERVICE",
		Short: "Show the targets of a service, why they do not serve, and what to check",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.WithService(cmd.Context(), args[0], func(a *app.App, target command.Found) error {
				return p.targets(cmd.Context(), a, target, output)
			})
		},
	}
	command.OutputFlag(cmd, &output, "table", "json")
	return cmd
}

// targetGroup is a group of a service in targets -o json.
type targetGroup struct {
	Name      string      `json:"name"`
	ARN       string      `json:"arn"`
	Read      bool        `json:"read"`
	Healthy   int         `json:"healthy"`
	Targets   int         `json:"targets"`
	FailsOpen bool        `json:"failsOpen"`
	Stands    string      `json:"stands"`
	Check     string      `json:"check,omitempty"`
	List      []oneTarget `json:"list"`
}

type oneTarget struct {
	Task   string `json:"task,omitempty"` // id
	Whose  string `json:"whose,omitempty"`
	Target string `json:"target,omitempty"`
	Inside string `json:"address,omitempty"` // where the target is an instance's id
	State  string `json:"state"`
	Why    string `json:"why,omitempty"`
	Next   string `json:"next,omitempty"`
}

// targetsDocument is what targets -o json prints.
type targetsDocument struct {
	ofService
	Groups []targetGroup `json:"groups"`
	completeness
}

var _ = schema.Add("targets", "gantry targets", targetsDocument{})

func (p program) targets(ctx context.Context, a *app.App, target command.Found, output string) error {
	found, err := a.Inspect(ctx, target.Ref)
	if err != nil {
		return err
	}
	p.Partial(found.Partial)
	groups := targetGroups(a, found)
	if output == "json" {
		return printing.JSON(p.Out, targetsDocument{serviceHead(a, target), groups, completenessOf(a, found.Partial)})
	}
	if len(groups) == 0 {
		fmt.Fprintf(p.Err, "%s has no target groups\n", printing.Shown(target.Ref.Name()))
	}
	for i, g := range groups {
		if i > 0 {
			fmt.Fprintln(p.Out)
		}
		fmt.Fprintf(p.Out, "%s: %s\n", printing.Shown(g.Name), g.Stands)
		if g.Check != "" {
			fmt.Fprintf(p.Out, "checked by %s\n", printing.Shown(g.Check))
		}
		fmt.Fprintln(p.Out)
		var rows [][]string
		for _, t := range g.List {
			whose := cmp.Or(t.Task, "("+t.Whose+")")
			if t.Task != "" && t.Whose != "" {
				whose = t.Task + " (stopped)"
			}
			rows = append(rows, []string{whose, cmp.Or(t.Target, "-"), cmp.Or(t.Inside, "-"), t.State, printing.Shown(t.Why), printing.Shown(t.Next)})
		}
		if err := printing.Table(p.Out, []string{"TASK", "TARGET", "ADDRESS", "STATE", "WHY", "NEXT"}, rows); err != nil {
			return err
		}
	}
	return nil
}

func targetGroups(a *app.App, found inquiry.Inspection) []targetGroup {
	groups := []targetGroup{}
	all := inquiry.Targets(found.Standing)
	for _, g := range found.Evidence.Groups {
		serving := alb.ServingOf(g)
		out := targetGroup{
			Name: g.Name(), ARN: g.ARN, Read: g.Read, Healthy: serving.Healthy, Targets: serving.Registered,
			FailsOpen: serving.FailsOpen(), Stands: serving.Words(), Check: alb.CheckWords(g.Settings.Check), List: []oneTarget{},
		}
		if !g.Read {
			out.Stands = "its targets were not read"
		}
		for _, t := range all {
			if t.Group == g.ARN {
				out.List = append(out.List, oneTarget{awsx.ARNName(t.Task), t.Whose, t.At(), t.Inside(a.Store, a.Context), t.State, t.Why, t.Next})
			}
		}
		groups = append(groups, out)
	}
	return groups
}
