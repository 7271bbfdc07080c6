package awsxtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// api is one of the services, by the SDK's id of it.
type api string

const (
	ecsAPI     api = "ECS"
	scalingAPI api = "Application Auto Scaling"
)

// action returns an operation as IAM policies spell it.
func (s api) action(operation string) string {
	if s == scalingAPI {
		return "application-autoscaling:" + operation
	}
	return "ecs:" + operation
}

// permit is the guard of a real account: no change, no call.
func (a *Account) permit(ctx context.Context, in api, operation string) error {
	op := in.action(operation)
	change := awsx.ChangeFrom(ctx)
	switch {
	case a.ReadOnly:
		return &fault.Error{Class: fault.Denied, Op: op, Err: errors.New("gantry is read-only")}
	case change == nil || change.ID == "" || change.Record == nil:
		return &fault.Error{Class: fault.Denied, Op: op, Err: errors.New("no confirmed change permits this call")}
	}
	if err := change.Record(awsx.Call{Service: string(in), Operation: operation}); err != nil {
		return &fault.Error{Class: fault.Denied, Op: op, Err: fmt.Errorf("the call cannot be recorded: %w", err)}
	}
	return nil
}

// RegisterTaskDefinition implements awsx.Writer: the document becomes the next
// revision of its family, with what the service adds to it.
func (a *Account) RegisterTaskDefinition(ctx context.Context, doc awsx.Document) (*awsx.TaskDefinition, error) {
	const operation = "RegisterTaskDefinition"
	fields := map[string]json.RawMessage{}
	var head struct {
		Family string
		Tags   []awsx.Tag
	}
	if err := errors.Join(json.Unmarshal(doc, &fields), json.Unmarshal(doc, &head)); err != nil || head.Family == "" {
		return nil, fault.Errorf(fault.Invalid, "ecs:"+operation, "", "the document is no task definition: %v", err)
	}
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return nil, err
	}
	if err := a.begin(ctx, RegisterTaskDefinition, head.Family); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.register(head.Family, head.Tags, fields)
}

// register adds a revision; the lock is held.
func (a *Account) register(family string, tags []awsx.Tag, fields map[string]json.RawMessage) (*awsx.TaskDefinition, error) {
	revision := 1
	for _, td := range a.data.TaskDefinitions {
		if td.Family == family {
			revision = max(revision, td.Revision+1)
		}
	}
	delete(fields, "tags")
	for name, value := range map[string]any{
		"taskDefinitionArn": a.arn(fmt.Sprintf("task-definition/%s:%d", family, revision)),
		"revision":          revision, "status": "ACTIVE", "registeredAt": Now.Unix(), "registeredBy": a.data.Identity.ARN,
	} {
		b, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		fields[name] = b
	}
	doc, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	td, err := awsx.ParseTaskDefinition(doc, tags)
	if err != nil {
		return nil, err
	}
	a.data.TaskDefinitions = append(a.data.TaskDefinitions, td)
	return td, nil
}

