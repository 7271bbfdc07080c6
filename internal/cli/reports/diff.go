package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/app"
	"gantry/internal/clean"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/cli/schema"
	"gantry/internal/difference"
)

var _ = commands.Add(program.diffCommand)

func (p program) diffCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Show how two revisions differ",
		Long: `Show how two revisions of task definitions differ, in the form in which plans show it:
sorted, without what the service adds, secrets masked.

Each side is FAMILY:REVISION, FAMILY for its newest one, or CLUSTER/SERVICE for what
the service runs.`,
		Args: command.Arguments(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			sides := make([]definitionFinder, len(args))
			for i, arg := range args {
				var err error
				if sides[i], err = definitionNamed(arg); err != nil {
					return err
				}
			}
			return p.diff(cmd.Context(), sides, output)
		},
	}
	command.OutputFlag(cmd, &output, "text", "json")
	return cmd
}

// definitionFinder looks a revision up.
type definitionFinder func(ctx context.Context, a *app.App) (*awsx.TaskDefinition, error)

// definitionNamed looks FAMILY:REVISION, FAMILY or CLUSTER/SERVICE up.
func definitionNamed(arg string) (definitionFinder, error) {
	if strings.Contains(arg, "/") {
		find, err := command.ServiceNamed(arg)
		return func(ctx context.Context, a *app.App) (*awsx.TaskDefinition, error) {
			svc, err := find(ctx, a)
			if err != nil {
				return nil, err
			}
			return a.Store.TaskDefinition(ctx, svc.Ref.Context, svc.Service.TaskDefinition)
		}, err
	}
	return func(ctx context.Context, a *app.App) (*awsx.TaskDefinition, error) {
		account, err := a.Store.Account(ctx, a.Context)
		if err != nil {
			return nil, err
		}
		return account.TaskDefinition(ctx, arg)
	}, command.ParseRevision(arg, true)
}

var _ = schema.Add("diff", "gantry diff", comparison{})

// comparison is what diff -o json prints.
type comparison struct {
	Context string `json:"context"`
	Before  string `json:"before"`
	After   string `json:"after"`
	Same    bool   `json:"same"`
	// Changes are the parts that differ, by their paths.
	Changes []partChange `json:"changes"`
}

// partChange is one part in which two revisions differ.
type partChange struct {
	Path string `json:"path"`
	// Before and After are absent where nothing stands there.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	Masked bool            `json:"masked"` // some of it is not shown
}

// compare compares two revisions for JSON.
func compare(context string, before, after *awsx.TaskDefinition) (comparison, error) {
	d := comparison{Context: context, Before: awsx.ARNName(before.ARN), After: awsx.ARNName(after.ARN), Changes: []partChange{}}
	parts, err := document.Changes(before, after)
	for _, c := range parts {
		one := partChange{Path: printing.Shown(c.Path), Masked: c.Masked}
		if c.Before != nil {
			one.Before = c.Before.Bytes()
		}
		if c.After != nil {
			one.After = c.After.Bytes()
		}
		d.Changes = append(d.Changes, one)
	}
	d.Same = len(parts) == 0
	return d, err
}

func (p program) diff(ctx context.Context, sides []definitionFinder, output string) error {
	return p.With(ctx, func(a *app.App) error {
		before, err := sides[0](ctx, a)
		if err != nil {
			return err
		}
		after, err := sides[1](ctx, a)
		if err != nil {
			return err
		}
		if output == "json" {
			d, err := compare(a.Context.String(), before, after)
			if err != nil {
				return err
			}
			return printing.JSON(p.Out, d)
		}
		old, fresh, err := document.CompareDefinitions(before, after)
		if err != nil {
			return err
		}
		was, is := awsx.ARNName(before.ARN), awsx.ARNName(after.ARN)
		text := difference.Patch(was, is, old, fresh)
		if text == "" {
			fmt.Fprintln(p.Err, printing.Shown(was+" and "+is+" say the same"))
		}
		_, err = io.WriteString(p.Out, clean.Text(text))
		return err
	})
}
