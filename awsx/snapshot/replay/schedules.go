package replay

import (
	"cmp"

	"gantry/awsx/snapshot"
)

// ruleTargets answers with the targets of a rule that was read.
func (a *Account) ruleTargets(in tree) (tree, error) {
	found := a.find(snapshot.RuleTargets, func(t tree) bool { return text(t, "Rule") == text(in, "Rule") })
	if len(found) == 0 {
		return nil, absent("the targets of the rule " + text(in, "Rule"))
	}
	return tree{"Targets": found[0]["Targets"]}, nil
}

// schedule answers with a schedule by its group and name.
func (a *Account) schedule(in tree) (tree, error) {
	group := cmp.Or(text(in, "groupName"), "default")
	found := a.find(snapshot.TimedWhole, func(s tree) bool { return text(s, "Name") == text(in, "Name") && text(s, "GroupName") == group })
	if len(found) == 0 {
		return nil, absent("the schedule " + group + "/" + text(in, "Name"))
	}
	return found[0], nil
}
