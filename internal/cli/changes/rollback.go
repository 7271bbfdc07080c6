package changes

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/fault"
)

var _ = commands.Add(program.rollbackCommand)

func (p program) rollbackCommand() *cobra.Command {
	var f changeFlags
	var to, pin string
	cmd := &cobra.Command{
		Use:   "rollback CLUSTER/SERVICE [--to REVISION]",
		Short: "Return a service to what ran before",
		Long: `Return a service to what ran before, by its record of deployments: one in progress
is stopped and rolled back by ECS; otherwise the state is deployed that stood before
the one in use. Without such a record the revisions are listed, for --to.

An image whose tag was pushed again since is pinned to the digest that ran.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			find, err := command.ServiceNamed(args[0])
			if err != nil {
				return err
			}
			pinning, err := parsePinning(pin)
			if err != nil {
				return err
			}
			return p.With(cmd.Context(), func(a *app.App) error {
				return p.rollBack(cmd.Context(), a, find, deploy.RollBack{To: to, Pin: pinning}, f)
			})
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&to, "to", "", "the `REVISION`: a number, family:number or an ARN (default: by the service's record)")
	cmd.Flags().StringVar(&pin, "pin", "moved", "which `images` to name by the digest that ran: moved (tags pushed again or gone), all, none")
	_ = cmd.RegisterFlagCompletionFunc("pin", cobra.FixedCompletions(pinnings(), cobra.ShellCompDirectiveNoFileComp)) // fails when declared twice
	return cmd
}

func pinnings() []string { return []string{"moved", "all", "none"} }

func parsePinning(s string) (deploy.Pinning, error) {
	for i, pin := range []deploy.Pinning{deploy.PinMoved, deploy.PinAll, deploy.PinNone} {
		if s == pinnings()[i] {
			return pin, nil
		}
	}
	return 0, command.Usagef("--pin %q: expected moved, all or none", s)
}

// rollBack carries a roll back out. Where no record tells what ran before, it
// lists what there is to choose from.
func (p program) rollBack(ctx context.Context, a *app.App, find command.Finder, intent deploy.RollBack, f changeFlags) error {
	reading, cancel := f.reading(ctx)
	defer cancel()
	target, err := find(reading, a)
	if err != nil {
		return err
	}
	plan, err := a.Changes.Plan(reading, target.Ref, intent)
	if intent.To == "" && fault.ClassOf(err) == fault.NotFound {
		return p.offerRevisions(ctx, a, *target.Service, err)
	}
	if err != nil {
		return err
	}
	_, err = p.perform(ctx, a, plan, target, f)
	return err
}

// offerRevisions lists what a service could go back to: without a record there is
// nothing that gantry could choose without guessing.
func (p program) offerRevisions(ctx context.Context, a *app.App, svc awsx.Service, why error) error {
	list, err := command.Revisions(ctx, a, svc)
	if err != nil {
		return errors.Join(why, err)
	}
	if err := command.WriteRevisions(p.Err, list, a.Now()); err != nil {
		return err
	}
	return command.Usagef("%w; name one of these with --to, such as --to %s", why, example(list))
}

// example is the newest revision before those in use.
func example(list []command.Revision) string {
	used := false
	for _, r := range list {
		if used && !r.InUse {
			return r.TaskDefinition
		}
		used = used || r.InUse
	}
	return "1"
}
