package deploy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// verbCase is one verb on the example account: what it is done to and what it
// then says and does.
type verbCase struct {
	name    string
	prepare func(*testing.T, *desk)
	target  func(*testing.T, *desk) awsx.Ref // the service when nil
	intent  Intent
	tier    policy.Tier
	before  string
	after   string
	leaves  string
	command string // the last one, without profile and region
	sent    string
	check   func(*testing.T, *desk, Result)
}

func scaled(min, max int) func(*testing.T, *desk) {
	return func(_ *testing.T, d *desk) {
		d.Edit(func(data *awsxtest.Data) {
			data.ScalableTargets[d.api.ARN] = awsx.ScalableTarget{Min: min, Max: max}
		})
	}
}

func paused(t *testing.T, d *desk) {
	record := d.rollOut(t)
	d.Edit(func(data *awsxtest.Data) {
		for i := range data.Deployments[d.api.ARN] {
			if r := &data.Deployments[d.api.ARN][i]; r.ARN == record {
				r.Stage = "POST_TEST_TRAFFIC_SHIFT"
				r.Hooks = []awsx.LifecycleHook{{ID: "hook-1", Type: "PAUSE", Status: "AWAITING_ACTION"}}
			}
		}
	})
}

func configured100(t *testing.T, d *desk) {
	d.Edit(func(data *awsxtest.Data) {
		data.Raw[d.api.ARN] = []byte(`{"serviceName":"api","deploymentConfiguration":{"maximumPercent":150,"minimumHealthyPercent":50,"shadow":{"x":1e3},"deploymentCircuitBreaker":{"enable":false,"rollback":false,"resetOnHealthyTask":true}}}`)
	})
}

func firstTask(t *testing.T, d *desk) awsx.Ref     { return d.tasks(t)[0].Ref }
func firstInstance(t *testing.T, d *desk) awsx.Ref { return d.instances(t)[0].Ref }
func family(_ *testing.T, d *desk) awsx.Ref        { return d.cluster.Ref.In("api") }

func standalone(t *testing.T, d *desk) awsx.Ref {
	res := d.run(t, d.mustPlan(t, family(t, d), RunTask{}))
	d.lines = nil
	return res.State.Tasks[0].Ref
}

