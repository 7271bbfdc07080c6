package changes

import (
	"context"

	"github.com/spf13/cobra"

	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/cli/command"
)

var _ = commands.Add(program.groupCommand)

func (p program) groupCommand() *cobra.Command {
	var f changeFlags
	desired := 0
	const short = "Set how many instances an Auto Scaling group is to have"
	cmd := &cobra.Command{
		Use:   "group NAME --desired N",
		Short: short,
		Long:  short + ".\nThe plan names the tasks that would be killed undrained, and whether managed scaling sets the count back.",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("desired") {
				return command.Usagef("--desired is missing: expected gantry group NAME --desired N")
			}
			if desired < 0 {
				return command.Usagef("--desired %d: expected 0 or more", desired)
			}
			if err := command.NoARN(args[0]); err != nil {
				return err
			}
			find := func(ctx context.Context, a *app.App) (command.Found, error) {
				group, err := a.FindGroup(ctx, args[0])
				return command.Found{Ref: group.Ref}, err
			}
			return p.change(cmd.Context(), find, deploy.SetGroup{Desired: desired}, f)
		},
	}
	cmd.Flags().IntVar(&desired, "desired", 0, "how many instances the group is to have")
	f.add(cmd, false)
	return cmd
}
