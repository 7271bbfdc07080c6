package read

import (
	"context"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/words"
)

// Untold is the error of a reading that succeeded and yet does not tell what became of a
// call, as others changed the same meanwhile.
type Untold struct{ Why string }

// Error says why not.
func (u Untold) Error() string { return u.Why }

// Begun is a service deployment with the definition that it runs.
type Begun struct {
	ARN, Runs string
	At        time.Time
}

// Since reads the records of the deployments that began after the one that a
// service had as its primary.
func Since(ctx context.Context, r awsx.DeploymentReader, before awsx.Service) ([]Begun, error) {
	primary, _ := before.Primary()
	list, err := r.ServiceDeployments(ctx, before.Ref, RecordsRead)
	if err != nil {
		return nil, err
	}
	list = list[:younger(list, primary.CreatedAt)]
	var revisions []string
	for _, d := range list {
		revisions = words.AddNew(revisions, d.Target.ARN)
	}
	found, err := r.ServiceRevisions(ctx, revisions)
	if err != nil {
		return nil, err
	}
	var since []Begun
	for _, d := range list {
		i := slices.IndexFunc(found, func(rev awsx.ServiceRevision) bool { return rev.ARN == d.Target.ARN })
		if i < 0 {
			return nil, Untold{"what " + awsx.ARNName(d.ARN) + " ran is not known"}
		}
		since = append(since, Begun{d.ARN, found[i].TaskDefinition, d.CreatedAt})
	}
	return since, nil
}

// recordLag is the most by which the record of a deployment differs from it in time.
const recordLag = time.Minute

// younger counts the records, newest first, of deployments that began after one that was
// created at a time. Its own record is the one nearest in time: nothing else links the
// two (ECS, ServiceDeployment).
func younger(list []awsx.ServiceDeployment, created time.Time) int {
	n := slices.IndexFunc(list, func(d awsx.ServiceDeployment) bool { return !d.CreatedAt.After(created) })
	if n < 0 {
		n = len(list)
	}
	for i, d := range list {
		if near := d.CreatedAt.Sub(created).Abs(); near < recordLag && (n == len(list) || near < list[n].CreatedAt.Sub(created).Abs()) {
			n = i
		}
	}
	return n
}

// recordsPruned is how many of a service's deployments tell what it ran: as many as the API
// lists in one answer (ECS, ListServiceDeployments).
const recordsPruned = 100

// RanIn are the definitions that a service is on record as having run.
func RanIn(ctx context.Context, r awsx.DeploymentReader, service awsx.Ref) ([]string, error) {
	list, err := r.ServiceDeployments(ctx, service, recordsPruned)
	if err != nil {
		return nil, err
	}
	var revisions, ran []string
	for _, d := range list {
		if d.Target.ARN != "" {
			revisions = words.AddNew(revisions, d.Target.ARN)
		}
	}
	found, err := r.ServiceRevisions(ctx, revisions)
	for _, rev := range found {
		ran = words.AddNew(ran, rev.TaskDefinition)
	}
	return ran, err
}
