package check

import (
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
)

// digestState compares what one container's running tasks were started from
// with what its image resolves to now.
type digestState struct {
	container string
	running   []string // digests
	now       string   // digest; empty when unknown
	unknown   string   // why it cannot be told
}

func (d digestState) moved() bool {
	return d.unknown == "" && (len(d.running) != 1 || d.running[0] != d.now)
}

// digestStates looks at every container of the revision in use. An image that
// is pinned to a digest cannot move.
func digestStates(cur read.Current) []digestState {
	running := cur.RunningDigests()
	var states []digestState
	for _, c := range cur.Definition.Containers {
		ref, err := awsx.ParseReference(c.Image)
		if err == nil && ref.Pinned() {
			continue
		}
		d := digestState{container: c.Name, running: running[c.Name]}
		state, asked := cur.Images[c.Image]
		switch {
		case !asked:
			d.unknown = c.Image + " is not in a private ECR repository"
		case state.Err != nil:
			d.unknown = awsx.ARNName(c.Image) + ": " + read.Why(state.Err)
		case len(d.running) == 0:
			d.unknown = "no running task says what " + awsx.ARNName(c.Image) + " was"
		}
		d.now = state.Image.Digest
		states = append(states, d)
	}
	return states
}

// CompareDigests reports whether a restart is known to pull what runs, and
// whether it is known to pull something else.
func CompareDigests(cur read.Current) (same, moved bool) {
	states := digestStates(cur)
	same = !slices.ContainsFunc(states, func(d digestState) bool { return d.unknown != "" || d.moved() })
	return same, slices.ContainsFunc(states, digestState.moved)
}

// MovedTags tells whether a restart would pull other images than those running:
// ECS resolves a tag once per deployment, so a tag pushed again since makes the
// restart a deploy.
func MovedTags(cur read.Current) Finding {
	var moved, unknown []string
	for _, d := range digestStates(cur) {
		switch {
		case d.unknown != "":
			unknown = append(unknown, d.unknown)
		case d.moved():
			var running []string
			for _, r := range d.running {
				running = append(running, awsx.ShortDigest(r))
			}
			moved = append(moved, fmt.Sprintf("%s runs %s and its tag is %s now", d.container, strings.Join(running, " and "), awsx.ShortDigest(d.now)))
		}
	}
	switch {
	case len(moved) > 0:
		return Finding{Name: Tag, Result: Warning, Text: "this is a deploy: " + strings.Join(moved, "; ")}
	case len(unknown) > 0:
		return Finding{Name: Tag, Result: Skipped, Text: "the restart may pull another image: " + strings.Join(unknown, "; ")}
	}
	return Finding{Name: Tag, Result: OK, Text: "the images are the ones that run"}
}
