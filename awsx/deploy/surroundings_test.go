package deploy

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

const groupARN = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/api/1"

// surroundings is what the fake account has around its service: where it runs,
// who sends to it and what watches it.
type surroundings struct {
	instances []awsx.Instance
	fleetErr  error
	groups    []awsx.TargetGroup
	groupsErr error
	details   []awsx.GroupDetails
	detailErr error
	scaling   *awsx.ScalableTarget
	scaledErr error
	alarms    []awsx.Alarm
	alarmsErr error
	platforms []string
	unbuilt   error // of reading platforms
	others    []awsx.Task
	absent    map[string]error // by the ids of dependencies
	tasksErr  error
}

// wellSurrounded has room, a target group and nothing to complain about.
func wellSurrounded() surroundings {
	return surroundings{
		instances: []awsx.Instance{instance("i-1", 4096, 8192), instance("i-2", 2048, 8000)},
		groups: []awsx.TargetGroup{{
			ARN: groupARN, Name: "api", TargetType: "instance", LoadBalancers: []string{"alb"},
			Check: awsx.HealthCheck{Enabled: true, Protocol: "HTTP", Path: "/health", Port: "traffic-port", Matcher: "200", Healthy: 2, Interval: 15 * time.Second},
		}},
		details: []awsx.GroupDetails{{ARN: groupARN, DeregistrationDelay: time.Minute}},
	}
}

// instance is an ACTIVE instance with what it has left.
func instance(id string, cpu, memory int) awsx.Instance {
	return awsx.Instance{
		Ref:   awsx.Ref{Cluster: clusterARN, ARN: "arn:aws:ecs:eu-west-1:123456789012:container-instance/prod/" + id},
		EC2ID: id, Status: "ACTIVE", AgentConnected: true,
		CPU: awsx.Capacity{Registered: 4096, Remaining: cpu}, Memory: awsx.Capacity{Registered: 16384, Remaining: memory},
		Attributes: map[string]string{
			"com.amazonaws.ecs.capability.ecr-auth": "", "ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux",
		},
	}
}

func page[T any](items []T, err error) awsx.Pages[T] {
	return func(yield func(awsx.Page[T], error) bool) {
		yield(awsx.Page[T]{Items: awsx.Own(items), Total: len(items), Complete: true}, err)
	}
}

func (f *fake) Instances(context.Context, awsx.Ref) awsx.Pages[awsx.Instance] {
	return page(f.instances, f.fleetErr)
}

func (f *fake) TargetGroups(context.Context, []string) ([]awsx.TargetGroup, error) {
	return f.groups, f.groupsErr
}

func (f *fake) GroupDetails(context.Context, []string) ([]awsx.GroupDetails, error) {
	return f.details, f.detailErr
}

func (f *fake) ScalableTarget(context.Context, awsx.Ref) (awsx.ScalableTarget, error) {
	switch {
	case f.scaledErr != nil:
		return awsx.ScalableTarget{}, f.scaledErr
	case f.scaling == nil:
		return awsx.ScalableTarget{}, fault.Errorf(fault.NotFound, "application-autoscaling:DescribeScalableTargets", serviceARN, "not registered")
	}
	return *f.scaling, nil
}

func (f *fake) AlarmsIn(_ context.Context, state string) ([]awsx.Alarm, error) {
	return slices.DeleteFunc(slices.Clone(f.alarms), func(a awsx.Alarm) bool { return a.State != state }), f.alarmsErr
}

func (f *fake) AlarmsByName(_ context.Context, names []string) ([]awsx.Alarm, error) {
	return slices.DeleteFunc(slices.Clone(f.alarms), func(a awsx.Alarm) bool { return !slices.Contains(names, a.Name) }), f.alarmsErr
}

func (f *fake) Exists(_ context.Context, d awsx.Dependency) error { return f.absent[d.ID] }

func (f *fake) Platforms(context.Context, string, string) ([]string, error) {
	return f.platforms, f.unbuilt
}

// Tasks answers with those of the service, or of its family and others.
func (f *fake) Tasks(_ context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	if q.Family != "" {
		return page(slices.Concat(f.tasks, f.others), f.tasksErr)
	}
	return page(f.tasks, f.tasksErr)
}

func (f *fake) Raw(context.Context, awsx.Kind, awsx.Ref) (json.RawMessage, error) {
	return json.RawMessage(`{"deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":true,"rollback":true}}}`), nil
}
