package revisions

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/ui/theme"
	"gantry/views/wording"
)

// historyRead is how many of a service's deployments are looked at: as many as
// one call describes (ECS, DescribeServiceDeployments).
const historyRead = 20

// pastDeployment is a service deployment with what it deployed: a zero revision
// was not read.
type pastDeployment struct {
	awsx.ServiceDeployment
	revision awsx.ServiceRevision
}

// readHistory reads a service's deployments, newest first. Service revisions that
// cannot be read are missing, and the error says why.
func readHistory(ctx context.Context, r awsx.DeploymentReader, service awsx.Ref) ([]pastDeployment, error) {
	list, err := r.ServiceDeployments(ctx, service, historyRead)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b awsx.ServiceDeployment) int { return b.CreatedAt.Compare(a.CreatedAt) })
	var arns []string
	for _, d := range list {
		if d.Target.ARN != "" && !slices.Contains(arns, d.Target.ARN) {
			arns = append(arns, d.Target.ARN)
		}
	}
	revisions, err := r.ServiceRevisions(ctx, arns)
	byARN := map[string]awsx.ServiceRevision{}
	for _, rev := range revisions {
		byARN[rev.ARN] = rev
	}
	out := make([]pastDeployment, len(list))
	for i, d := range list {
		out[i] = pastDeployment{d, byARN[d.Target.ARN]}
	}
	return out, err
}

// status is how the deployment stands.
func (d pastDeployment) status() theme.Status {
	switch {
	case d.Status == "SUCCESSFUL":
		return theme.StatusOK
	case !d.Ended():
		return theme.StatusPending
	}
	return theme.StatusFailed
}

// words say how it ended, or what goes on.
func (d pastDeployment) words() string {
	switch d.Status {
	case "SUCCESSFUL":
		return "succeeded"
	case "ROLLBACK_SUCCESSFUL":
		return "rolled back"
	case "ROLLBACK_FAILED":
		return "roll back failed"
	}
	if _, paused := d.Paused(); paused {
		return "paused"
	}
	return strings.ToLower(strings.ReplaceAll(d.Status, "_", " "))
}

// images are what ran, by digest where that is known.
func (d pastDeployment) images() string {
	short := make([]string, len(d.revision.Images))
	for i, image := range d.revision.Images {
		short[i] = wording.ShortImage(image.Image, image.Digest)
	}
	return strings.Join(short, " ")
}

// readers bounds how many definitions are read at once.
const readers = 4

// readDefinitions reads task definitions; those that cannot be read are missing,
// and the error is that of the first.
func readDefinitions(ctx context.Context, st *store.Store, id awsx.ContextID, arns []string) (map[string]*awsx.TaskDefinition, error) {
	found := map[string]*awsx.TaskDefinition{}
	errs := map[string]error{}
	var mu sync.Mutex
	var wg crash.Group
	slots := make(chan struct{}, readers)
	for _, arn := range arns {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			td, err := st.TaskDefinition(ctx, id, arn)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs[arn] = err
				return
			}
			found[arn] = td
		})
	}
	wg.Wait()
	for _, arn := range slices.Sorted(maps.Keys(errs)) {
		return found, errs[arn]
	}
	return found, nil
}
