package deploy

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/internal/words"
)

// EditDefinition deploys a whole task definition, given as the API's JSON: what
// Redacted gave, edited, or what describe-task-definition answers. Placeholders
// in it are put back from the revision in use.
type EditDefinition struct{ Document awsx.Document }

// Action names the intent.
func (EditDefinition) Action() string { return "edit" }

func (EditDefinition) reads() []read.Read { return rolloutReads() }

func (in EditDefinition) draft(cur read.Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	before := d.Tree
	if d.Tree, err = in.parse(cur.Definition); err != nil {
		return d, err
	}
	if document.Same(before, d.Tree) {
		return d, nothingChanged("the task definition says the same", "")
	}
	d.env = envChanges(before, d.Tree)
	d.secrets = secretChanges(before, d.Tree)
	d.checks = append(plainSecrets(d.env), incompleteReferences(d.secrets)...)
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision, edited: " + strings.Join(editedParts(before, d.Tree), "; ")
	d.follow = followSpec(cur, d.Tree, cur.Service.Desired)
	return d, nil
}

// parse makes the tree that would be registered of what was given.
func (in EditDefinition) parse(td *awsx.TaskDefinition) (*document.Node, error) {
	tree, err := document.ParseWritten(in.Document)
	if err != nil {
		return nil, err
	}
	tags := tree.Get("tags")
	if inner := tree.Get("taskDefinition"); inner != nil && inner.Kind == document.Object && tree.Get("containerDefinitions") == nil {
		tree = inner // an answer of DescribeTaskDefinition
		if tags != nil && tree.Get("tags") == nil {
			tree.Set("tags", tags)
		}
	}
	if err := dropReadOnly(tree, td); err != nil {
		return nil, err
	}
	switch family := tree.Get("family"); {
	case family == nil:
		tree.Set("family", document.Text(td.Family))
	case tree.Word("family") != td.Family:
		return nil, invalid("the family is %q and the service runs %s: another family is another service's business, or needs one of its own", tree.Word("family"), td.Family)
	}
	if err := editTags(tree, td); err != nil {
		return nil, err
	}
	if err := document.PutBack(tree, td); err != nil {
		return nil, err
	}
	return tree, document.Admit(tree)
}

// serviceTimes are read-only fields that tools spell in ways of their own.
var serviceTimes = []string{"registeredAt", "deregisteredAt", "deleteRequestedAt"}

// dropReadOnly takes out what only the service sets, as long as it is what was
// read: somebody who changed it expects something that will not happen.
func dropReadOnly(tree *document.Node, td *awsx.TaskDefinition) error {
	original, err := document.Parse(td.Raw)
	if err != nil {
		return invalid("%w", err)
	}
	for _, name := range document.ReadOnlyFields() {
		given, was := tree.Get(name), original.Get(name)
		if given == nil {
			continue
		}
		if !slices.Contains(serviceTimes, name) && (was == nil || !bytes.Equal(given.Canonical(), was.Canonical())) {
			return invalid("%s is set by the service and is not the one of %s, which runs: leave it out", name, awsx.ARNName(td.ARN))
		}
		tree.Drop(name)
	}
	return nil
}

// editTags keeps the tags of the revision in use unless the document has its own,
// of which an empty list takes them away. The service's own tags are not sent.
func editTags(tree *document.Node, td *awsx.TaskDefinition) error {
	given := tree.Get("tags")
	if given == nil || given.Kind != document.Array {
		original, err := document.Registrable(td)
		if tags := original.Get("tags"); err == nil && given == nil && tags != nil {
			tree.Set("tags", tags)
		}
		return err
	}
	kept := &document.Node{Kind: document.Array}
	for _, t := range given.Items {
		key := t.Word("key")
		if len(key) < 4 || !strings.EqualFold(key[:4], "aws:") {
			kept.Items = append(kept.Items, t)
		} else if !slices.Contains(td.Tags, awsx.Tag{Key: key, Value: t.Word("value")}) {
			return invalid("tag %s: keys that begin with aws: are the service's own", key)
		}
	}
	tree.Set("tags", kept)
	if len(kept.Items) == 0 {
		tree.Drop("tags")
	}
	return nil
}

// envChanges returns what differs between the variables of two documents.
func envChanges(before, after *document.Node) []EnvChange {
	var changes []EnvChange
	for _, c := range pairChanges(before, after, "environment", "value") {
		changes = append(changes, EnvChange{Container: c.container, Name: c.name, Had: c.had, Has: c.has,
			Before: awsx.EnvVar{Name: c.name, Value: clean.Secret(c.before)}, After: awsx.EnvVar{Name: c.name, Value: clean.Secret(c.after)}})
	}
	return changes
}

// secretChanges returns what differs between the references to secrets of two
// documents.
func secretChanges(before, after *document.Node) []SecretChange {
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
func pairChanges(before, after *document.Node, list, value string) []pairChange {
	var changes []pairChange
	for _, name := range bothContainers(before, after) {
		was, now := pairsOf(before.Container(name).List(list), value), pairsOf(after.Container(name).List(list), value)
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

func pairsOf(list []*document.Node, value string) map[string]string {
	pairs := map[string]string{}
	for _, n := range list {
		pairs[n.Word("name")] = n.Word(value)
	}
	return pairs
}

// bothKeys returns the keys of two maps in order.
func bothKeys(a, b map[string]string) []string {
	keys := append(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b))...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// bothContainers returns the names of the containers of two documents, those
// that stay first.
func bothContainers(before, after *document.Node) []string {
	names := before.ContainerNames()
	for _, name := range after.ContainerNames() {
		names = words.AddNew(names, name)
	}
	return names
}

// editedParts names the fields in which two documents differ, by container.
func editedParts(before, after *document.Node) []string {
	b, a := document.Normal(before), document.Normal(after)
	var parts []string
	for _, name := range bothContainers(b, a) {
		was, now := b.Container(name), a.Container(name)
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
func differing(a, b *document.Node) []string {
	var names []string
	for _, m := range slices.Concat(a.Members, b.Members) {
		x, y := a.Get(m.Name), b.Get(m.Name)
		if x == nil || y == nil || !bytes.Equal(x.Canonical(), y.Canonical()) {
			names = words.AddNew(names, m.Name)
		}
	}
	return names
}
