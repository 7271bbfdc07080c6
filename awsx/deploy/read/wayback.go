package read

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// PastRun is a state that a service stood in after a deployment succeeded.
type PastRun struct {
	// Definition is the ARN of the task definition; empty when the service
	// revision could not be read.
	Definition string
	// Digests holds the digest of each container's image that ran, by container.
	Digests map[string]string
	// Passed is true when the service went past this state to the oldest on record, which
	// may have been to get away from it.
	Passed bool
}

// runOf is what a service revision ran.
func runOf(d awsx.ServiceDeployment, r awsx.ServiceRevision) PastRun {
	run := PastRun{Definition: r.TaskDefinition, Digests: map[string]string{}}
	for _, i := range r.Images {
		if i.Digest != "" {
			run.Digests[i.Container] = i.Digest
		}
	}
	return run
}

// story is what one pass over a service's deployments tells.
type story struct {
	runs   []PastRun               // of the deployments that succeeded, oldest first
	newest awsx.ServiceDeployment  // zero when there is none
	left   PastRun                 // what the newest ran
	open   *awsx.ServiceDeployment // the newest that has not ended, nil without one
}

// tell goes through the deployments of a service, which may be in any order. Two can be
// open at once, while one makes place for the other: the newer is the service's.
func tell(history []awsx.ServiceDeployment, revisions map[string]awsx.ServiceRevision) story {
	var s story
	for _, d := range byAge(history) {
		run := runOf(d, revisions[d.Target.ARN])
		s.newest, s.left = d, run
		switch {
		case !d.Ended():
			s.open = &d
		case d.Status == "SUCCESSFUL":
			s.runs = append(s.runs, run) // a roll back returns to what stood before
		}
	}
	return s
}

// stack replays what succeeded into the states that the service could return to: oldest
// first, the last one is where it stands when nothing is in progress. A deployment that
// returns to an earlier state takes away those above it: they were rolled back from,
// however well their own deployments ended. Same tells when two runs are one state.
//
// A return over several states to the oldest on record may be a roll back as well as an
// old revision that is deployed on purpose, and leaves nothing below: what stood last is
// kept then, and marked.
func (s story) stack(same func(a, b PastRun) bool) []PastRun {
	var stack []PastRun
	for _, run := range s.runs {
		switch i := slices.IndexFunc(stack, func(r PastRun) bool { return same(r, run) }); {
		case i == 0 && len(stack) > 2:
			top := stack[len(stack)-1]
			top.Passed = true
			stack = []PastRun{top}
		case i >= 0:
			stack = stack[:i]
		}
		stack = append(stack, run)
	}
	return stack
}

// sameRun reports whether two runs are one state: the same definition with the
// same images, or two definitions that differ in nothing but how they name one
// image, as a copy does that is pinned to a digest. Documents holds those of the
// definitions that were read, by ARN.
func sameRun(a, b PastRun, documents map[string]*awsx.TaskDefinition) bool {
	if a.Definition == "" || b.Definition == "" || !sameDigests(a, b) {
		return false
	}
	if a.Definition == b.Definition {
		return true
	}
	x, y := pinnedDocument(documents[a.Definition], a), pinnedDocument(documents[b.Definition], b)
	return x != nil && y != nil && document.Same(x, y)
}

// sameDigests reports whether no container is known to have run two images.
func sameDigests(a, b PastRun) bool {
	for name, digest := range a.Digests {
		if other, known := b.Digests[name]; known && other != digest {
			return false
		}
	}
	return true
}

// pinnedDocument is a definition with the digests that ran in place of its tags;
// nil when it was not read. Tags of the resource are no part of what runs.
func pinnedDocument(td *awsx.TaskDefinition, r PastRun) *document.Node {
	if td == nil {
		return nil
	}
	tree, err := document.Registrable(td)
	if err != nil {
		return nil
	}
	tree.Drop("tags")
	for _, c := range tree.List("containerDefinitions") {
		ref, err := awsx.ParseReference(c.Word("image"))
		if digest := r.Digests[c.Word("name")]; err == nil && digest != "" {
			c.Set("image", document.Text(awsx.Reference{Repository: ref.Repository, Digest: digest}.String()))
		}
	}
	return tree
}

// twins returns the definitions that must be read to tell whether two states are
// one: those of one family that ran the same images under different revisions.
func (s story) twins() []string {
	var arns []string
	for i, a := range s.runs {
		for _, b := range s.runs[:i] {
			fa, _ := awsx.SplitRevision(a.Definition)
			fb, _ := awsx.SplitRevision(b.Definition)
			if a.Definition != "" && a.Definition != b.Definition && fa == fb && len(a.Digests) > 0 && sameDigests(a, b) {
				arns = words.AddNew(words.AddNew(arns, a.Definition), b.Definition)
			}
		}
	}
	return arns
}

// states are those that the service's record tells of.
func (cur Current) states() (story, []PastRun) {
	s := tell(cur.History.Value, cur.Revisions)
	return s, s.stack(func(a, b PastRun) bool { return sameRun(a, b, cur.Documents) })
}

// WayBack is the state to return to when nobody chooses: what stood before the
// deployment in progress, else before the state that the service is in. The
// next older revision may never have run here, and the newest successful
// deployment may be the one that is at fault, so neither is it. It is NotFound
// when there is no record to tell.
func (cur Current) WayBack() (PastRun, error) {
	past, stack := cur.states()
	rolling, inProgress := cur.Service.InProgress()
	if !inProgress && len(stack) > 0 && past.standsOn(stack[len(stack)-1], cur.Service) {
		stack = stack[:len(stack)-1]
	}
	if len(stack) > 0 && stack[len(stack)-1].Definition != "" {
		return stack[len(stack)-1], nil
	}
	if inProgress {
		// Without a record, what still runs beside the rollout is what it replaces.
		for _, d := range cur.Service.Deployments {
			if d.ID != rolling.ID && d.Running > 0 && d.TaskDefinition != rolling.TaskDefinition {
				return PastRun{Definition: d.TaskDefinition}, nil
			}
		}
	}
	return PastRun{}, noWayBack(cur)
}

