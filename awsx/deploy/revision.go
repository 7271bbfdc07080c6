package deploy

import (
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
)

// UseRevision deploys a revision that exists: an ARN, family:revision, or a
// revision number of the family in use. A revision that is no longer ACTIVE is
// copied into a new one.
type UseRevision struct{ Revision string }

var _ = verbs.Add(UseRevision{})

// Action names the intent.
func (UseRevision) Action() string { return "use revision" }

func (u UseRevision) reads() []read.Read {
	return rolloutReads(read.Revision(u.Revision), read.History())
}

func (u UseRevision) draft(cur read.Current) (draft, error) {
	if cur.Wanted == nil {
		return draft{}, invalid("revision %q was not read", u.Revision)
	}
	if cur.Wanted.ARN == cur.Definition.ARN {
		return draft{}, nothingChanged("the service runs "+awsx.ARNName(cur.Wanted.ARN)+" already", "restart it to start its tasks anew")
	}
	d, err := redeploy(cur, cur.Wanted)
	if err != nil {
		return d, err
	}
	d.chosen = true
	d.checks = append(d.checks, check.ActiveRevision(cur.Wanted), check.OnRecord(cur))
	after := awsx.ARNName(d.Revision)
	if d.Register {
		after = "a copy of " + after
	}
	d.before = awsx.ARNName(cur.Definition.ARN) + runs(cur, cur.Definition)
	d.after = after + runs(cur, cur.Wanted)
	return d, nil
}

// runs names the images of a revision, each with the digest that it resolves to
// as far as that was read: a tag says little about what will run.
func runs(cur read.Current, td *awsx.TaskDefinition) string {
	var images []string
	for _, c := range td.Containers {
		ref, err := awsx.ParseReference(c.Image)
		if err != nil {
			continue
		}
		name := ref.Short()
		if found := cur.Images[c.Image]; found.Err == nil && found.Image.Digest != "" && !ref.Pinned() {
			name += "@" + awsx.ShortDigest(found.Image.Digest)
		}
		images = append(images, name)
	}
	if len(images) == 0 {
		return ""
	}
	return " (" + strings.Join(images, ", ") + ")"
}
