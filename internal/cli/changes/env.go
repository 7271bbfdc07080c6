package changes

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/document"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
)

var _ = schema.Add("env", "gantry env", printing.Environment{})

var _ = commands.Add(program.envCommand)

func (p program) envCommand() *cobra.Command {
	var output, container string
	var reveal bool
	var leave command.Answer
	cmd := &cobra.Command{
		Use:   "env CLUSTER/SERVICE",
		Short: "Show the environment variables of a service",
		Long:  "Show the environment variables that a service's primary task definition sets, per\ncontainer. What is secret in values is masked unless --reveal is given.",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (leave != command.Answer{}) && !reveal {
				return command.Usagef("--yes and --confirm answer for --reveal, which is not given")
			}
			return p.showEnv(cmd.Context(), args[0], container, output, reveal, leave)
		},
	}
	command.OutputFlag(cmd, &output, "table", "json", "dotenv")
	cmd.Flags().StringVar(&container, "container", "", "only the container of this `name` (dotenv wants one when there are several)")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print values that look secret; asked for at a terminal, and recorded in the audit file")
	leave.Add(cmd)
	cmd.AddCommand(p.envSetCommand())
	return cmd
}

func (p program) showEnv(ctx context.Context, target, container, output string, reveal bool, leave command.Answer) error {
	cluster, name, err := command.ParseService(target)
	if err != nil {
		return err
	}
	return p.With(ctx, func(a *app.App) error {
		svc, err := a.FindService(ctx, cluster, name)
		if err != nil {
			return err
		}
		td, err := a.Store.TaskDefinition(ctx, svc.Ref.Context, svc.TaskDefinition)
		if err != nil {
			return err
		}
		containers, err := chosen(td, container)
		if err != nil {
			return err
		}
		if output == "dotenv" && len(containers) > 1 {
			return command.Usagef("-o dotenv: the task definition has several containers, name one of %s with --container", containerNames(td))
		}
		if reveal {
			if err := p.reveal(ctx, a, svc.Ref, leave); err != nil {
				return err
			}
		}
		return printing.EnvironmentOf(svc, td, containers, reveal).Print(p.Out, output, p.Watched)
	})
}

// reveal asks for leave to show secrets where somebody can be asked, as the console does,
// and records who is shown them. In a pipeline whoever wrote --reveal has said yes.
func (p program) reveal(ctx context.Context, a *app.App, of awsx.Ref, leave command.Answer) error {
	if !p.CanAsk() {
		leave.Yes = true
	}
	what := fmt.Sprintf("show secrets of %s/%s, which the audit file records", clean.Line(of.ClusterName()), clean.Line(of.Name()))
	if err := leave.Ask(ctx, p.Streams, a.ConsentToReveal(of), what); err != nil {
		return err
	}
	return a.RecordReveal(ctx, of)
}

// chosen returns the containers of a definition that a command is about.
func chosen(td *awsx.TaskDefinition, container string) ([]awsx.ContainerDefinition, error) {
	if container == "" {
		return td.Containers, nil
	}
	c, ok := td.Container(container)
	if !ok {
		return nil, command.Usagef("--container %q: expected one of %s", container, containerNames(td))
	}
	return []awsx.ContainerDefinition{c}, nil
}

func containerNames(td *awsx.TaskDefinition) string {
	names := make([]string, len(td.Containers))
	for i, c := range td.Containers {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

func (p program) envSetCommand() *cobra.Command {
	var f changeFlags
	var container, file string
	var unset, rename []string
	var replace bool
	cmd := &cobra.Command{
		Use:   "set CLUSTER/SERVICE [NAME=VALUE ...]",
		Short: "Change environment variables and deploy the result",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return command.Usagef("expected: gantry %s", command.UsageOf(cmd))
			}
			renames, err := parseRenames(rename)
			if err != nil {
				return err
			}
			edit, err := envEdit(p.In, args[1:], edits.Env{Unset: unset, Rename: renames, Replace: replace}, file)
			if err != nil {
				return err
			}
			return p.changeService(cmd.Context(), args[0], deploy.SetEnv{Containers: map[string]edits.Env{container: edit}}, f)
		},
	}
	f.add(cmd, true)
	cmd.Flags().StringVar(&container, "container", "", "the container to edit, by `name` (needed when there are several)")
	cmd.Flags().StringArrayVar(&unset, "unset", nil, "remove the variable `NAME`")
	cmd.Flags().StringArrayVar(&rename, "rename", nil, "rename a variable, as `OLD=NEW`; its value stays")
	cmd.Flags().StringVar(&file, "from-file", "", "read variables from a .env `FILE` (- is standard input)")
	_ = cmd.MarkFlagFilename("from-file") // fails for an unknown flag only
	cmd.Flags().BoolVar(&replace, "replace", false, "keep exactly the variables given, remove the others of this container")
	return cmd
}

// parseRenames reads OLD=NEW.
func parseRenames(list []string) (map[string]string, error) {
	renames := map[string]string{}
	for _, r := range list {
		old, fresh, ok := strings.Cut(r, "=")
		if !ok || old == "" || fresh == "" {
			return nil, command.Usagef("--rename %q: expected OLD=NEW", r)
		}
		if _, twice := renames[old]; twice {
			return nil, command.Usagef("--rename %q: %s is renamed already", r, old)
		}
		renames[old] = fresh
	}
	return renames, nil
}

// envEdit adds to an edit what a file sets, then what NAME=VALUE arguments do,
// which win.
func envEdit(in io.Reader, args []string, edit edits.Env, file string) (edits.Env, error) {
	if file != "" {
		var content []byte
		var err error
		if file == "-" {
			content, err = io.ReadAll(in)
		} else {
			content, err = os.ReadFile(file)
		}
		if err != nil {
			return edit, command.Usagef("--from-file: %v", err)
		}
		if edit.Set, err = document.ParseDotenv(string(content)); err != nil {
			return edit, &command.ExitError{Code: command.ExitUsage, Err: fmt.Errorf("%s: %w", file, err)}
		}
	}
	vars, err := assignments("argument %d after the service", args)
	if err != nil {
		return edit, err
	}
	for _, v := range vars {
		edit.Set = put(edit.Set, v)
	}
	if len(edit.Set)+len(edit.Unset)+len(edit.Rename) == 0 && !edit.Replace {
		return edit, command.Usagef("nothing to change: give NAME=VALUE, --unset, --rename or --from-file")
	}
	return edit, nil
}

func put(vars []awsx.EnvVar, v awsx.EnvVar) []awsx.EnvVar {
	for i := range vars {
		if vars[i].Name == v.Name {
			vars[i] = v
			return vars
		}
	}
	return append(vars, v)
}
