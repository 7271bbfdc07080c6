package keeping

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/schema"
)

var _ = schema.Add("export", "gantry export", templateDocument{})

// templateDocument is what export -o json prints: a template of CloudFormation, whose resources
// have the properties that its own reference tells of.
type templateDocument struct {
	Version     string                      `json:"AWSTemplateFormatVersion"`
	Description string                      `json:"Description,omitempty"`
	Metadata    map[string]any              `json:"Metadata,omitempty"`
	Parameters  map[string]map[string]any   `json:"Parameters,omitempty"`
	Resources   map[string]templateResource `json:"Resources"`
	Outputs     map[string]map[string]any   `json:"Outputs,omitempty"`
}

type templateResource struct {
	Type       string         `json:"Type"`
	Properties map[string]any `json:"Properties"`
	Deletion   string         `json:"DeletionPolicy"`
	Replaced   string         `json:"UpdateReplacePolicy"`
	Metadata   map[string]any `json:"Metadata,omitempty"`
	DependsOn  any            `json:"DependsOn,omitempty"`
}

var _ = commands.Add(program.exportCommand)

func (p program) exportCommand() *cobra.Command {
	var output, as string
	cmd := &cobra.Command{
		Use:   "export CLUSTER/SERVICE",
		Short: "Write a service and what belongs to it as a template of CloudFormation",
		Long: `Write a service as it is as a template of CloudFormation: the task definition that it
runs, its target groups, the listener rules that lead to them, its scaling, and the alarms
of its scaling and deployments.

What belongs to others (the cluster, listeners, the VPC, subnets, security groups, roles,
target groups of other services) becomes a parameter with today's value, so that the
template says the same here and can be told another account's. Values that may be secret
become parameters without an echo; they are never written. What a template cannot say is
named at its head and on standard error. Each resource is retained when its stack goes, so
that a change set can import what exists.`,
		Example: `  gantry export prod/web --as cloudformation > web.yaml
  gantry export prod/web --as cloudformation -o json`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if as != "cloudformation" {
				return command.Usagef("--as %q is unknown, expected cloudformation", as)
			}
			return p.WithService(cmd.Context(), args[0], func(a *app.App, target command.Found) error {
				return p.export(cmd.Context(), a, target, output)
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "cloudformation", "the `form` of the template: cloudformation")
	command.OutputFlag(cmd, &output, "yaml", "json")
	return cmd
}

func (p program) export(ctx context.Context, a *app.App, target command.Found, output string) error {
	t, err := a.Template(ctx, target.Ref)
	if err != nil {
		return err
	}
	for _, l := range t.Left {
		fmt.Fprintf(p.Err, "left out: %s\n", l)
	}
	text := t.YAML()
	if output == "json" {
		text = t.JSON()
	}
	_, err = io.WriteString(p.Out, text)
	return err
}
