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

// A write puts what it is given into the data and answers with it. Nothing follows
// from it: no deployment moves, no task is replaced, nothing rolls back. What is to
// follow, a test puts in with Edit, or it runs against the simulator.

// write is what each write begins with: the guard of a real account, the record of
// the call and what was arranged for it. Put runs while the lock is held.
func (a *Account) write(ctx context.Context, op Op, operation, resource string, put func() error) error {
	service, action := "ECS", "ecs:"+operation
	switch op {
	case UpdateScaling:
		service, action = "Application Auto Scaling", "application-autoscaling:"+operation
	case SetGroupDesired, UpdateGroup, EndMember:
		service, action = "Auto Scaling", "autoscaling:"+operation
	case StartSession, TerminateSession:
		service, action = "SSM", "ssm:"+operation
	}
	change := awsx.ChangeFrom(ctx)
	switch {
	case a.ReadOnly:
		return &fault.Error{Class: fault.Denied, Op: action, Err: errors.New("gantry is read-only")}
	case change == nil || change.ID == "" || change.Record == nil:
		return &fault.Error{Class: fault.Denied, Op: action, Err: errors.New("no confirmed change permits this call")}
	}
	if err := change.Record(awsx.Call{Service: service, Operation: operation}); err != nil {
		return &fault.Error{Class: fault.Denied, Op: action, Err: fmt.Errorf("the call cannot be recorded: %w", err)}
	}
	if err := a.begin(ctx, op, resource); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return put()
}

// missing is the error of a write about something that is not in the data.
func missing(operation, resource string) error {
	return fault.Errorf(fault.NotFound, "ecs:"+operation, resource, "%s was not found.", resource)
}

// RegisterTaskDefinition implements awsx.Writer: the document becomes the next
// revision of its family.
func (a *Account) RegisterTaskDefinition(ctx context.Context, doc awsx.Document) (td *awsx.TaskDefinition, err error) {
	fields := map[string]json.RawMessage{}
	var head struct {
		Family string
		Tags   []awsx.Tag
	}
	if err := errors.Join(json.Unmarshal(doc, &fields), json.Unmarshal(doc, &head)); err != nil || head.Family == "" {
		return nil, fault.Errorf(fault.Invalid, "ecs:RegisterTaskDefinition", "", "the document is no task definition: %v", err)
	}
	err = a.write(ctx, RegisterTaskDefinition, "RegisterTaskDefinition", head.Family, func() error {
		td, err = a.register(head.Family, head.Tags, fields)
		return err
	})
	return td, err
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
	td, err := describe(fields, tags, map[string]any{
		"taskDefinitionArn": a.arn(fmt.Sprintf("task-definition/%s:%d", family, revision)),
		"revision":          revision, "status": "ACTIVE", "registeredAt": Now.Unix(), "registeredBy": a.data.Identity.ARN,
	})
	if err == nil {
		a.data.TaskDefinitions = append(a.data.TaskDefinitions, td)
	}
	return td, err
}