// Arrival is the deployment by which a service came to where it is: the one in progress,
// else the first of those that ran what it runs. Undone is set when the newest was rolled
// back: of that nothing stands.
func (cur Current) Arrival() (came awsx.ServiceDeployment, undone, ok bool) {
	past := tell(cur.History.Value, cur.Revisions)
	if past.open != nil {
		return *past.open, false, true
	}
	if past.newest.Rollback != nil || past.newest.Status == "STOPPED" {
		return past.newest, true, true
	}
	var stands PastRun
	for _, d := range byAge(cur.History.Value) {
		if d.Status != "SUCCESSFUL" {
			continue
		}
		if run := runOf(d, cur.Revisions[d.Target.ARN]); !ok || !sameRun(run, stands, cur.Documents) {
			came, stands, ok = d, run, true
		}
	}
	return came, false, ok
}

// byAge are deployments, oldest first.
func byAge(history []awsx.ServiceDeployment) []awsx.ServiceDeployment {
	sorted := slices.Clone(history)
	slices.SortStableFunc(sorted, func(a, b awsx.ServiceDeployment) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ARN, b.ARN))
	})
	return sorted
}

// standsOn reports whether a state that once stood is the one that the service is in. It
// is not when the newest deployment, of the same definition, was given up with other
// images and nothing was rolled back: a restart that pulled a tag which was pushed again.
// Nor is it when the way back to it failed, wherever that left the service.
func (s story) standsOn(top PastRun, svc awsx.Service) bool {
	switch {
	case top.Definition != svc.TaskDefinition, s.newest.Status == "ROLLBACK_FAILED":
		return false
	}
	return s.newest.Status != "STOPPED" || s.left.Definition != top.Definition || sameDigests(s.left, top)
}

// noWayBack says why nothing can be chosen.
func noWayBack(cur Current) error {
	e := &fault.Error{Class: fault.NotFound, Op: "roll back", Resource: cur.Service.Ref.ARN,
		Fix: "choose the revision to go back to"}
	if cur.History.Err != nil {
		e.Err = errors.New("the service's deployments are not known: " + Why(cur.History.Err))
		return e
	}
	e.Err = errors.New("no deployment that succeeded before this one is on record")
	return e
}

// RanAs finds the run of a definition in the record, the latest first.
func (cur Current) RanAs(definition string) (PastRun, bool) {
	_, stack := cur.states()
	for _, r := range slices.Backward(stack) {
		if r.Definition == definition {
			return r, true
		}
	}
	return PastRun{}, false
}

// Past reads a service and its deployments, from which WayBack and Arrival tell what was
// changed last. That some definitions are not compared may make two states of one.
func Past(ctx context.Context, r awsx.Reader, service awsx.Ref) (Current, error) {
	return Gather(ctx, r, service, Held{}, []Read{Service(), History()}, func(Current) ([]Read, error) { return nil, nil })
}

// Return is the definition of the state that a roll back returns to, with those that
// have to be compared to find it.
func Return() Read {
	return Read{name: "way back", required: true, ask: func(s *session) (func(*Current), error) {
		svc, err := s.service()
		if err != nil {
			return nil, err
		}
		past, err := s.history()
		cur := Current{Target: s.target, Service: svc, History: Answer[[]awsx.ServiceDeployment]{Value: past.list, Err: err, Done: true}, Revisions: past.revisions}
		for _, image := range cur.likelyImages() {
			s.wg.Go(func() { s.image(image) })
		}
		err = readWayBack(s.ctx, s.r, &cur)
		return func(to *Current) { to.Documents, to.Wanted = cur.Documents, cur.Wanted }, err
	}}
}

// readWayBack reads the definition of the state that a roll back returns to, and
// before it those that have to be compared to find it.
func readWayBack(ctx context.Context, r awsx.TaskDefinitionReader, cur *Current) error {
	cur.Documents = map[string]*awsx.TaskDefinition{}
	var mu sync.Mutex
	var wg crash.Group
	for _, arn := range tell(cur.History.Value, cur.Revisions).twins() {
		wg.Go(func() {
			// A revision that cannot be read is not known to be the same as another.
			if td, err := r.TaskDefinition(ctx, arn); err == nil {
				mu.Lock()
				defer mu.Unlock()
				cur.Documents[arn] = td
			}
		})
	}
	wg.Wait()
	run, err := cur.WayBack()
	if err != nil {
		return err
	}
	if cur.Wanted = cur.Documents[run.Definition]; cur.Wanted == nil {
		cur.Wanted, err = r.TaskDefinition(ctx, run.Definition)
	}
	return err
}

// likelyImages names the images, by tag and by digest, of the state that a roll
// back most likely returns to: the record names them before the definition is
// there to.
func (cur Current) likelyImages() []string {
	run, err := cur.WayBack()
	if err != nil {
		return nil
	}
	var images []string
	for _, rev := range cur.Revisions {
		if rev.TaskDefinition != run.Definition {
			continue
		}
		for _, i := range rev.Images {
			images = words.AddNew(images, i.Image)
			if ref, err := awsx.ParseReference(i.Image); err == nil && i.Digest != "" {
				images = words.AddNew(images, awsx.Reference{Repository: ref.Repository, Digest: i.Digest}.String())
			}
		}
	}
	return images
}
