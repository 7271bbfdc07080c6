package deploy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"gantry/awsx"
)

// edit is what an intent makes of the definition in use.
type edit struct {
	tree     *node // the document that would run
	register bool  // whether it has to be registered first
	arn      string
	images   []imageChange
	env      []EnvChange
}

// applyIntent edits a copy of the definition in use.
func applyIntent(cur Current, intent Intent) (edit, error) {
	switch in := intent.(type) {
	case UseRevision:
		return applyRevision(cur, in)
	case Scale:
		return edit{tree: &node{kind: object}}, checkScale(cur.Service, in)
	}
	tree, err := cloneDocument(cur.Definition)
	if err != nil {
		return edit{}, err
	}
	e := edit{tree: tree, arn: cur.Definition.ARN}
	switch in := intent.(type) {
	case SetImages:
		e.register = true
		e.images, err = setImages(tree, in)
		if err == nil && len(e.images) == 0 {
			err = nothingChanged("the service runs this image already", "restart it to pull the same tag again")
		}
	case SetEnv:
		e.register = true
		e.env, err = setEnv(tree, in)
		if err == nil && len(e.env) == 0 {
			err = nothingChanged("the environment is like this already", "")
		}
	case Restart:
		e.register = inactive(cur.Definition)
	}
	return e, err
}

func applyRevision(cur Current, use UseRevision) (edit, error) {
	if cur.Wanted == nil {
		return edit{}, invalid("revision %q was not read", use.Revision)
	}
	if cur.Wanted.ARN == cur.Definition.ARN {
		return edit{}, nothingChanged("the service runs "+awsx.ARNName(cur.Wanted.ARN)+" already", "restart it to start its tasks anew")
	}
	tree, err := cloneDocument(cur.Wanted)
	return edit{tree: tree, arn: cur.Wanted.ARN, register: inactive(cur.Wanted)}, err
}

func checkScale(svc awsx.Service, in Scale) error {
	switch {
	case in.Count < 0:
		return invalid("a service cannot run %d tasks: expected a count of 0 or more", in.Count)
	case svc.SchedulingStrategy == "DAEMON":
		return invalid("%s is a daemon: it runs one task on each instance and has no count", svc.Name)
	case in.Count == svc.Desired:
		return nothingChanged("the desired count is "+strconv.Itoa(in.Count)+" already", "")
	}
	return nil
}

func nothingChanged(why, fix string) *awsx.Error {
	return &awsx.Error{Class: awsx.Invalid, Op: "plan", Fix: fix, Err: fmt.Errorf("nothing changed: %s", why)}
}

// Build makes the plan that carries an intent out on what was read. It is pure:
// the same input gives the same plan and nothing is asked of the account.
// Input that cannot be carried out, or that changes nothing, is an Invalid
// error.
func Build(cur Current, intent Intent, policy Policy) (Plan, error) {
	edited, err := applyIntent(cur, intent)
	if err != nil {
		return Plan{}, err
	}
	effect := weigh(cur, intent)
	p := Plan{
		Target: cur.Service.Ref, Identity: cur.Identity, Intent: intent, Env: edited.env,
		Production: policy.Production(cur.Service.Ref, cur.Identity.Account),
		Tier:       TierConfirm,
		Leaves:     leaves(cur.Service, intent),
	}
	if p.Production {
		p.Tier = effect.tier
	}
	p.Before, p.After = summaries(cur, intent, edited)
	p.Preconditions = preconditions(cur.Service, intent)
	p.Checks = runChecks(cur, intent, edited, effect)
	p.follow = followSpec(cur, intent, edited)
	if p.Steps, err = steps(cur, intent, edited); err != nil {
		return Plan{}, err
	}
	if !intent.starts() {
		return p, nil
	}
	if edited.register {
		p.Carried = unknownFields(edited.tree)
	}
	return p, diffPlan(&p, cur, edited)
}

// diffPlan adds the difference between what runs and what would.
func diffPlan(p *Plan, cur Current, edited edit) error {
	before, err := cloneDocument(cur.Definition)
	if err != nil {
		return err
	}
	name := edited.tree.word("family") + ":new"
	if !edited.register {
		name = awsx.ARNName(edited.arn)
	}
	p.Old, p.New = maskDocuments(before, edited.tree)
	p.Diff = udiff.Unified(awsx.ARNName(cur.Definition.ARN), name, p.Old, p.New)
	return nil
}