func verbCases() []verbCase {
	return []verbCase{
		{
			name: "cancel", intent: Cancel{}, tier: policy.TierConfirm,
			prepare: func(t *testing.T, d *desk) { d.rollOut(t) },
			before:  "api:2 rolling out, 0 of 2 tasks running", after: "rolled back to api:1", leaves: "leaves at least 2 of 2 tasks during the deployment",
			command: "aws ecs stop-service-deployment --service-deployment-arn RECORD --stop-type ROLLBACK", sent: "StopServiceDeployment",
			check: func(t *testing.T, d *desk, _ Result) {
				if records, _ := d.ServiceDeployments(t.Context(), d.api, 1); records[0].Status != "ROLLBACK_REQUESTED" {
					t.Errorf("the record is %+v", records[0])
				}
			},
		},
		{
			name: "continue", intent: Continue{}, tier: policy.TierName, prepare: paused,
			before: "paused at POST_TEST_TRAFFIC_SHIFT by hook hook-1", after: "the deployment goes on", leaves: "leaves at least 2 of 2 tasks during the deployment",
			command: "aws ecs continue-service-deployment --service-deployment-arn RECORD --hook-id hook-1 --action CONTINUE", sent: "ContinueServiceDeployment",
		},
		{
			name: "continue backwards", intent: Continue{RollBack: true}, tier: policy.TierConfirm, prepare: paused,
			before: "paused at POST_TEST_TRAFFIC_SHIFT by hook hook-1", after: "rolled back to api:1", leaves: "leaves at least 2 of 2 tasks during the deployment",
			command: "aws ecs continue-service-deployment --service-deployment-arn RECORD --hook-id hook-1 --action ROLLBACK", sent: "ContinueServiceDeployment",
		},
		{
			name: "raise the bounds", intent: SetScaling{Min: intp(3), Max: intp(9)}, tier: policy.TierConfirm, prepare: scaled(1, 4),
			before: "1 to 4 tasks, scaling active", after: "3 to 9 tasks, scaling active", leaves: "raises the desired count from 2 to 3",
			command: "aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/prod/api --min-capacity 3 --max-capacity 9",
			sent:    "RegisterScalableTarget",
			check: func(t *testing.T, d *desk, _ Result) {
				if s, _ := d.ScalableTarget(t.Context(), d.api); s.Min != 3 || s.Max != 9 || s.Suspended() {
					t.Errorf("scaling is %+v", s)
				}
			},
		},
		{
			name: "lower the maximum", intent: SetScaling{Max: intp(1)}, tier: policy.TierName, prepare: scaled(1, 4),
			before: "1 to 4 tasks, scaling active", after: "1 to 1 task, scaling active", leaves: "leaves 1 of 2 tasks",
			command: "aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/prod/api --max-capacity 1",
			sent:    "RegisterScalableTarget",
		},
		{
			name: "scale to nothing by bounds", intent: SetScaling{Min: intp(0), Max: intp(0)}, tier: policy.TierBulk, prepare: scaled(1, 4),
			before: "1 to 4 tasks, scaling active", after: "0 to 0 tasks, scaling active", leaves: "leaves 0 of 2 tasks",
			command: "aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/prod/api --min-capacity 0 --max-capacity 0",
			sent:    "RegisterScalableTarget",
		},
		{
			name: "suspend", intent: SetScaling{Suspend: boolp(true)}, tier: policy.TierName, prepare: scaled(1, 4),
			before: "1 to 4 tasks, scaling active", after: "1 to 4 tasks, scaling suspended", leaves: "leaves the desired count at 2",
			command: "aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/prod/api --suspended-state 'DynamicScalingInSuspended=true,DynamicScalingOutSuspended=true,ScheduledScalingSuspended=true'",
			sent:    "RegisterScalableTarget",
		},
		{
			name: "breaker", intent: SetBreaker{Enabled: true, Rollback: true}, tier: policy.TierName, prepare: configured100,
			before: "circuit breaker is off", after: "circuit breaker is on and rolls back", leaves: "leaves every task as it is",
			command: `aws ecs update-service --cluster prod --service api --deployment-configuration '{"maximumPercent":150,"minimumHealthyPercent":50,"shadow":{"x":1e3},"deploymentCircuitBreaker":{"enable":true,"rollback":true,"resetOnHealthyTask":true}}'`,
			sent:    "UpdateService",
			check: func(t *testing.T, d *desk, _ Result) {
				want := `{"deploymentConfiguration":{"maximumPercent":150,"minimumHealthyPercent":50,"shadow":{"x":1e3},"deploymentCircuitBreaker":{"enable":true,"rollback":true,"resetOnHealthyTask":true}}}`
				if raw, _ := d.Raw(t.Context(), awsx.KindService, d.api); string(raw) != want {
					t.Errorf("the service is %s", raw)
				}
			},
		},
		{
			name: "strategy", tier: policy.TierName,
			prepare: func(t *testing.T, d *desk) {
				provided(t, d)
				d.edit(func(s *awsx.Service) { s.LaunchType = "FARGATE" })
			},
			intent: SetStrategy{awsx.CapacityStrategy{{Provider: "green", Weight: 3}, {Provider: "blue", Weight: 1, Base: 2}}},
			before: "launch type FARGATE", after: "green weight 3; blue weight 1, base 2, by a new deployment", leaves: "leaves at least 2 of 2 tasks during the deployment",
			command: "aws ecs update-service --cluster prod --service api --force-new-deployment --capacity-provider-strategy 'capacityProvider=green,weight=3,base=0' 'capacityProvider=blue,weight=1,base=2'",
			sent:    "UpdateService",
			check: func(t *testing.T, d *desk, res Result) {
				if s := d.service(t); s.CapacityProviders.Typed() != "green=3 blue=1,2" || s.LaunchType != "" || res.State.Deployment != s.Deployments[0].ID || len(s.Deployments) != 2 {
					t.Errorf("the service is %+v, to follow %s", s, res.State.Deployment)
				}
			},
		},
		{
			name: "strategy back to the launch type", intent: SetStrategy{}, tier: policy.TierName, prepare: func(t *testing.T, d *desk) {
				provided(t, d)
				d.edit(func(s *awsx.Service) { s.CapacityProviders = awsx.CapacityStrategy{{Provider: "blue", Weight: 1}} })
			},
			before: "blue weight 1", after: "its launch type, by a new deployment", leaves: "leaves at least 2 of 2 tasks during the deployment",
			command: "aws ecs update-service --cluster prod --service api --force-new-deployment --capacity-provider-strategy '[]'",
			sent:    "UpdateService",
		},
		{
			name: "stop a service's task", intent: StopTask{Reason: "it hangs"}, tier: policy.TierName, target: firstTask,
			before: "task TASK of api:1 RUNNING", after: "stopped", leaves: "leaves 1 healthy of 2 tasks; api starts another",
			command: "aws ecs stop-task --cluster prod --task TASK --reason 'it hangs'", sent: "StopTask",
			check: func(t *testing.T, d *desk, res Result) {
				if n := len(d.tasks(t)); n != 1 {
					t.Errorf("%d tasks run", n)
				}
			},
		},
		{
			name: "stop a standalone task", intent: StopTask{}, tier: policy.TierName, target: standalone,
			before: "task TASK of api:1 PENDING", after: "stopped", leaves: "no service starts it again",
			command: "aws ecs stop-task --cluster prod --task TASK", sent: "StopTask",
		},
		{
			name: "run", tier: policy.TierName, target: family,
			intent: RunTask{Count: 2, Overrides: []awsx.ContainerOverride{{Command: []string{"migrate", "--all"}, Env: vars("MODE", "once")}}},
			before: "no task of this run", after: "2 tasks of api:1, api with another command, api add MODE",
			leaves: "leaves every other task as it is; no service starts these again",
			command: "(doc=$(mktemp); trap 'rm -f \"$doc\"' EXIT\n" +
				`  jq -n '{overrides: {"containerOverrides": [{"name": "api", "command": ["migrate", "--all"], "environment": [{"name": "MODE", "value": "once"}]}]}}' > "$doc" &&` + "\n" +
				`  aws ecs run-task --cluster prod --task-definition api:1 --count 2 --cli-input-json "file://$doc")`,
			sent: "RunTask",
			check: func(t *testing.T, d *desk, res Result) {
				if len(res.State.Tasks) != 2 || res.State.Tasks[0].StartedBy != "gantry/"+res.ID || len(res.Spec.Tasks) != 2 || !res.Spec.Exits {
					t.Errorf("started %+v, to follow %+v", res.State.Tasks, res.Spec)
				}
			},
		},
		{
			name: "drain", intent: Drain{}, tier: policy.TierName, target: firstInstance,
			before: "EC2 ACTIVE, 1 task", after: "DRAINING", leaves: "leaves 1 instance of 2 active",
			command: "aws ecs update-container-instances-state --cluster prod --container-instances INSTANCE --status DRAINING", sent: "UpdateContainerInstancesState",
			check: func(t *testing.T, d *desk, res Result) {
				if i := d.instances(t)[0]; i.Status != "DRAINING" || res.Spec.Instance != i.Ref {
					t.Errorf("the instance is %s, to follow %+v", i.Status, res.Spec)
				}
			},
		},
		{
			name: "activate", intent: Activate{}, tier: policy.TierConfirm, target: firstInstance,
			prepare: func(t *testing.T, d *desk) {
				d.Edit(func(data *awsxtest.Data) { data.Instances[0].Status = "DRAINING" })
			},
			before: "EC2 DRAINING, 1 task", after: "ACTIVE", leaves: "leaves every task where it is",
			command: "aws ecs update-container-instances-state --cluster prod --container-instances INSTANCE --status ACTIVE", sent: "UpdateContainerInstancesState",
		},
		{
			name: "deregister", intent: Deregister{}, tier: policy.TierName,
			prepare: func(t *testing.T, d *desk) { d.register(t, 1) },
			target:  func(_ *testing.T, d *desk) awsx.Ref { return d.cluster.Ref.In("api:2") },
			before:  "api:2 ACTIVE", after: "api:2 INACTIVE", leaves: "leaves every task as it is",
			command: "aws ecs deregister-task-definition --task-definition api:2 --query taskDefinition.status --output text", sent: "DeregisterTaskDefinition",
			check: func(t *testing.T, d *desk, _ Result) {
				if arns, _ := d.Revisions(t.Context(), "api", 0); len(arns) != 1 {
					t.Errorf("active are %v", arns)
				}
			},
		},
		{
			name: "secrets", intent: SetSecrets{map[string]edits.Secrets{"": {Set: []awsx.SecretRef{{Name: "DB_PASSWORD", ValueFrom: "/prod/db"}}, Move: true}}}, tier: policy.TierName,
			before: "api:1", after: "new revision, api add secret DB_PASSWORD, api unset DB_PASSWORD", leaves: "leaves at least 2 of 2 tasks during the deployment",
			command: `aws ecs update-service --cluster prod --service api --task-definition "$REVISION"`, sent: "RegisterTaskDefinition UpdateService",
			check: func(t *testing.T, d *desk, res Result) {
				c, _ := res.State.Registered.Container("api")
				if len(c.Env) != 1 || len(c.Secrets) != 1 || c.Secrets[0].ValueFrom != "/prod/db" {
					t.Errorf("registered %+v", c)
				}
			},
		},
	}
}

