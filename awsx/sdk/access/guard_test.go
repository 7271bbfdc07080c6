package access

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
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
	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/internal/fault"
)

var here = awsx.ContextID{Profile: "prod", Region: "eu-west-1"}

// allowed is written out once more on purpose: a call that is added to the
// adapter's list has to be added here by somebody who means it.
var allowed = []string{
	"application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingActivities",
	"application-autoscaling:DescribeScalingPolicies", "application-autoscaling:DescribeScheduledActions",
	"autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeLaunchConfigurations", "autoscaling:DescribePolicies",
	"autoscaling:DescribeScalingActivities", "autoscaling:DescribeScheduledActions",
	"cloudtrail:LookupEvents",
	"cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:GetMetricData", "cloudwatch:ListDashboards", "cloudwatch:ListMetrics",
	"ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions",
	"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribePullThroughCacheRules", "ecr:DescribeRepositories",
	"ecs:DescribeCapacityProviders", "ecs:DescribeClusters", "ecs:DescribeContainerInstances", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions",
	"ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks", "ecs:GetTaskProtection", "ecs:ListClusters", "ecs:ListContainerInstances",
	"ecs:ListServiceDeployments", "ecs:ListServices", "ecs:ListTaskDefinitions", "ecs:ListTasks",
	"elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancers",
	"elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
	"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
	"events:ListRules", "events:ListTargetsByRule",
	"iam:GetRole", "iam:SimulatePrincipalPolicy",
	"logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents",
	"scheduler:GetSchedule", "scheduler:ListSchedules",
	"secretsmanager:DescribeSecret", "ssm:DescribeInstanceInformation", "ssm:DescribeParameters",
	"sts:GetCallerIdentity",
}

// namesakes read themselves: that a stack takes them for the read of another service
// repeats nothing that changes, and the guard refuses them all the same.
var namesakes = []string{"cloudtrail:GetDashboard", "cloudtrail:ListDashboards", "autoscaling:DescribeLoadBalancers", "autoscaling:DescribeTags", "ec2:DescribeImages", "ec2:DescribeTags"}

// sealed fails the test when a request reaches the wire or credentials are
// looked up.
type sealed struct {
	t  *testing.T
	op string
}

func (s *sealed) RoundTrip(*http.Request) (*http.Response, error) {
	s.t.Errorf("%s reached the wire", s.op)
	return nil, errors.New("sealed")
}

func (s *sealed) Retrieve(context.Context) (aws.Credentials, error) {
	s.t.Errorf("%s looked for credentials", s.op)
	return aws.Credentials{}, errors.New("sealed")
}

// call is one operation method of an SDK client.
type call struct {
	awsx.Call
	invoke func(ctx context.Context) error
}

// clients returns every client of an account by the SDK's id of its service.
func clientsOf(a *Account) map[string]any {
	cfg, _ := a.ClientConfig()
	return map[string]any{
		ecs.ServiceID: a.ECS, elb.ServiceID: a.ELB, ecr.ServiceID: a.ECR, sts.ServiceID: a.STS,
		scaling.ServiceID: a.Scaling, cloudwatch.ServiceID: a.Alarms, cwlogs.ServiceID: cwlogs.NewFromConfig(cfg),
		ssm.ServiceID: a.Parameters(), secretsmanager.ServiceID: a.Secrets(), iam.ServiceID: a.Roles(),
		ec2.ServiceID: a.EC2(), autoscaling.ServiceID: a.Groups(),
		eventbridge.ServiceID: a.Events(), scheduler.ServiceID: a.Scheduler(), cloudtrail.ServiceID: a.Trail(),
	}
}

