package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/read"
)

// SetVariables changes variables and references to secrets in one new revision. A
// name may move from one to the other.
type SetVariables struct {
	Env     SetEnv
	Secrets SetSecrets
}

var _ = verbs.Add(SetVariables{})

// Action names the intent.
func (SetVariables) Action() string { return "variables" }

// verbs are those by whose rules both halves are made.
func (in SetVariables) verbs() []string {
	return []string{in.Action(), in.Env.Action(), in.Secrets.Action()}
}

func (SetVariables) reads() []read.Read { return rolloutReads() }

// draft takes away references before the environment is edited, and adds them
// after it, so that a name can change sides in either direction.
func (in SetVariables) draft(cur read.Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	leaving, coming := SetSecrets{map[string]edits.Secrets{}}, SetSecrets{map[string]edits.Secrets{}}
	for name, e := range in.Secrets.Containers {
		leaving.Containers[name] = edits.Secrets{Unset: e.Unset}
		coming.Containers[name] = edits.Secrets{Set: e.Set, Move: e.Move}
	}
	if _, d.secrets, err = edits.SetSecrets(d.Tree, leaving.Containers); err != nil {
		return d, err
	}
	if d.env, err = edits.SetEnv(d.Tree, in.Env.Containers); err != nil {
		return d, err
	}
	moved, added, err := edits.SetSecrets(d.Tree, coming.Containers)
	if err != nil {
		return d, err
	}
	d.env, d.secrets = append(d.env, moved...), append(d.secrets, added...)
	if len(d.env) == 0 && len(d.secrets) == 0 {
		return d, nothingChanged("the environment and the secrets are like this already", "")
	}
	d.checks = append(edits.PlainSecrets(d.env), edits.IncompleteReferences(d.secrets)...)
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision"
	for _, what := range []string{edits.DescribeEnv(d.env), edits.DescribeSecrets(d.secrets)} {
		if what != "" {
			d.after += ", " + what
		}
	}
	return d, nil
}
