package snapshot

import (
	"strings"

	"gantry/awsx/document"
	"gantry/awsx/sim/wire"
)

// Kind is a kind of what a document holds.
type Kind struct {
	// Name is that of the list in the document.
	Name string
	// Service and Operation are the call that describes it.
	Service, Operation string
	// Field is the list in the answer; empty when all of the answer is one entity.
	Field string
	// Key is the member that identifies an entity, Ask the parameter that names those
	// that are asked for.
	Key, Ask string
	// Tagged is true when the call tells tags to who asks it to include them.
	Tagged bool
	// more identify an entity beside Key.
	more []string
}

// The names of the kinds.
const (
	Clusters    = "clusters"
	Services    = "services"
	Tasks       = "tasks"
	Protected   = "protectedTasks"
	Instances   = "containerInstances"
	Definitions = "taskDefinitions"
	Families    = "families" // a family's revisions that were listed, by status
	Deployments = "serviceDeployments"
	Revisions   = "serviceRevisions"
	Groups      = "targetGroups"
	Health      = "targetHealth"
	Attributes  = "targetGroupAttributes"
	Tags        = "tagDescriptions"
	Balancers   = "loadBalancers"
	Listeners   = "listeners"
	Rules       = "rules"
	Repos       = "repositories"
	Images      = "images"
	Manifests   = "manifests"
	Scalable    = "scalableTargets"
	Policies    = "scalingPolicies"
	Did         = "scalingActivities"
	Scheduled   = "scheduledActions"
	Machines    = "reservations" // of EC2 instances
	Templates   = "launchTemplateVersions"
	Configs     = "launchConfigurations"
	AutoGroups  = "autoScalingGroups"
	GroupRules  = "groupPolicies"
	GroupDid    = "groupActivities"
	GroupTimes  = "groupScheduledActions"
	Providers   = "capacityProviders"
	Alarms      = "metricAlarms"
	EventRules  = "eventRules"
	RuleTargets = "eventRuleTargets" // of a rule, by its name
	Timed       = "schedules"
	TimedWhole  = "scheduleDetails"
	Composites  = "compositeAlarms"
	Turns       = "alarmHistoryItems"
	Trail       = "trailEvents"
)