// operations returns every operation of every client in use.
func operations(a *Account) []call {
	var calls []call
	for service, client := range clientsOf(a) {
		v := reflect.ValueOf(client)
		for i := range v.NumMethod() {
			name, method := v.Type().Method(i).Name, v.Method(i)
			if typ := method.Type(); typ.NumIn() != 3 || typ.NumOut() != 2 || !typ.IsVariadic() {
				continue // Options is no operation
			}
			calls = append(calls, call{awsx.Call{Service: service, Operation: name}, func(ctx context.Context) error {
				in := reflect.New(method.Type().In(1).Elem())
				out := method.Call([]reflect.Value{reflect.ValueOf(ctx), in})
				err, _ := out[1].Interface().(error)
				return err
			}})
		}
	}
	return calls
}

// guarded opens an account whose every way out is sealed.
func guarded(t *testing.T, o Options) (*Account, *sealed) {
	s := &sealed{t: t}
	o.Transport = s
	l := loaded{endpoint: unresolvable, cfg: aws.Config{Region: "eu-west-1", Credentials: s, HTTPClient: o.httpClient()}}
	return newAccount(here, l, o), s
}

func permitted(ctx context.Context, record func(awsx.Call) error) context.Context {
	return awsx.WithChange(ctx, &awsx.Change{ID: "c-1", Record: record})
}

func TestNoOperationOutsideTheAllowListLeaves(t *testing.T) {
	recorded := func(awsx.Call) error { return nil }
	for name, c := range map[string]struct {
		options Options
		ctx     context.Context
	}{
		"without a change":               {Options{}, t.Context()},
		"with a change, read-only":       {Options{ReadOnly: true}, permitted(t.Context(), recorded)},
		"with a change without an id":    {Options{}, awsx.WithChange(t.Context(), &awsx.Change{Record: recorded})},
		"with a change without a record": {Options{}, awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1"})},
		"when the record fails":          {Options{}, permitted(t.Context(), func(awsx.Call) error { return errors.New("disk full") })},
	} {
		t.Run(name, func(t *testing.T) {
			a, seal := guarded(t, c.options)
			refused := 0
			for _, call := range operations(a) {
				if slices.Contains(allowed, iamName(call.Call)) {
					continue
				}
				seal.op = iamName(call.Call)
				if err := call.invoke(c.ctx); fault.ClassOf(err) != fault.Denied {
					t.Errorf("%s: %v", seal.op, err)
				}
				refused++
			}
			if refused < 150 {
				t.Errorf("only %d operations were tried: the enumeration is broken", refused)
			}
		})
	}
}

func TestAllowListIsExactAndAllOfItReads(t *testing.T) {
	a, _ := guarded(t, Options{})
	g := newGuard(false)
	var reads []string
	for _, c := range operations(a) {
		ok := g.reads[c.Call]
		if ok {
			reads = append(reads, iamName(c.Call))
			if !slices.ContainsFunc([]string{"Describe", "List", "Get", "BatchGet", "Filter", "Simulate", "Lookup"}, func(verb string) bool { return strings.HasPrefix(c.Operation, verb) }) {
				t.Errorf("%s does not look like a read", iamName(c.Call))
			}
		}
		// The stack of a call knows its name only.
		if !ok && g.names[c.Operation] && !slices.Contains(namesakes, iamName(c.Call)) {
			t.Errorf("%s has the name of another service's read", iamName(c.Call))
		}
	}
	slices.Sort(reads)
	if d := cmp.Diff(allowed, reads); d != "" {
		t.Error(d)
	}
}

// answers answers each request with a body.
type answers string

func (a answers) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

func TestReadsPassTheGuardInReadOnlyMode(t *testing.T) {
	cfg := aws.Config{Region: "eu-west-1", HTTPClient: answers(`{}`), Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", "")}
	a := newAccount(here, loaded{endpoint: unresolvable, cfg: cfg}, Options{ReadOnly: true})
	for _, c := range operations(a) {
		if !slices.Contains(allowed, iamName(c.Call)) {
			continue
		}
		// What comes back may be the SDK's own objection to an empty input; it is
		// an error of awsx only when the guard refused.
		var own *fault.Error
		if err := c.invoke(t.Context()); errors.As(err, &own) {
			t.Errorf("%s: %v", iamName(c.Call), err)
		}
	}
}
