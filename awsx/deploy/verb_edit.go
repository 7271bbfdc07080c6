package deploy

import (
	"bytes"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/clean"
)

// EditDefinition deploys a whole task definition, given as the API's JSON: what
// Redacted gave, edited, or what describe-task-definition answers. Placeholders
// in it are put back from the revision in use.
type EditDefinition struct{ Document awsx.Document }

// Action names the intent.
func (EditDefinition) Action() string { return "edit" }

func (EditDefinition) needs() needs { return needs{definition: true, rollout: true, scaling: true} }

func (in EditDefinition) draft(cur Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	before := d.tree
	if d.tree, err = in.read(cur.Definition); err != nil {
		return d, err
	}
	if sameDocument(before, d.tree) {
		return d, nothingChanged("the task definition says the same", "")
	}
	d.env = envChanges(before, d.tree)
	d.secrets = secretChanges(before, d.tree)
	d.checks = plainSecrets(d.env)
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision, edited: " + strings.Join(editedParts(before, d.tree), "; ")
	d.follow = followSpec(cur, d.tree, cur.Service.Desired)
	return d, nil
}

// read makes the tree that would be registered of what was given.
func (in EditDefinition) read(td *awsx.TaskDefinition) (*node, error) {
	tree, err := parseDocument(in.Document)
	if err != nil {
		return nil, err
	}
	tags := tree.get("tags")
	if inner := tree.get("taskDefinition"); inner != nil && inner.kind == object && tree.get("containerDefinitions") == nil {
		tree = inner // an answer of DescribeTaskDefinition
		if tags != nil && tree.get("tags") == nil {
			tree.set("tags", tags)
		}
	}
	if err := dropReadOnly(tree, td); err != nil {
		return nil, err
	}
	switch family := tree.get("family"); {
	case family == nil:
		tree.set("family", text(td.Family))
	case tree.word("family") != td.Family:
		return nil, invalid("the family is %q and the service runs %s: another family is another service's business, or needs one of its own", tree.word("family"), td.Family)
	}
	if err := editTags(tree, td); err != nil {
		return nil, err
	}
	if err := putBack(tree, td); err != nil {
		return nil, err
	}
	return tree, checkDocument(tree)
}

// serviceTimes are read-only fields that tools spell in ways of their own.
var serviceTimes = []string{"registeredAt", "deregisteredAt", "deleteRequestedAt"}

// dropReadOnly takes out what only the service sets, as long as it is what was
// read: somebody who changed it expects something that will not happen.
func dropReadOnly(tree *node, td *awsx.TaskDefinition) error {
	original, err := parseTree(td.Raw)
	if err != nil {
		return invalid("%w", err)
	}
	for _, name := range ReadOnlyFields() {
		given, was := tree.get(name), original.get(name)
		if given == nil {
			continue
		}
		if !slices.Contains(serviceTimes, name) && (was == nil || !bytes.Equal(given.sorted(), was.sorted())) {
			return invalid("%s is set by the service and is not the one of %s, which runs: leave it out", name, awsx.ARNName(td.ARN))
		}
		tree.drop(name)
	}
	return nil
}

// editTags keeps the tags of the revision in use unless the document has its own,
// of which an empty list takes them away. The service's own tags are not sent.
func editTags(tree *node, td *awsx.TaskDefinition) error {
	given := tree.get("tags")
	if given == nil || given.kind != array {
		original, err := cloneDocument(td)
		if tags := original.get("tags"); err == nil && given == nil && tags != nil {
			tree.set("tags", tags)
		}
		return err
	}
	kept := &node{kind: array}
	for _, t := range given.items {
		key := t.word("key")
		if len(key) < 4 || !strings.EqualFold(key[:4], "aws:") {
			kept.items = append(kept.items, t)
		} else if !slices.Contains(td.Tags, awsx.Tag{Key: key, Value: t.word("value")}) {
			return invalid("tag %s: keys that begin with aws: are the service's own", key)
		}
	}
	tree.set("tags", kept)
	if len(kept.items) == 0 {
		tree.drop("tags")
	}
	return nil
}

// envChanges returns what differs between the variables of two documents.
func envChanges(before, after *node) []EnvChange {
	var changes []EnvChange
	for _, c := range pairChanges(before, after, "environment", "value") {
		changes = append(changes, EnvChange{Container: c.container, Name: c.name, Had: c.had, Has: c.has,
			Before: awsx.EnvVar{Name: c.name, Value: clean.Secret(c.before)}, After: awsx.EnvVar{Name: c.name, Value: clean.Secret(c.after)}})
	}
	return changes
}

// secretChanges returns what differs between the references to secrets of two
// documents.
func secretChanges(before, after *node) []SecretChange {
	var changes []SecretChange
	for _, c := range pairChanges(before, after, "secrets", "valueFrom") {
		changes = append(changes, SecretChange{Container: c.container, Name: c.name, Before: c.before, After: c.after})
	}
	return changes
}

// pairChange is a named value of a container that one of two documents lacks, or
// that they give differently.
type pairChange struct {
	container, name, before, after string
	had, has                       bool
}

// pairChanges returns what differs between the containers' lists of named values,
// which lie in the member called value.
func pairChanges(before, after *node, list, value string) []pairChange {
	var changes []pairChange
	for _, name := range bothContainers(before, after) {
		was, now := pairsOf(before.container(name).list(list), value), pairsOf(after.container(name).list(list), value)
		for _, key := range bothKeys(was, now) {
			b, had := was[key]
			a, has := now[key]
			if had != has || a != b {
				changes = append(changes, pairChange{name, key, b, a, had, has})
			}
		}
	}
	return changes
}

func pairsOf(list []*node, value string) map[string]string {
	pairs := map[string]string{}
	for _, n := range list {
		pairs[n.word("name")] = n.word(value)
	}
	return pairs
}

// bothKeys returns the keys of two maps in order.
func bothKeys(a, b map[string]string) []string {
	keys := append(sortedKeys(a), sortedKeys(b)...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// bothContainers returns the names of the containers of two documents, those
// that stay first.
func bothContainers(before, after *node) []string {
	names := before.containerNames()
	for _, name := range after.containerNames() {
		names = appendNew(names, name)
	}
	return names
}

// editedParts names the fields in which two documents differ, by container.
func editedParts(before, after *node) []string {
	b, a := normalise(before), normalise(after)
	var parts []string
	for _, name := range bothContainers(b, a) {
		was, now := b.container(name), a.container(name)
		switch {
		case was == nil:
			parts = append(parts, name+" added")
		case now == nil:
			parts = append(parts, name+" removed")
		default:
			if fields := differing(was, now); len(fields) > 0 {
				parts = append(parts, name+" "+strings.Join(fields, ", "))
			}
		}
	}
	fields := slices.DeleteFunc(differing(b, a), func(f string) bool { return f == "containerDefinitions" })
	if len(fields) > 0 {
		parts = append(parts, strings.Join(fields, ", "))
	}
	if len(parts) == 0 {
		parts = []string{"order of containers"}
	}
	return parts
}

// differing names the members in which two objects differ.
func differing(a, b *node) []string {
	var names []string
	for _, m := range slices.Concat(a.members, b.members) {
		x, y := a.get(m.name), b.get(m.name)
		if x == nil || y == nil || !bytes.Equal(x.sorted(), y.sorted()) {
			names = appendNew(names, m.name)
		}
	}
	return names
}
