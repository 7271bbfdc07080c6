package sim_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// ecspresso2 makes the calls of ecspresso 2, as its source has them (kayac/ecspresso,
// deploy.go, wait.go, rollback.go, verify.go, autoscaling.go), in its order and with
// what it sends, through the SDK that it uses.
type ecspresso2 struct {
	*world
	service string
	started time.Time
}

// described is a service as every command reads it first.
func (e *ecspresso2) described() types.Service {
	e.t.Helper()
	out := must[*ecs.DescribeServicesOutput](e.world)(e.ecs.DescribeServices(e.ctx, &ecs.DescribeServicesInput{
		Cluster: aws.String("prod"), Services: []string{e.service}, Include: []types.ServiceField{types.ServiceFieldTags},
	}))
	if len(out.Services) != 1 || aws.ToString(out.Services[0].Status) != "ACTIVE" {
		e.t.Fatalf("%+v %+v", out.Services, out.Failures)
	}
	s := out.Services[0]
	if s.DeploymentController == nil || s.DeploymentConfiguration == nil || s.SchedulingStrategy == "" || s.TaskDefinition == nil {
		e.t.Fatalf("what it decides by is missing: %+v", s)
	}
	return s
}

// register sends the document of a revision with another image, and its tags.
func (e *ecspresso2) register(like, image string) string {
	e.t.Helper()
	read := must[*ecs.DescribeTaskDefinitionOutput](e.world)(e.ecs.DescribeTaskDefinition(e.ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: &like, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	}))
	td := read.TaskDefinition
	td.ContainerDefinitions[0].Image = aws.String(image)
	out := must[*ecs.RegisterTaskDefinitionOutput](e.world)(e.ecs.RegisterTaskDefinition(e.ctx, &ecs.RegisterTaskDefinitionInput{
		ContainerDefinitions: td.ContainerDefinitions, Cpu: td.Cpu, EphemeralStorage: td.EphemeralStorage, ExecutionRoleArn: td.ExecutionRoleArn,
		Family: td.Family, IpcMode: td.IpcMode, Memory: td.Memory, NetworkMode: td.NetworkMode,
		PidMode: td.PidMode, PlacementConstraints: td.PlacementConstraints, ProxyConfiguration: td.ProxyConfiguration,
		RequiresCompatibilities: td.RequiresCompatibilities, RuntimePlatform: td.RuntimePlatform, TaskRoleArn: td.TaskRoleArn, Volumes: td.Volumes,
		Tags: read.Tags,
	}))
	return *out.TaskDefinition.TaskDefinitionArn
}

// attributes is the update that a service definition becomes: all of it, the empty
// lists that take something away included.
func (e *ecspresso2) attributes(s types.Service) *ecs.UpdateServiceInput {
	return &ecs.UpdateServiceInput{
		Cluster: aws.String("prod"), Service: &e.service, AvailabilityZoneRebalancing: s.AvailabilityZoneRebalancing,
		CapacityProviderStrategy: s.CapacityProviderStrategy, DeploymentConfiguration: s.DeploymentConfiguration,
		EnableECSManagedTags: &s.EnableECSManagedTags, EnableExecuteCommand: &s.EnableExecuteCommand,
		HealthCheckGracePeriodSeconds: s.HealthCheckGracePeriodSeconds, LoadBalancers: s.LoadBalancers, NetworkConfiguration: s.NetworkConfiguration,
		PlacementConstraints: s.PlacementConstraints, PlacementStrategy: s.PlacementStrategy, PlatformVersion: s.PlatformVersion,
		PropagateTags: s.PropagateTags, ServiceRegistries: s.ServiceRegistries,
		ServiceConnectConfiguration: &types.ServiceConnectConfiguration{Enabled: false},
		VolumeConfigurations:        []types.ServiceVolumeConfiguration{}, VpcLatticeConfigurations: []types.VpcLatticeConfiguration{},
	}
}

