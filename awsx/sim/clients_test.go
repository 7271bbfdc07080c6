package sim_test

import (
	"context"
	"net/http"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.uber.org/goleak"

	"gantry/awsx/sim"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // there is memory enough, and a sixth of the time went into collecting it
	goleak.VerifyTestMain(m)
}

// world is a running account and the SDK's clients for it.
type world struct {
	t       *testing.T
	ctx     context.Context
	account *sim.Account
	ecs     *ecs.Client
	elb     *elb.Client
	ecr     *ecr.Client
	sts     *sts.Client
}

func config(rt http.RoundTripper) aws.Config {
	return aws.Config{
		Region:           "eu-west-1",
		Credentials:      credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		HTTPClient:       &http.Client{Transport: rt},
		RetryMaxAttempts: 1,
	}
}

// live runs test in a bubble of fake time, in which the account moves.
func live(t *testing.T, opts sim.Options, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { moving(t, opts, test) })
}

// moving runs test while the account moves.
func moving(t *testing.T, opts sim.Options, test func(*world)) {
	t.Helper()
	w := newWorld(t, opts)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.account.Run(ctx) }()
	synctest.Wait() // it runs before the first call
	defer func() {
		cancel()
		if err := <-done; err != context.Canceled {
			t.Errorf("Run ended with %v, want the context's error", err)
		}
	}()
	test(w)
}

func newWorld(t *testing.T, opts sim.Options) *world {
	t.Helper()
	account, err := sim.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	c := config(account.RoundTripper())
	return &world{
		t: t, ctx: t.Context(), account: account,
		ecs: ecs.NewFromConfig(c), elb: elb.NewFromConfig(c), ecr: ecr.NewFromConfig(c), sts: sts.NewFromConfig(c),
	}
}

func must[T any](w *world) func(T, error) T {
	return func(v T, err error) T {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		return v
	}
}

func (w *world) service(name string) types.Service {
	w.t.Helper()
	out, err := w.ecs.DescribeServices(w.ctx, &ecs.DescribeServicesInput{Cluster: aws.String("prod"), Services: []string{name}})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(out.Services) != 1 {
		w.t.Fatalf("%d services called %s, failures %v", len(out.Services), name, out.Failures)
	}
	return out.Services[0]
}

// tasks are the service's tasks of a desired status.
func (w *world) tasks(service string, desired types.DesiredStatus) []types.Task {
	w.t.Helper()
	var tasks []types.Task
	pages := ecs.NewListTasksPaginator(w.ecs, &ecs.ListTasksInput{
		Cluster: aws.String("prod"), ServiceName: aws.String(service), DesiredStatus: desired,
	})
	for pages.HasMorePages() {
		page := must[*ecs.ListTasksOutput](w)(pages.NextPage(w.ctx))
		if len(page.TaskArns) == 0 {
			continue
		}
		out := must[*ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{
			Cluster: aws.String("prod"), Tasks: page.TaskArns,
		}))
		tasks = append(tasks, out.Tasks...)
	}
	return tasks
}

func (w *world) definition(name string) *types.TaskDefinition {
	w.t.Helper()
	return must[*ecs.DescribeTaskDefinitionOutput](w)(w.ecs.DescribeTaskDefinition(w.ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String(name),
	})).TaskDefinition
}

// revise registers what the service runs with a change, and returns its ARN.
func (w *world) revise(service string, edit func(*types.ContainerDefinition)) string {
	w.t.Helper()
	d := w.definition(*w.service(service).TaskDefinition)
	edit(&d.ContainerDefinitions[0])
	out := must[*ecs.RegisterTaskDefinitionOutput](w)(w.ecs.RegisterTaskDefinition(w.ctx, &ecs.RegisterTaskDefinitionInput{
		Family: d.Family, ContainerDefinitions: d.ContainerDefinitions, NetworkMode: d.NetworkMode,
		TaskRoleArn: d.TaskRoleArn, ExecutionRoleArn: d.ExecutionRoleArn, Cpu: d.Cpu, Memory: d.Memory,
	}))
	return *out.TaskDefinition.TaskDefinitionArn
}

func (w *world) reviseImage(service, tag string) string {
	w.t.Helper()
	return w.revise(service, func(c *types.ContainerDefinition) {
		c.Image = aws.String("000000000000.dkr.ecr.eu-west-1.amazonaws.com/" + service + ":" + tag)
	})
}

func (w *world) update(in *ecs.UpdateServiceInput) *types.Service {
	w.t.Helper()
	in.Cluster = aws.String("prod")
	return must[*ecs.UpdateServiceOutput](w)(w.ecs.UpdateService(w.ctx, in)).Service
}

// deploy sends a revision to a service and returns the deployment's id.
func (w *world) deploy(service, revision string) string {
	w.t.Helper()
	return *w.update(&ecs.UpdateServiceInput{Service: aws.String(service), TaskDefinition: aws.String(revision)}).Deployments[0].Id
}

// until polls the service each second until ok, and fails after limit.
func (w *world) until(limit time.Duration, service, what string, ok func(types.Service) bool) types.Service {
	w.t.Helper()
	var s types.Service
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(time.Second) {
		if s = w.service(service); ok(s) {
			return s
		}
	}
	w.t.Fatalf("%s: not within %s; deployments %s; last events %s", what, limit, deployments(s), events(s, 6))
	return s
}

func (w *world) health(groupARN string) []elbtypes.TargetHealthDescription {
	w.t.Helper()
	return must[*elb.DescribeTargetHealthOutput](w)(w.elb.DescribeTargetHealth(w.ctx, &elb.DescribeTargetHealthInput{
		TargetGroupArn: aws.String(groupARN),
	})).TargetHealthDescriptions
}

func deployments(s types.Service) (text string) {
	for _, d := range s.Deployments {
		text += "\n  " + *d.Id + " " + *d.Status + " " + string(d.RolloutState) + " " + *d.RolloutStateReason
	}
	return text
}

func events(s types.Service, n int) (text string) {
	for i, e := range s.Events {
		if i == n {
			break
		}
		text += "\n  " + *e.Message
	}
	return text
}
