package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"slices"
)

// effect weighs the draft: its gravest step counts.
func (d draft) effect(cur read.Current) step.Effect {
	e, runs := step.Mends(), step.Mends()
	if d.Tree != nil {
		runs = d.runEffect(cur)
	}
	for _, s := range d.steps {
		e = e.And(s.Weigh(cur, runs))
	}
	return e
}

// runEffect weighs what a deployment would run: what ran here before, or runs now, is
// known; all else is new. An older revision of the family is asked for as lightly, and
// its checks stand in the way where the record knows nothing of it.
func (d draft) runEffect(cur read.Current) step.Effect {
	wanted := cur.Wanted
	if wanted == nil || d.Revision != wanted.ARN {
		wanted = cur.Definition
	}
	if wanted == nil || d.Revision != wanted.ARN {
		return step.Changes()
	}
	run, onRecord := d.ran(cur, wanted.ARN)
	if !d.runsAs(wanted, run) {
		return step.Changes()
	}
	if wanted == cur.Definition && !d.Register {
		if same, _ := check.CompareDigests(cur); same {
			return step.Mends()
		}
		return step.Changes()
	}
	if onRecord && (wanted != cur.Definition || d.run.Definition != "") && !d.pullsOther(cur, run) {
		return step.Mends()
	}
	if wanted == cur.Definition {
		return step.Changes()
	}
	if wanted.Family != cur.Definition.Family || wanted.Revision >= cur.Definition.Revision {
		return step.Changes()
	}
	unknown := cur.History.Err != nil || len(cur.History.Value) == 0
	return step.Effect{Mitigation: unknown, Tier: policy.TierConfirm}
}

// ran is the run on record to which the draft returns.
func (d draft) ran(cur read.Current, definition string) (read.PastRun, bool) {
	if d.run.Definition == definition {
		return d.run, true
	}
	return cur.RanAs(definition)
}

// runsAs reports whether the draft runs a revision as it is, or with the images named by
// the digests that ran.
func (d draft) runsAs(wanted *awsx.TaskDefinition, run read.PastRun) bool {
	tree, err := document.Registrable(wanted)
	if err != nil {
		return false
	}
	for _, c := range tree.List("containerDefinitions") {
		would := d.Tree.Container(c.Word("name"))
		ref, err := awsx.ParseReference(c.Word("image"))
		if would == nil || err != nil {
			continue
		}
		digest := run.Digests[c.Word("name")]
		if digest != "" && would.Word("image") == (awsx.Reference{Repository: ref.Repository, Digest: digest}).String() {
			c.Set("image", document.Text(would.Word("image")))
		}
	}
	return document.Same(tree, d.Tree)
}

// pullsOther reports whether a tag of the draft is known to name another image than the
// one that ran.
func (d draft) pullsOther(cur read.Current, run read.PastRun) bool {
	return slices.ContainsFunc((RollBack{Pin: PinNone}).pins(cur, d.Tree, run), check.Pin.Moved)
}
