package awsxtest_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
)

func service(t *testing.T, a *awsxtest.Account, ref awsx.Ref) awsx.Service {
	t.Helper()
	found, _ := read(t, a.DescribeServices(t.Context(), ref.ClusterRef(), []string{ref.ARN}))
	return found[0]
}

func TestATaskThatIsRunIsPendingAndStoppedAsTold(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	ctx, calls := change(t)
	started, err := a.RunTask(ctx, awsx.RunTask{Cluster: ref.ClusterRef(), TaskDefinition: "api:1", Count: 2, StartedBy: "gantry"})
	if err != nil || len(started) != 2 || started[0].LastStatus != "PENDING" || started[0].Group != "family:api" {
		t.Fatalf("%+v, %v", started, err)
	}
	a.EndTask(started[0].Ref.ARN, 3)
	if _, err := a.StopTask(ctx, started[1].Ref, "enough"); err != nil {
		t.Fatal(err)
	}
	stopped, _ := read(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: ref.ClusterRef(), Stopped: true}))
	if len(stopped) != 2 || stopped[0].Containers[0].ExitCode != 3 || stopped[1].StoppedReason != "enough" || stopped[1].StopCode != "UserInitiated" {
		t.Errorf("%+v", stopped)
	}
	known := func(arn string) bool { return arn == stopped[0].Ref.ARN }
	if rest, _ := read(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: ref.ClusterRef(), Stopped: true, Known: known})); len(rest) != 1 || rest[0].ID != stopped[1].ID {
		t.Errorf("beside what is known: %+v", rest)
	}
	if d := cmp.Diff([]string{"RunTask", "StopTask"}, operations(*calls)); d != "" {
		t.Error(d)
	}
}

func operations(calls []awsx.Call) (all []string) {
	for _, c := range calls {
		all = append(all, c.Operation)
	}
	return all
}

func TestTaskThatCannotBePlacedIsMissing(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	a.Edit(func(d *awsxtest.Data) { d.Refusals = []awsx.Missing{{Reason: "RESOURCE:MEMORY"}} })
	ctx, _ := change(t)
	got, err := a.RunTask(ctx, awsx.RunTask{Cluster: ref.ClusterRef(), TaskDefinition: "api:1", Count: 3})
	if len(got) != 2 || fault.ClassOf(err) != fault.Failed || !strings.Contains(err.Error(), "RESOURCE:MEMORY") {
		t.Errorf("%d tasks, %v", len(got), err)
	}
}

