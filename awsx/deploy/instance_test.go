package deploy

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

func TestStoppingATaskSaysHowManyHealthyOnesAreLeft(t *testing.T) {
	cases := []struct {
		name    string
		options []awsxtest.Option
		prepare func(*desk)
		want    string
	}{
		{"all healthy", []awsxtest.Option{awsxtest.Desired(4)}, nil, "leaves 3 healthy of 4 tasks; api starts another"},
		{"targets are not", []awsxtest.Option{awsxtest.Desired(4), awsxtest.Targets("unhealthy", "Target.Timeout")}, nil, "leaves 0 healthy of 4 tasks; api starts another"},
		{"without a load balancer", []awsxtest.Option{awsxtest.Desired(3), awsxtest.Unbalanced()}, nil, "leaves 2 healthy of 3 tasks; api starts another"},
		{"one is ill by its own check", []awsxtest.Option{awsxtest.Desired(3)}, func(d *desk) {
			d.Edit(func(data *awsxtest.Data) { data.Tasks[2].Health = "UNHEALTHY" })
		}, "leaves 1 healthy of 3 tasks; api starts another"},
		{"targets were not read", []awsxtest.Option{awsxtest.Desired(3)}, func(d *desk) {
			d.Fail(awsxtest.TargetHealth, fault.Errorf(fault.Throttled, "elasticloadbalancing:DescribeTargetHealth", "", "slow down"))
		}, "leaves 2 of 3 tasks, how healthy they are is not known; api starts another"},
		{"the service was not read", nil, func(d *desk) {
			d.Fail(awsxtest.DescribeServices, fault.Errorf(fault.Denied, "ecs:DescribeServices", "", "no"))
		}, "what is left of api is not known: ecs:DescribeServices is denied"},
		{"a daemon's", []awsxtest.Option{awsxtest.Desired(2)}, func(d *desk) {
			d.edit(func(s *awsx.Service) { s.SchedulingStrategy = "DAEMON" })
		}, "leaves 1 healthy of 2 tasks; api starts another on the same instance"},
	}
	for _, c := range cases {
		d := newDesk(c.options...)
		task := firstTask(t, d)
		if c.prepare != nil {
			c.prepare(d)
		}
		if p := d.mustPlan(t, task, StopTask{}); p.Leaves != c.want {
			t.Errorf("%s: %q, want %q", c.name, p.Leaves, c.want)
		}
	}
}

func TestDrainingSaysWhatBecomesOfEachTask(t *testing.T) {
	d := newDesk(awsxtest.Desired(2))
	d.cluster.Service("stuck", awsxtest.Desired(2))
	d.cluster.Service("agent", awsxtest.Desired(2))
	alone := standalone(t, d)
	instance := d.instances(t)[0]
	d.Edit(func(data *awsxtest.Data) {
		for i := range data.Services {
			switch s := &data.Services[i]; s.Name {
			case "stuck":
				s.MinHealthyPercent, s.MaxPercent = 100, 100
			case "agent":
				s.SchedulingStrategy = "DAEMON"
			}
		}
		for i := range data.Tasks {
			if data.Tasks[i].Ref == alone {
				data.Tasks[i].ContainerInstance = instance.Ref.ARN
			}
		}
	})
	got := found(t, d.mustPlan(t, instance.Ref, Drain{}), check.Drain)
	want := "never move, as their minimum and maximum percent allow no task more or less: stuck 1 task; " +
		"are standalone, stay and do not come back elsewhere: api:1 " + alone.Name() + "; move: api 1 task; are daemons and end: agent 1 task"
	if got.Result != check.Warning || got.Text != want {
		t.Errorf("%s: %s\nwant %s", got.Result, got.Text, want)
	}

	d.Edit(func(data *awsxtest.Data) { data.Instances[1].Status = "DRAINING" })
	p := d.mustPlan(t, instance.Ref, Drain{})
	if got := found(t, p, check.Drain); !strings.Contains(got.Text, "no other instance of the cluster is active") || p.Leaves != "leaves 0 instances of 2 active" {
		t.Errorf("%s; %s", got.Text, p.Leaves)
	}
	d.Fail(awsxtest.Tasks, fault.Errorf(fault.Denied, "ecs:ListTasks", "", "no"))
	if got := found(t, d.mustPlan(t, instance.Ref, Drain{}), check.Drain); got.Result != check.Skipped || !strings.Contains(got.Text, "ecs:ListTasks is denied") {
		t.Errorf("%s: %s", got.Result, got.Text)
	}
}

