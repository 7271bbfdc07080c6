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
	var low, high, desired int
	const short = "Set how many instances an Auto Scaling group is to have, and its bounds"
	cmd := &cobra.Command{
		Use:   "group NAME [--min N] [--max N] [--desired N]",
		Short: short,
		Long:  short + ".\nThe plan names the tasks that would be killed undrained, and whether managed scaling sets the count back.",
		Args:  command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var in deploy.SetGroup
			for _, set := range []struct {
				flag string
				n    *int
				to   **int
			}{{"min", &low, &in.Min}, {"max", &high, &in.Max}, {"desired", &desired, &in.Desired}} {
				if !cmd.Flags().Changed(set.flag) {
					continue
				}
				if *set.to = set.n; *set.n < 0 {
					return command.Usagef("--%s %d: expected 0 or more", set.flag, *set.n)
				}
			}
			if in == (deploy.SetGroup{}) {
				return command.Usagef("nothing is asked for: expected gantry %s", command.UsageOf(cmd))
			}
			if err := command.NoARN(args[0]); err != nil {
				return err
			}
			find := func(ctx context.Context, a *app.App) (command.Found, error) {
				group, err := a.FindGroup(ctx, args[0])
				return command.Found{Ref: group.Ref}, err
			}
			return p.change(cmd.Context(), find, in, f)
		},
	}
	cmd.Flags().IntVar(&low, "min", 0, "how few instances the group may have")
	cmd.Flags().IntVar(&high, "max", 0, "how many instances the group may have")
	cmd.Flags().IntVar(&desired, "desired", 0, "how many instances the group is to have")
	f.add(cmd, false)
	return cmd
}