// bench prepares a case; the fixed parts of its texts are filled in.
func (c verbCase) bench(t *testing.T) (d *desk, target awsx.Ref, fill *strings.Replacer) {
	d = newDesk(awsxtest.Env("DB_PASSWORD", "canary"), awsxtest.Env("MODE2", "x"))
	if c.prepare != nil {
		c.prepare(t, d)
	}
	target = d.api
	if c.target != nil {
		target = c.target(t, d)
	}
	i := d.instances(t)[0]
	return d, target, strings.NewReplacer("RECORD", d.service(t).CurrentDeployment, "TASK", target.Name(), "INSTANCE", i.Ref.Name(), "EC2", i.EC2ID)
}

func TestVerbsSayWhatTheyDoAndDoIt(t *testing.T) {
	for _, c := range verbCases() {
		t.Run(c.name, func(t *testing.T) {
			d, target, fill := c.bench(t)
			p := d.mustPlan(t, target, c.intent)
			if p.Before != fill.Replace(c.before) || p.After != fill.Replace(c.after) {
				t.Errorf("the plan says %q\nwant              %q -> %q", p.Summary(), fill.Replace(c.before), fill.Replace(c.after))
			}
			if p.Leaves != c.leaves {
				t.Errorf("leaves: %q, want %q", p.Leaves, c.leaves)
			}
			if p.Tier != c.tier {
				t.Errorf("tier is %s, want %s", p.Tier, c.tier)
			}
			commands := p.Commands()
			got := strings.ReplaceAll(commands[len(commands)-1], " --profile main --region eu-west-1", "")
			if want := fill.Replace(c.command); got != want {
				t.Errorf("command is\n%s\nwant\n%s", got, want)
			}
			res, err := Run(t.Context(), func() RunOptions { o := d.options(p); o.Override = checkNames(p.Blocking()); return o }())
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(d.sent(), " "); got != c.sent {
				t.Errorf("sent %s, want %s", got, c.sent)
			}
			if !res.State.Applied {
				t.Error("the state does not say that it was applied")
			}
			if c.check != nil {
				c.check(t, d, res)
			}
		})
	}
}

