package awsx

import (
	"context"
	"encoding/json"
)

// TaskQuery chooses tasks of a cluster.
type TaskQuery struct {
	Cluster Ref
	// Service is a service's name; empty means the whole cluster.
	Service string
	// Family is the family of the tasks' definitions; empty means any.
	Family string
	// Instance is the ARN of the container instance that the tasks run on; empty
	// means any.
	Instance string
	// StartedBy is who the tasks name as their starter, and with it neither a
	// service nor an instance can be asked for (ListTasks); empty means anybody.
	StartedBy string
	// Stopped asks for tasks whose desired status is STOPPED, which the service
	// remembers for about an hour, instead of RUNNING.
	Stopped bool
	// ARNs names the tasks; nothing is listed then, and what else chooses is left
	// aside. A task that is no longer known comes as Missing.
	ARNs []string
	// Known, when set, is asked about each ARN that is listed, one after another
	// and before the pages end. A task that it knows is not described again and
	// comes on no page: a task that has STOPPED stays as it is.
	Known func(arn string) bool
}

// ClusterReader reads the clusters of a context.
type ClusterReader interface {
	// Clusters lists and describes (100 a call each) all clusters.
	Clusters(ctx context.Context) Pages[Cluster]
}

// ServiceReader reads the services of a cluster.
type ServiceReader interface {
	// Services lists (100 a call) and describes (10 a call) all services.
	Services(ctx context.Context, cluster Ref) Pages[Service]
	// DescribeServices describes the named services of one cluster, ten a call.
	DescribeServices(ctx context.Context, cluster Ref, arns []string) Pages[Service]
}

// TaskReader reads tasks.
type TaskReader interface {
	// Tasks lists and describes (100 a call) the tasks a query chooses.
	Tasks(ctx context.Context, q TaskQuery) Pages[Task]
}

// ProtectionReader reads which tasks are protected.
type ProtectionReader interface {
	// TaskProtection returns those of tasks of a cluster that are protected, 100 a call. Only
	// tasks of services can be; of others, and of those that are gone, nothing is said.
	TaskProtection(ctx context.Context, cluster Ref, tasks []string) ([]Protection, error)
}

// InstanceReader reads container instances.
type InstanceReader interface {
	// Instances lists and describes (100 a call each) all container instances of a
	// cluster.
	Instances(ctx context.Context, cluster Ref) Pages[Instance]
}

// TaskDefinitionReader reads task definitions, which never change once made.
type TaskDefinitionReader interface {
	// TaskDefinition takes an ARN, family:revision, or a family for the latest.
	TaskDefinition(ctx context.Context, id string) (*TaskDefinition, error)
	// Revisions lists ARNs of a family's ACTIVE revisions, newest first, at
	// most limit of them (0 for all).
	Revisions(ctx context.Context, family string, limit int) ([]string, error)
}

// TargetReader reads target groups. All its calls share the account's
// scarcest bucket: 40 burst, 10 a second, for everything the account runs.
type TargetReader interface {
	// TargetGroups describes target groups, 20 a call. One that does not exist is
	// left out; it is NotFound when it was the only one.
	TargetGroups(ctx context.Context, arns []string) ([]TargetGroup, error)
	// TargetHealth costs one call for one target group.
	TargetHealth(ctx context.Context, targetGroup string) (GroupHealth, error)
	// RuleWeights reads listener rules, 20 a call, in any order. One that does not
	// exist is left out; it is NotFound when it was the only one.
	RuleWeights(ctx context.Context, rules []string) ([]RuleWeights, error)
}

// RoutingReader reads load balancers with their listeners and rules. It draws on the
// bucket of TargetReader.
type RoutingReader interface {
	// Routes lists the load balancers of the account, a page for each with its listeners
	// (one call) and their rules (one call a listener). What of a load balancer cannot be
	// read is the Err of its routes, and an error of the sequence besides.
	Routes(ctx context.Context) Pages[Route]
}

// ImageReader reads ECR repositories. A repository is named by the image URI
// without its tag, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api.
type ImageReader interface {
	// Images lists the images of a repository, 1,000 a call.
	Images(ctx context.Context, repository string) Pages[Image]
	// Image resolves one tag (or sha256: digest); NotFound when there is none.
	Image(ctx context.Context, repository, reference string) (Image, error)
}

// PlatformReader reads for which platforms an image was built.
type PlatformReader interface {
	// Platforms returns those of an image's index, as os/architecture in Docker's
	// spelling (linux/arm64). It is empty when the manifest is of one image: such
	// a manifest does not tell.
	Platforms(ctx context.Context, repository, reference string) ([]string, error)
}

// GroupDetailReader reads what a target group's description leaves out. Each
// group costs one call for its attributes, all together one for their tags (20 a
// call); both draw on the ELB bucket.
type GroupDetailReader interface {
	// GroupDetails reads groups in the order asked for, without those that do not
	// exist.
	GroupDetails(ctx context.Context, arns []string) ([]GroupDetails, error)
}

// ScalingReader reads Application Auto Scaling.
type ScalingReader interface {
	// ScalableTarget returns a service's bounds and policies; NotFound when it is
	// not scaled by Application Auto Scaling.
	ScalableTarget(ctx context.Context, service Ref) (ScalableTarget, error)
	// ScalingActivities are what was done to a service's count, and what was left undone, the
	// newest first, at most limit of them; ScheduledScaling is what is to be done to its
	// bounds.
	ScalingActivities(ctx context.Context, service Ref, limit int) ([]ScalingActivity, error)
	ScheduledScaling(ctx context.Context, service Ref) ([]ScheduledScaling, error)
}

// MachineReader reads EC2 instances.
type MachineReader interface {
	// Machines describes EC2 instances by id, 100 a call; those that EC2 does not know, or
	// no longer, are left out.
	Machines(ctx context.Context, ids []string) ([]Machine, error)
}

