package reports

import (
	"cmp"
	"context"
	"slices"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/internal/app"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/internal/words"
)

// imageStatus is what a container of a service runs, once for each revision of which tasks
// run, and for the one that the service is to run.
type imageStatus struct {
	Container string `json:"container"`
	Revision  string `json:"revision"`
	Image     string `json:"image"` // the reference of the revision
	Tag       string `json:"tag"`   // empty where it names a digest alone
	Pinned    string `json:"pinned,omitempty"`
	// Digests are those that run, and Tasks how many tasks run the revision; both null where
	// the tasks were not read.
	Digests []string `json:"digests" schema:"null"`
	Tasks   *int     `json:"tasks"`
}

// statuses are services with what their containers run. The tasks tell that, which were read
// with the services; only of a service without one of its revision is that read. What they
// come with could not be.
func statuses(ctx context.Context, a *app.App, standings []diagnose.Standing) (list []serviceStatus, partial []error) {
	var missing []awsx.Ref // each with the ARN of a revision in its place
	for _, s := range standings {
		if arn := s.Service().TaskDefinition; arn != "" && !runsTasksOf(s, arn) {
			missing = append(missing, awsx.Ref{Context: s.Service().Ref.Context, ARN: arn})
		}
	}
	slices.SortFunc(missing, func(a, b awsx.Ref) int {
		return cmp.Or(cmp.Compare(a.Context.String(), b.Context.String()), cmp.Compare(a.ARN, b.ARN))
	})
	missing = slices.Compact(missing)
	errs := make([]error, len(missing))
	inquiry.EachPlace(len(missing), func(i int) { _, errs[i] = a.Store.TaskDefinition(ctx, missing[i].Context, missing[i].ARN) })
	for _, err := range errs {
		if err != nil {
			partial = fault.AddNew(partial, err)
		}
	}
	list = make([]serviceStatus, len(standings))
	for i, s := range standings {
		list[i] = statusOf(s)
		list[i].Images = containersOf(s, func(arn string) *awsx.TaskDefinition {
			td, _ := a.Store.CachedTaskDefinition(s.Service().Ref.Context, arn)
			return td
		})
	}
	return list, partial
}

// runsTasksOf reports whether a running task of a service tells what a revision runs.
func runsTasksOf(s diagnose.Standing, arn string) bool {
	return s.Evidence.RunningRead && slices.ContainsFunc(s.Evidence.Running, func(t awsx.Task) bool { return t.TaskDefinition == arn && len(t.Containers) > 0 })
}

// containersOf are what the containers of a service run, the revision that it is to run first.
func containersOf(s diagnose.Standing, definition func(arn string) *awsx.TaskDefinition) []imageStatus {
	images := []imageStatus{}
	add := func(arn, container, reference string) *imageStatus {
		revision := awsx.ARNName(arn)
		i := slices.IndexFunc(images, func(m imageStatus) bool { return m.Revision == revision && m.Container == container })
		if i < 0 {
			one := imageStatus{Container: container, Revision: revision, Image: reference, Tag: "latest"}
			if ref, err := awsx.ParseReference(reference); err == nil {
				one.Pinned = ref.Digest
				if one.Tag = ref.Tag; ref.Tag == "" && !ref.Pinned() {
					one.Tag = "latest"
				}
			}
			if s.Evidence.RunningRead {
				one.Digests, one.Tasks = []string{}, new(int)
			}
			images, i = append(images, one), len(images)
		}
		return &images[i]
	}
	wanted := s.Service().TaskDefinition
	if td := definition(wanted); td != nil {
		for _, c := range td.Containers {
			add(wanted, c.Name, c.Image)
		}
	}
	for _, t := range s.Evidence.Running {
		for _, c := range t.Containers {
			one := add(t.TaskDefinition, c.Name, c.Image)
			if one.Tasks == nil {
				continue
			}
			if c.ImageDigest != "" {
				one.Digests = words.AddNew(one.Digests, c.ImageDigest)
			}
			// Not every agent tells the digest of what it runs.
			if c.ImageDigest != "" || c.LastStatus == "RUNNING" {
				*one.Tasks++
			}
		}
	}
	slices.SortStableFunc(images, func(x, y imageStatus) int {
		first := func(m imageStatus) int {
			if m.Revision == awsx.ARNName(wanted) {
				return 0
			}
			return 1
		}
		return cmp.Or(first(x)-first(y), cmp.Compare(x.Revision, y.Revision), cmp.Compare(x.Container, y.Container))
	})
	return images
}
