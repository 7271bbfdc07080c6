package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
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

var _ = verbs.Add(SetImages{})

// Action names the intent.
func (SetImages) Action() string { return step.VerbImages }

func (SetImages) reads() []read.Read { return rolloutReads() }

func (in SetImages) draft(cur read.Current) (draft, error) {
	d, err := editDefinition(cur)
	if err != nil {
		return d, err
	}
	moved, err := edits.SetImages(d.Tree, in.Images)
	if err != nil {
		return d, err
	}
	if in.Pin {
		moved = d.pin(cur, moved)
	}
	if len(moved) == 0 && len(d.unpinned) == 0 {
		return d, nothingChanged("the service runs this image already", "restart it to pull the same tag again")
	}
	d.before = awsx.ARNName(cur.Definition.ARN)
	d.after = "new revision"
	for _, c := range moved {
		d.before += ", " + c.Container + " " + c.Before
		d.after += ", " + c.Container + " " + c.After
	}
	return d, nil
}

// pin replaces the tags of the images that change by the digests that they
// resolve to, and returns those that still change. What ECR was not asked about, or does
// not know, stays a tag and is named: Build refuses a plan that has any.
func (d *draft) pin(cur read.Current, moved []edits.ImageChange) []edits.ImageChange {
	kept := moved[:0]
	for _, c := range moved {
		ref, err := awsx.ParseReference(c.After)
		state, asked := cur.Images[c.After]
		switch {
		case err != nil || ref.Pinned():
		case !asked || state.Err != nil || state.Image.Digest == "":
			d.unpinned = append(d.unpinned, c.After)
		default:
			c.After = ref.Repository + "@" + state.Image.Digest
			d.Tree.Container(c.Container).Set("image", document.Text(c.After))
		}
		if c.Before != c.After {
			kept = append(kept, c)
		}
	}
	return kept
}
