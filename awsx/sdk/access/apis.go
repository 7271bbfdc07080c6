package access

import (
	"cmp"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwlogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/awsx"
)

// Clients are those of the APIs in use.
type Clients struct {
	ECS     *ecs.Client
	ELB     *elb.Client
	ECR     *ecr.Client
	STS     *sts.Client
	Scaling *scaling.Client
	Alarms  *cloudwatch.Client

	// These are asked for what clusters run on alone, and cost nothing until then.
	EC2    func() *ec2.Client
	Groups func() *autoscaling.Client

	// These are asked for what starts tasks by itself alone.
	Events    func() *eventbridge.Client
	Scheduler func() *scheduler.Client

	// Trail is asked who changed what alone.
	Trail func() *cloudtrail.Client

	// These are asked before a deployment and for shells alone.
	Parameters func() *ssm.Client
	Secrets    func() *secretsmanager.Client
	Roles      func() *iam.Client
	LogGroups  func() *cwlogs.Client
}

// api is one AWS service that gantry calls. A new one is an entry in apis, a field
// of Clients, and a file of package sdk with its calls.
type api struct {
	// id is the SDK's name of it; iam is the prefix of its actions in policies.
	id, iam string
	// open makes the client.
	open func(*Clients, aws.Config, endpoint)
	// quotas name the calls that are made. Whatever no quota names is taken for a
	// call that changes the account, new operations of the SDK included.
	quotas []quota
}

// quota is a token bucket that AWS keeps per account and region, and the calls that
// draw on it. Only the calls under reads may be made without a change.
type quota struct {
	burst, tokens float64 // at most, and a second; no burst for no known limit
	reads, writes []string
}