// update deploys a revision.
func (e *ecspresso2) update(in *ecs.UpdateServiceInput, revision string, count *int32) {
	e.t.Helper()
	e.started = time.Now()
	in.TaskDefinition, in.DesiredCount = &revision, count
	out := must[*ecs.UpdateServiceOutput](e.world)(e.ecs.UpdateService(e.ctx, in))
	if *out.Service.TaskDefinition != revision {
		e.t.Fatalf("it runs %s", *out.Service.TaskDefinition)
	}
	time.Sleep(3 * time.Second)
}

// active finds the service deployment in progress that began after this program did.
func (e *ecspresso2) active() string {
	e.t.Helper()
	out := must[*ecs.ListServiceDeploymentsOutput](e.world)(e.ecs.ListServiceDeployments(e.ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String("prod"), Service: &e.service, Status: []types.ServiceDeploymentStatus{types.ServiceDeploymentStatusInProgress},
	}))
	for _, d := range out.ServiceDeployments {
		if !d.CreatedAt.Before(e.started) {
			return *d.ServiceDeploymentArn
		}
	}
	return ""
}

// deployed polls a service deployment to its end, which is its status.
func (e *ecspresso2) deployed(arn string) types.ServiceDeploymentStatus {
	e.t.Helper()
	for range 200 {
		time.Sleep(10 * time.Second)
		out := must[*ecs.DescribeServiceDeploymentsOutput](e.world)(e.ecs.DescribeServiceDeployments(e.ctx, &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{arn}}))
		d := out.ServiceDeployments[0]
		for _, r := range append([]types.ServiceRevisionSummary{*d.TargetServiceRevision}, d.SourceServiceRevisions...) {
			if r.Arn == nil {
				e.t.Fatalf("a revision without a name: %+v", d)
			}
		}
		switch d.Status {
		case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress, types.ServiceDeploymentStatusRollbackInProgress,
			types.ServiceDeploymentStatusRollbackRequested, types.ServiceDeploymentStatusStopRequested:
			continue
		}
		return d.Status
	}
	return "never"
}

// primary checks that a revision is the PRIMARY deployment's.
func (e *ecspresso2) primary(revision string) {
	e.t.Helper()
	for _, d := range e.described().Deployments {
		if *d.Status == "PRIMARY" && *d.TaskDefinition != revision {
			e.t.Errorf("the PRIMARY deployment is of %s, want %s", *d.TaskDefinition, revision)
		}
	}
}

// stable waits as the SDK's waiter does.
func (e *ecspresso2) stable() {
	e.t.Helper()
	waiter := ecs.NewServicesStableWaiter(e.ecs, func(o *ecs.ServicesStableWaiterOptions) { o.MaxDelay = 15 * time.Second })
	if err := waiter.Wait(e.ctx, &ecs.DescribeServicesInput{Cluster: aws.String("prod"), Services: []string{e.service}}, 20*time.Minute); err != nil {
		e.t.Error(err)
	}
}

// before is the revision before the one that runs, as a rollback looks for it.
func (e *ecspresso2) before(current string) string {
	e.t.Helper()
	family, _, _ := strings.Cut(current[strings.LastIndexByte(current, '/')+1:], ":")
	out := must[*ecs.ListTaskDefinitionsOutput](e.world)(e.ecs.ListTaskDefinitions(e.ctx, &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: &family, MaxResults: aws.Int32(100), Sort: types.SortOrderDesc,
	}))
	i := slices.Index(out.TaskDefinitionArns, current)
	if i < 0 || i+1 >= len(out.TaskDefinitionArns) {
		e.t.Fatalf("%s is not among %v", current, out.TaskDefinitionArns)
	}
	return out.TaskDefinitionArns[i+1]
}

