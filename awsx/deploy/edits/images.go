package edits

import (
	"maps"
	"slices"

	"gantry/awsx"
	"gantry/awsx/document"
)

// ImageChange is one container whose image an edit replaced.
type ImageChange struct{ Container, Before, After string }

// SetImages replaces images in a tree, by container name, and returns what changed. A
// reference may be ":tag" or "@digest" to keep the repository in use; an empty name means
// the only container there is, or the only one that runs an image of the same repository.
func SetImages(tree *document.Node, images map[string]string) ([]ImageChange, error) {
	if len(images) == 0 {
		return nil, invalid("no image is given: expected registry/repository:tag or :tag")
	}
	var changes []ImageChange
	for _, name := range slices.Sorted(maps.Keys(images)) {
		c, err := pickForImage(tree, name, images[name])
		if err != nil {
			return nil, err
		}
		ref, err := awsx.ResolveReference(images[name], c.Word("image"))
		if err != nil {
			return nil, err
		}
		if before := c.Word("image"); before != ref.String() {
			changes = append(changes, ImageChange{c.Word("name"), before, ref.String()})
			c.Set("image", document.Text(ref.String()))
		}
	}
	return changes, nil
}

// pickForImage resolves a container; without a name, a full reference also finds
// the one container that runs an image of the same repository.
func pickForImage(tree *document.Node, name, typed string) (*document.Node, error) {
	c, err := tree.PickContainer(name)
	if err == nil || name != "" {
		return c, err
	}
	ref, refErr := awsx.ParseReference(typed)
	if refErr != nil {
		return nil, err
	}
	var found []*document.Node
	for _, c := range tree.List("containerDefinitions") {
		if now, e := awsx.ParseReference(c.Word("image")); e == nil && now.Repository == ref.Repository {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return nil, err
	}
	return found[0], nil
}