func TestAnInstanceIsFoundByItsEC2ID(t *testing.T) {
	d := newDesk()
	i := d.instances(t)[1]
	if p := d.mustPlan(t, d.cluster.Ref.In(i.EC2ID), Drain{}); p.Target != i.Ref {
		t.Errorf("the target is %v, want %v", p.Target, i.Ref)
	}
}

func TestATaskSharesTheSurroundingsOfAService(t *testing.T) {
	d := newDesk()
	d.cluster.Service("net", awsxtest.Network("awsvpc"))
	like := d.cluster.Ref.In("net")
	svc, err := read.ServiceNow(t.Context(), d.Account, like)
	if err != nil {
		t.Fatal(err)
	}
	const network = `{"awsvpcConfiguration":{"subnets":["subnet-1"],"future":{"x":1e3}}}`
	raw := func(more string) {
		d.Edit(func(data *awsxtest.Data) {
			data.Raw[svc.Ref.ARN] = []byte(`{"serviceName":"net","networkConfiguration":` + network + more + `}`)
		})
	}
	sent := func(target awsx.Ref) awsx.RunTask {
		return d.mustPlan(t, target, RunTask{Like: "net"}).Steps[0].(*step.RunTask).Asked
	}
	raw("")
	if r := sent(like); string(r.NetworkConfiguration) != network || r.LaunchType != "EC2" || r.CapacityProviderStrategy != nil {
		t.Errorf("it is run with %+v", r)
	}
	raw(`,"capacityProviderStrategy":[{"capacityProvider":"spot","weight":1}]`)
	if r := sent(like); r.LaunchType != "" || string(r.CapacityProviderStrategy) != `[{"capacityProvider":"spot","weight":1}]` {
		t.Errorf("it is run with %+v", r)
	}
	// A bridge task has no network of its own to configure.
	if r := sent(family(t, d)); r.NetworkConfiguration != nil {
		t.Errorf("it is run with %+v", r)
	}
}

func TestTasksThatDidStartAreToldBesideTheFailure(t *testing.T) {
	d := newDesk()
	d.Edit(func(data *awsxtest.Data) { data.Refusals = []awsx.Missing{{Reason: "RESOURCE:MEMORY"}} })
	res, err := Run(t.Context(), d.options(d.mustPlan(t, family(t, d), RunTask{Count: 3})))
	if fault.ClassOf(err) != fault.Failed || !strings.Contains(err.Error(), "RESOURCE:MEMORY") || !strings.Contains(err.Error(), "2 of 3 tasks did start: ") {
		t.Errorf("got %v", err)
	}
	if len(res.State.Tasks) != 2 || !res.State.Applied {
		t.Errorf("the state has %d tasks, applied %v", len(res.State.Tasks), res.State.Applied)
	}
}

func TestSettingsAreNotFollowedAndTasksAre(t *testing.T) {
	for _, c := range verbCases() {
		d, target, _ := c.bench(t)
		p := d.mustPlan(t, target, c.intent)
		o := d.options(p)
		o.Override = checkNames(p.Blocking())
		followed := false
		o.Follow = func(context.Context, follow.Spec) (follow.Verdict, error) {
			followed = true
			return follow.Verdict{Outcome: follow.Succeeded}, nil
		}
		if _, err := Run(t.Context(), o); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		setting := c.sent == "RegisterScalableTarget" || c.name == "breaker" || c.name == "activate" || c.name == "deregister"
		if followed == setting || p.Follows() != followed {
			t.Errorf("%s: followed is %v", c.name, followed)
		}
	}
}

func TestAHalfDoneDeployOffersToDeregisterWhatItLeft(t *testing.T) {
	d := newDesk()
	d.Fail(awsxtest.UpdateService, fault.Errorf(fault.Denied, "ecs:UpdateService", d.api.ARN, "no"))
	res, err := Run(t.Context(), d.options(d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}})))
	if err == nil || res.Left == nil || res.Left.Revision != 2 {
		t.Fatalf("left %+v (%v)", res.Left, err)
	}
	d.run(t, d.mustPlan(t, d.cluster.Ref.In(res.Left.ARN), Deregister{}))
	if arns, _ := d.Revisions(t.Context(), "api", 0); len(arns) != 1 {
		t.Errorf("active are %v", arns)
	}
}

func TestARevisionThatMayBeInUseIsNotDeregisteredWithoutAnOverride(t *testing.T) {
	d := newDesk()
	d.register(t, 1)
	d.Fail(awsxtest.Services, fault.Errorf(fault.Denied, "ecs:ListServices", "", "no"))
	p := d.mustPlan(t, d.cluster.Ref.In("api:2"), Deregister{})
	if c := found(t, p, check.InUse); c.Result != check.Broken || !strings.Contains(c.Text, "cluster prod: ecs:ListServices is denied") {
		t.Errorf("%s: %s", c.Result, c.Text)
	}
	if _, err := Run(t.Context(), d.options(p)); !errors.Is(err, ErrRefused) || len(d.sent()) > 0 {
		t.Errorf("sent %v (%v)", d.sent(), err)
	}
}