// TestEcspresso2Deploys, and waits until the deployment is done.
func TestEcspresso2Deploys(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		e := &ecspresso2{world: w, service: "catalog"}
		s := e.described()
		image := strings.Replace(image(w, *s.TaskDefinition), ":v3.4.0", ":v3.3.1", 1)
		revision := e.register(*s.TaskDefinition, image)
		_ = must[*ecs.TagResourceOutput](w)(e.ecs.TagResource(e.ctx, &ecs.TagResourceInput{ResourceArn: s.ServiceArn, Tags: []types.Tag{{Key: aws.String("release"), Value: aws.String("7")}}}))
		e.update(e.attributes(s), revision, aws.Int32(s.DesiredCount))
		arn := e.active()
		if arn == "" {
			t.Fatal("no deployment is in progress")
		}
		if got := e.deployed(arn); got != types.ServiceDeploymentStatusSuccessful {
			t.Errorf("it ended %s", got)
		}
		e.primary(revision)
		after := e.described()
		if len(after.LoadBalancers) != len(s.LoadBalancers) || after.DesiredCount != s.DesiredCount || aws.ToInt32(after.HealthCheckGracePeriodSeconds) != aws.ToInt32(s.HealthCheckGracePeriodSeconds) {
			t.Errorf("%+v", after)
		}
		if !slices.ContainsFunc(after.Tags, func(tag types.Tag) bool { return *tag.Key == "release" }) {
			t.Error("the tag is not there")
		}
	})
}

// TestEcspresso2RollsBack a deployment in progress by stopping it, and one that is done
// by deploying the revision before; both times it ends the revision that it left.
func TestEcspresso2RollsBack(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		e := &ecspresso2{world: w, service: "api-orders"}
		old := *e.described().TaskDefinition
		broken := e.register(old, strings.Replace(image(w, old), ":v2.31.0", ":v2.32.0", 1))
		e.update(&ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: &e.service}, broken, nil)
		arn := e.active()
		if target := e.before(broken); target != old {
			t.Errorf("the revision before is %s", target)
		}
		_ = must[*ecs.StopServiceDeploymentOutput](w)(e.ecs.StopServiceDeployment(e.ctx, &ecs.StopServiceDeploymentInput{
			ServiceDeploymentArn: &arn, StopType: types.StopServiceDeploymentStopTypeRollback,
		}))
		e.stable()
		e.primary(old)
		_ = must[*ecs.DeregisterTaskDefinitionOutput](w)(e.ecs.DeregisterTaskDefinition(e.ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &broken}))

		good := e.register(old, strings.Replace(image(w, old), ":v2.31.0", ":v2.32.1", 1))
		e.update(&ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: &e.service}, good, nil)
		e.stable()
		e.started = time.Now().Add(time.Hour)
		if arn := e.active(); arn != "" {
			t.Errorf("%s is in progress", arn)
		}
		e.update(&ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: &e.service}, e.before(good), nil)
		e.stable()
		e.primary(old)
	})
}

// TestEcspresso2LearnsOfAFailure from the service deployment.
func TestEcspresso2LearnsOfAFailure(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		e := &ecspresso2{world: w, service: "web"}
		s := e.described()
		if b := s.DeploymentConfiguration.DeploymentCircuitBreaker; !b.Enable || !b.Rollback {
			t.Fatalf("%+v", b)
		}
		current := image(w, *s.TaskDefinition)
		e.update(e.attributes(s), e.register(*s.TaskDefinition, current[:strings.LastIndexByte(current, ':')]+":never-pushed"), nil)
		if got := e.deployed(e.active()); got != types.ServiceDeploymentStatusRollbackSuccessful {
			t.Errorf("it ended %s", got)
		}
		e.primary(*s.TaskDefinition)
	})
}

