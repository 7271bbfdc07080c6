package deployed

import (
	"context"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/ui/theme"
	"gantry/views/wording"
)

// most is how many of a service's deployments are looked at: as many as
// one call describes (ECS, DescribeServiceDeployments).
const most = 20

// Deployment is a service deployment with what it deployed: a zero revision
// was not read.
type Deployment struct {
	awsx.ServiceDeployment
	Revision awsx.ServiceRevision
}

// Read reads a service's deployments, newest first. Service revisions that
// cannot be read are missing, and the error says why.
func Read(ctx context.Context, r awsx.DeploymentReader, service awsx.Ref) ([]Deployment, error) {
	list, err := r.ServiceDeployments(ctx, service, most)
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
	out := make([]Deployment, len(list))
	for i, d := range list {
		out[i] = Deployment{d, byARN[d.Target.ARN]}
	}
	return out, err
}

// State is how the deployment stands.
func (d Deployment) State() theme.Status {
	switch {
	case d.Status == "SUCCESSFUL":
		return theme.StatusOK
	case !d.Ended():
		return theme.StatusPending
	}
	return theme.StatusFailed
}

// Words say how it ended, or what goes on.
func (d Deployment) Words() string {
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

// Images are what ran, by digest where that is known.
func (d Deployment) Images() string {
	short := make([]string, len(d.Revision.Images))
	for i, image := range d.Revision.Images {
		short[i] = wording.ShortImage(image.Image, image.Digest)
	}
	return strings.Join(short, " ")
}
