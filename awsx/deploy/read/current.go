package read

import (
	"time"

	"gantry/awsx"
)

// Current is the part of the account that a plan is made from. Everything but
// the target, and its definition where one is needed, may be missing; the checks
// that needed it say so.
type Current struct {
	// Target is what the intent changes: a service, a task, an instance, an Auto
	// Scaling group, or a revision to run.
	Target awsx.Ref
	// Service is zero when the target is none.
	Service awsx.Service
	// Definition is the revision that the primary deployment runs, nil for an
	// intent that changes none.
	Definition *awsx.TaskDefinition
	// Wanted is the revision that the intent names, nil for others.
	Wanted *awsx.TaskDefinition
	// Images holds what ECR says about the images that the change would run, by
	// reference as the document spells it. References outside ECR are absent.
	Images map[string]ImageState
	// Needs holds what was asked for of what the tasks cannot start without: nil for what
	// is there, NotFound for what is not, else why that is not known.
	Needs map[awsx.Dependency]error
	// Groups holds the target groups of the service, for their health checks, and
	// Details what is told apart from them.
	Groups  Answer[[]awsx.TargetGroup]
	Details Answer[[]awsx.GroupDetails]
	// Fleet is the cluster's instances; Err is set when they could not be read.
	Fleet Answer[[]awsx.Instance]
	// Scaling is what Application Auto Scaling does with the service; its value
	// is nil when it does nothing.
	Scaling Answer[*awsx.ScalableTarget]
	// Alarms holds the alarms that are in ALARM in the account and region, and
	// those that the composite ones among them are made of.
	Alarms Answer[[]awsx.Alarm]
	// Family holds the names of the other services of the cluster that run the
	// family in use.
	Family Answer[[]string]
	// Record is the service deployment in progress; its value is nil when there
	// is none, or no such API.
	Record Answer[*awsx.ServiceDeployment]
	// History holds the service deployments that the service remembers, newest
	// first, and Revisions their service revisions by ARN.
	History   Answer[[]awsx.ServiceDeployment]
	Revisions map[string]awsx.ServiceRevision
	// Documents holds definitions that had to be compared to tell two states
	// apart, by ARN.
	Documents map[string]*awsx.TaskDefinition
	// Raw is the service in the API's own JSON.
	Raw []byte
	// Task and Instance are the target when it is one.
	Task     awsx.Task
	Instance awsx.Instance
	// Tasks holds the tasks on the instance that is the target, or those of the
	// service that the task belongs to, whose targets Health tells by group.
	Tasks  Answer[[]awsx.Task]
	Health []Answer[awsx.GroupHealth]
	// Protection holds those of the tasks on the instance, or the task that is the target,
	// that are protected from being ended.
	Protection Answer[[]awsx.Protection]
	// Group is the Auto Scaling group that is the target, or that the instance is of, and
	// Over the capacity providers over it. Tasks holds those on its instances then.
	Group awsx.ScalingGroup
	Over  Answer[[]awsx.CapacityProvider]
	// Cluster is the service's cluster, and Providers the capacity providers of the account
	// and region.
	Cluster   Answer[awsx.Cluster]
	Providers Answer[[]awsx.CapacityProvider]
	// Hosted holds the services that have tasks on the instance.
	Hosted Answer[[]awsx.Service]
	// Users tells what the revisions of the family are used by, and Active which
	// are ACTIVE, by ARN.
	Users  Users
	Active []string
	// Denied holds the actions that the role of the task that is the target may not do, of those
	// that shells need, and Node what Systems Manager knows of the instance that is the target.
	Denied Answer[[]string]
	Node   Answer[awsx.ManagedNode]
	// Identity is whose credentials these are; empty when STS did not say.
	Identity awsx.Identity
	// Now is when it was read.
	Now time.Time
}

// Answer is something that was read, or the reason why not. Done is false when
// nobody asked.
type Answer[T any] struct {
	Value T
	Err   error
	Done  bool
}

// ImageState is the answer to whether an image exists, and for what it was built.
type ImageState struct {
	Image awsx.Image
	Err   error
	// Platforms are those of the image's index, empty when its manifest is of one
	// image and does not tell.
	Platforms   []string
	PlatformErr error
}

// Held is what somebody has read already of the target's cluster and of which a
// plan may make use; nil means that it is not held.
type Held struct {
	Services  []awsx.Service
	Instances []awsx.Instance
	// Now is the time of what is read, which is past for a recording; zero is now.
	Now time.Time
}
