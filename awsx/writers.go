package awsx

import (
	"context"
	"encoding/json"
)

// ServiceUpdate is what one UpdateService call changes; nil means unchanged and
// is not sent.
type ServiceUpdate struct {
	Service        Ref
	TaskDefinition *string // ARN
	Desired        *int
	ForceNew       bool
	// DeploymentConfiguration is the whole object in the API's JSON, sent as it
	// is: what it leaves out is reset. Nil is not sent.
	DeploymentConfiguration json.RawMessage
	// Capacity is the whole strategy over capacity providers; an empty one brings the
	// launch type back. ECS takes it with ForceNew.
	Capacity *CapacityStrategy
	// ExecEnabled says whether the tasks that are started from now on take shells; those
	// that run stay as they were started (ECS, UpdateService, enableExecuteCommand).
	ExecEnabled *bool
}

// RunTask is one RunTask call. What is empty is not sent.
type RunTask struct {
	Cluster        Ref
	TaskDefinition string // ARN or family:revision
	Count          int    // 1 to 10
	LaunchType     string
	// CapacityProviderStrategy and NetworkConfiguration, in the API's JSON, are
	// those of a service whose surroundings the task shares; nil without.
	CapacityProviderStrategy json.RawMessage
	NetworkConfiguration     json.RawMessage
	// PlacementConstraints and PlacementStrategy, in the API's JSON, PlatformVersion,
	// ExecuteCommand (people may open a shell), ManagedTags and DefinitionTags (the tags of
	// the revision are the task's too) are such a service's as well.
	PlacementConstraints        json.RawMessage
	PlacementStrategy           json.RawMessage
	PlatformVersion             string
	ExecuteCommand              bool
	ManagedTags, DefinitionTags bool
	Overrides                   []ContainerOverride
	StartedBy                   string // at most 128 characters
	// Token makes a repeated call start nothing twice (RunTask, clientToken).
	Token string
}

// ContainerOverride changes one container of a task that is run.
type ContainerOverride struct {
	Container string
	Command   []string
	Env       []EnvVar
}

// ScalingUpdate is what one RegisterScalableTarget call changes; nil leaves it.
type ScalingUpdate struct {
	Service  Ref
	Min, Max *int
	// Suspend suspends (true) or resumes (false) all three kinds of scaling.
	Suspend *bool
}

// Applied returns a target as it is after the update.
func (u ScalingUpdate) Applied(t ScalableTarget) ScalableTarget {
	if u.Min != nil {
		t.Min = *u.Min
	}
	if u.Max != nil {
		t.Max = *u.Max
	}
	if u.Suspend != nil {
		t.SuspendedIn, t.SuspendedOut, t.SuspendedScheduled = *u.Suspend, *u.Suspend, *u.Suspend
	}
	return t
}

// GroupUpdate is what one UpdateAutoScalingGroup call changes; nil leaves it.
type GroupUpdate struct {
	Group             Ref
	Min, Max, Desired *int
}

// Applied returns a group as it is after the update: a count that is not set is brought
// within the bounds, as the service does (Auto Scaling, UpdateAutoScalingGroup).
func (u GroupUpdate) Applied(g ScalingGroup) ScalingGroup {
	for _, set := range []struct{ from, to *int }{{u.Min, &g.Min}, {u.Max, &g.Max}, {u.Desired, &g.Desired}} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	if u.Desired == nil {
		g.Desired = max(min(g.Desired, g.Max), g.Min)
	}
	return g
}

// Writer is everything that changes the account. Each call needs a Change in
// its context (WithChange), is refused without one before a byte leaves, and is
// sent once. An Error with Unknown set must be resolved by reading.
type Writer interface {
	ServiceWriter
	TaskWriter
	InstanceWriter
	DeploymentWriter
	ScalingWriter
	GroupWriter
	DefinitionWriter
	SessionWriter
}

// ServiceWriter changes services.
type ServiceWriter interface {
	// UpdateService changes what the update names and returns the service as it
	// then is.
	UpdateService(ctx context.Context, u ServiceUpdate) (Service, error)
}

// TaskWriter runs and stops tasks.
type TaskWriter interface {
	// RunTask starts tasks. Instances that could not take one are an error of
	// class Failed with the service's reasons, beside the tasks that did start.
	RunTask(ctx context.Context, r RunTask) ([]Task, error)
	// StopTask stops a task; the reason is kept with it (at most 255 characters).
	StopTask(ctx context.Context, task Ref, reason string) (Task, error)
}

// InstanceWriter changes container instances.
type InstanceWriter interface {
	// SetInstanceStatus sets an instance to ACTIVE or DRAINING.
	SetInstanceStatus(ctx context.Context, instance Ref, status string) (Instance, error)
}

// DeploymentWriter steers service deployments.
type DeploymentWriter interface {
	// StopServiceDeployment rolls a running service deployment back, which is the
	// only way that the API knows to stop one.
	StopServiceDeployment(ctx context.Context, deployment string) error
	// ContinueServiceDeployment ends a hook's pause: onwards, or back.
	ContinueServiceDeployment(ctx context.Context, deployment, hook string, rollBack bool) error
}

// ScalingWriter changes Application Auto Scaling.
type ScalingWriter interface {
	// UpdateScaling registers a service as a scalable target, or changes what the
	// update names of one that is registered.
	UpdateScaling(ctx context.Context, u ScalingUpdate) error
}

// GroupWriter changes Auto Scaling groups.
type GroupWriter interface {
	// SetGroupDesired sets how many instances a group is to have, within its bounds.
	SetGroupDesired(ctx context.Context, group Ref, n int) error
	// UpdateGroup changes the bounds of a group, and its count with them.
	UpdateGroup(ctx context.Context, u GroupUpdate) error
	// EndMember terminates an EC2 instance of a group, which launches another in its place.
	EndMember(ctx context.Context, group Ref, id string) error
}

// DefinitionWriter makes and ends revisions.
type DefinitionWriter interface {
	// RegisterTaskDefinition sends the document as it is, tags included in it, and
	// returns the new revision.
	RegisterTaskDefinition(ctx context.Context, doc Document) (*TaskDefinition, error)
	// DeregisterTaskDefinition makes a revision INACTIVE: it is kept, what runs it
	// goes on, and nothing new can use it.
	DeregisterTaskDefinition(ctx context.Context, arn string) error
}
