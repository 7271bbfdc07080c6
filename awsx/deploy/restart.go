package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
)

// Restart starts every task anew on the revision in use.
type Restart struct{}

var _ = verbs.Add(Restart{})

// Action names the intent.
func (Restart) Action() string { return "restart" }

func (Restart) reads() []read.Read { return rolloutReads() }

func (Restart) draft(cur read.Current) (draft, error) {
	d, err := redeploy(cur, cur.Definition)
	if err != nil {
		return d, err
	}
	d.force(cur)
	d.checks = append(d.checks, check.MovedTags(cur))
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = d.before + ", all tasks started anew"
	return d, nil
}