// describe parses a document with some members set.
func describe(fields map[string]json.RawMessage, tags []awsx.Tag, set map[string]any) (*awsx.TaskDefinition, error) {
	for name, value := range set {
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
	return awsx.ParseTaskDefinition(doc, tags)
}

// DeregisterTaskDefinition implements awsx.DefinitionWriter: the revision is
// INACTIVE. Who read it before keeps what was read.
func (a *Account) DeregisterTaskDefinition(ctx context.Context, arn string) error {
	return a.write(ctx, DeregisterTaskDefinition, "DeregisterTaskDefinition", arn, func() error {
		for i, td := range a.data.TaskDefinitions {
			if td.ARN != arn && awsx.ARNName(td.ARN) != arn {
				continue
			}
			fields := map[string]json.RawMessage{}
			if err := json.Unmarshal(td.Raw, &fields); err != nil {
				return err
			}
			inactive, err := describe(fields, td.Tags, map[string]any{"status": "INACTIVE"})
			if err != nil {
				return err
			}
			a.data.TaskDefinitions[i] = inactive
			return nil
		}
		return missing("DeregisterTaskDefinition", arn)
	})
}

// UpdateService implements awsx.Writer: the service has what was sent, with a
// deployment of it before the others when one starts. A deployment configuration
// becomes what Raw says of the service.
func (a *Account) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (s awsx.Service, err error) {
	err = a.write(ctx, UpdateService, "UpdateService", u.Service.ARN, func() error {
		found := a.service(u.Service.ARN)
		if found == nil {
			return missing("UpdateService", u.Service.ARN)
		}
		if u.DeploymentConfiguration != nil {
			a.data.Raw[found.Ref.ARN] = fmt.Appendf(nil, `{"deploymentConfiguration":%s}`, u.DeploymentConfiguration)
		}
		if u.Capacity != nil {
			found.CapacityProviders = slices.Clone(*u.Capacity)
			if len(*u.Capacity) > 0 {
				found.LaunchType = ""
			}
		}
		if u.ExecEnabled != nil {
			found.ExecEnabled = *u.ExecEnabled
		}
		if u.Desired != nil {
			found.Desired = *u.Desired
		}
		if u.TaskDefinition != nil {
			found.TaskDefinition = *u.TaskDefinition
		}
		found.Deployments = slices.Clone(found.Deployments)
		if u.TaskDefinition != nil || u.ForceNew {
			for i := range found.Deployments {
				found.Deployments[i].Status = "ACTIVE"
			}
			found.Deployments = slices.Insert(found.Deployments, 0, awsx.Deployment{
				ID: "ecs-svc/" + a.digits(19), Status: "PRIMARY", TaskDefinition: found.TaskDefinition,
				RolloutState: "IN_PROGRESS", RolloutReason: "ECS deployment in progress.", CreatedAt: time.Now(), UpdatedAt: time.Now(),
			})
		}
		if len(found.Deployments) > 0 {
			found.Deployments[0].Desired = found.Desired
		}
		s = cloneService(*found)
		return nil
	})
	return s, err
}

func (a *Account) service(arn string) *awsx.Service {
	for i := range a.data.Services {
		if s := &a.data.Services[i]; s.Ref.ARN == arn || s.Name == arn {
			return s
		}
	}
	return nil
}

// UpdateScaling implements awsx.ScalingWriter: the target has what was sent.
func (a *Account) UpdateScaling(ctx context.Context, u awsx.ScalingUpdate) error {
	return a.write(ctx, UpdateScaling, "RegisterScalableTarget", u.Service.ARN, func() error {
		t := a.data.ScalableTargets[u.Service.ARN]
		t.Service = u.Service
		if u.Min != nil {
			t.Min = *u.Min
		}
		if u.Max != nil {
			t.Max = *u.Max
		}
		if u.Suspend != nil {
			t.SuspendedIn, t.SuspendedOut, t.SuspendedScheduled = *u.Suspend, *u.Suspend, *u.Suspend
		}
		a.data.ScalableTargets[u.Service.ARN] = t
		return nil
	})
}

// RunTask implements awsx.TaskWriter: the tasks are PENDING, all but those that
// Data.Refusals keeps from starting.
func (a *Account) RunTask(ctx context.Context, r awsx.RunTask) (tasks []awsx.Task, err error) {
	err = a.write(ctx, RunTask, "RunTask", r.TaskDefinition, func() error {
		i := slices.IndexFunc(a.data.TaskDefinitions, func(td *awsx.TaskDefinition) bool {
			return td.ARN == r.TaskDefinition || awsx.ARNName(td.ARN) == r.TaskDefinition
		})
		if i < 0 {
			return missing("RunTask", r.TaskDefinition)
		}
		td := a.data.TaskDefinitions[i]
		for range max(1, r.Count) - len(a.data.Refusals) {
			t := awsx.Task{
				ID: a.hex(16) + a.hex(16), TaskDefinition: td.ARN, Group: "family:" + td.Family, StartedBy: r.StartedBy, LaunchType: r.LaunchType,
				LastStatus: "PENDING", DesiredStatus: "RUNNING", Health: "UNKNOWN", CPU: td.CPU, Memory: td.Memory, CreatedAt: time.Now(),
			}
			t.Ref = r.Cluster.In(a.arn("task/" + r.Cluster.ClusterName() + "/" + t.ID))
			for _, c := range td.Containers {
				t.Containers = append(t.Containers, awsx.Container{Name: c.Name, Image: c.Image, LastStatus: "PENDING", ExitCode: awsx.Unset})
			}
			a.data.Tasks = append(slices.Clip(a.data.Tasks), t)
			tasks = append(tasks, cloneTask(t))
		}
		for _, refused := range a.data.Refusals {
			return &fault.Error{Class: fault.Failed, Op: "ecs:RunTask", Resource: r.TaskDefinition, Err: errors.New(refused.Reason)}
		}
		return nil
	})
	return tasks, err
}

// StopTask implements awsx.TaskWriter: the task is STOPPED.
func (a *Account) StopTask(ctx context.Context, task awsx.Ref, reason string) (t awsx.Task, err error) {
	err = a.write(ctx, StopTask, "StopTask", task.ARN, func() error {
		found := a.data.Task(task.ARN)
		if found == nil {
			return missing("StopTask", task.ARN)
		}
		end(found, "UserInitiated", reason, 143)
		t = cloneTask(*found)
		return nil
	})
	return t, err
}

// SetInstanceStatus implements awsx.InstanceWriter: the instance has the status.
func (a *Account) SetInstanceStatus(ctx context.Context, instance awsx.Ref, status string) (got awsx.Instance, err error) {
	err = a.write(ctx, SetInstanceStatus, "UpdateContainerInstancesState", instance.ARN, func() error {
		i := slices.IndexFunc(a.data.Instances, func(i awsx.Instance) bool { return i.Ref.ARN == instance.ARN })
		if i < 0 {
			return missing("UpdateContainerInstancesState", instance.ARN)
		}
		a.data.Instances[i].Status = status
		got = cloneInstance(a.data.Instances[i])
		return nil
	})
	return got, err
}

// StopServiceDeployment implements awsx.DeploymentWriter: the record says that a
// rollback was requested.
func (a *Account) StopServiceDeployment(ctx context.Context, deployment string) error {
	return a.write(ctx, StopServiceDeployment, "StopServiceDeployment", deployment, func() error {
		d := a.data.Record(deployment)
		if d == nil {
			return missing("StopServiceDeployment", deployment)
		}
		d.Status = "ROLLBACK_REQUESTED"
		return nil
	})
}

// ContinueServiceDeployment implements awsx.DeploymentWriter: the hook has SUCCEEDED
// or, on the way back, FAILED.
func (a *Account) ContinueServiceDeployment(ctx context.Context, deployment, hook string, rollBack bool) error {
	return a.write(ctx, ContinueServiceDeployment, "ContinueServiceDeployment", deployment+" "+hook, func() error {
		d := a.data.Record(deployment)
		if d == nil {
			return missing("ContinueServiceDeployment", deployment)
		}
		d.Hooks = slices.Clone(d.Hooks)
		for i := range d.Hooks {
			if d.Hooks[i].ID == hook {
				d.Hooks[i].Status = map[bool]string{true: "FAILED", false: "SUCCEEDED"}[rollBack]
			}
		}
		if rollBack {
			d.Status = "ROLLBACK_REQUESTED"
		}
		return nil
	})
}
