package edits

import (
	"bytes"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
)

// Written makes the tree that would be registered of a whole definition that somebody
// wrote in place of the revision in use: the API's JSON, by itself or in an answer of
// DescribeTaskDefinition. Secrets that it masks are put back, what only the service sets
// is taken out, and what the service would refuse is refused here.
func Written(doc awsx.Document, td *awsx.TaskDefinition) (*document.Node, error) {
	tree, err := document.ParseWritten(doc)
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
