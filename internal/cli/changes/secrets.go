package changes

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/edits"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = commands.Add(program.secretsCommand)

func (p program) secretsCommand() *cobra.Command {
	var f changeFlags
	var container string
	edit := edits.Secrets{}
	cmd := &cobra.Command{
		Use:   "secrets CLUSTER/SERVICE [NAME=VALUEFROM ...]",
		Short: "Show or change the references to secrets of a service",
		Long: `Show the references to secrets that a service's primary task definition makes, per
container; with NAME=VALUEFROM or --unset, change them and deploy the result.

VALUEFROM is the ARN of a parameter or of a secret, or the name of a parameter. The
secrets themselves are not read.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return command.Usagef("expected: gantry %s", command.UsageOf(cmd))
			}
			if len(args) == 1 && len(edit.Unset) == 0 {
				return p.showSecrets(cmd.Context(), args[0], container, f.output)
			}
			for i, a := range args[1:] {
				name, from, ok := strings.Cut(a, "=")
				if !ok {
					return command.Usagef("argument %d after the service: expected NAME=VALUEFROM", i+1)
				}
				edit.Set = append(edit.Set, awsx.SecretRef{Name: name, ValueFrom: from})
			}
			in := deploy.SetSecrets{Containers: map[string]edits.Secrets{container: edit}}
			return p.changeService(cmd.Context(), args[0], in, f)
		},
	}
	f.add(cmd, true)
	fs := cmd.Flags()
	fs.StringVar(&container, "container", "", "the container, by `name` (to change one of several)")
	fs.StringArrayVar(&edit.Unset, "unset", nil, "remove the reference `NAME`")
	fs.BoolVar(&edit.Move, "move", false, "take variables of the same names out of the environment")
	return cmd
}

var _ = schema.Add("secrets", "gantry secrets", secretRefs{})

// secretRefs is what secrets -o json prints.
type secretRefs struct {
	Context        string      `json:"context"`
	Cluster        string      `json:"cluster"`
	Service        string      `json:"service"`
	TaskDefinition string      `json:"taskDefinition"`
	Secrets        []secretRow `json:"secrets"`
}

type secretRow struct {
	Container string `json:"container"`
	Name      string `json:"name"`
	From      string `json:"valueFrom"`
}

func (p program) showSecrets(ctx context.Context, target, container, output string) error {
	return p.WithService(ctx, target, func(a *app.App, svc command.Found) error {
		td, err := a.Store.TaskDefinition(ctx, svc.Ref.Context, svc.Service.TaskDefinition)
		if err != nil {
			return err
		}
		containers, err := chosen(td, container)
		if err != nil {
			return err
		}
		refs := secretRefs{
			Context: svc.Ref.Context.String(), Cluster: svc.Ref.ClusterName(), Service: svc.Ref.Name(),
			TaskDefinition: awsx.ARNName(td.ARN), Secrets: []secretRow{},
		}
		var table [][]string
		for _, c := range containers {
			for _, s := range c.Secrets {
				refs.Secrets = append(refs.Secrets, secretRow{c.Name, s.Name, s.ValueFrom})
				table = append(table, []string{c.Name, s.Name, s.ValueFrom})
			}
		}
		if output == "json" {
			return printing.JSON(p.Out, refs)
		}
		return printing.Table(p.Out, []string{"CONTAINER", "NAME", "FROM"}, table)
	})
}