// TestEcspresso2Verifies what a service needs, and reads its scaling for its status.
func TestEcspresso2Verifies(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		e := &ecspresso2{world: w, service: "sessions"}
		s := e.described()
		c := config(w.account.RoundTripper())
		read := must[*ecs.DescribeTaskDefinitionOutput](w)(e.ecs.DescribeTaskDefinition(e.ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: s.TaskDefinition}))
		assumed := must[*sts.AssumeRoleOutput](w)(w.sts.AssumeRole(w.ctx, &sts.AssumeRoleInput{
			RoleArn: read.TaskDefinition.ExecutionRoleArn, RoleSessionName: aws.String("ecspresso-verifier"),
		}))
		if assumed.Credentials == nil || assumed.Credentials.SessionToken == nil {
			t.Errorf("%+v", assumed)
		}
		for _, role := range []*string{read.TaskDefinition.ExecutionRoleArn, read.TaskDefinition.TaskRoleArn} {
			name := (*role)[strings.LastIndexByte(*role, '/')+1:]
			got := must[*iam.GetRoleOutput](w)(iam.NewFromConfig(c).GetRole(w.ctx, &iam.GetRoleInput{RoleName: &name}))
			raw, err := url.QueryUnescape(*got.Role.AssumeRolePolicyDocument)
			var policy struct {
				Statement []struct {
					Principal struct{ Service string }
					Action    string
				}
			}
			if err == nil {
				err = json.Unmarshal([]byte(raw), &policy)
			}
			if err != nil || len(policy.Statement) == 0 || policy.Statement[0].Principal.Service != "ecs-tasks.amazonaws.com" || policy.Statement[0].Action != "sts:AssumeRole" {
				t.Errorf("%v: %s", err, raw)
			}
		}
		for _, lb := range s.LoadBalancers {
			groups := must[*elb.DescribeTargetGroupsOutput](w)(w.elb.DescribeTargetGroups(w.ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{*lb.TargetGroupArn}}))
			if aws.ToInt32(groups.TargetGroups[0].Port) != *lb.ContainerPort {
				t.Errorf("%+v", groups.TargetGroups)
			}
		}
		e.verifiesDependencies(c, read.TaskDefinition)
		if out := must[*ecs.DescribeClustersOutput](w)(e.ecs.DescribeClusters(e.ctx, &ecs.DescribeClustersInput{Clusters: []string{"prod"}})); len(out.Clusters) != 1 {
			t.Errorf("%+v", out)
		}
		scaler := scaling.NewFromConfig(c)
		id := "service/prod/sessions"
		targets := must[*scaling.DescribeScalableTargetsOutput](w)(scaler.DescribeScalableTargets(w.ctx, &scaling.DescribeScalableTargetsInput{
			ResourceIds: []string{id}, ServiceNamespace: scalingtypes.ServiceNamespaceEcs, ScalableDimension: scalingtypes.ScalableDimensionECSServiceDesiredCount,
		})).ScalableTargets
		if len(targets) != 1 || targets[0].SuspendedState == nil || targets[0].SuspendedState.ScheduledScalingSuspended == nil {
			t.Fatalf("%+v", targets)
		}
		policies := must[*scaling.DescribeScalingPoliciesOutput](w)(scaler.DescribeScalingPolicies(w.ctx, &scaling.DescribeScalingPoliciesInput{
			ResourceId: &id, ServiceNamespace: scalingtypes.ServiceNamespaceEcs, ScalableDimension: scalingtypes.ScalableDimensionECSServiceDesiredCount,
		})).ScalingPolicies
		if len(policies) == 0 || policies[0].PolicyName == nil {
			t.Errorf("%+v", policies)
		}
		yes := aws.Bool(true)
		_ = must[*scaling.RegisterScalableTargetOutput](w)(scaler.RegisterScalableTarget(w.ctx, &scaling.RegisterScalableTargetInput{
			ServiceNamespace: targets[0].ServiceNamespace, ScalableDimension: targets[0].ScalableDimension, ResourceId: targets[0].ResourceId,
			SuspendedState: &scalingtypes.SuspendedState{DynamicScalingInSuspended: yes, DynamicScalingOutSuspended: yes, ScheduledScalingSuspended: yes},
		}))
	})
}

