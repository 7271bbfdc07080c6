package deploy

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
)

const (
	clusterARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"
	serviceARN = "arn:aws:ecs:eu-west-1:123456789012:service/prod/api"
	registry   = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	digestA    = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB    = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func revisionARN(family string, n int) string {
	return fmt.Sprintf("arn:aws:ecs:eu-west-1:123456789012:task-definition/%s:%d", family, n)
}

// document is the definition of the example service as the API gives it, one
// field from a future API included.
func exampleJSON(revision int) string {
	return fmt.Sprintf(`{"taskDefinitionArn":%q,"revision":%d,"status":"ACTIVE","family":"api",
"compatibilities":["EC2"],"requiresAttributes":[{"name":"com.amazonaws.ecs.capability.ecr-auth"}],"executionRoleArn":"arn:aws:iam::123456789012:role/api-execution","registeredAt":1.7e9,"registeredBy":"arn:aws:iam::123456789012:user/ci",
"cpu":"256","memory":"512","networkMode":"bridge","quantumMode":{"qubits":12345678901234567890},
"containerDefinitions":[
 {"name":"web","image":"`+registry+`/web:1.0","essential":true,"portMappings":[{"containerPort":8080,"hostPort":0,"protocol":"tcp"}],
  "environment":[{"name":"LOG_LEVEL","value":"info"},{"name":"DB_PASSWORD","value":"old-canary"}],
  "secrets":[{"name":"API_KEY","valueFrom":"arn:aws:ssm:eu-west-1:123456789012:parameter/api-key"}],
  "stopTimeout":30},
 {"name":"proxy","image":"nginx:1.27","essential":false}
]}`, revisionARN("api", revision), revision)
}

// fake is an account with one service that behaves as told.
type fake struct {
	awsx.Account // what is not faked is not called

	mu          sync.Mutex
	service     awsx.Service
	definitions map[string]*awsx.TaskDefinition
	images      map[string]awsx.Image // by repository + " " + reference
	imageErr    error
	tasks       []awsx.Task
	sent        []string
	registerErr error // returned without registering
	lostAnswer  bool  // calls take effect and their answers are lost
	updateErr   error
	history     []awsx.ServiceDeployment
	historyErr  error
	revisions   map[string]awsx.ServiceRevision
	surroundings
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{definitions: map[string]*awsx.TaskDefinition{}, images: map[string]awsx.Image{}, surroundings: wellSurrounded()}
	for _, n := range []int{6, 7} {
		f.add(t, exampleJSON(n))
	}
	for tag, digest := range map[string]string{"1.0": digestA, "1.1": digestB} {
		f.images[registry+"/web "+tag] = awsx.Image{Digest: digest}
	}
	f.service = awsx.Service{
		Ref:  awsx.Ref{Context: awsx.ContextID{Profile: "main", Region: "eu-west-1"}, Cluster: clusterARN, ARN: serviceARN},
		Name: "api", Status: "ACTIVE", Desired: 4, Running: 4, TaskDefinition: revisionARN("api", 7),
		MinHealthyPercent: 50, MaxPercent: 200, Breaker: awsx.Breaker{Enabled: true, Rollback: true},
		LoadBalancers: []awsx.LoadBalancer{{TargetGroup: "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/api/1", Container: "web", ContainerPort: 8080}},
		Deployments:   []awsx.Deployment{{ID: "ecs-svc/7", Status: "PRIMARY", TaskDefinition: revisionARN("api", 7), Desired: 4, Running: 4, RolloutState: "COMPLETED"}},
	}
	return f
}

func (f *fake) add(t *testing.T, doc string) *awsx.TaskDefinition {
	t.Helper()
	td, err := awsx.ParseTaskDefinition(awsx.Document(doc), []awsx.Tag{{Key: "team", Value: "pay"}, {Key: "AWS:cloudformation:stack-name", Value: "s"}})
	if err != nil {
		t.Fatal(err)
	}
	f.definitions[td.ARN] = td
	return td
}

func (f *fake) DescribeServices(context.Context, awsx.Ref, []string) awsx.Pages[awsx.Service] {
	return func(yield func(awsx.Page[awsx.Service], error) bool) {
		f.mu.Lock()
		svc := f.service
		f.mu.Unlock()
		var page awsx.Page[awsx.Service]
		if svc.Name != "" {
			page.Items = []*awsx.Service{&svc}
		}
		yield(page, nil)
	}
}

func (f *fake) TaskDefinition(_ context.Context, id string) (*awsx.TaskDefinition, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var latest *awsx.TaskDefinition
	for arn, td := range f.definitions {
		if arn == id || awsx.ARNName(arn) == id {
			return td, nil
		}
		if td.Family == id && (latest == nil || td.Revision > latest.Revision) {
			latest = td
		}
	}
	if latest == nil {
		return nil, fault.Errorf(fault.NotFound, "ecs:DescribeTaskDefinition", id, "no such revision")
	}
	return latest, nil
}

func (f *fake) Image(_ context.Context, repository, reference string) (awsx.Image, error) {
	if f.imageErr != nil {
		return awsx.Image{}, f.imageErr
	}
	if i, ok := f.images[repository+" "+reference]; ok {
		return i, nil
	}
	return awsx.Image{}, fault.Errorf(fault.NotFound, "ecr:DescribeImages", repository, "no such image")
}

func (f *fake) Identity(context.Context) (awsx.Identity, error) {
	return awsx.Identity{Account: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/ops/me"}, nil
}

// permit does what the adapter does before a mutating call leaves.
func (f *fake) permit(ctx context.Context, operation string) error {
	change := awsx.ChangeFrom(ctx)
	if change == nil {
		return fault.Errorf(fault.Denied, operation, "", "no change in the context")
	}
	if err := change.Record(awsx.Call{Service: "ECS", Operation: operation}); err != nil {
		return err
	}
	f.sent = append(f.sent, operation)
	return nil
}

func (f *fake) RegisterTaskDefinition(ctx context.Context, doc awsx.Document) (*awsx.TaskDefinition, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.permit(ctx, "RegisterTaskDefinition"), f.registerErr); err != nil {
		return nil, err
	}
	next := 0
	for _, td := range f.definitions {
		next = max(next, td.Revision+1)
	}
	stored := strings.TrimSuffix(string(doc), "}") + fmt.Sprintf(`,"taskDefinitionArn":%q,"revision":%d,"status":"ACTIVE","placementConstraints":[]}`, revisionARN("api", next), next)
	td, err := awsx.ParseTaskDefinition(awsx.Document(stored), []awsx.Tag{{Key: "team", Value: "pay"}})
	if err != nil {
		return nil, err
	}
	f.definitions[td.ARN] = td
	if f.lostAnswer {
		return nil, &fault.Error{Class: fault.Offline, Op: "ecs:RegisterTaskDefinition", Unknown: true, Err: fmt.Errorf("connection reset")}
	}
	return td, nil
}

func (f *fake) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (awsx.Service, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.permit(ctx, "UpdateService"), f.updateErr); err != nil {
		return awsx.Service{}, err
	}
	if u.Desired != nil {
		f.service.Desired = *u.Desired
	}
	if u.TaskDefinition != nil {
		f.service.TaskDefinition = *u.TaskDefinition
	}
	if u.TaskDefinition != nil || u.ForceNew {
		old := f.service.Deployments[0]
		old.Status = "ACTIVE"
		f.service.Deployments = []awsx.Deployment{
			{ID: "ecs-svc/8", Status: "PRIMARY", TaskDefinition: f.service.TaskDefinition, Desired: f.service.Desired, RolloutState: "IN_PROGRESS"}, old,
		}
	}
	if f.lostAnswer {
		return awsx.Service{}, &fault.Error{Class: fault.Offline, Op: "ecs:UpdateService", Unknown: true, Err: fmt.Errorf("timeout")}
	}
	return f.service, nil
}

// plan reads and builds in one go.
func (f *fake) plan(t *testing.T, intent Intent) Plan {
	t.Helper()
	p, err := f.tryPlan(intent)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (f *fake) tryPlan(intent Intent) (Plan, error) {
	cur, err := Read(context.Background(), f, f.service.Ref, intent, read.Held{})
	if err != nil {
		return Plan{}, err
	}
	return Build(cur, intent, policy.Policy{NonProduction: policy.DefaultNonProduction()})
}
