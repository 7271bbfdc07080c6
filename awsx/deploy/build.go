package deploy

import (
	"context"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/internal/difference"
)

// Build makes the plan that carries an intent out on what was read. It is pure:
// the same input gives the same plan and nothing is asked of the account.
// Input that cannot be carried out, or that changes nothing, is an Invalid
// error.
func Build(cur read.Current, intent Intent, under policy.Policy) (Plan, error) {
	if err := under.Validate(); err != nil {
		return Plan{}, err
	}
	d, err := intent.draft(cur)
	if err != nil {
		return Plan{}, err
	}
	if len(d.unpinned) > 0 {
		return Plan{}, invalid("the digest is not known of %s: deploy it by tag, or name the digest", strings.Join(d.unpinned, ", "))
	}
	p := Plan{
		Target: cur.Target, Identity: cur.Identity, Intent: intent, Env: d.env, Secrets: d.secrets,
		Tier:   policy.TierConfirm,
		Before: d.before, After: d.after, Leaves: d.leaves,
		Preconditions: append(read.Preconditions(intent.reads(), cur), d.preconditions...),
		Checks:        d.findings(cur),
		name:          nameOf(cur),
		Runs:          awsx.ARNName(cur.Service.TaskDefinition),
		Turns:         d.turns(cur),
		touches:       d.touches(cur),
		does:          d.does(cur),
		starts:        d.Starts,
		holds:         d.holds,
		Mend:          d.mend,
		follow:        d.follow,
	}
	judged := under.Judge(cur.Target, cur.Identity.Account)
	p.Production, p.JudgedBy = judged.Production, judged.By
	if p.Production {
		p.Called = under.Look(cur.Target, cur.Identity.Account).Word
		p.Tier = d.effect(cur).Tier
	}
	p.rule(under)
	if d.Register && under.KeepRevisions > 0 {
		p.policy, p.prune = under, &Prune{Keep: under.KeepRevisions, Spare: []string{cur.Definition.ARN}}
		p.Leaves += fmt.Sprintf("; once it succeeded, a change of its own ends the active revisions of %s that this service once ran, but for the newest %d, those in use and those of which a task is seen, and none while tasks are seen that no service started: EventBridge rules and schedules are not read",
			d.Tree.Word("family"), under.KeepRevisions)
	}
	if p.Steps, err = d.seal(cur); err != nil {
		return Plan{}, err
	}
	p.owned(under)
	if d.Tree == nil || cur.Definition == nil {
		return p, nil
	}
	if d.Register {
		p.Carried = document.UnknownFields(d.Tree)
	}
	return p, diffPlan(&p, cur, d)
}

// Read gathers what a plan for the intent depends on: what the target's name is enough
// to ask for at once, its definitions next, their images last, so that no more than
// three answers are waited for one after the other as long as no listing has a second
// page. An intent that does not fit is refused here, before more is asked. What is held
// already is not read again.
func Read(ctx context.Context, r awsx.Reader, target awsx.Ref, intent Intent, held read.Held) (read.Current, error) {
	return read.Gather(ctx, r, target, held, intent.reads(), func(cur read.Current) ([]read.Read, error) {
		d, err := intent.draft(cur)
		return d.reads(cur), err
	})
}

// reads are what only a draft tells to be needed for its checks: which images would
// run, and whether more tasks than now.
func (d draft) reads(cur read.Current) []read.Read {
	var reads []read.Read
	if wanted, ok := d.newCount(); ok && wanted > cur.Service.Desired {
		reads = append(reads, read.Fleet(), read.Tasks(), read.DefinitionIfAllowed())
	}
	if d.Tasks > 0 {
		reads = append(reads, read.Fleet())
	}
	if d.Tree != nil || d.Tasks > 0 {
		reads = append(reads, read.Images(append(d.Document(cur).Images(), d.ask...)...))
		if d.Starts || d.Tasks > 0 {
			reads = append(reads, read.Needs(check.Needs(d.Document(cur), cur.Target)...))
		}
	}
	return reads
}

// editDefinition begins a draft that registers an edited copy of the definition
// in use and deploys it.
func editDefinition(cur read.Current) (draft, error) {
	d, err := redeploy(cur, cur.Definition)
	d.Register = true
	return d, err
}

// redeploy begins a draft that deploys a revision. One that is no longer ACTIVE
// cannot be deployed itself: a copy is registered (ECS, DeregisterTaskDefinition).
func redeploy(cur read.Current, td *awsx.TaskDefinition) (draft, error) {
	tree, err := document.Registrable(td)
	if err != nil {
		return draft{}, err
	}
	return draft{
		Change: check.Change{Tree: tree, Revision: td.ARN, Register: td.Inactive(), Starts: true},
		leaves: leavesDuring(cur.Service),
		follow: followSpec(cur, tree, cur.Service.Desired),
		steps:  []step.Step{&step.Update{Before: cur.Service}},
	}, nil
}

// force makes the draft's deployment start even though nothing else changes.
func (d *draft) force(cur read.Current) {
	d.steps = []step.Step{&step.Update{Before: cur.Service, Set: awsx.ServiceUpdate{ForceNew: true}}}
}

// seal completes the steps: what runs is registered first, or named, as the
// service runs it already only when a deployment is forced.
func (d *draft) seal(cur read.Current) ([]step.Step, error) {
	if d.Tree == nil {
		return d.steps, nil
	}
	update, deploys := d.steps[0].(*step.Update)
	if !d.Register {
		if deploys && !update.Set.ForceNew {
			update.Set.TaskDefinition = &d.Revision
		}
		return d.steps, nil
	}
	doc, err := document.Seal(d.Tree)
	if err != nil {
		return nil, err
	}
	if deploys {
		update.Registered = true
	}
	register := &step.Register{Family: d.Tree.Word("family"), Document: doc}
	for _, known := range []*awsx.TaskDefinition{cur.Definition, cur.Wanted} {
		if known != nil && known.Family == register.Family {
			register.After = max(register.After, known.Revision)
		}
		if known != nil && known.ARN == d.Revision {
			if register.Command, err = shell.Register(cur.Target.Context, known, d.Tree); err != nil {
				return nil, err
			}
		}
	}
	return append([]step.Step{register}, d.steps...), nil
}

// diffPlan adds the difference between what runs and what would.
func diffPlan(p *Plan, cur read.Current, d draft) error {
	before, err := document.Registrable(cur.Definition)
	if err != nil {
		return err
	}
	name := d.Tree.Word("family") + ":new"
	if !d.Register {
		name = awsx.ARNName(d.Revision)
	}
	p.Old, p.New = document.Compare(before, d.Tree)
	p.Diff = difference.Patch(awsx.ARNName(cur.Definition.ARN), name, p.Old, p.New)
	return nil
}
