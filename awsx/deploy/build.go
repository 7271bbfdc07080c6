package deploy

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/difference"
)

// Build makes the plan that carries an intent out on what was read. It is pure:
// the same input gives the same plan and nothing is asked of the account.
// Input that cannot be carried out, or that changes nothing, is an Invalid
// error.
func Build(cur Current, intent Intent, policy Policy) (Plan, error) {
	if err := policy.Validate(); err != nil {
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
		Production: policy.Production(cur.Target, cur.Identity.Account),
		Tier:       TierConfirm,
		Before:     d.before, After: d.after, Leaves: d.leaves,
		Preconditions: d.preconditions,
		Checks:        runChecks(cur, d),
		subject:       intent.needs().subject,
		name:          nameOf(cur, intent.needs().subject),
		starts:        d.starts,
		follow:        d.follow,
	}
	if p.Production {
		p.Tier = d.effect.tier
	}
	policy.rule(&p)
	if d.register && policy.KeepRevisions > 0 {
		p.policy, p.prune = policy, &Prune{Keep: policy.KeepRevisions, Spare: []string{cur.Definition.ARN}}
	}
	if p.Steps, err = d.seal(cur); err != nil {
		return Plan{}, err
	}
	if d.tree == nil || cur.Definition == nil {
		return p, nil
	}
	if d.register {
		p.Carried = document.UnknownFields(d.tree)
	}
	return p, diffPlan(&p, cur, d)
}

// editDefinition begins a draft that registers an edited copy of the definition
// in use and deploys it.
func editDefinition(cur Current) (draft, error) {
	d, err := redeploy(cur, cur.Definition)
	d.register = true
	return d, err
}

// redeploy begins a draft that deploys a revision. One that is no longer ACTIVE
// cannot be deployed itself: a copy is registered (ECS, DeregisterTaskDefinition).
func redeploy(cur Current, td *awsx.TaskDefinition) (draft, error) {
	tree, err := document.Registrable(td)
	if err != nil {
		return draft{}, err
	}
	return draft{
		tree: tree, arn: td.ARN, register: td.Inactive(), starts: true,
		leaves:        leavesDuring(cur.Service),
		effect:        effect{tier: TierName},
		preconditions: rolloutPreconditions(cur.Service),
		follow:        followSpec(cur, tree, cur.Service.Desired),
		steps:         []Step{&updateStep{before: cur.Service}},
	}, nil
}

// force makes the draft's deployment start even though nothing else changes.
func (d *draft) force(cur Current) {
	d.steps = []Step{&updateStep{before: cur.Service, update: awsx.ServiceUpdate{ForceNew: true}}}
}

// seal completes the steps: what runs is registered first, or named, as the
// service runs it already only when a deployment is forced.
func (d *draft) seal(cur Current) ([]Step, error) {
	if d.tree == nil {
		return d.steps, nil
	}
	update, deploys := d.steps[0].(*updateStep)
	if !d.register {
		if deploys && !update.update.ForceNew {
			update.update.TaskDefinition = &d.arn
		}
		return d.steps, nil
	}
	doc, err := document.Seal(d.tree)
	if err != nil {
		return nil, err
	}
	if deploys {
		update.registered = true
	}
	register := &registerStep{target: cur.Target, family: d.tree.Word("family"), doc: doc}
	for _, known := range []*awsx.TaskDefinition{cur.Definition, cur.Wanted} {
		if known != nil && known.Family == register.family {
			register.after = max(register.after, known.Revision)
		}
		if known != nil && known.ARN == d.arn {
			if register.command, err = registerCommand(cur.Target.Context, known, d.tree); err != nil {
				return nil, err
			}
		}
	}
	return append([]Step{register}, d.steps...), nil
}

// diffPlan adds the difference between what runs and what would.
func diffPlan(p *Plan, cur Current, d draft) error {
	before, err := document.Registrable(cur.Definition)
	if err != nil {
		return err
	}
	name := d.tree.Word("family") + ":new"
	if !d.register {
		name = awsx.ARNName(d.arn)
	}
	p.Old, p.New = document.Compare(before, d.tree)
	p.Diff = difference.Patch(awsx.ARNName(cur.Definition.ARN), name, p.Old, p.New)
	return nil
}

// Env returns the variables of one container as they run, for editing; an empty
// name means the only container there is.
func Env(td *awsx.TaskDefinition, container string) ([]awsx.EnvVar, error) {
	tree, err := document.Parse(td.Raw)
	if err != nil {
		return nil, invalid("%w", err)
	}
	c, err := tree.PickContainer(container)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(td.Containers, func(d awsx.ContainerDefinition) bool { return d.Name == c.Word("name") })
	if i < 0 {
		return nil, invalid("container %q is not in the parsed task definition", container)
	}
	return slices.Clone(td.Containers[i].Env), nil
}
