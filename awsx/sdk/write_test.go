package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

func allow(ctx context.Context) context.Context {
	return permitted(ctx, func(awsx.Call) error { return nil })
}

func TestWritesSendExactlyWhatTheyAreAskedFor(t *testing.T) {
	api, task, instance := cluster.In(arn("service/prod/api")), cluster.In(arn("task/prod/abc")), cluster.In(arn("container-instance/prod/i1"))
	deployment := arn("service-deployment/prod/api/d1")
	at := `"cluster":"` + cluster.ARN + `",`
	low, high, yes, no := 2, 20, true, false
	for name, c := range map[string]struct {
		write func(context.Context, Account) error
		op    string
		want  string
	}{
		"a task with everything": {func(ctx context.Context, a Account) error {
			_, err := a.RunTask(ctx, awsx.RunTask{
				Cluster: cluster, TaskDefinition: "api:7", Count: 2, StartedBy: "gantry/c-1", Token: "t-1",
				CapacityProviderStrategy: json.RawMessage(`[{"capacityProvider":"spot","weight":1,"future":{"x":12345678901234567890}}]`),
				NetworkConfiguration:     json.RawMessage(`{"awsvpcConfiguration":{"subnets":["s-1"],"new":[1.0]}}`),
				Overrides: []awsx.ContainerOverride{{Container: "app", Command: []string{"sh", "-c", "a && b <c>"},
					Env: []awsx.EnvVar{{Name: "TOKEN", Value: clean.Secret("s3cr&t")}, {Name: "EMPTY"}}}},
			})
			return err
		}, "RunTask", `{` + at + `"taskDefinition":"api:7","count":2,"capacityProviderStrategy":[{"capacityProvider":"spot","weight":1,"future":{"x":12345678901234567890}}],` +
			`"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s-1"],"new":[1.0]}},"overrides":{"containerOverrides":[{"name":"app","command":["sh","-c","a && b <c>"],` +
			`"environment":[{"name":"TOKEN","value":"s3cr&t"},{"name":"EMPTY","value":""}]}]},"startedBy":"gantry/c-1","clientToken":"t-1"}`},
		"a task with nothing": {func(ctx context.Context, a Account) error {
			_, err := a.RunTask(ctx, awsx.RunTask{Cluster: cluster, TaskDefinition: "api:7"})
			return err
		}, "RunTask", `{` + at + `"taskDefinition":"api:7"}`},
		"a configuration": {func(ctx context.Context, a Account) error {
			_, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: api, DeploymentConfiguration: json.RawMessage(`{"future":{"exp":1E2},"alarms":{"alarmNames":["<a>"]}}`)})
			return err
		}, "UpdateService", `{` + at + `"service":"` + api.ARN + `","deploymentConfiguration":{"future":{"exp":1E2},"alarms":{"alarmNames":["<a>"]}}}`},
		"a strategy": {func(ctx context.Context, a Account) error {
			_, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: api, ForceNew: true, Capacity: &awsx.CapacityStrategy{{Provider: "spot", Weight: 3}, {Provider: "own", Base: 2}}})
			return err
		}, "UpdateService", `{` + at + `"service":"` + api.ARN + `","forceNewDeployment":true,"capacityProviderStrategy":[{"capacityProvider":"spot","base":0,"weight":3},{"capacityProvider":"own","base":2,"weight":0}]}`},
		"a strategy's end": {func(ctx context.Context, a Account) error {
			_, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: api, ForceNew: true, Capacity: &awsx.CapacityStrategy{}})
			return err
		}, "UpdateService", `{` + at + `"service":"` + api.ARN + `","forceNewDeployment":true,"capacityProviderStrategy":[]}`},
		"a stop": {func(ctx context.Context, a Account) error {
			_, err := a.StopTask(ctx, task, "by hand")
			return err
		}, "StopTask", `{` + at + `"reason":"by hand","task":"` + task.ARN + `"}`},
		"a stop without a reason": {func(ctx context.Context, a Account) error {
			_, err := a.StopTask(ctx, task, "")
			return err
		}, "StopTask", `{` + at + `"task":"` + task.ARN + `"}`},
		"a drain": {func(ctx context.Context, a Account) error {
			_, err := a.SetInstanceStatus(ctx, instance, "DRAINING")
			return err
		}, "UpdateContainerInstancesState", `{` + at + `"containerInstances":["` + instance.ARN + `"],"status":"DRAINING"}`},
		"a revision's end": {func(ctx context.Context, a Account) error {
			return a.DeregisterTaskDefinition(ctx, "api:3")
		}, "DeregisterTaskDefinition", `{"taskDefinition":"api:3"}`},
		"a rollback": {func(ctx context.Context, a Account) error {
			return a.StopServiceDeployment(ctx, deployment)
		}, "StopServiceDeployment", `{"serviceDeploymentArn":"` + deployment + `","stopType":"ROLLBACK"}`},
		"onwards": {func(ctx context.Context, a Account) error {
			return a.ContinueServiceDeployment(ctx, deployment, "h1", false)
		}, "ContinueServiceDeployment", `{"action":"CONTINUE","hookId":"h1","serviceDeploymentArn":"` + deployment + `"}`},
		"back": {func(ctx context.Context, a Account) error {
			return a.ContinueServiceDeployment(ctx, deployment, "h1", true)
		}, "ContinueServiceDeployment", `{"action":"ROLLBACK","hookId":"h1","serviceDeploymentArn":"` + deployment + `"}`},
		"bounds": {func(ctx context.Context, a Account) error {
			return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: api, Min: &low, Max: &high})
		}, "RegisterScalableTarget", `{"MaxCapacity":20,"MinCapacity":2,"ResourceId":"service/prod/api","ScalableDimension":"ecs:service:DesiredCount","ServiceNamespace":"ecs"}`},
		"suspension": {func(ctx context.Context, a Account) error {
			return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: api, Suspend: &yes})
		}, "RegisterScalableTarget", `{"ResourceId":"service/prod/api","ScalableDimension":"ecs:service:DesiredCount","ServiceNamespace":"ecs",` +
			`"SuspendedState":{"DynamicScalingInSuspended":true,"DynamicScalingOutSuspended":true,"ScheduledScalingSuspended":true}}`},
		"resumption": {func(ctx context.Context, a Account) error {
			return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: api, Suspend: &no})
		}, "RegisterScalableTarget", `{"ResourceId":"service/prod/api","ScalableDimension":"ecs:service:DesiredCount","ServiceNamespace":"ecs",` +
			`"SuspendedState":{"DynamicScalingInSuspended":false,"DynamicScalingOutSuspended":false,"ScheduledScalingSuspended":false}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := canned(200, `{"service":{"serviceArn":"`+api.ARN+`"},"tasks":[{"taskArn":"t"}],"task":{"taskArn":"t"},"containerInstances":[{"containerInstanceArn":"i"}],"taskDefinition":{"revision":3},
				"serviceDeploymentArn":"`+deployment+`","ScalableTargetARN":"s"}`)
			if err := c.write(allow(t.Context()), open(t, w, access.Options{})); err != nil {
				t.Error(err)
			}
			if w.total() != 1 || w.count(c.op) != 1 {
				t.Fatalf("calls %v", w.calls)
			}
			if inOrderOfNames(t, w.bodies[0]) != inOrderOfNames(t, c.want) {
				t.Errorf("sent %s\nwant %s", w.bodies[0], c.want)
			}
		})
	}
}

// inOrderOfNames sorts the members of a JSON object, whose order the SDK leaves
// open, and keeps the bytes of their values.
func inOrderOfNames(t *testing.T, text string) string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatal(text, err)
	}
	for name, value := range fields {
		if name == "SuspendedState" {
			fields[name] = json.RawMessage(inOrderOfNames(t, string(value)))
		}
	}
	b := &strings.Builder{}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWritesThatCannotBeMeantAreRefusedBeforeAnythingIsRecorded(t *testing.T) {
	api, other := cluster.In(arn("service/prod/api")), cluster
	other.Context.Region = "us-east-1"
	negative := -1
	w := canned(200, `{}`)
	a := open(t, w, access.Options{})
	ctx := permitted(t.Context(), func(awsx.Call) error { t.Error("recorded"); return nil })
	for name, write := range map[string]func() error{
		"eleven tasks": func() error {
			_, err := a.RunTask(ctx, awsx.RunTask{Cluster: cluster, TaskDefinition: "api:7", Count: 11})
			return err
		},
		"a network of none": func() error {
			_, err := a.RunTask(ctx, awsx.RunTask{Cluster: cluster, TaskDefinition: "api:7", NetworkConfiguration: json.RawMessage(`{`)})
			return err
		},
		"another's cluster": func() error {
			_, err := a.RunTask(ctx, awsx.RunTask{Cluster: other, TaskDefinition: "api:7"})
			return err
		},
		"another's task":     func() error { _, err := a.StopTask(ctx, other.In("t"), ""); return err },
		"a novel of reasons": func() error { _, err := a.StopTask(ctx, cluster.In("t"), strings.Repeat("ä", 256)); return err },
		"another's instance": func() error { _, err := a.SetInstanceStatus(ctx, other.In("i"), "ACTIVE"); return err },
		"a status of none":   func() error { _, err := a.SetInstanceStatus(ctx, cluster.In("i"), "INACTIVE"); return err },
		"half a document": func() error {
			_, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: api, DeploymentConfiguration: json.RawMessage(`{`)})
			return err
		},
		"no scaling":         func() error { return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: api}) },
		"a bound below none": func() error { return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: api, Min: &negative}) },
		"another's scaling":  func() error { return a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: other, Min: new(int)}) },
	} {
		if err := write(); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.total() != 0 {
		t.Errorf("%d calls", w.total())
	}
}

func TestTasksThatCouldNotBePlacedAreAnErrorBesideThoseThatWere(t *testing.T) {
	w := canned(200, `{"tasks":[`+taskJSON(arn("task/prod/t1"))+`],"failures":[{"arn":"`+arn("container-instance/prod/i1")+`","reason":"RESOURCE:MEMORY"},
		{"arn":"`+arn("container-instance/prod/i2")+`","reason":"RESOURCE:MEMORY"},{"reason":"ATTRIBUTE","detail":"ecs.capability.task-eni"}]}`)
	got, err := open(t, w, access.Options{}).RunTask(allow(t.Context()), awsx.RunTask{Cluster: cluster, TaskDefinition: "api:7", Count: 2})
	if len(got) != 1 || got[0].ID != "t1" {
		t.Errorf("tasks %+v", got)
	}
	var own *fault.Error
	if !errors.As(err, &own) || own.Class != fault.Failed || own.Unknown {
		t.Fatalf("%#v", err)
	}
	if want := "RESOURCE:MEMORY on i1, i2; ATTRIBUTE (ecs.capability.task-eni)"; own.Err.Error() != want {
		t.Errorf("%q, want %q", own.Err, want)
	}
}

func TestInstanceThatIsNotThereIsNotFound(t *testing.T) {
	for reason, want := range map[string]fault.Class{"MISSING": fault.NotFound, "INACTIVE": fault.Failed} {
		w := canned(200, `{"containerInstances":[],"failures":[{"arn":"i","reason":"`+reason+`"}]}`)
		_, err := open(t, w, access.Options{}).SetInstanceStatus(allow(t.Context()), cluster.In("i"), "DRAINING")
		if fault.ClassOf(err) != want {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

// TestAnswerWithoutItsResourceLeavesTheOutcomeOpen: the service said yes, and
// not to what.
func TestAnswerWithoutItsResourceLeavesTheOutcomeOpen(t *testing.T) {
	a := open(t, canned(200, `{}`), access.Options{})
	for name, write := range writes(t, a) {
		var own *fault.Error
		if err := write.send(allow(t.Context())); !errors.As(err, &own) || !own.Unknown || own.Fix == "" {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

func TestAnswersOfWritesAreDecodedAsReadsAre(t *testing.T) {
	task := arn("task/prod/abc")
	stopped, err := open(t, canned(200, `{"task":`+taskJSON(task)+`}`), access.Options{}).StopTask(allow(t.Context()), cluster.In(task), "x")
	if err != nil || stopped.Ref != cluster.In(task) || len(stopped.Containers) != 2 {
		t.Errorf("%+v, %v", stopped, err)
	}
	w := canned(200, `{"containerInstances":[{"containerInstanceArn":"i","status":"DRAINING","attributes":[{"name":"ecs.instance-type","value":"m5.large"}]}]}`)
	drained, err := open(t, w, access.Options{}).SetInstanceStatus(allow(t.Context()), cluster.In("i"), "DRAINING")
	want := awsx.Instance{Ref: cluster.In("i"), Status: "DRAINING", InstanceType: "m5.large", Attributes: map[string]string{"ecs.instance-type": "m5.large"}}
	if d := cmp.Diff(want, drained); d != "" || err != nil {
		t.Error(d, err)
	}
}
