package awsxtest

import (
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
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

// StopServiceDeployment implements awsx.DeploymentWriter: the record goes
// ROLLBACK_IN_PROGRESS and the service begins a deployment of the revision
// before, which FinishRollout ends.
func (a *Account) StopServiceDeployment(ctx context.Context, deployment string) error {
	const operation = "StopServiceDeployment"
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return err
	}
	if err := a.begin(ctx, StopServiceDeployment, deployment); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	d, s, err := a.running(operation, deployment)
	if err != nil {
		return err
	}
	a.stopRollout(s, d, "Service deployment was stopped by the user.")
	return nil
}

// ContinueServiceDeployment implements awsx.DeploymentWriter: the hook has
// SUCCEEDED, or FAILED with the deployment rolled back.
func (a *Account) ContinueServiceDeployment(ctx context.Context, deployment, hook string, rollBack bool) error {
	const operation = "ContinueServiceDeployment"
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return err
	}
	if err := a.begin(ctx, ContinueServiceDeployment, deployment+" "+hook); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	d, s, err := a.running(operation, deployment)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(d.Hooks, func(h awsx.LifecycleHook) bool { return h.ID == hook && h.Status == "AWAITING_ACTION" })
	if i < 0 {
		return fault.Errorf(fault.Invalid, "ecs:"+operation, deployment, "InvalidParameterException: no hook %s awaits an action.", hook)
	}
	d.Hooks = slices.Clone(d.Hooks)
	if !rollBack {
		d.Hooks[i].Status = "SUCCEEDED"
		return nil
	}
	d.Hooks[i].Status = "FAILED"
	a.stopRollout(s, d, "Lifecycle hook "+hook+" was rolled back by the user.")
	return nil
}

// running finds a service deployment that has not ended, with its service; the
// lock is held.
func (a *Account) running(operation, deployment string) (*awsx.ServiceDeployment, *awsx.Service, error) {
	for arn, all := range a.data.Deployments {
		i := slices.IndexFunc(all, func(d awsx.ServiceDeployment) bool { return d.ARN == deployment })
		s := a.service(arn)
		if i < 0 || s == nil {
			continue
		}
		if all[i].Ended() || strings.HasPrefix(all[i].Status, "ROLLBACK") {
			return nil, nil, fault.Errorf(fault.Invalid, "ecs:"+operation, deployment, "ConflictException: The service deployment is %s.", all[i].Status)
		}
		return &all[i], s, nil
	}
	return nil, nil, fault.Errorf(fault.NotFound, "ecs:"+operation, deployment, "ServiceDeploymentNotFoundException: Service deployment not found.")
}

// stopRollout rolls a deployment back; the lock is held.
func (a *Account) stopRollout(s *awsx.Service, d *awsx.ServiceDeployment, reason string) {
	d.Status, d.StatusReason = "ROLLBACK_IN_PROGRESS", reason
	d.Rollback = &awsx.RollbackRecord{Reason: reason, At: time.Now()}
	if len(d.Sources) > 0 {
		d.Rollback.Revision = d.Sources[0].ARN
	}
	a.rollBack(s, reason)
}

// endRecord gives the current service deployment of a service the status that
// its end has; the lock is held.
func (a *Account) endRecord(s *awsx.Service, failed bool) {
	all := a.data.Deployments[s.Ref.ARN]
	i := slices.IndexFunc(all, func(d awsx.ServiceDeployment) bool { return d.ARN == s.CurrentDeployment && !d.Ended() })
	if i < 0 {
		return
	}
	d := &all[i]
	switch {
	case d.Status == "ROLLBACK_IN_PROGRESS" && failed:
		d.Status = "ROLLBACK_FAILED"
	case d.Status == "ROLLBACK_IN_PROGRESS":
		d.Status = "ROLLBACK_SUCCESSFUL"
	case failed:
		d.Status, d.StatusReason, d.StoppedAt = "STOPPED", "Service deployment failed.", time.Now()
	default:
		d.Status = "SUCCESSFUL"
	}
	d.FinishedAt = time.Now()
	s.CurrentDeployment = ""
}
