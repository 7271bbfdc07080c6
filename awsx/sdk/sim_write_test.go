package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/seed"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

// changing returns a context that may carry mutating calls.
func changing(t *testing.T) context.Context {
	return awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
}

func clusterNamed(t *testing.T, a awsx.Account, name string) awsx.Ref {
	t.Helper()
	for _, c := range all(t, a.Clusters(t.Context())) {
		if c.Name == name {
			return c.Ref
		}
	}
	t.Fatalf("there is no cluster %s", name)
	return awsx.Ref{}
}

func serviceNamed(t *testing.T, a awsx.Account, name string) awsx.Service {
	t.Helper()
	found := all(t, a.DescribeServices(t.Context(), clusterNamed(t, a, "prod"), []string{name}))
	if len(found) != 1 {
		t.Fatalf("there is no service %s", name)
	}
	return found[0]
}

// deploymentOf follows a service's newest record until it is as asked for, for
// at most three hours of the bubble.
func deploymentOf(t *testing.T, a awsx.Account, service awsx.Ref, until func(awsx.ServiceDeployment) bool) awsx.ServiceDeployment {
	t.Helper()
	var last awsx.ServiceDeployment
	for range 3 * 60 * 6 {
		records := must[[]awsx.ServiceDeployment](t)(a.ServiceDeployments(t.Context(), service, 1))
		if len(records) == 1 {
			if last = records[0]; until(last) {
				return last
			}
		}
		time.Sleep(10 * time.Second)
	}
	t.Fatalf("the deployment never came so far: %+v", last)
	return last
}

func TestTaskIsRunAndStoppedInTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		ctx, cluster := changing(t), clusterNamed(t, a, "prod")
		run := awsx.RunTask{
			Cluster: cluster, TaskDefinition: "orders-migrate", Count: 2, LaunchType: "EC2", StartedBy: "gantry", Token: "t-1",
			Overrides: []awsx.ContainerOverride{{Container: "migrate", Command: []string{"up"}, Env: []awsx.EnvVar{{Name: "DRY", Value: clean.Secret("1")}}}},
		}
		started := must[[]awsx.Task](t)(a.RunTask(ctx, run))
		again := must[[]awsx.Task](t)(a.RunTask(ctx, run))
		if len(started) != 2 || started[0].StartedBy != "gantry" || started[0].Group != "family:orders-migrate" || started[0].DesiredStatus != "RUNNING" {
			t.Fatalf("%+v", started)
		}
		if len(again) != 2 || again[0].Ref != started[0].Ref {
			t.Errorf("the same token started %+v", again)
		}
		time.Sleep(10 * time.Second)
		stopped := must[awsx.Task](t)(a.StopTask(ctx, started[0].Ref, "not today"))
		if stopped.Ref != started[0].Ref || stopped.DesiredStatus != "STOPPED" {
			t.Errorf("%+v", stopped)
		}
		time.Sleep(5 * time.Minute)
		ended := all(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: cluster, Stopped: true}))
		for _, want := range []struct {
			task         awsx.Task
			code, reason string
		}{{started[0], "UserInitiated", "not today"}, {started[1], "EssentialContainerExited", "Essential container in task exited"}} {
			i := slices.IndexFunc(ended, func(x awsx.Task) bool { return x.Ref == want.task.Ref })
			if i < 0 || ended[i].LastStatus != "STOPPED" || ended[i].StopCode != want.code || ended[i].StoppedReason != want.reason {
				t.Errorf("want %v: %+v", want, ended)
			}
		}
	})
}

func TestTaskThatFitsNowhereIsAnErrorWithReasons(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx := changing(t)
		td := must[*awsx.TaskDefinition](t)(a.RegisterTaskDefinition(ctx, awsx.Document(
			`{"family":"huge","containerDefinitions":[{"name":"app","image":"x:1","cpu":100000,"memory":1000000,"essential":true}]}`)))
		got, err := a.RunTask(ctx, awsx.RunTask{Cluster: clusterNamed(t, a, "prod"), TaskDefinition: td.ARN, Count: 1})
		if len(got) != 0 || fault.ClassOf(err) != fault.Failed || !strings.Contains(err.Error(), "RESOURCE:") {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestInstanceDrainsAndComesBackInTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx, cluster := changing(t), clusterNamed(t, a, "prod")
		i := all(t, a.Instances(ctx, cluster))[0]
		if len(i.Attributes) == 0 || i.Attributes["ecs.instance-type"] != i.InstanceType {
			t.Errorf("attributes %v", i.Attributes)
		}
		for _, status := range []string{"DRAINING", "ACTIVE"} {
			set := must[awsx.Instance](t)(a.SetInstanceStatus(ctx, i.Ref, status))
			if set.Ref != i.Ref || set.Status != status || set.EC2ID != i.EC2ID {
				t.Errorf("%+v", set)
			}
		}
	})
}

func TestRevisionEndsInTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx := changing(t)
		before := must[[]string](t)(a.Revisions(ctx, "orders-migrate", 0))
		if err := a.DeregisterTaskDefinition(ctx, before[1]); err != nil {
			t.Fatal(err)
		}
		after := must[[]string](t)(a.Revisions(ctx, "orders-migrate", 0))
		td := must[*awsx.TaskDefinition](t)(a.TaskDefinition(ctx, before[1]))
		if slices.Contains(after, before[1]) || len(after) != len(before)-1 || td.Status != "INACTIVE" {
			t.Errorf("%v after %v, %s", after, before, td.Status)
		}
		if _, err := a.RunTask(ctx, awsx.RunTask{Cluster: clusterNamed(t, a, "prod"), TaskDefinition: before[1]}); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("%v", err)
		}
	})
}

func TestBreakerIsSetAndNothingElseIsTouched(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx, before := changing(t), serviceNamed(t, a, "catalog")
		var raw struct {
			DeploymentConfiguration map[string]json.RawMessage `json:"deploymentConfiguration"`
		}
		if err := json.Unmarshal(must[json.RawMessage](t)(a.Raw(ctx, awsx.KindService, before.Ref)), &raw); err != nil {
			t.Fatal(err)
		}
		raw.DeploymentConfiguration["deploymentCircuitBreaker"] = json.RawMessage(`{"enable":true,"rollback":false,"resetOnHealthyTask":false,"thresholdConfiguration":{"type":"COUNT","value":5}}`)
		doc := must[[]byte](t)(json.Marshal(raw.DeploymentConfiguration))
		got := must[awsx.Service](t)(a.UpdateService(ctx, awsx.ServiceUpdate{Service: before.Ref, DeploymentConfiguration: doc}))
		if want := (awsx.Breaker{Enabled: true, Threshold: 5, KeepsCount: true}); got.Breaker != want {
			t.Errorf("breaker %+v", got.Breaker)
		}
		if got.MaxPercent != before.MaxPercent || got.MinHealthyPercent != before.MinHealthyPercent || len(got.Deployments) != 1 || got.Deployments[0].ID != before.Deployments[0].ID {
			t.Errorf("%+v, before %+v", got, before)
		}
	})
}

func TestRolloutIsStoppedInTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx, service := changing(t), serviceNamed(t, a, "catalog")
		must[awsx.Service](t)(a.UpdateService(ctx, awsx.ServiceUpdate{Service: service.Ref, ForceNew: true}))
		record := deploymentOf(t, a, service.Ref, func(d awsx.ServiceDeployment) bool { return d.Status == "IN_PROGRESS" })
		if err := a.StopServiceDeployment(ctx, record.ARN); err != nil {
			t.Fatal(err)
		}
		back := deploymentOf(t, a, service.Ref, awsx.ServiceDeployment.Ended)
		if back.ARN != record.ARN || back.Status != "ROLLBACK_SUCCESSFUL" || back.Rollback == nil {
			t.Errorf("%+v", back)
		}
		if err := a.StopServiceDeployment(ctx, record.ARN); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("a deployment that has ended: %v", err)
		}
		if err := a.StopServiceDeployment(ctx, record.ARN+"0"); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("a deployment that never was: %v", err)
		}
	})
}

func TestPauseIsContinuedInTheSimulator(t *testing.T) {
	for _, back := range []bool{false, true} {
		simulated(t, sim.Options{Scenario: seed.BlueGreen}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
			service := serviceNamed(t, a, "storefront")
			if lb := service.LoadBalancers[0]; service.Strategy != "BLUE_GREEN" || lb.Alternate == "" || lb.Alternate == lb.TargetGroup || lb.ProductionRule == "" || lb.TestRule == "" {
				t.Errorf("%+v", service)
			}
			paused := func(d awsx.ServiceDeployment) bool { _, ok := d.Paused(); return ok }
			record := deploymentOf(t, a, service.Ref, paused)
			hook, _ := record.Paused()
			if hook.Type != "PAUSE" || hook.TimeoutAction != "ROLLBACK" || !hook.ExpiresAt.After(time.Now()) || record.Stage == "" {
				t.Errorf("%+v", record)
			}
			if err := a.ContinueServiceDeployment(changing(t), record.ARN, hook.ID, back); err != nil {
				t.Fatal(err)
			}
			want := map[bool]string{false: "SUCCESSFUL", true: "ROLLBACK_SUCCESSFUL"}[back]
			if ended := deploymentOf(t, a, service.Ref, awsx.ServiceDeployment.Ended); ended.Status != want {
				t.Errorf("%+v", ended)
			}
		})
	}
}