func steps(cur Current, intent Intent, edited edit) ([]Step, error) {
	if in, ok := intent.(Scale); ok {
		return []Step{&updateStep{before: cur.Service, desired: &in.Count}}, nil
	}
	_, force := intent.(Restart)
	update := &updateStep{before: cur.Service, force: force}
	if !edited.register {
		if !force {
			update.definition = edited.arn
		}
		return []Step{update}, nil
	}
	doc, err := sealDocument(edited.tree)
	if err != nil {
		return nil, err
	}
	update.registered = true
	register := &registerStep{target: cur.Service.Ref, family: edited.tree.word("family"), doc: doc}
	for _, known := range []*awsx.TaskDefinition{cur.Definition, cur.Wanted} {
		if known != nil && known.Family == register.family {
			register.after = max(register.after, known.Revision)
		}
	}
	return []Step{register, update}, nil
}

// preconditions lists what the intent touches, and nothing else.
func preconditions(svc awsx.Service, intent Intent) []Precondition {
	desired := Precondition{What: "desired count", now: func(s awsx.Service) string { return strconv.Itoa(s.Desired) }}
	definition := Precondition{What: "task definition", now: func(s awsx.Service) string { return awsx.ARNName(s.TaskDefinition) }}
	deployment := Precondition{What: "deployment", now: func(s awsx.Service) string {
		d, _ := s.Primary()
		return d.ID
	}}
	list := []Precondition{definition, deployment}
	if !intent.starts() {
		list = []Precondition{desired}
	}
	for i := range list {
		list[i].Was = list[i].now(svc)
	}
	return list
}

// summaries tells before and after in a line each, without values of variables.
func summaries(cur Current, intent Intent, edited edit) (before, after string) {
	if in, ok := intent.(Scale); ok {
		return count(cur.Service.Desired, "task"), count(in.Count, "task")
	}
	now := awsx.ARNName(cur.Definition.ARN)
	switch intent.(type) {
	case SetImages:
		for _, c := range edited.images {
			before += ", " + c.container + " " + c.before
			after += ", " + c.container + " " + c.after
		}
		return now + before, "new revision" + after
	case SetEnv:
		return now, "new revision, " + describeEnv(edited.env)
	case Restart:
		return now, now + ", all tasks started anew"
	}
	after = awsx.ARNName(edited.arn)
	if edited.register {
		after = "a copy of " + after
	}
	return now + runs(cur, cur.Definition), after + runs(cur, cur.Wanted)
}

// runs names the images of a revision, each with the digest that it resolves to
// as far as that was read: a tag says little about what will run.
func runs(cur Current, td *awsx.TaskDefinition) string {
	var images []string
	for _, c := range td.Containers {
		ref, err := ParseReference(c.Image)
		if err != nil {
			continue
		}
		name := ref.Short()
		if found := cur.Images[c.Image]; found.Err == nil && found.Image.Digest != "" && !ref.Pinned() {
			name += "@" + ShortDigest(found.Image.Digest)
		}
		images = append(images, name)
	}
	if len(images) == 0 {
		return ""
	}
	return " (" + strings.Join(images, ", ") + ")"
}

// describeEnv names what happens to variables, by container.
func describeEnv(changes []EnvChange) string {
	var parts []string
	for i, c := range changes {
		verb := "set"
		switch {
		case !c.Has:
			verb = "unset"
		case !c.Had:
			verb = "add"
		}
		part := verb + " " + c.Name
		if i == 0 || changes[i-1].Container != c.Container {
			part = c.Container + " " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// leaves says what a person has left, which is what a mistake would be felt by.
func leaves(svc awsx.Service, intent Intent) string {
	if in, ok := intent.(Scale); ok {
		if in.Count > svc.Desired {
			return fmt.Sprintf("adds %s to %d", count(in.Count-svc.Desired, "task"), svc.Desired)
		}
		return fmt.Sprintf("leaves %d of %s", in.Count, count(svc.Desired, "task"))
	}
	lower, _ := bounds(svc, svc.Desired)
	return fmt.Sprintf("leaves at least %d of %s during the deployment", min(lower, svc.Desired), count(svc.Desired, "task"))
}

// Env returns the variables of one container as they run, for editing; an empty
// name means the only container there is.
func Env(td *awsx.TaskDefinition, container string) ([]awsx.EnvVar, error) {
	tree, err := parseTree(td.Raw)
	if err != nil {
		return nil, invalid("%w", err)
	}
	c, err := tree.pickContainer(container)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(td.Containers, func(d awsx.ContainerDefinition) bool { return d.Name == c.word("name") })
	if i < 0 {
		return nil, invalid("container %q is not in the parsed task definition", container)
	}
	return slices.Clone(td.Containers[i].Env), nil
}
