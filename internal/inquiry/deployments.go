package inquiry

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
)

// mostDeployments is how many of a service's deployments are looked at: as many as one
// call describes (ECS, DescribeServiceDeployments).
const mostDeployments = 20

// Deployment is a service deployment with what it deployed: a zero revision was not read.
type Deployment struct {
	awsx.ServiceDeployment
	Revision awsx.ServiceRevision
}

// Deployments reads a service's deployments, newest first. Service revisions that cannot be
// read are missing, and the error says why.
func Deployments(ctx context.Context, r awsx.DeploymentReader, service awsx.Ref) ([]Deployment, error) {
	list, err := r.ServiceDeployments(ctx, service, mostDeployments)
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

// ChangeOf returns which revision of a service was deployed last, and which one stood
// before, by their ARNs: by the record of its deployments, where it tells. One that was
// rolled back is told against what runs again. Before is empty for the first.
func ChangeOf(s awsx.Service, past []Deployment) (before, after string) {
	after = s.TaskDefinition
	if len(past) > 0 && past[0].Revision.TaskDefinition != "" {
		after = past[0].Revision.TaskDefinition
	}
	if after != s.TaskDefinition {
		return s.TaskDefinition, after
	}
	for _, d := range past {
		if ran := d.Revision.TaskDefinition; ran != "" && ran != after && d.Status == "SUCCESSFUL" {
			return ran, after
		}
	}
	return RevisionBefore(s), after
}

// RevisionBefore is the revision that the newest one takes the place of: what still runs
// beside it, else the one that was registered before it. It is empty for the first.
func RevisionBefore(s awsx.Service) string {
	primary, _ := s.Primary()
	for _, d := range s.Deployments {
		if d.Status != "PRIMARY" && d.TaskDefinition != "" && d.TaskDefinition != primary.TaskDefinition {
			return d.TaskDefinition
		}
	}
	family, revision := awsx.SplitRevision(s.TaskDefinition)
	n, err := strconv.Atoi(revision)
	if err != nil || n < 2 || family == "" {
		return ""
	}
	return s.TaskDefinition[:len(s.TaskDefinition)-len(revision)] + strconv.Itoa(n-1)
}
