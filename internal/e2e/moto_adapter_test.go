//go:build integration

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

// adapter opens the account that an emulator made through gantry's own adapter.
func adapter(t *testing.T, endpoint string) awsx.Account {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	a, err := sdk.NewStatic(access.Options{Transport: transport, Version: "test"},
		access.Static{Region: "eu-west-1", AccessKey: "AKIDEXAMPLE", SecretKey: "example", Endpoint: endpoint}).Open(t.Context(), awsx.ContextID{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func changing(t *testing.T) context.Context {
	return awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
}

// every reads a listing to its end.
func every[T any](t *testing.T, pages awsx.Pages[T]) []T {
	t.Helper()
	var items []T
	for page, err := range pages {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, awsx.Values(page.Items)...)
	}
	return items
}

func staging(t *testing.T, a awsx.Account) (cluster awsx.Ref, api awsx.Service) {
	t.Helper()
	for _, c := range every(t, a.Clusters(t.Context())) {
		if c.Name == "staging" {
			cluster = c.Ref
		}
	}
	found := every(t, a.DescribeServices(t.Context(), cluster, []string{"api"}))
	if len(found) != 1 {
		t.Fatalf("services %+v", found)
	}
	return cluster, found[0]
}

// TestTheAdapterOnMoto makes the calls that moto knows through gantry's own
// adapter, on an account that others made.
func TestTheAdapterOnMoto(t *testing.T) {
	endpoint, ec2 := moto(t)
	t.Run("scaling", func(t *testing.T) { scales(t, endpoint) })
	t.Run("metrics and dashboards", func(t *testing.T) { measures(t, endpoint) })
	t.Run("groups and manifests", func(t *testing.T) { describes(t, endpoint) })
	t.Run("tasks, instances and revisions", func(t *testing.T) { runsAndEnds(t, endpoint, ec2) })
}

func runsAndEnds(t *testing.T, endpoint, ec2 string) {
	document, err := json.Marshal(map[string]string{"instanceId": ec2})
	if err != nil {
		t.Fatal(err)
	}
	independent(t, endpoint, "aws", "ecs", "register-container-instance", "--cluster", "staging", "--instance-identity-document", string(document))
	a, ctx := adapter(t, endpoint), changing(t)
	cluster, _ := staging(t, a)

	instances := every(t, a.Instances(ctx, cluster))
	if len(instances) != 1 || instances[0].EC2ID != ec2 || instances[0].CPU.Remaining == 0 || len(instances[0].Attributes) == 0 {
		t.Fatalf("instances %+v", instances)
	}
	started, err := a.RunTask(ctx, awsx.RunTask{Cluster: cluster, TaskDefinition: "api:1", Count: 1, LaunchType: "EC2", StartedBy: "gantry", Token: "t-1",
		Overrides: []awsx.ContainerOverride{{Container: "app", Command: []string{"true"}}}})
	if err != nil || len(started) != 1 || started[0].StartedBy != "gantry" || started[0].ContainerInstance != instances[0].Ref.ARN {
		t.Fatalf("%+v, %v", started, err)
	}
	if stopped, err := a.StopTask(ctx, started[0].Ref, "by hand"); err != nil || stopped.DesiredStatus != "STOPPED" || stopped.StoppedReason != "by hand" {
		t.Errorf("%+v, %v", stopped, err)
	}
	known := func(arn string) bool { return arn == started[0].Ref.ARN }
	if rest := every(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: cluster, Stopped: true, Known: known})); len(rest) != 0 {
		t.Errorf("beside what is known: %+v", rest)
	}

	for _, status := range []string{"DRAINING", "ACTIVE"} {
		if i, err := a.SetInstanceStatus(ctx, instances[0].Ref, status); err != nil || i.Status != status {
			t.Errorf("%+v, %v", i, err)
		}
	}
	if _, err := a.SetInstanceStatus(ctx, cluster.In(instances[0].Ref.ARN+"0"), "DRAINING"); fault.ClassOf(err) != fault.NotFound {
		t.Errorf("an instance that is not there: %v", err)
	}

	if err := a.DeregisterTaskDefinition(ctx, "api:1"); err != nil {
		t.Fatal(err)
	}
	if td, err := a.TaskDefinition(ctx, "api:1"); err != nil || td.Status != "INACTIVE" {
		t.Errorf("%+v, %v", td, err)
	}
}