// UpdateService implements awsx.Writer. A new task definition or a forced
// deployment starts one; FinishRollout and FailRollout end it.
func (a *Account) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (awsx.Service, error) {
	const operation = "UpdateService"
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return awsx.Service{}, err
	}
	if err := a.begin(ctx, UpdateService, u.Service.ARN); err != nil {
		return awsx.Service{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.service(u.Service.ARN)
	if s == nil {
		return awsx.Service{}, fault.Errorf(fault.NotFound, "ecs:"+operation, u.Service.ARN, "ServiceNotFoundException: Service not found.")
	}
	if u.DeploymentConfiguration != nil {
		if err := configure(s, u.DeploymentConfiguration); err != nil {
			return awsx.Service{}, fault.Errorf(fault.Invalid, "ecs:"+operation, u.Service.ARN, "InvalidParameterException: %v", err)
		}
	}
	if u.Desired != nil {
		s.Desired = *u.Desired
	}
	if u.TaskDefinition != nil || u.ForceNew {
		if u.TaskDefinition != nil {
			s.TaskDefinition = *u.TaskDefinition
		}
		a.startDeployment(s)
	}
	for i := range s.Deployments {
		if s.Deployments[i].Status == "PRIMARY" {
			s.Deployments[i].Desired = s.Desired
		}
	}
	return cloneService(*s), nil
}

func (a *Account) service(arn string) *awsx.Service {
	for i := range a.data.Services {
		if s := &a.data.Services[i]; s.Ref.ARN == arn || s.Name == arn {
			return s
		}
	}
	return nil
}

func (a *Account) startDeployment(s *awsx.Service) {
	s.Deployments = append([]awsx.Deployment(nil), s.Deployments...)
	for i := range s.Deployments {
		s.Deployments[i].Status = "ACTIVE"
	}
	now := time.Now()
	s.Deployments = append([]awsx.Deployment{{
		ID: "ecs-svc/" + a.digits(19), Status: "PRIMARY", TaskDefinition: s.TaskDefinition, Desired: s.Desired,
		RolloutState: "IN_PROGRESS", RolloutReason: "ECS deployment in progress.", CreatedAt: now, UpdatedAt: now,
	}}, s.Deployments...)
}

// FinishRollout completes the deployment of a service, named or by ARN: all its
// tasks run the new revision, are healthy in their target groups, and the older
// deployments are gone.
func (a *Account) FinishRollout(service string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.service(service)
	if s == nil || len(s.Deployments) == 0 {
		return
	}
	primary := s.Deployments[0]
	primary.Running, primary.Pending, primary.Desired = s.Desired, 0, s.Desired
	primary.RolloutState, primary.RolloutReason = "COMPLETED", "ECS deployment "+primary.ID+" completed."
	s.Deployments = []awsx.Deployment{primary}
	s.Running, s.Pending = s.Desired, 0
	a.replaceTasks(s, primary.ID)
	a.endRecord(s, false)
	a.event(s, "has reached a steady state.")
}

// FailRollout ends the deployment of a service, named or by ARN, as the circuit
// breaker does: with failed tasks and an event, and, when rollback is set, with
// a new deployment of the revision before.
func (a *Account) FailRollout(service string, rollback bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.service(service)
	if s == nil || len(s.Deployments) == 0 {
		return
	}
	failed := &s.Deployments[0]
	failed.Failed, failed.RolloutState = 3, "FAILED"
	failed.RolloutReason = "ECS deployment circuit breaker: tasks failed to start."
	a.event(s, "(deployment "+failed.ID+") deployment failed: tasks failed to start.")
	if !rollback || len(s.Deployments) < 2 {
		a.endRecord(s, true)
		return
	}
	if i := slices.IndexFunc(a.data.Deployments[s.Ref.ARN], func(d awsx.ServiceDeployment) bool { return d.ARN == s.CurrentDeployment }); i >= 0 {
		a.data.Deployments[s.Ref.ARN][i].Status = "ROLLBACK_IN_PROGRESS"
	}
	a.rollBack(s, "ECS deployment circuit breaker")
}

// rollBack begins a deployment of the revision that ran before the newest; the
// lock is held.
func (a *Account) rollBack(s *awsx.Service, reason string) {
	if len(s.Deployments) < 2 {
		return
	}
	s.TaskDefinition = s.Deployments[1].TaskDefinition
	a.startDeployment(s)
	s.Deployments[0].RolloutReason = reason + ": rolling back to deploymentId " + s.Deployments[2].ID + "."
	a.event(s, "rolling back to deployment "+s.Deployments[2].ID+".")
}

// event adds the newest event of a service, in the service's wording.
func (a *Account) event(s *awsx.Service, text string) {
	s.Events = append([]awsx.ServiceEvent{{ID: a.hex(32), At: time.Now(), Message: "(service " + s.Name + ") " + text}}, s.Events...)
}
