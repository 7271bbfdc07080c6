package deploy

import (
	"maps"
	"slices"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
)

// SetImages deploys images. Images maps a container's name to a reference, or
// to ":tag" or "@digest" to keep the repository in use; an empty name means the
// only container there is.
type SetImages struct {
	Images map[string]string
	// Pin writes the digest that each tag resolves to now, so that a tag pushed
	// again changes nothing.
	Pin bool
}

// Action names the intent.
func (SetImages) Action() string { return "deploy" }

func (SetImages) reads() []read.Read { return rolloutReads() }

func (in SetImages) draft(cur read.Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	if d.images, err = setImages(d.Tree, in); err != nil {
		return d, err
	}
	if in.Pin {
		d.pin(cur)
	}
	if len(d.images) == 0 && len(d.unpinned) == 0 {
		return d, nothingChanged("the service runs this image already", "restart it to pull the same tag again")
	}
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision"
	for _, c := range d.images {
		d.before += ", " + c.container + " " + c.before
		d.after += ", " + c.container + " " + c.after
	}
	return d, nil
}

// setImages replaces images in a tree and returns what moved.
func setImages(tree *document.Node, in SetImages) ([]imageChange, error) {
	if len(in.Images) == 0 {
		return nil, invalid("no image is given: expected registry/repository:tag or :tag")
	}
	var changes []imageChange
	for _, name := range slices.Sorted(maps.Keys(in.Images)) {
		c, err := pickForImage(tree, name, in.Images[name])
		if err != nil {
			return nil, err
		}
		ref, err := awsx.ResolveReference(in.Images[name], c.Word("image"))
		if err != nil {
			return nil, err
		}
		if before := c.Word("image"); before != ref.String() {
			changes = append(changes, imageChange{c.Word("name"), before, ref.String()})
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

// pin replaces the tags of the images that change by the digests that they
// resolve to. What ECR was not asked about, or does not know, stays a tag and is
// named: Build refuses a plan that has any.
func (d *draft) pin(cur read.Current) {
	kept := d.images[:0]
	for _, c := range d.images {
		ref, err := awsx.ParseReference(c.after)
		state, asked := cur.Images[c.after]
		switch {
		case err != nil || ref.Pinned():
		case !asked || state.Err != nil || state.Image.Digest == "":
			d.unpinned = append(d.unpinned, c.after)
		default:
			c.after = ref.Repository + "@" + state.Image.Digest
			d.Tree.Container(c.container).Set("image", document.Text(c.after))
		}
		if c.before != c.after {
			kept = append(kept, c)
		}
	}
	d.images = kept
}
