package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/read"
)

// SetSecrets changes references to secrets, by container name; an empty name
// means the only container there is. The secrets themselves are not touched.
type SetSecrets struct{ Containers map[string]edits.Secrets }

var _ = verbs.Add(SetSecrets{})

// Action names the intent.
func (SetSecrets) Action() string { return "secrets" }

func (SetSecrets) reads() []read.Read { return rolloutReads() }

func (in SetSecrets) draft(cur read.Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	if d.env, d.secrets, err = edits.SetSecrets(d.Tree, in.Containers); err != nil {
		return d, err
	}
	if len(d.secrets) == 0 && len(d.env) == 0 {
		return d, nothingChanged("the secrets are like this already", "")
	}
	d.checks = edits.IncompleteReferences(d.secrets)
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision, " + edits.DescribeSecrets(d.secrets)
	if len(d.env) > 0 {
		d.after += ", " + edits.DescribeEnv(d.env)
	}
	return d, nil
}