func checkNames(checks []check.Finding) []string {
	var list []string
	for _, c := range checks {
		list = append(list, c.Name)
	}
	return list
}

func TestEveryVerbResolvesALostAnswerByReading(t *testing.T) {
	for _, c := range verbCases() {
		t.Run(c.name, func(t *testing.T) {
			d, target, _ := c.bench(t)
			o := d.options(d.mustPlan(t, target, c.intent))
			o.Account, o.Override = lossy{d.Account}, checkNames(o.Plan.Blocking())
			res, err := Run(t.Context(), o)
			if err != nil || !res.State.Applied {
				t.Fatalf("applied %v: %v", res.State.Applied, err)
			}
			if got := strings.Join(d.sent(), " "); got != c.sent {
				t.Errorf("sent %s, want %s", got, c.sent)
			}
			if c.check != nil {
				c.check(t, d, res)
			}
		})
	}
}

func TestVerbsThatCannotBe(t *testing.T) {
	long := strings.Repeat("x", 300)
	denied := fault.Errorf(fault.Denied, "ecs:ListServiceDeployments", "", "no")
	cases := []struct {
		name    string
		intent  Intent
		target  func(*testing.T, *desk) awsx.Ref
		prepare func(*testing.T, *desk)
		class   fault.Class
		want    string
	}{
		{"cancel of nothing", Cancel{}, nil, nil, fault.Invalid, "no deployment of api is in progress"},
		{"cancel without the API", Cancel{}, nil, func(t *testing.T, d *desk) { d.Fail(awsxtest.ServiceDeployments, denied) }, fault.Denied, "ecs:ListServiceDeployments is denied"},
		{"cancel twice", Cancel{}, nil, func(t *testing.T, d *desk) {
			d.rollOut(t)
			d.run(t, d.mustPlan(t, d.api, Cancel{}))
		}, fault.Invalid, "is being stopped already"},
		{"cancel of CodeDeploy's", Cancel{}, nil, func(t *testing.T, d *desk) {
			d.edit(func(s *awsx.Service) { s.Controller = "CODE_DEPLOY" })
		}, fault.Invalid, "the deployment controller CODE_DEPLOY owns"},
		{"continue without a pause", Continue{}, nil, func(t *testing.T, d *desk) { d.rollOut(t) }, fault.Invalid, "no hook holds the deployment of api up"},
		{"scaling of nothing", SetScaling{}, nil, scaled(1, 2), fault.Invalid, "nothing is asked for"},
		{"scaling without autoscaling", SetScaling{Min: intp(1)}, nil, nil, fault.NotFound, "is not scaled by Application Auto Scaling"},
		{"bounds that cross", SetScaling{Min: intp(5)}, nil, scaled(1, 2), fault.Invalid, "the minimum of 5 would be above the maximum of 2"},
		{"a negative bound", SetScaling{Min: intp(-1)}, nil, scaled(1, 2), fault.Invalid, "expected a minimum of 0 or more"},
		{"the same bounds", SetScaling{Min: intp(1), Suspend: boolp(false)}, nil, scaled(1, 2), fault.Invalid, "nothing changed: scaling is like this already"},
		{"a breaker that is off and rolls back", SetBreaker{Rollback: true}, nil, nil, fault.Invalid, "that is off rolls nothing back"},
		{"the same breaker", SetBreaker{}, nil, configured100, fault.Invalid, "nothing changed: the circuit breaker is off already"},
		{"a breaker of CodeDeploy", SetBreaker{Enabled: true}, nil, func(t *testing.T, d *desk) {
			d.edit(func(s *awsx.Service) { s.Controller = "CODE_DEPLOY" })
		}, fault.Invalid, "CODE_DEPLOY deploys api"},
		{"stop of a stopped task", StopTask{}, func(t *testing.T, d *desk) awsx.Ref {
			ref := firstTask(t, d)
			d.EndTask(ref.ARN, 1)
			return ref
		}, nil, fault.Invalid, "has stopped already"},
		{"stop of no task", StopTask{}, func(_ *testing.T, d *desk) awsx.Ref { return d.cluster.Ref.In("nope") }, nil, fault.NotFound, "no such task in cluster prod"},
		{"a long reason", StopTask{Reason: long}, firstTask, nil, fault.Invalid, "the reason is 300 characters and the service keeps 255"},
		{"too many tasks", RunTask{Count: 11}, family, nil, fault.Invalid, "one call starts 1 to 10"},
		{"a container that is not there", RunTask{Overrides: []awsx.ContainerOverride{{Container: "web"}}}, family, nil, fault.Invalid, `container "web" is not in the task definition`},
		{"a container twice", RunTask{Overrides: []awsx.ContainerOverride{{}, {Container: "api"}}}, family, nil, fault.Invalid, "overridden twice"},
		{"overrides too long", RunTask{Overrides: []awsx.ContainerOverride{{Command: []string{strings.Repeat("x", 9000)}}}}, family, nil, fault.Invalid, "the service admits 8192"},
		{"a network of its own", RunTask{}, func(_ *testing.T, d *desk) awsx.Ref {
			d.cluster.Service("net", awsxtest.Network("awsvpc"))
			return d.cluster.Ref.In("net")
		}, nil, fault.Invalid, "name a service whose network they share"},
		{"like nobody", RunTask{Like: "nobody"}, family, nil, fault.NotFound, "no such service"},
		{"drain twice", Drain{}, firstInstance, func(t *testing.T, d *desk) {
			d.Edit(func(data *awsxtest.Data) { data.Instances[0].Status = "DRAINING" })
		}, fault.Invalid, "DRAINING already"},
		{"drain of one that is not ready", Drain{}, firstInstance, func(t *testing.T, d *desk) {
			d.Edit(func(data *awsxtest.Data) { data.Instances[0].Status = "REGISTERING" })
		}, fault.Invalid, "only one that is ACTIVE or DRAINING"},
		{"drain of nothing", Drain{}, func(_ *testing.T, d *desk) awsx.Ref { return d.cluster.Ref.In("nope") }, nil, fault.NotFound, "no such instance"},
		{"deregister what runs", Deregister{}, family, nil, fault.Invalid, "is in use by prod/api"},
		{"a secret that is a variable", SetSecrets{map[string]edits.Secrets{"": {Set: []awsx.SecretRef{{Name: "MODE", ValueFrom: "p"}}}}}, nil, nil, fault.Invalid, "cannot be in both its environment and its secrets"},
		{"a reference that is none", SetSecrets{map[string]edits.Secrets{"": {Set: []awsx.SecretRef{{Name: "S", ValueFrom: "hunter2 canary"}}}}}, nil, nil, fault.Invalid, "the given text is neither"},
		{"a secret that is not there", SetSecrets{map[string]edits.Secrets{"": {Unset: []string{"S"}}}}, nil, nil, fault.Invalid, `no secret "S" to unset`},
		{"a secret set and unset", SetSecrets{map[string]edits.Secrets{"": {Set: []awsx.SecretRef{{Name: "S", ValueFrom: "p"}}, Unset: []string{"S"}}}}, nil, nil, fault.Invalid, "both set and unset"},
		{"no secrets", SetSecrets{}, nil, nil, fault.Invalid, "nothing changed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(awsxtest.Env("MODE", "x"))
			if c.prepare != nil {
				c.prepare(t, d)
			}
			target := d.api
			if c.target != nil {
				target = c.target(t, d)
			}
			_, err := d.plan(target, c.intent)
			if err == nil || fault.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v of class %v, want one of class %v with %q", err, fault.ClassOf(err), c.class, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows what was typed: %v", err)
			}
		})
	}
}