// Kinds is the table of what is kept.
func Kinds() []Kind {
	return []Kind{
		{Name: Clusters, Service: "ecs", Operation: "DescribeClusters", Field: "clusters", Key: "clusterArn", Ask: "clusters", Tagged: true},
		{Name: Services, Service: "ecs", Operation: "DescribeServices", Field: "services", Key: "serviceArn", Ask: "services", Tagged: true},
		{Name: Tasks, Service: "ecs", Operation: "DescribeTasks", Field: "tasks", Key: "taskArn", Ask: "tasks", Tagged: true},
		{Name: Protected, Service: "ecs", Operation: "GetTaskProtection", Field: "protectedTasks", Key: "taskArn", Ask: "tasks"},
		{Name: Instances, Service: "ecs", Operation: "DescribeContainerInstances", Field: "containerInstances", Key: "containerInstanceArn", Ask: "containerInstances", Tagged: true},
		{Name: Definitions, Service: "ecs", Operation: "DescribeTaskDefinition", Key: "taskDefinitionArn", Ask: "taskDefinition"},
		{Name: Families, Service: "ecs", Operation: "ListTaskDefinitions", Key: "familyPrefix", Ask: "familyPrefix", more: []string{"status"}},
		{Name: Deployments, Service: "ecs", Operation: "DescribeServiceDeployments", Field: "serviceDeployments", Key: "serviceDeploymentArn", Ask: "serviceDeploymentArns"},
		{Name: Revisions, Service: "ecs", Operation: "DescribeServiceRevisions", Field: "serviceRevisions", Key: "serviceRevisionArn", Ask: "serviceRevisionArns"},
		{Name: Groups, Service: "elbv2", Operation: "DescribeTargetGroups", Field: "TargetGroups", Key: "TargetGroupArn", Ask: "TargetGroupArns"},
		{Name: Health, Service: "elbv2", Operation: "DescribeTargetHealth", Key: "TargetGroupArn", Ask: "TargetGroupArn"},
		{Name: Attributes, Service: "elbv2", Operation: "DescribeTargetGroupAttributes", Key: "TargetGroupArn", Ask: "TargetGroupArn"},
		{Name: Tags, Service: "elbv2", Operation: "DescribeTags", Field: "TagDescriptions", Key: "ResourceArn", Ask: "ResourceArns"},
		{Name: Balancers, Service: "elbv2", Operation: "DescribeLoadBalancers", Field: "LoadBalancers", Key: "LoadBalancerArn", Ask: "LoadBalancerArns"},
		{Name: Listeners, Service: "elbv2", Operation: "DescribeListeners", Field: "Listeners", Key: "ListenerArn", Ask: "ListenerArns"},
		{Name: Rules, Service: "elbv2", Operation: "DescribeRules", Field: "Rules", Key: "RuleArn", Ask: "RuleArns"},
		{Name: Repos, Service: "ecr", Operation: "DescribeRepositories", Field: "repositories", Key: "repositoryArn", Ask: "repositoryNames"},
		{Name: Images, Service: "ecr", Operation: "DescribeImages", Field: "imageDetails", Key: "imageDigest", more: []string{"repositoryName"}},
		{Name: Manifests, Service: "ecr", Operation: "BatchGetImage", Field: "images", Key: "imageId", more: []string{"repositoryName"}},
		{Name: Scalable, Service: "application-autoscaling", Operation: "DescribeScalableTargets", Field: "ScalableTargets", Key: "ResourceId", Ask: "ResourceIds", more: []string{"ScalableDimension"}},
		{Name: Policies, Service: "application-autoscaling", Operation: "DescribeScalingPolicies", Field: "ScalingPolicies", Key: "PolicyARN", Ask: "ResourceId"},
		{Name: Did, Service: "application-autoscaling", Operation: "DescribeScalingActivities", Field: "ScalingActivities", Key: "ActivityId", Ask: "ResourceId"},
		{Name: Scheduled, Service: "application-autoscaling", Operation: "DescribeScheduledActions", Field: "ScheduledActions", Key: "ScheduledActionARN", Ask: "ResourceId"},
		{Name: Machines, Service: "ec2", Operation: "DescribeInstances", Field: "reservationSet", Key: "reservationId", Ask: "instance-id"},
		{Name: Templates, Service: "ec2", Operation: "DescribeLaunchTemplateVersions", Field: "launchTemplateVersionSet", Key: "launchTemplateId", Ask: "LaunchTemplateId", more: []string{"versionNumber"}},
		{Name: Configs, Service: "autoscaling", Operation: "DescribeLaunchConfigurations", Field: "LaunchConfigurations", Key: "LaunchConfigurationARN", Ask: "LaunchConfigurationNames"},
		{Name: AutoGroups, Service: "autoscaling", Operation: "DescribeAutoScalingGroups", Field: "AutoScalingGroups", Key: "AutoScalingGroupARN", Ask: "AutoScalingGroupNames"},
		{Name: GroupRules, Service: "autoscaling", Operation: "DescribePolicies", Field: "ScalingPolicies", Key: "PolicyARN", Ask: "AutoScalingGroupName"},
		{Name: GroupDid, Service: "autoscaling", Operation: "DescribeScalingActivities", Field: "Activities", Key: "ActivityId", Ask: "AutoScalingGroupName"},
		{Name: GroupTimes, Service: "autoscaling", Operation: "DescribeScheduledActions", Field: "ScheduledUpdateGroupActions", Key: "ScheduledActionARN", Ask: "AutoScalingGroupName"},
		{Name: Providers, Service: "ecs", Operation: "DescribeCapacityProviders", Field: "capacityProviders", Key: "capacityProviderArn", Ask: "capacityProviders"},
		{Name: EventRules, Service: "events", Operation: "ListRules", Field: "Rules", Key: "Arn"},
		{Name: RuleTargets, Service: "events", Operation: "ListTargetsByRule", Key: "Rule", Ask: "Rule"},
		{Name: Timed, Service: "scheduler", Operation: "ListSchedules", Field: "Schedules", Key: "Arn"},
		{Name: TimedWhole, Service: "scheduler", Operation: "GetSchedule", Key: "Name", Ask: "Name", more: []string{"GroupName"}},
		{Name: Alarms, Service: "cloudwatch", Operation: "DescribeAlarms", Field: "MetricAlarms", Key: "AlarmArn"},
		{Name: Composites, Service: "cloudwatch", Operation: "DescribeAlarms", Field: "CompositeAlarms", Key: "AlarmArn"},
		{Name: Turns, Service: "cloudwatch", Operation: "DescribeAlarmHistory", Field: "AlarmHistoryItems", Key: "AlarmName", more: []string{"Timestamp", "HistoryData"}},
		{Name: Trail, Service: "cloudtrail", Operation: "LookupEvents", Field: "Events", Key: "EventId"},
	}
}

// key identifies an entity among those of its kind.
func (k Kind) key(entity *document.Node) string {
	parts := make([]string, 0, 2)
	for _, name := range append([]string{k.Key}, k.more...) {
		if v := entity.Get(name); v != nil {
			parts = append(parts, string(v.Bytes()))
		}
	}
	return strings.Join(parts, " ")
}

// Tail is the last part of an ARN, by which the API also takes a cluster, a service
// or a task.
func Tail(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// Subjects returns what a call is about, so that one that was refused is refused
// again: what it describes, or whose list it asks for.
func Subjects(service, operation string, in map[string]any) []string {
	for _, k := range Kinds() {
		if k.Service != service || k.Operation != operation || k.Ask == "" {
			continue
		}
		if one := wire.Text(in[k.Ask]); one != "" {
			return []string{one}
		}
		var many []string
		for _, v := range wire.List(in[k.Ask]) {
			many = append(many, wire.Text(v))
		}
		if many != nil {
			return many
		}
	}
	switch {
	case operation == "DescribeListeners":
		return []string{wire.Text(in["LoadBalancerArn"])}
	case operation == "DescribeRules":
		return []string{wire.Text(in["ListenerArn"])}
	case service == "ecr":
		var many []string
		for _, id := range wire.List(in["imageIds"]) {
			id := wire.Object(id)
			many = append(many, wire.Text(in["repositoryName"])+":"+wire.Text(id["imageTag"])+wire.Text(id["imageDigest"]))
		}
		if many == nil {
			many = []string{wire.Text(in["repositoryName"])}
		}
		return many
	case operation == "ListTasks":
		return []string{strings.TrimSpace(Tail(wire.Text(in["cluster"])) + " " + wire.Text(in["desiredStatus"]))}
	case operation == "ListServiceDeployments":
		return []string{wire.Text(in["service"])}
	case wire.Text(in["cluster"]) != "":
		return []string{Tail(wire.Text(in["cluster"]))}
	}
	return []string{operation}
}