func TestInstanceAndRevisionAndConfigurationChange(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	ctx, _ := change(t)
	instances, _ := read(t, a.Instances(ctx, ref.ClusterRef()))
	if i, err := a.SetInstanceStatus(ctx, instances[0].Ref, "DRAINING"); err != nil || i.Status != "DRAINING" {
		t.Errorf("%+v, %v", i, err)
	}
	if _, err := a.SetInstanceStatus(ctx, ref.In("nobody"), "DRAINING"); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}

	td, _ := a.TaskDefinition(ctx, "api:1")
	if err := a.DeregisterTaskDefinition(ctx, td.ARN); err != nil {
		t.Fatal(err)
	}
	after, _ := a.TaskDefinition(ctx, "api:1")
	if revisions, _ := a.Revisions(ctx, "api", 0); td.Status != "ACTIVE" || after.Status != "INACTIVE" || len(revisions) != 0 || !strings.Contains(string(after.Raw), `"INACTIVE"`) {
		t.Errorf("%s, %s, %v", td.Status, after.Status, revisions)
	}

	doc := json.RawMessage(`{"maximumPercent":150,"deploymentCircuitBreaker":{"enable":true,"rollback":false}}`)
	s, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: ref, DeploymentConfiguration: doc})
	if err != nil || len(s.Deployments) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if raw, err := a.Raw(ctx, awsx.KindService, ref); err != nil || string(raw) != `{"deploymentConfiguration":`+string(doc)+`}` {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestARecordSaysWhatWasAskedAndHowItEnded(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	ctx, _ := change(t)
	if _, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: ref, ForceNew: true}); err != nil {
		t.Fatal(err)
	}
	arn := a.Record("api")
	if got := service(t, a, ref).CurrentDeployment; got != arn {
		t.Errorf("current deployment %q", got)
	}
	a.Edit(func(d *awsxtest.Data) {
		d.Record(arn).Hooks = []awsx.LifecycleHook{{ID: "h", Type: "PAUSE", Status: "AWAITING_ACTION"}}
	})
	before, _ := a.ServiceDeployments(ctx, ref, 1)
	if err := a.ContinueServiceDeployment(ctx, arn, "h", false); err != nil {
		t.Fatal(err)
	}
	if all, _ := a.ServiceDeployments(ctx, ref, 1); all[0].Status+" "+all[0].Hooks[0].Status != "IN_PROGRESS SUCCEEDED" {
		t.Errorf("%+v", all[0])
	}
	if _, ok := before[0].Paused(); !ok {
		t.Error("a record that was read before changed")
	}
	if err := a.StopServiceDeployment(ctx, arn); err != nil {
		t.Fatal(err)
	}
	if all, _ := a.ServiceDeployments(ctx, ref, 1); all[0].Status != "ROLLBACK_REQUESTED" {
		t.Errorf("%+v", all[0])
	}
	a.Settle("api")
	if all, _ := a.ServiceDeployments(ctx, ref, 1); all[0].Status != "SUCCESSFUL" || service(t, a, ref).CurrentDeployment != "" {
		t.Errorf("%+v", all[0])
	}
	if err := a.StopServiceDeployment(ctx, "nothing"); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func TestScalingAndAlarmsAndDetails(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	ctx, calls := change(t)
	low, high, yes := 2, 9, true
	if _, err := a.ScalableTarget(ctx, ref); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}
	for _, u := range []awsx.ScalingUpdate{{Service: ref, Min: &low, Max: &high}, {Service: ref, Suspend: &yes}} {
		if err := a.UpdateScaling(ctx, u); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := a.ScalableTarget(ctx, ref); err != nil || got.Min != 2 || got.Max != 9 || !got.Suspended() || got.Service != ref {
		t.Errorf("%+v, %v", got, err)
	}
	if last := (*calls)[len(*calls)-1]; last != (awsx.Call{Service: "Application Auto Scaling", Operation: "RegisterScalableTarget"}) {
		t.Errorf("%+v", last)
	}

	group := service(t, a, ref).LoadBalancers[0].TargetGroup
	var image awsx.Image
	a.Edit(func(d *awsxtest.Data) {
		d.Alarms = []awsx.Alarm{{Name: "a", State: "ALARM"}, {Name: "b", State: "OK"}}
		for _, images := range d.Images {
			image = images[0]
		}
		d.Platforms[image.Digest] = []string{"linux/arm64"}
		d.GroupDetails[group] = awsx.GroupDetails{DeregistrationDelay: time.Second, Tags: []awsx.Tag{{Key: "k", Value: "v"}}}
	})
	firing, _ := a.AlarmsIn(ctx, "ALARM")
	named, _ := a.AlarmsByName(ctx, []string{"b", "gone"})
	if len(firing) != 1 || firing[0].Name != "a" || len(named) != 1 || named[0].Name != "b" {
		t.Errorf("%v, %v", firing, named)
	}
	for _, reference := range []string{image.Digest, image.Tags[0]} {
		if got, err := a.Platforms(ctx, image.Repository, reference); err != nil || !slices.Equal(got, []string{"linux/arm64"}) {
			t.Errorf("%v, %v", got, err)
		}
	}
	if _, err := a.Platforms(ctx, image.Repository, "gone"); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}
	want := []awsx.GroupDetails{{ARN: group, DeregistrationDelay: time.Second, Tags: []awsx.Tag{{Key: "k", Value: "v"}}}}
	if got, err := a.GroupDetails(ctx, []string{group, "gone"}); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := a.GroupDetails(ctx, []string{"gone"}); fault.ClassOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func TestEveryWriteNeedsAChangeAndIsScripted(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	n := 1
	boom := fault.Errorf(fault.Offline, "x", "", "boom")
	for op, write := range map[awsxtest.Op]func(context.Context) error{
		awsxtest.RunTask: func(ctx context.Context) error {
			_, err := a.RunTask(ctx, awsx.RunTask{Cluster: ref.ClusterRef(), TaskDefinition: "api:1"})
			return err
		},
		awsxtest.StopTask:                  func(ctx context.Context) error { _, err := a.StopTask(ctx, ref.In("t"), ""); return err },
		awsxtest.SetInstanceStatus:         func(ctx context.Context) error { _, err := a.SetInstanceStatus(ctx, ref.In("i"), "ACTIVE"); return err },
		awsxtest.StopServiceDeployment:     func(ctx context.Context) error { return a.StopServiceDeployment(ctx, "d") },
		awsxtest.ContinueServiceDeployment: func(ctx context.Context) error { return a.ContinueServiceDeployment(ctx, "d", "h", true) },
		awsxtest.UpdateScaling: func(ctx context.Context) error {
			return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: ref, Min: &n})
		},
		awsxtest.ExecuteCommand: func(ctx context.Context) error {
			_, err := a.ExecuteCommand(ctx, awsx.ExecCommand{Task: ref.In("t")})
			return err
		},
		awsxtest.StartSession: func(ctx context.Context) error {
			_, err := a.StartSession(ctx, awsx.SessionRequest{Target: "i-1"})
			return err
		},
		awsxtest.TerminateSession:         func(ctx context.Context) error { return a.TerminateSession(ctx, "s-1") },
		awsxtest.DeregisterTaskDefinition: func(ctx context.Context) error { return a.DeregisterTaskDefinition(ctx, "api:1") },
	} {
		if err := write(t.Context()); fault.ClassOf(err) != fault.Denied || a.Count(op) != 0 {
			t.Errorf("%s without a change: %v", op, err)
		}
		ctx, calls := change(t)
		a.FailOnce(op, boom)
		if err := write(ctx); err != boom || len(*calls) != 1 || a.Count(op) != 1 {
			t.Errorf("%s: %v, %v", op, err, *calls)
		}
	}
}
