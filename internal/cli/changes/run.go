package changes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
)

var _ = commands.Add(program.runCommand)

func (p program) runCommand() *cobra.Command {
	var f changeFlags
	var container string
	var argv, env []string
	in := deploy.RunTask{}
	cmd := &cobra.Command{
		Use:   "run CLUSTER/FAMILY[:REVISION] [-- WORD ...]",
		Short: "Run tasks of a task definition once, and wait until they end",
		Long: `Run standalone tasks of a revision, the newest of the family unless one is named, and
wait until they end. It fails when a container of them ends with another code than 0.

The words after -- replace the container's command; --command does the same, a word
each time.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				args = args[:dash]
			}
			return command.Arguments(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			words := args[1:]
			if len(words) > 0 && len(argv) > 0 {
				return command.Usagef("--command and words after -- exclude each other")
			}
			variables, err := assignments("--env number %d", env)
			if err != nil {
				return err
			}
			in.Overrides = overrides(container, append(words, argv...), variables)
			if container != "" && in.Overrides == nil {
				return command.Usagef("--container names what --command and --env change: give one of them")
			}
			if cmd.Flags().Changed("count") && in.Count < 1 {
				return command.Usagef("--count %d: expected 1 or more", in.Count)
			}
			find, err := familyNamed(args[0])
			if err != nil {
				return err
			}
			return p.change(cmd.Context(), find, in, f)
		},
	}
	f.add(cmd, false)
	fs := cmd.Flags()
	fs.IntVar(&in.Count, "count", 1, "how many tasks")
	fs.StringVar(&in.Like, "like", "", "share the network and the launch type of this `service` of the cluster")
	fs.StringVar(&container, "container", "", "the container that --command and --env change, by `name` (needed when there are several)")
	fs.StringArrayVar(&argv, "command", nil, "a `word` of the command to run instead, may be repeated")
	fs.StringArrayVar(&env, "env", nil, "set a variable, as `NAME=VALUE`, may be repeated")
	return cmd
}

// familyNamed looks the cluster of CLUSTER/FAMILY[:REVISION] up. The revision is
// read with the plan.
func familyNamed(target string) (command.Finder, error) {
	if err := command.NoARN(target); err != nil {
		return nil, err
	}
	cluster, revision, ok := strings.Cut(target, "/")
	if !ok || cluster == "" || revision == "" {
		return nil, command.Usagef("%q: expected CLUSTER/FAMILY or CLUSTER/FAMILY:REVISION, such as prod/migrate:3", target)
	}
	if err := command.ParseRevision(revision, true); err != nil {
		return nil, err
	}
	return func(ctx context.Context, a *app.App) (command.Found, error) {
		c, err := a.FindCluster(ctx, cluster)
		return command.Found{Ref: c.Ref.In(revision)}, err
	}, nil
}

// assignments parses NAME=VALUE. Its errors tell no value, but the number of the
// argument, which where has a place for.
func assignments(where string, list []string) ([]awsx.EnvVar, error) {
	var vars []awsx.EnvVar
	for i, a := range list {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, command.Usagef(where+": expected NAME=VALUE", i+1)
		}
		vars = append(vars, awsx.EnvVar{Name: name, Value: clean.Secret(value)})
	}
	return vars, nil
}

func overrides(container string, command []string, env []awsx.EnvVar) []awsx.ContainerOverride {
	if len(command)+len(env) == 0 {
		return nil
	}
	return []awsx.ContainerOverride{{Container: container, Command: command, Env: env}}
}

// taskEnd is a task that was run, as -o json prints it.
type taskEnd struct {
	ID         string         `json:"id"`
	Status     string         `json:"status"`
	Containers []containerEnd `json:"containers"`
	Reason     string         `json:"reason,omitempty"`
}

type containerEnd struct {
	Name     string `json:"name"`
	ExitCode *int   `json:"exitCode"` // null while it runs, and when it never ran
	Reason   string `json:"reason,omitempty"`
}

// String is the task on one line.
func (t taskEnd) String() string {
	words := "task " + t.ID + " " + t.Status
	for _, c := range t.Containers {
		switch {
		case c.ExitCode != nil:
			words += fmt.Sprintf(", %s exit %d", c.Name, *c.ExitCode)
		case c.Reason != "":
			words += ", " + c.Name + ": " + c.Reason
		}
	}
	return words
}

// taskEnds reads the tasks that a change started. What cannot be read is told
// with its id alone.
func (p program) taskEnds(ctx context.Context, a *app.App, tasks []awsx.Ref) []taskEnd {
	read, err := a.Tasks(ctx, tasks)
	if err != nil {
		fmt.Fprintln(p.Err, "warning: partial: "+printing.Shown(err.Error()))
	}
	ends := make([]taskEnd, len(tasks))
	for i, ref := range tasks {
		ends[i] = taskEnd{ID: ref.Name(), Status: "?", Containers: []containerEnd{}}
		at := slices.IndexFunc(read, func(t awsx.Task) bool { return t.Ref == ref })
		if at < 0 {
			continue
		}
		t := read[at]
		ends[i].Status, ends[i].Reason = t.LastStatus, clean.Redact(t.StoppedReason)
		for _, c := range t.Containers {
			end := containerEnd{Name: c.Name, Reason: clean.Redact(c.Reason)}
			if c.ExitCode != awsx.Unset {
				end.ExitCode = &c.ExitCode
			}
			ends[i].Containers = append(ends[i].Containers, end)
		}
	}
	return ends
}