func scales(t *testing.T, endpoint string) {
	a, ctx := adapter(t, endpoint), changing(t)
	_, api := staging(t, a)

	if _, err := a.ScalableTarget(ctx, api.Ref); fault.ClassOf(err) != fault.NotFound {
		t.Errorf("a service that nothing scales: %v", err)
	}
	low, high, yes := 1, 6, true
	for _, u := range []awsx.ScalingUpdate{{Min: &low, Max: &high}, {Suspend: &yes}} {
		u.Service = api.Ref
		if err := a.UpdateScaling(ctx, u); err != nil {
			t.Fatal(err)
		}
	}
	independent(t, endpoint, "aws", "application-autoscaling", "put-scaling-policy", "--service-namespace", "ecs", "--policy-name", "cpu",
		"--resource-id", "service/staging/api", "--scalable-dimension", "ecs:service:DesiredCount", "--policy-type", "TargetTrackingScaling",
		"--target-tracking-scaling-policy-configuration", `{"TargetValue":60,"PredefinedMetricSpecification":{"PredefinedMetricType":"ECSServiceAverageCPUUtilization"}}`)
	target, err := a.ScalableTarget(ctx, api.Ref)
	if err != nil || target.Min != 1 || target.Max != 6 || !target.Suspended() || len(target.Policies) != 1 ||
		target.Policies[0].Metric != "ECSServiceAverageCPUUtilization" || target.Policies[0].Target != 60 {
		t.Errorf("%+v, %v", target, err)
	}

	// Moto does not speak the protocol that the SDK speaks to CloudWatch: to a
	// check that is an account without alarms to read, and nothing worse.
	var own *fault.Error
	if _, err := a.AlarmsIn(ctx, "ALARM"); !errors.As(err, &own) || own.Class != fault.Failed || own.Unknown {
		t.Errorf("%v", err)
	}
}

func describes(t *testing.T, endpoint string) {
	a, ctx := adapter(t, endpoint), changing(t)
	_, api := staging(t, a)
	group := api.LoadBalancers[0].TargetGroup
	independent(t, endpoint, "aws", "elbv2", "add-tags", "--resource-arns", group, "--tags", "Key=aws-owner,Value=terraform")
	details, err := a.GroupDetails(ctx, []string{group})
	if err != nil || len(details) != 1 || details[0].DeregistrationDelay.Seconds() != 300 || len(details[0].Tags) != 1 {
		t.Errorf("%+v, %v", details, err)
	}

	independent(t, endpoint, "aws", "ecr", "create-repository", "--repository-name", "api")
	plain := `{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"size":1,"digest":"sha256:` + strings.Repeat("a", 64) + `"},"layers":[]}`
	independent(t, endpoint, "aws", "ecr", "put-image", "--repository-name", "api", "--image-tag", "v1", "--image-manifest", plain)
	const repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api"
	if got, err := a.Platforms(ctx, repository, "v1"); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := a.Platforms(ctx, repository, "v9"); fault.ClassOf(err) != fault.NotFound {
		t.Errorf("an image that is not there: %v", err)
	}
	// Moto does not know these calls: what it answers with must not look like
	// something that the service refused.
	var own *fault.Error
	if err := a.StopServiceDeployment(ctx, "arn:aws:ecs:eu-west-1:123456789012:service-deployment/staging/api/1"); !errors.As(err, &own) || own.Class == fault.Invalid {
		t.Errorf("%v", err)
	}
}