// verifiesDependencies logs in to the registry, reads secrets and parameters, and writes
// a line into the log group.
func (e *ecspresso2) verifiesDependencies(c aws.Config, td *types.TaskDefinition) {
	e.t.Helper()
	login := must[*ecr.GetAuthorizationTokenOutput](e.world)(ecr.NewFromConfig(c).GetAuthorizationToken(e.ctx, &ecr.GetAuthorizationTokenInput{})).AuthorizationData
	if len(login) != 1 || !login[0].ExpiresAt.After(time.Now()) || !strings.HasPrefix(*td.ContainerDefinitions[0].Image, strings.TrimPrefix(*login[0].ProxyEndpoint, "https://")) {
		e.t.Errorf("%+v", login)
	}
	if user, err := base64.StdEncoding.DecodeString(*login[0].AuthorizationToken); err != nil || !strings.HasPrefix(string(user), "AWS:") {
		e.t.Errorf("%q: %v", user, err)
	}

	secret := "arn:aws:secretsmanager:eu-west-1:000000000000:secret:prod/key-Ab12Cd"
	value := must[*secretsmanager.GetSecretValueOutput](e.world)(secretsmanager.NewFromConfig(c).GetSecretValue(e.ctx, &secretsmanager.GetSecretValueInput{SecretId: &secret}))
	if *value.ARN != secret || aws.ToString(value.SecretString) == "" {
		e.t.Errorf("%+v", value)
	}
	gone := "prod/missing-key"
	if _, err := secretsmanager.NewFromConfig(c).GetSecretValue(e.ctx, &secretsmanager.GetSecretValueInput{SecretId: &gone}); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
		e.t.Error(err)
	}
	store := ssm.NewFromConfig(c)
	for id, name := range map[string]string{
		"/prod/key": "/prod/key", "key": "key", "arn:aws:ssm:eu-west-1:000000000000:parameter/prod/key": "/prod/key", "arn:aws:ssm:eu-west-1:000000000000:parameter/key": "key",
	} {
		p := must[*ssm.GetParameterOutput](e.world)(store.GetParameter(e.ctx, &ssm.GetParameterInput{Name: &id, WithDecryption: aws.Bool(true)})).Parameter
		if *p.Name != name || *p.Value == "" || !strings.HasSuffix(*p.ARN, ":parameter/"+strings.TrimPrefix(name, "/")) {
			e.t.Errorf("%s: %+v", id, p)
		}
	}
	if _, err := store.GetParameter(e.ctx, &ssm.GetParameterInput{Name: &gone}); err == nil || !strings.Contains(err.Error(), "ParameterNotFound") {
		e.t.Error(err)
	}
	some := must[*ssm.GetParametersOutput](e.world)(store.GetParameters(e.ctx, &ssm.GetParametersInput{Names: []string{"/prod/key", gone}}))
	if len(some.Parameters) != 1 || !slices.Equal(some.InvalidParameters, []string{gone}) {
		e.t.Errorf("%+v", some)
	}

	lines := cloudwatchlogs.NewFromConfig(c)
	e.account.WriteLogEvent(group, stream, time.Now(), time.Now(), "what made the group")
	group, stream := aws.String(group), aws.String("app/ecspresso-verify-17")
	create := &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: stream}
	_ = must[*cloudwatchlogs.CreateLogStreamOutput](e.world)(lines.CreateLogStream(e.ctx, create))
	if _, err := lines.CreateLogStream(e.ctx, create); err == nil || !strings.Contains(err.Error(), "ResourceAlreadyExistsException") {
		e.t.Error(err)
	}
	put := &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: stream, LogEvents: []logtypes.InputLogEvent{
		{Message: aws.String("of long ago"), Timestamp: aws.Int64(time.Now().Add(-20 * 24 * time.Hour).UnixMilli())},
		{Message: aws.String("a line of now"), Timestamp: aws.Int64(time.Now().Unix() * 1000)},
	}}
	if out := must[*cloudwatchlogs.PutLogEventsOutput](e.world)(lines.PutLogEvents(e.ctx, put)); out.RejectedLogEventsInfo == nil || aws.ToInt32(out.RejectedLogEventsInfo.TooOldLogEventEndIndex) != 1 {
		e.t.Errorf("%+v", out)
	}
	written := must[*cloudwatchlogs.GetLogEventsOutput](e.world)(lines.GetLogEvents(e.ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: group, LogStreamName: stream, StartFromHead: aws.Bool(true)})).Events
	if len(written) != 1 || *written[0].Message != "a line of now" {
		e.t.Errorf("%+v", written)
	}
	put.LogStreamName = aws.String("nowhere")
	if _, err := lines.PutLogEvents(e.ctx, put); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
		e.t.Error(err)
	}
}

// image is the first container's of a revision.
func image(w *world, revision string) string {
	w.t.Helper()
	return *must[*ecs.DescribeTaskDefinitionOutput](w)(w.ecs.DescribeTaskDefinition(w.ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &revision})).TaskDefinition.ContainerDefinitions[0].Image
}
