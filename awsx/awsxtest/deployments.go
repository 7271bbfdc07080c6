package awsxtest

import (
	"context"
	"slices"
	"strings"

	"gantry/awsx"
)

// ServiceDeployments implements awsx.DeploymentReader.
func (a *Account) ServiceDeployments(ctx context.Context, service awsx.Ref, limit int) ([]awsx.ServiceDeployment, error) {
	if err := a.begin(ctx, ServiceDeployments, service.ARN); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []awsx.ServiceDeployment
	for _, d := range a.data.Deployments[service.ARN] {
		if limit > 0 && len(found) == limit {
			break
		}
		found = append(found, cloneDeployment(d))
	}
	return found, nil
}

// ServiceRevisions implements awsx.DeploymentReader.
func (a *Account) ServiceRevisions(ctx context.Context, arns []string) ([]awsx.ServiceRevision, error) {
	if err := a.begin(ctx, ServiceRevisions, strings.Join(arns, ",")); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []awsx.ServiceRevision
	for _, arn := range arns {
		for _, r := range a.data.Revisions {
			if r.ARN == arn {
				found = append(found, r)
			}
		}
	}
	return found, nil
}

func cloneDeployment(d awsx.ServiceDeployment) awsx.ServiceDeployment {
	d.Sources, d.Hooks = slices.Clone(d.Sources), slices.Clone(d.Hooks)
	d.Alarms, d.TriggeredAlarms = slices.Clone(d.Alarms), slices.Clone(d.TriggeredAlarms)
	if d.Rollback != nil {
		rollback := *d.Rollback
		d.Rollback = &rollback
	}
	return d
}

// Record adds the deployment under way of a service, named or by ARN, to what
// the service deployments API tells, IN_PROGRESS and as the service's current
// one, with a service revision for it and for the one before. It returns the
// record's ARN, for further changes by Edit.
func (a *Account) Record(service string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.service(service)
	if s == nil || len(s.Deployments) == 0 {
		return ""
	}
	tail := s.Ref.ClusterName() + "/" + s.Name + "/" + a.digits(17)
	d := awsx.ServiceDeployment{
		ARN: a.arn("service-deployment/" + tail), Status: "IN_PROGRESS", Strategy: s.Strategy,
		Target:    awsx.RevisionShare{ARN: a.revision(s, s.Deployments[0]), Requested: s.Desired, Production: awsx.Unset, Test: awsx.Unset},
		CreatedAt: s.Deployments[0].CreatedAt, StartedAt: s.Deployments[0].CreatedAt,
	}
	for _, older := range s.Deployments[1:] {
		d.Sources = append(d.Sources, awsx.RevisionShare{ARN: a.revision(s, older), Running: older.Running, Production: awsx.Unset, Test: awsx.Unset})
	}
	s.CurrentDeployment = d.ARN
	a.data.Deployments[s.Ref.ARN] = append([]awsx.ServiceDeployment{d}, a.data.Deployments[s.Ref.ARN]...)
	return d.ARN
}

// revision adds the service revision of a deployment; the lock is held.
func (a *Account) revision(s *awsx.Service, d awsx.Deployment) string {
	r := awsx.ServiceRevision{
		ARN:            a.arn("service-revision/" + s.Ref.ClusterName() + "/" + s.Name + "/" + a.digits(19)),
		TaskDefinition: d.TaskDefinition, CreatedAt: d.CreatedAt,
	}
	for _, lb := range s.LoadBalancers {
		r.TargetGroups = append(r.TargetGroups, lb.TargetGroup)
	}
	for _, td := range a.data.TaskDefinitions {
		if td.ARN != d.TaskDefinition {
			continue
		}
		for _, c := range td.Containers {
			r.Images = append(r.Images, awsx.RevisionImage{Container: c.Name, Image: c.Image, Digest: imageDigest(c.Image)})
		}
	}
	a.data.Revisions = append(a.data.Revisions, r)
	return r.ARN
}
