package deploy

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/internal/fault"
)

// desk is an account in memory with one cluster and one service, and somebody
// who changes it.
type desk struct {
	*awsxtest.Account
	cluster *awsxtest.Cluster
	api     awsx.Ref
	policy  policy.Policy
	lines   []string // of the journal
	lost    bool     // calls take effect and their answers are lost
}

func newDesk(options ...awsxtest.Option) *desk {
	a := awsxtest.New(awsx.ContextID{Profile: "main"})
	cluster := a.Cluster("prod")
	return &desk{Account: a, cluster: cluster, api: cluster.Service("api", options...), policy: policy.Policy{NonProduction: policy.DefaultNonProduction()}}
}

func (d *desk) Begin(_ string, p Plan, _ []string) error {
	d.lines = append(d.lines, "begin "+p.Intent.Action())
	return nil
}

func (d *desk) Call(_ string, _ Plan, c awsx.Call) error {
	d.lines = append(d.lines, c.Operation)
	return nil
}

func (d *desk) End(_ string, _ Plan, outcome string, _ step.State) error {
	d.lines = append(d.lines, "end "+outcome)
	return nil
}

func (d *desk) plan(target awsx.Ref, intent Intent) (Plan, error) {
	cur, err := Read(context.Background(), d.Account, target, intent, read.Held{})
	if err != nil {
		return Plan{}, err
	}
	return Build(cur, intent, d.policy)
}

func (d *desk) mustPlan(t *testing.T, target awsx.Ref, intent Intent) Plan {
	t.Helper()
	p, err := d.plan(target, intent)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (d *desk) options(p Plan) RunOptions {
	o := RunOptions{ID: NewID(), Account: d.Account, Plan: p, Gate: gate{}, Audit: d}
	if d.lost {
		o.Account = lossy{d.Account}
	}
	return o
}

func (d *desk) run(t *testing.T, p Plan) Result {
	t.Helper()
	res, err := Run(context.Background(), d.options(p))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func (d *desk) service(t *testing.T) awsx.Service {
	t.Helper()
	svc, err := read.ServiceNow(t.Context(), d.Account, d.api)
	if err != nil {
		t.Fatal(err)
	}
	return svc
}

// tasks returns the tasks of the cluster that run.
func (d *desk) tasks(t *testing.T) []awsx.Task {
	t.Helper()
	list, err := awsx.Collect(d.Account.Tasks(t.Context(), awsx.TaskQuery{Cluster: d.cluster.Ref}))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (d *desk) instances(t *testing.T) []awsx.Instance {
	t.Helper()
	list, err := awsx.Collect(d.Account.Instances(t.Context(), d.cluster.Ref))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// edit changes the service.
func (d *desk) edit(change func(*awsx.Service)) {
	d.Edit(func(data *awsxtest.Data) {
		for i := range data.Services {
			if data.Services[i].Ref == d.api {
				change(&data.Services[i])
			}
		}
	})
}

// register adds revisions of the service's family that nothing uses.
func (d *desk) register(t *testing.T, n int) {
	t.Helper()
	td, err := d.TaskDefinition(t.Context(), "api")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := document.Registrable(td)
	if err != nil {
		t.Fatal(err)
	}
	ctx := awsx.WithChange(t.Context(), &awsx.Change{ID: "chg-test", Record: func(awsx.Call) error { return nil }})
	for range n {
		if _, err := d.RegisterTaskDefinition(ctx, tree.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
}

// rollOut begins a deployment of a new revision, with its record.
func (d *desk) rollOut(t *testing.T) (record string) {
	t.Helper()
	d.run(t, d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}}))
	d.lines = nil
	return d.Record("api")
}

// lossy loses the answers of calls that took effect.
type lossy struct{ *awsxtest.Account }

func noAnswer(err error) error {
	if err != nil {
		return err
	}
	return &fault.Error{Class: fault.Offline, Op: "call", Unknown: true, Err: errors.New("connection reset")}
}

func (l lossy) RunTask(ctx context.Context, r awsx.RunTask) ([]awsx.Task, error) {
	_, err := l.Account.RunTask(ctx, r)
	return nil, noAnswer(err)
}

func (l lossy) StopTask(ctx context.Context, task awsx.Ref, reason string) (awsx.Task, error) {
	_, err := l.Account.StopTask(ctx, task, reason)
	return awsx.Task{}, noAnswer(err)
}

func (l lossy) SetInstanceStatus(ctx context.Context, i awsx.Ref, status string) (awsx.Instance, error) {
	_, err := l.Account.SetInstanceStatus(ctx, i, status)
	return awsx.Instance{}, noAnswer(err)
}

func (l lossy) StopServiceDeployment(ctx context.Context, deployment string) error {
	return noAnswer(l.Account.StopServiceDeployment(ctx, deployment))
}

func (l lossy) ContinueServiceDeployment(ctx context.Context, deployment, hook string, back bool) error {
	return noAnswer(l.Account.ContinueServiceDeployment(ctx, deployment, hook, back))
}

func (l lossy) UpdateScaling(ctx context.Context, u awsx.ScalingUpdate) error {
	return noAnswer(l.Account.UpdateScaling(ctx, u))
}

func (l lossy) DeregisterTaskDefinition(ctx context.Context, arn string) error {
	return noAnswer(l.Account.DeregisterTaskDefinition(ctx, arn))
}

func (l lossy) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (awsx.Service, error) {
	_, err := l.Account.UpdateService(ctx, u)
	return awsx.Service{}, noAnswer(err)
}

// calls returns what was sent, without the records around it.
func (d *desk) sent() []string {
	return slices.DeleteFunc(slices.Clone(d.lines), func(l string) bool {
		return strings.HasPrefix(l, "begin ") || strings.HasPrefix(l, "end ")
	})
}

func intp(n int) *int    { return &n }
func boolp(b bool) *bool { return &b }
