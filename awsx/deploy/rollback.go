package deploy

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/internal/fault"
)

// Pinning says which images are named by the digest that ran instead of by tag.
type Pinning uint8

// The ways to pin.
const (
	// PinMoved pins the images whose tags were pushed again or are gone: by tag
	// the way back would pull something that never ran.
	PinMoved Pinning = iota
	// PinAll pins every image whose digest is known.
	PinAll
	// PinNone deploys the revision as it is.
	PinNone
)

// RollBack returns a service to what ran before: a deployment in progress is
// stopped and rolled back by ECS itself; otherwise the state is deployed that
// stood before the one in use. To names a revision instead of that choice.
type RollBack struct {
	To  string
	Pin Pinning
}

var _ = verbs.Add(RollBack{})

// Action names the intent.
func (RollBack) Action() string { return step.VerbRollBack }

func (in RollBack) reads() []read.Read {
	if in.To != "" {
		return rolloutReads(read.Revision(in.To), read.History())
	}
	return rolloutReads(read.History(), read.Return())
}

func (in RollBack) draft(cur read.Current) (draft, error) {
	if in.To != "" {
		d, err := UseRevision{Revision: in.To}.draft(cur)
		if err != nil {
			return d, err
		}
		run, _ := cur.RanAs(cur.Wanted.ARN)
		return in.finish(cur, d, run), nil
	}
	rec := cur.Record.Value
	if rec != nil && !rec.Ended() {
		if err := stopping(rec); err != nil {
			return draft{}, err
		}
	}
	run, err := cur.WayBack()
	if err != nil {
		return draft{}, err
	}
	if cur.Wanted == nil || cur.Wanted.ARN != run.Definition {
		return draft{}, invalid("revision %s, to which the service would return, was not read", awsx.ARNName(run.Definition))
	}
	d, err := redeploy(cur, cur.Wanted)
	if err != nil {
		return d, err
	}
	d.checks = append(d.checks, check.ActiveRevision(cur.Wanted))
	if rec != nil && !rec.Ended() {
		return in.stop(cur, d, run), nil
	}
	return in.finish(cur, d, run), nil
}

// stop has ECS roll the deployment in progress back: its own way returns traffic
// and counts as well, and registers nothing.
func (in RollBack) stop(cur read.Current, d draft, run read.PastRun) draft {
	d.stopDeployment(cur)
	d.Register = false // ECS returns to the revision even when it is not ACTIVE
	d.Revision = run.Definition
	d.before = awsx.ARNName(cur.Definition.ARN) + runs(cur, cur.Definition) + ", rolling out"
	d.after = awsx.ARNName(run.Definition) + ranWith(cur.Wanted, run) + ", by rolling the deployment back"
	return d
}

// finish completes a draft that deploys what ran: pinned where that is needed.
func (in RollBack) finish(cur read.Current, d draft, run read.PastRun) draft {
	d.run = run
	pins := in.pins(cur, d.Tree, run)
	for _, p := range pins {
		if p.Pinned {
			d.Tree.Container(p.Container).Set("image", document.Text(p.Reference))
			d.Register = true
		}
		d.ask = append(d.ask, p.Reference)
	}
	if !d.Register && cur.Wanted.ARN == cur.Definition.ARN {
		d.force(cur) // the revision in use starts no deployment by being named
	}
	d.checks = append(d.checks, check.Ran(run, pins))
	if run.Passed {
		d.checks = append(d.checks, check.Finding{Name: check.Record, Result: check.Warning, Text: fmt.Sprintf(
			"%s stood last before an older revision was deployed, which may have been to get away from it", awsx.ARNName(run.Definition))})
	}
	d.before = awsx.ARNName(cur.Definition.ARN) + runs(cur, cur.Definition)
	d.after = awsx.ARNName(run.Definition) + ranWith(cur.Wanted, run)
	if run.Definition == "" {
		d.after = awsx.ARNName(cur.Wanted.ARN) + runs(cur, cur.Wanted)
	}
	if d.Register {
		d.after = "a copy of " + d.after
	}
	return d
}

// pins compares the digests that ran with what the tags resolve to now.
func (in RollBack) pins(cur read.Current, tree *document.Node, run read.PastRun) []check.Pin {
	var pins []check.Pin
	for _, c := range tree.List("containerDefinitions") {
		image := c.Word("image")
		ref, err := awsx.ParseReference(image)
		ran := run.Digests[c.Word("name")]
		if err != nil || ref.Pinned() || ran == "" {
			continue
		}
		p := check.Pin{
			Container: c.Word("name"), Tagged: image, Ran: ran,
			Reference: awsx.Reference{Repository: ref.Repository, Digest: ran}.String(),
		}
		state, asked := cur.Images[image]
		p.Known = asked && (state.Err == nil || fault.ClassOf(state.Err) == fault.NotFound)
		p.Now = state.Image.Digest
		p.Pinned = in.Pin == PinAll || in.Pin == PinMoved && p.Moved()
		pins = append(pins, p)
	}
	return pins
}

// ranWith names the images of a revision as they ran: the tag that the revision
// names, and the digest that it was.
func ranWith(td *awsx.TaskDefinition, r read.PastRun) string {
	var images []string
	for _, c := range td.Containers {
		ref, err := awsx.ParseReference(c.Image)
		digest := r.Digests[c.Name]
		switch {
		case err != nil || digest == "":
		case ref.Pinned():
			images = append(images, ref.Short())
		default:
			images = append(images, ref.Short()+"@"+awsx.ShortDigest(digest))
		}
	}
	if len(images) == 0 {
		return ""
	}
	return " (" + strings.Join(images, ", ") + ")"
}
