package deploy

import (
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
)

// EditDefinition deploys a whole task definition, given as the API's JSON: what
// Redacted gave, edited, or what describe-task-definition answers. Placeholders
// in it are put back from the revision in use.
type EditDefinition struct{ Document awsx.Document }

var _ = verbs.Add(EditDefinition{})

// Action names the intent.
func (EditDefinition) Action() string { return "edit" }

func (EditDefinition) reads() []read.Read { return rolloutReads() }

func (in EditDefinition) draft(cur read.Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	before := d.Tree
	if d.Tree, err = edits.Written(in.Document, cur.Definition); err != nil {
		return d, err
	}
	if document.Same(before, d.Tree) {
		return d, nothingChanged("the task definition says the same", "")
	}
	d.env = edits.EnvDifference(before, d.Tree)
	d.secrets = edits.SecretDifference(before, d.Tree)
	d.checks = append(edits.PlainSecrets(d.env), edits.IncompleteReferences(d.secrets)...)
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision, edited: " + strings.Join(edits.Parts(before, d.Tree), "; ")
	d.follow = followSpec(cur, d.Tree, cur.Service.Desired)
	return d, nil
}
