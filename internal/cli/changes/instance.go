package changes

import (
	"context"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.drainCommand)

func (p program) drainCommand() *cobra.Command {
	return p.instanceCommand("drain", "Take an instance out of service: its services' tasks move elsewhere", deploy.Drain{})
}

var _ = commands.Add(program.activateCommand)

func (p program) activateCommand() *cobra.Command {
	return p.instanceCommand("activate", "Put a drained instance back into service", deploy.Activate{})
}

var _ = commands.Add(program.replaceCommand)

func (p program) replaceCommand() *cobra.Command {
	return p.instanceCommand("replace", "Drain an instance, have its Auto Scaling group end it, and wait for the one that takes its place", deploy.Replace{})
}

// instanceCommand makes the command of a verb for one instance.
func (p program) instanceCommand(verb, short string, intent deploy.Intent) *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   verb + " CLUSTER/INSTANCE",
		Short: short,
		Long:  short + ".\nThe instance is named by its EC2 id, its container instance id or its ARN.",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			find, err := instanceNamed(args[0])
			if err != nil {
				return err
			}
			return p.change(cmd.Context(), find, intent, f)
		},
	}
	f.add(cmd, false)
	return cmd
}

// instanceNamed looks CLUSTER/INSTANCE up.
func instanceNamed(target string) (command.Finder, error) {
	cluster, name, err := parseMember(target, "container-instance", "CLUSTER/INSTANCE, such as prod/i-0863dc1371644bceb")
	return func(ctx context.Context, a *app.App) (command.Found, error) {
		instance, err := a.FindInstance(ctx, cluster, name)
		return command.Found{Ref: instance.Ref}, err
	}, err
}