// apis is the table of everything that gantry may call. The grants are those that
// the services document under "API request throttling". For ECR, Auto Scaling and Application
// Auto Scaling, for IAM and Systems Manager, and for the status of container instances,
// no grant is documented:
// theirs are guesses that keep well away from any.
func apis() []api {
	return []api{
		{
			id: ecs.ServiceID, iam: "ecs",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.ECS = ecs.NewFromConfig(cfg, func(o *ecs.Options) { at.override(&o.BaseEndpoint) })
			},
			quotas: []quota{
				{burst: 50, tokens: 20, reads: []string{"ListClusters", "DescribeClusters", "ListTaskDefinitions", "DescribeTaskDefinition", "DescribeCapacityProviders"}},
				{burst: 100, tokens: 20, reads: []string{"ListServices", "DescribeServices"}},
				{burst: 100, tokens: 20, reads: []string{"ListTasks", "DescribeTasks", "GetTaskProtection", "ListContainerInstances", "DescribeContainerInstances"}},
				{burst: 50, tokens: 20, reads: []string{"ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions"}},
				{burst: 50, tokens: 5, writes: []string{"UpdateService", "StopServiceDeployment", "ContinueServiceDeployment"}},
				{burst: 100, tokens: 40, writes: []string{"RunTask", "StopTask", "ExecuteCommand"}},
				{burst: 20, tokens: 5, writes: []string{"UpdateContainerInstancesState"}},
				{burst: 20, tokens: 1, writes: []string{"RegisterTaskDefinition", "DeregisterTaskDefinition"}},
			},
		},
		{
			id: elb.ServiceID, iam: "elasticloadbalancing",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.ELB = elb.NewFromConfig(cfg, func(o *elb.Options) { at.override(&o.BaseEndpoint) })
			},
			// One bucket for every action of everything that the account runs.
			quotas: []quota{{burst: 40, tokens: 10, reads: []string{
				"DescribeTargetGroups", "DescribeTargetHealth", "DescribeTargetGroupAttributes", "DescribeTags", "DescribeRules",
				"DescribeLoadBalancers", "DescribeListeners",
			}}},
		},
		{
			id: ecr.ServiceID, iam: "ecr",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.ECR = ecr.NewFromConfig(cfg, func(o *ecr.Options) { at.override(&o.BaseEndpoint) })
			},
			quotas: []quota{{burst: 40, tokens: 10, reads: []string{"DescribeRepositories", "DescribeImages", "BatchGetImage", "DescribePullThroughCacheRules"}}},
		},
		{
			id: sts.ServiceID, iam: "sts",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.STS = sts.NewFromConfig(cfg, func(o *sts.Options) { at.override(&o.BaseEndpoint) })
			},
			quotas: []quota{{reads: []string{"GetCallerIdentity"}}},
		},
		{
			id: scaling.ServiceID, iam: "application-autoscaling",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Scaling = scaling.NewFromConfig(cfg, func(o *scaling.Options) { at.override(&o.BaseEndpoint) })
			},
			quotas: []quota{{burst: 10, tokens: 4,
				reads:  []string{"DescribeScalableTargets", "DescribeScalingPolicies", "DescribeScalingActivities", "DescribeScheduledActions"},
				writes: []string{"RegisterScalableTarget"},
			}},
		},
		{
			id: cloudwatch.ServiceID, iam: "cloudwatch",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Alarms = cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { at.override(&o.BaseEndpoint) })
			},
			quotas: []quota{
				// ECS needs this one for its own rollback alarms.
				{burst: 9, tokens: 9, reads: []string{"DescribeAlarms"}},
				{burst: 20, tokens: 20, reads: []string{"DescribeAlarmHistory"}},
				{burst: 50, tokens: 50, reads: []string{"GetMetricData"}},
				{burst: 25, tokens: 25, reads: []string{"ListMetrics"}},
				{burst: 10, tokens: 10, reads: []string{"GetDashboard", "ListDashboards"}},
			},
		},
		{
			// What is in the groups is for package loggroups, whose client is made from
			// Account.ClientConfig.
			id: cwlogs.ServiceID, iam: "logs",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.LogGroups = sync.OnceValue(func() *cwlogs.Client {
					return cwlogs.NewFromConfig(cfg, func(o *cwlogs.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			// The quotas differ between regions; these are the least.
			quotas: []quota{
				{burst: 5, tokens: 5, reads: []string{"FilterLogEvents"}},
				{burst: 10, tokens: 10, reads: []string{"GetLogEvents", "DescribeLogStreams"}},
				{burst: 5, tokens: 5, reads: []string{"DescribeLogGroups"}},
			},
		},
		{
			id: ec2.ServiceID, iam: "ec2",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.EC2 = sync.OnceValue(func() *ec2.Client {
					return ec2.NewFromConfig(cfg, func(o *ec2.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			// Two buckets of the same size, that of calls which filter among them.
			quotas: []quota{{burst: 50, tokens: 10, reads: []string{"DescribeInstances", "DescribeLaunchTemplateVersions"}}},
		},
		{
			id: autoscaling.ServiceID, iam: "autoscaling",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Groups = sync.OnceValue(func() *autoscaling.Client {
					return autoscaling.NewFromConfig(cfg, func(o *autoscaling.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			quotas: []quota{{burst: 20, tokens: 5,
				reads: []string{
					"DescribeAutoScalingGroups", "DescribeLaunchConfigurations", "DescribeScalingActivities", "DescribePolicies", "DescribeScheduledActions",
				},
				writes: []string{"SetDesiredCapacity", "UpdateAutoScalingGroup", "TerminateInstanceInAutoScalingGroup"},
			}},
		},
		{
			id: eventbridge.ServiceID, iam: "events",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Events = sync.OnceValue(func() *eventbridge.Client {
					return eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			quotas: []quota{{burst: 20, tokens: 10, reads: []string{"ListRules", "ListTargetsByRule"}}},
		},
		{
			id: scheduler.ServiceID, iam: "scheduler",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Scheduler = sync.OnceValue(func() *scheduler.Client {
					return scheduler.NewFromConfig(cfg, func(o *scheduler.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			quotas: []quota{{burst: 20, tokens: 10, reads: []string{"ListSchedules", "GetSchedule"}}},
		},
		{
			id: cloudtrail.ServiceID, iam: "cloudtrail",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Trail = sync.OnceValue(func() *cloudtrail.Client {
					return cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			quotas: []quota{{burst: 2, tokens: 2, reads: []string{"LookupEvents"}}},
		},
		{
			id: ssm.ServiceID, iam: "ssm",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Parameters = sync.OnceValue(func() *ssm.Client {
					return ssm.NewFromConfig(cfg, func(o *ssm.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			quotas: []quota{{burst: 10, tokens: 5,
				reads:  []string{"DescribeParameters", "DescribeInstanceInformation"},
				writes: []string{"StartSession", "TerminateSession"},
			}},
		},
		{
			id: secretsmanager.ServiceID, iam: "secretsmanager",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Secrets = sync.OnceValue(func() *secretsmanager.Client {
					return secretsmanager.NewFromConfig(cfg, func(o *secretsmanager.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			quotas: []quota{{burst: 40, tokens: 40, reads: []string{"DescribeSecret"}}},
		},
		{
			id: iam.ServiceID, iam: "iam",
			open: func(c *Clients, cfg aws.Config, at endpoint) {
				c.Roles = sync.OnceValue(func() *iam.Client {
					return iam.NewFromConfig(cfg, func(o *iam.Options) { at.override(&o.BaseEndpoint) })
				})
			},
			quotas: []quota{{burst: 10, tokens: 5, reads: []string{"GetRole", "SimulatePrincipalPolicy"}}},
		},
	}
}

// endpoint is the base URL of every client of an account; without one each has its own.
// Set on the configuration it would lose against the environment's variable of a
// service, set on the client it does not.
type endpoint struct{ url *string }

func (e endpoint) override(base **string) { *base = cmp.Or(e.url, *base) }

// iamName returns a call as IAM policies spell it.
func iamName(c awsx.Call) string {
	for _, a := range apis() {
		if a.id == c.Service {
			return a.iam + ":" + c.Operation
		}
	}
	return c.Service + ":" + c.Operation
}

// reads returns the calls that may be made without a change.
func reads() map[awsx.Call]bool {
	calls := map[awsx.Call]bool{}
	for _, a := range apis() {
		for _, q := range a.quotas {
			for _, op := range q.reads {
				calls[awsx.Call{Service: a.id, Operation: op}] = true
			}
		}
	}
	return calls
}
