package changes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/document"
	"gantry/internal/app"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
)

var _ = commands.Add(program.editCommand)

func (p program) editCommand() *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "edit CLUSTER/SERVICE",
		Short: "Edit the whole task definition of a service and deploy the result",
		Long: `Edit the task definition that a service runs, as the API's JSON, in $VISUAL or $EDITOR,
and deploy the result. Without a terminal the edited document is read from standard
input instead: what describe-task-definition answers will do.

The editor is given placeholders for values that look secret; they are put back.`,
		Args: command.Arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			find, err := command.ServiceNamed(args[0])
			if err != nil {
				return err
			}
			return p.With(cmd.Context(), func(a *app.App) error { return p.edit(cmd.Context(), a, find, args[0], f) })
		},
	}
	f.add(cmd, true)
	return cmd
}

// mostRead bounds what is read from standard input: far more than the API takes,
// which has its own message.
const mostRead = 1 << 20

func (p program) edit(ctx context.Context, a *app.App, find command.Finder, name string, f changeFlags) error {
	if p.Keyboard && !p.Terminal {
		return command.Usagef("an editor needs a terminal on standard output too; or give the document on standard input")
	}
	reading, cancel := f.reading(ctx)
	target, err := find(reading, a)
	cancel()
	if err != nil {
		return err
	}
	if !p.Terminal {
		document, err := io.ReadAll(io.LimitReader(p.In, mostRead))
		if err != nil {
			return command.Usagef("standard input: %w", err)
		}
		if strings.TrimSpace(string(document)) == "" {
			return command.Usagef("nothing changed: standard input is empty, and without a terminal it has the task definition")
		}
		_, err = p.deployDocument(ctx, a, target, document, f)
		return err
	}
	td, err := a.Store.TaskDefinition(ctx, target.Ref.Context, target.Service.TaskDefinition)
	if err != nil {
		return err
	}
	text, err := document.Redacted(td)
	if err != nil {
		return err
	}
	draft, err := newDraft(awsx.ARNName(td.ARN), text)
	if err != nil {
		return err
	}
	edited, err := p.editDraft(ctx, draft)
	switch {
	case err != nil:
		return p.kept(draft, err, name)
	case strings.TrimSpace(edited) == "" || edited == text:
		return errors.Join(command.Usagef("nothing changed"), draft.remove())
	}
	begun, err := p.deployDocument(ctx, a, target, []byte(edited), f)
	if errors.Is(err, deploy.ErrNothing) {
		return errors.Join(err, draft.remove())
	}
	if !begun {
		return p.kept(draft, err, name)
	}
	return errors.Join(err, draft.remove())
}

// deployDocument plans the deployment of an edited document and carries it out.
// Begun says whether calls were made.
func (p program) deployDocument(ctx context.Context, a *app.App, target command.Found, document []byte, f changeFlags) (begun bool, err error) {
	reading, cancel := f.reading(ctx)
	plan, err := a.Changes.Plan(reading, target.Ref, deploy.EditDefinition{Document: awsx.Document(document)})
	cancel()
	if err != nil {
		return false, rendering(err, document, target.Ref)
	}
	return p.perform(ctx, a, plan, target, f)
}

// rendering adds to the refusal of a document that is no JSON, but Jsonnet or a template,
// how it becomes one.
func rendering(err error, document []byte, service awsx.Ref) error {
	text := string(document)
	source := strings.Contains(text, "std.") || strings.Contains(text, "local ") || strings.Contains(text, "{{") || strings.Contains(text, "import")
	if json.Valid(document) || !source {
		return err
	}
	edit := "gantry edit " + service.ClusterName() + "/" + service.Name()
	return fmt.Errorf("%w\nJsonnet and templates are rendered first: ecspresso render taskdefinition | %s, or jsonnet FILE | %s", err, edit, edit)
}

// kept says where the edit is, so that nothing of it is lost. A dry run, whose
// edit is as good as any, ends without an error.
func (p program) kept(d draft, err error, name string) error {
	where := fmt.Sprintf("the edit is kept in %s; to go on with it: gantry edit %s < %s", d.file, name, d.file)
	if err == nil {
		fmt.Fprintln(p.Err, printing.Shown(where))
		return nil
	}
	return fmt.Errorf("%w\n%s", err, where)
}
