package awsxtest

import (
	"context"
	"errors"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// RunTask implements awsx.TaskWriter. Its tasks are PENDING, as the service's
// answer has them, until EndTask or Edit says otherwise. A token that was used
// before returns the tasks of that time.
func (a *Account) RunTask(ctx context.Context, r awsx.RunTask) ([]awsx.Task, error) {
	const operation = "RunTask"
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return nil, err
	}
	if err := a.begin(ctx, RunTask, r.TaskDefinition); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if before, ok := a.started[r.Token]; ok && r.Token != "" {
		return a.tasksOf(before), nil
	}
	td := a.definitionOf(r.TaskDefinition)
	if td == nil || td.Status != "ACTIVE" {
		return nil, fault.Errorf(fault.Invalid, "ecs:"+operation, r.TaskDefinition, "ClientException: TaskDefinition not found.")
	}
	refused := a.data.Refusals
	var arns []string
	for range max(1, r.Count) - len(refused) {
		t := awsx.Task{
			ID: a.hex(16) + a.hex(16), TaskDefinition: td.ARN, Group: "family:" + td.Family, StartedBy: r.StartedBy, LaunchType: r.LaunchType,
			LastStatus: "PENDING", DesiredStatus: "RUNNING", Health: "UNKNOWN", CPU: td.CPU, Memory: td.Memory, CreatedAt: time.Now(),
		}
		t.Ref = r.Cluster.In(a.arn("task/" + r.Cluster.ClusterName() + "/" + t.ID))
		for _, c := range td.Containers {
			t.Containers = append(t.Containers, awsx.Container{Name: c.Name, Image: c.Image, LastStatus: "PENDING", ExitCode: awsx.Unset})
		}
		a.data.Tasks = append(slices.Clip(a.data.Tasks), t)
		arns = append(arns, t.Ref.ARN)
	}
	a.started[r.Token] = arns
	if len(refused) > 0 {
		return a.tasksOf(arns), &fault.Error{Class: fault.Failed, Op: "ecs:" + operation, Resource: r.TaskDefinition, Err: errors.New(refused[0].Reason)}
	}
	return a.tasksOf(arns), nil
}

// definitionOf returns a task definition by ARN or family:revision; the lock is
// held.
func (a *Account) definitionOf(id string) *awsx.TaskDefinition {
	for _, td := range a.data.TaskDefinitions {
		if td.ARN == id || awsx.ARNName(td.ARN) == id {
			return td
		}
	}
	return nil
}

func (a *Account) tasksOf(arns []string) []awsx.Task {
	var out []awsx.Task
	for _, t := range a.data.Tasks {
		if slices.Contains(arns, t.Ref.ARN) {
			out = append(out, cloneTask(t))
		}
	}
	return out
}

// StopTask implements awsx.TaskWriter: the task is STOPPED at once. A service's
// count of running tasks falls with it; nothing starts another.
func (a *Account) StopTask(ctx context.Context, task awsx.Ref, reason string) (awsx.Task, error) {
	const operation = "StopTask"
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return awsx.Task{}, err
	}
	if err := a.begin(ctx, StopTask, task.ARN); err != nil {
		return awsx.Task{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.endTask(task.ARN, "UserInitiated", reason, 143)
	if t == nil {
		return awsx.Task{}, fault.Errorf(fault.Invalid, "ecs:"+operation, task.ARN, "InvalidParameterException: The referenced task was not found.")
	}
	return cloneTask(*t), nil
}

// EndTask stops a task as the exit of its essential container does, all of its
// containers with this exit code.
func (a *Account) EndTask(arn string, exitCode int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.endTask(arn, "EssentialContainerExited", "Essential container in task exited", exitCode)
}

// endTask makes a task STOPPED, if it is not yet; the lock is held.
func (a *Account) endTask(arn, code, reason string, exitCode int) *awsx.Task {
	i := slices.IndexFunc(a.data.Tasks, func(t awsx.Task) bool { return t.Ref.ARN == arn })
	if i < 0 {
		return nil
	}
	t := &a.data.Tasks[i]
	if t.LastStatus == "STOPPED" {
		return t
	}
	if s := a.service(t.Ref.In(a.arn("service/" + t.Ref.ClusterName() + "/" + serviceOf(*t))).ARN); s != nil && t.LastStatus == "RUNNING" {
		s.Running--
	}
	t.LastStatus, t.DesiredStatus, t.StopCode, t.StoppedReason = "STOPPED", "STOPPED", code, reason
	t.StoppingAt, t.StoppedAt = time.Now(), time.Now()
	t.Containers = slices.Clone(t.Containers)
	for c := range t.Containers {
		t.Containers[c].LastStatus, t.Containers[c].ExitCode = "STOPPED", exitCode
	}
	return t
}

// SetInstanceStatus implements awsx.InstanceWriter.
func (a *Account) SetInstanceStatus(ctx context.Context, instance awsx.Ref, status string) (awsx.Instance, error) {
	const operation = "UpdateContainerInstancesState"
	if err := a.permit(ctx, ecsAPI, operation); err != nil {
		return awsx.Instance{}, err
	}
	if err := a.begin(ctx, SetInstanceStatus, instance.ARN); err != nil {
		return awsx.Instance{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.data.Instances {
		if found := &a.data.Instances[i]; found.Ref.ARN == instance.ARN {
			found.Status = status
			return cloneInstance(*found), nil
		}
	}
	return awsx.Instance{}, fault.Errorf(fault.NotFound, "ecs:"+operation, instance.ARN, "MISSING")
}