// GroupReader reads Auto Scaling groups and what is theirs.
type GroupReader interface {
	// ScalingGroups lists all groups of the account and region, 100 a call.
	ScalingGroups(ctx context.Context) Pages[ScalingGroup]
	// ScalingGroup describes one group by its name; NotFound when there is none.
	ScalingGroup(ctx context.Context, name string) (ScalingGroup, error)
	// Launch reads what a source launches; NotFound when the source is gone.
	Launch(ctx context.Context, source LaunchSource) (Launch, error)
	// GroupPolicies, GroupActivities (the newest first, at most limit of them) and
	// GroupSchedules read those of a group by its name.
	GroupPolicies(ctx context.Context, group string) ([]ScalingPolicy, error)
	GroupActivities(ctx context.Context, group string, limit int) ([]ScalingActivity, error)
	GroupSchedules(ctx context.Context, group string) ([]ScheduledScaling, error)
}

// ProviderReader reads capacity providers.
type ProviderReader interface {
	// CapacityProviders describes all of the account and region.
	CapacityProviders(ctx context.Context) ([]CapacityProvider, error)
}

// AlarmReader reads CloudWatch alarms.
type AlarmReader interface {
	// AlarmsByName describes alarms (100 a call), composite ones included; those
	// that do not exist are left out.
	AlarmsByName(ctx context.Context, names []string) ([]Alarm, error)
	// AlarmsIn lists the alarms in a state: OK, ALARM or INSUFFICIENT_DATA.
	AlarmsIn(ctx context.Context, state string) ([]Alarm, error)
	// AllAlarms lists the alarms of the account and region, 100 a call, composite ones
	// included.
	AllAlarms(ctx context.Context) Pages[Alarm]
}

// ScheduleReader reads what starts tasks by itself.
type ScheduleReader interface {
	// Schedules lists the rules of EventBridge's default bus, and the schedules of EventBridge
	// Scheduler, that have a task of ECS among their targets. It takes a call a rule, and one
	// for each schedule of ECS; one of the two services that cannot be read is an error of the
	// sequence.
	Schedules(ctx context.Context) Pages[Schedule]
}

// DeploymentReader reads the service deployments API, which an account's
// region, or an emulator, may lack: the callers bear any error.
type DeploymentReader interface {
	// ServiceDeployments describes the deployments of a service, the newest first,
	// at most limit of them (0 for all that the service remembers).
	ServiceDeployments(ctx context.Context, service Ref, limit int) ([]ServiceDeployment, error)
	// ServiceRevisions describes service revisions, 20 a call, in the order asked for.
	ServiceRevisions(ctx context.Context, arns []string) ([]ServiceRevision, error)
}

// IdentityReader reads whose credentials a context has.
type IdentityReader interface {
	// Identity asks STS GetCallerIdentity, which needs no permission.
	Identity(ctx context.Context) (Identity, error)
}

// Kind names a kind of resource for RawReader.
type Kind string

// The kinds whose API JSON can be read.
const (
	KindCluster        Kind = "cluster"
	KindService        Kind = "service"
	KindTask           Kind = "task"
	KindInstance       Kind = "instance"
	KindTaskDefinition Kind = "task definition"
	KindTargetGroup    Kind = "target group"
)

// The kinds of RawLister.
const (
	// KindRule are listener rules by their ARNs, KindAttributes a target group's attributes,
	// and KindBalancingTags the tags of a group or of a rule.
	KindRule          Kind = "listener rule"
	KindAttributes    Kind = "target group attribute"
	KindBalancingTags Kind = "tag"
	// KindScalableTarget, KindScalingPolicy and KindScheduledAction are those that
	// Application Auto Scaling has of a service.
	KindScalableTarget  Kind = "scalable target"
	KindScalingPolicy   Kind = "scaling policy"
	KindScheduledAction Kind = "scheduled action"
	// KindAlarm and KindComposite are CloudWatch alarms by their names, at most 100.
	KindAlarm     Kind = "alarm"
	KindComposite Kind = "composite alarm"
)

// RawReader reads one resource as the API's own JSON, for the screens that
// show it. It may hold secrets: mask before showing.
type RawReader interface {
	// Raw describes one resource, tags included; NotFound when it does not exist.
	Raw(ctx context.Context, kind Kind, ref Ref) (json.RawMessage, error)
}

// RawLister reads what stands around a service as JSON under the API's own names, for what
// is written down whole. It may hold secrets: mask before showing.
type RawLister interface {
	// RawList describes what belongs to a resource, or what is named where the kind is
	// described by names. What does not exist is left out, or NotFound.
	RawList(ctx context.Context, kind Kind, of Ref, names ...string) ([]json.RawMessage, error)
}

// Reader is everything that only reads.
type Reader interface {
	ClusterReader
	ServiceReader
	TaskReader
	ProtectionReader
	InstanceReader
	TaskDefinitionReader
	TargetReader
	RoutingReader
	GroupDetailReader
	ImageReader
	RepositoryReader
	PlatformReader
	DeploymentReader
	ScalingReader
	MachineReader
	GroupReader
	ProviderReader
	AlarmReader
	ScheduleReader
	MetricReader
	DashboardReader
	HistoryReader
	IdentityReader
	DependencyReader
	SessionReader
	RawReader
	RawLister
}

// Account is an opened context: its readers and its writer.
type Account interface {
	Reader
	Writer
}

// Opener opens contexts. Opening makes no call; it may read shared config.
// Opening the same context twice gives the same account.
type Opener interface {
	// Open returns the account of a context. The error is a fault.Error.
	Open(ctx context.Context, id ContextID) (Account, error)
}