func TestATaskLikeAServiceIsOfWhatTheServiceRuns(t *testing.T) {
	d := newDesk()
	d.register(t, 3) // newer ones, which the service does not run
	runs := d.service(t).TaskDefinition
	if p := d.mustPlan(t, d.cluster.Ref.In("api"), RunTask{Like: "api"}); p.Target.ARN != runs {
		t.Errorf("runs %s, and the service %s", p.Target.ARN, runs)
	}
	p := d.mustPlan(t, d.cluster.Ref.In("api:3"), RunTask{Like: "api"})
	if !strings.Contains(p.After, "api:3, where api runs api:1") {
		t.Errorf("says %q", p.After)
	}
	if p := d.mustPlan(t, d.cluster.Ref.In("api"), RunTask{}); p.Target.ARN == runs {
		t.Error("without a service the newest is not run")
	}
}

func TestATaskLikeAServiceDropsNoSettingOfIt(t *testing.T) {
	d := newDesk()
	d.Edit(func(data *awsxtest.Data) {
		data.Raw[d.api.ARN] = []byte(`{"serviceName":"api","platformVersion":"1.4.0","enableExecuteCommand":true,"enableECSManagedTags":true,"propagateTags":"TASK_DEFINITION",
		 "placementConstraints":[{"type":"distinctInstance"}],"placementStrategy":[{"type":"spread","field":"host"}]}`)
	})
	run := d.mustPlan(t, d.cluster.Ref.In("api"), RunTask{Like: "api"}).Steps[0].(*step.RunTask)
	r := run.Asked
	if r.PlatformVersion != "1.4.0" || !r.ExecuteCommand || !r.ManagedTags || !r.DefinitionTags ||
		string(r.PlacementConstraints) != `[{"type":"distinctInstance"}]` || string(r.PlacementStrategy) != `[{"type":"spread","field":"host"}]` {
		t.Errorf("it is run with %+v", r)
	}
	for _, option := range []string{"--platform-version 1.4.0", "--enable-execute-command", "--enable-ecs-managed-tags", "--propagate-tags TASK_DEFINITION", "--placement-constraints", "--placement-strategy"} {
		if command := run.Describe().Command; !strings.Contains(command, option) {
			t.Errorf("%s lacks %s", command, option)
		}
	}
}

// TestProtectedTasksAreNamedBeforeTheyAreEnded, with until when; a standalone task is not asked
// about, and what is denied is skipped with the action that is missing.
func TestProtectedTasksAreNamedBeforeTheyAreEnded(t *testing.T) {
	d := newDesk(awsxtest.Desired(2))
	task := firstTask(t, d)
	var host awsx.Ref
	until := awsxtest.Now.Add(90 * time.Minute)
	d.Edit(func(data *awsxtest.Data) {
		data.Protections = []awsx.Protection{{Task: task.ARN, Until: until}}
		host = d.cluster.Ref.In(data.Task(task.ARN).ContainerInstance)
		for i := range data.Groups {
			data.Groups[i].Members = append(data.Groups[i].Members, awsx.Member{ID: host.Name(), Lifecycle: "InService"})
		}
	})
	want := "asked not to be ended yet: api " + task.Name() + " until " + until.Format(time.RFC3339)
	for target, intent := range map[awsx.Ref]Intent{task: StopTask{}, host: Drain{}} {
		if got := found(t, d.mustPlan(t, target, intent), check.Protection); got.Result != check.Warning || got.Text != want {
			t.Errorf("%s: %s %s\nwant %s", intent.Action(), got.Result, got.Text, want)
		}
	}
	d.Fail(awsxtest.TaskProtection, fault.Errorf(fault.Denied, "ecs:GetTaskProtection", "", "no"))
	if got := found(t, d.mustPlan(t, task, StopTask{}), check.Protection); got.Result != check.Skipped || !strings.Contains(got.Text, "ecs:GetTaskProtection is denied") {
		t.Errorf("%s: %s", got.Result, got.Text)
	}
	d = newDesk(awsxtest.Desired(2))
	for _, f := range d.mustPlan(t, firstTask(t, d), StopTask{}).Checks {
		if f.Name == check.Protection {
			t.Errorf("none is protected: %s", f.Text)
		}
	}
}