func TestWhatMovedMeanwhileIsRefused(t *testing.T) {
	cases := []struct {
		verb string
		move func(*testing.T, *desk, awsx.Ref)
		want string
	}{
		{"cancel", func(t *testing.T, d *desk, _ awsx.Ref) { d.Settle("api") }, "the service deployment was"},
		{"continue", func(t *testing.T, d *desk, _ awsx.Ref) {
			d.Edit(func(data *awsxtest.Data) { data.Deployments[d.api.ARN][0].Hooks = nil })
		}, "the hook that waits was hook-1 and is none"},
		{"suspend", func(t *testing.T, d *desk, _ awsx.Ref) { scaled(1, 9)(t, d) }, "the scaling bounds was 1 to 4 tasks and is 1 to 9 tasks"},
		{"breaker", func(t *testing.T, d *desk, _ awsx.Ref) {
			d.Edit(func(data *awsxtest.Data) { data.Raw[d.api.ARN] = []byte(`{}`) })
		}, "the deployment configuration was"},
		{"strategy", func(t *testing.T, d *desk, _ awsx.Ref) {
			d.edit(func(s *awsx.Service) { s.CapacityProviders = awsx.CapacityStrategy{{Provider: "blue", Weight: 5}} })
		}, "the capacity provider strategy was launch type FARGATE and is blue weight 5"},
		{"stop a service's task", func(t *testing.T, d *desk, target awsx.Ref) { d.EndTask(target.ARN, 0) }, "the task's desired status was RUNNING and is STOPPED"},
		{"drain", func(t *testing.T, d *desk, _ awsx.Ref) {
			d.Edit(func(data *awsxtest.Data) { data.Instances[0].Status = "DRAINING" })
		}, "the instance's status was ACTIVE and is DRAINING"},
		{"deregister", func(t *testing.T, d *desk, target awsx.Ref) {
			td, _ := d.TaskDefinition(t.Context(), target.ARN)
			d.edit(func(s *awsx.Service) { s.Deployments[0].TaskDefinition = td.ARN })
		}, "the use of the revision was none and is prod/api"},
		{"deregister", func(_ *testing.T, d *desk, _ awsx.Ref) {
			d.Fail(awsxtest.Services, fault.Errorf(fault.Denied, "ecs:DescribeServices", "", "no"))
		}, "the use of the revision was none and is unknown in cluster prod: ecs:DescribeServices is denied"},
	}
	for _, c := range cases {
		t.Run(c.verb, func(t *testing.T) {
			all := verbCases()
			verb := all[slices.IndexFunc(all, func(v verbCase) bool { return v.name == c.verb })]
			d, target, _ := verb.bench(t)
			p := d.mustPlan(t, target, verb.intent)
			c.move(t, d, target)
			_, err := Run(t.Context(), d.options(p))
			if fault.ClassOf(err) != fault.Drift || !strings.Contains(fmt.Sprint(err), c.want) || len(d.sent()) > 0 {
				t.Errorf("sent %v: %v, want drift with %q", d.sent(), err, c.want)
			}
		})
	}
}

func TestABreakerThatWasNotSetIsNotTakenForSet(t *testing.T) {
	d := newDesk()
	configured100(t, d)
	p := d.mustPlan(t, d.api, SetBreaker{Enabled: true})
	done, err := p.Steps[0].Resolve(t.Context(), d.Account, &step.State{})
	if done || err != nil {
		t.Errorf("resolved as %v (%v), and nothing was sent", done, err)
	}
}
