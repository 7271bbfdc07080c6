package deploy

import (
	"strings"

	"gantry/awsx"
)

// UseRevision deploys a revision that exists: an ARN, family:revision, or a
// revision number of the family in use. A revision that is no longer ACTIVE is
// copied into a new one.
type UseRevision struct{ Revision string }

// Action names the intent.
func (UseRevision) Action() string { return "use revision" }

func (u UseRevision) needs() needs {
	return needs{definition: true, revision: u.Revision, rollout: true, scaling: true}
}

func (u UseRevision) draft(cur Current) (draft, error) {
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
	d.effect = effect{tier: TierName}
	if rollsBack(cur) {
		d.effect = effect{mitigation: true, tier: TierConfirm}
	}
	d.checks = append(d.checks, checkRevision(cur.Wanted))
	after := awsx.ARNName(d.arn)
	if d.register {
		after = "a copy of " + after
	}
	d.before = awsx.ARNName(cur.Definition.ARN) + runs(cur, cur.Definition)
	d.after = after + runs(cur, cur.Wanted)
	return d, nil
}

// rollsBack reports whether the wanted revision is an earlier one of the family
// in use.
func rollsBack(cur Current) bool {
	return cur.Wanted != nil && cur.Wanted.Family == cur.Definition.Family &&
		cur.Wanted.Revision < cur.Definition.Revision
}

// revisionID turns what a person typed into something that can be described.
func revisionID(typed, family string) (string, error) {
	s := strings.TrimSpace(typed)
	number := s
	if strings.Contains(s, ":") {
		_, number = awsx.SplitRevision(s)
	} else {
		s = family + ":" + s
	}
	if number == "" || strings.Trim(number, "0123456789") != "" || strings.HasPrefix(number, "0") {
		return "", invalid("revision %q: expected a number, family:number or a task definition ARN", typed)
	}
	return s, nil
}

// runs names the images of a revision, each with the digest that it resolves to
// as far as that was read: a tag says little about what will run.
func runs(cur Current, td *awsx.TaskDefinition) string {
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