func TestTaskSetsOfOtherControllersAreRead(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.BlueGreen}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		for name, controller := range map[string]string{"billing": "CODE_DEPLOY", "reports": "EXTERNAL"} {
			s := serviceNamed(t, a, name)
			if s.Controller != controller || len(s.TaskSets) != 2 || s.TaskSets[0].Status != "PRIMARY" || s.TaskSets[0].Scale == 0 || s.TaskSets[0].TaskDefinition == "" {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestScalingIsReadAndChangedInTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx := changing(t)
		var scaled *awsx.ScalableTarget
		var unscaled awsx.Ref
		for _, s := range all(t, a.Services(ctx, clusterNamed(t, a, "prod"))) {
			target, err := a.ScalableTarget(ctx, s.Ref)
			if fault.ClassOf(err) == fault.NotFound {
				unscaled = s.Ref
			} else if err != nil {
				t.Fatal(err)
			} else if scaled == nil {
				scaled = &target
			}
		}
		if scaled == nil || unscaled.ARN == "" || scaled.Max <= scaled.Min || scaled.Suspended() || len(scaled.Policies) == 0 || scaled.Policies[0].Metric == "" || len(scaled.Policies[0].Alarms) == 0 {
			t.Fatalf("%+v", scaled)
		}
		low, high, yes := scaled.Min+1, scaled.Max+5, true
		for _, u := range []awsx.ScalingUpdate{{Min: &low, Max: &high}, {Suspend: &yes}} {
			u.Service = scaled.Service
			if err := a.UpdateScaling(ctx, u); err != nil {
				t.Fatal(err)
			}
		}
		after := must[awsx.ScalableTarget](t)(a.ScalableTarget(ctx, scaled.Service))
		if after.Min != low || after.Max != high || !after.Suspended() {
			t.Errorf("%+v", after)
		}
		var own *fault.Error
		if err := a.UpdateScaling(ctx, awsx.ScalingUpdate{Service: unscaled, Suspend: &yes}); !errors.As(err, &own) || own.Class == fault.Denied || own.Unknown {
			t.Errorf("suspending what is not scaled: %v", err)
		}
		alarms := must[[]awsx.Alarm](t)(a.AlarmsByName(ctx, scaled.Policies[0].Alarms))
		if len(alarms) != len(scaled.Policies[0].Alarms) || alarms[0].State == "" || alarms[0].Since.IsZero() || len(alarms[0].Metrics) == 0 {
			t.Errorf("alarms %+v", alarms)
		}
	})
}

func TestAlarmsAreReadInTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		if err := world.SetAlarm("api-orders-cpu-high", alarms.Firing); err != nil {
			t.Fatal(err)
		}
		firing := must[[]awsx.Alarm](t)(a.AlarmsIn(t.Context(), "ALARM"))
		if len(firing) == 0 || !slices.ContainsFunc(firing, func(x awsx.Alarm) bool {
			return x.Name == "api-orders-cpu-high" && x.Metrics[0].Name == "AWS/ECS/CPUUtilization" && x.Threshold == 85 && x.Window == 3*time.Minute
		}) {
			t.Errorf("%+v", firing)
		}
		if all := must[[]awsx.Alarm](t)(awsx.Collect(a.AllAlarms(t.Context()))); len(all) <= len(firing) || !slices.ContainsFunc(all, func(x awsx.Alarm) bool { return x.Rule != "" }) {
			t.Errorf("%d alarms in all, %d ring", len(all), len(firing))
		}
		named := must[[]awsx.Alarm](t)(a.AlarmsByName(t.Context(), []string{"api-orders-cpu-high", "no-such-alarm"}))
		if len(named) != 1 || named[0].State != "ALARM" {
			t.Errorf("%+v", named)
		}
	})
}

func TestWhatIsReadBesideAPlanAgreesWithTheSimulator(t *testing.T) {
	simulated(t, sim.Options{}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		service := serviceNamed(t, a, "catalog")
		if len(service.Tags) == 0 {
			t.Error("no tags of the service")
		}
		td := must[*awsx.TaskDefinition](t)(a.TaskDefinition(t.Context(), service.TaskDefinition))
		repository, _, _ := strings.Cut(td.Containers[0].Image, ":")
		for tag, want := range map[string][]string{"v3.5.0": {"linux/amd64", "linux/arm64"}, "v3.5.0-arm64": {"linux/arm64"}} {
			if got := must[[]string](t)(a.Platforms(t.Context(), repository, tag)); !slices.Equal(got, want) {
				t.Errorf("%s is for %v", tag, got)
			}
		}
		if _, err := a.Platforms(t.Context(), repository, "no-such-tag"); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("%v", err)
		}
		groups := []string{service.LoadBalancers[0].TargetGroup}
		if got := must[[]awsx.GroupDetails](t)(a.GroupDetails(t.Context(), groups)); len(got) != 1 || got[0].DeregistrationDelay == 0 || len(got[0].Tags) == 0 {
			t.Errorf("%+v", got)
		}
	})
}
