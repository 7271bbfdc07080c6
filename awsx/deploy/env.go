package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
)

// SetEnv changes environment variables, by container name; an empty name means
// the only container there is.
type SetEnv struct{ Containers map[string]edits.Env }

var _ = verbs.Add(SetEnv{})

// Action names the intent.
func (SetEnv) Action() string { return step.VerbEnv }

func (SetEnv) reads() []read.Read { return rolloutReads() }

func (in SetEnv) draft(cur read.Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	if d.env, err = edits.SetEnv(d.Tree, in.Containers); err != nil {
		return d, err
	}
	if len(d.env) == 0 {
		return d, nothingChanged("the environment is like this already", "")
	}
	d.checks = edits.PlainSecrets(d.env)
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision, " + edits.DescribeEnv(d.env)
	return d, nil
}
