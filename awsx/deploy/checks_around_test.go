package deploy

import (
	"context"
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
)

func TestChecksOfScaling(t *testing.T) {
	policy := awsx.ScalingPolicy{Name: "cpu", Type: "TargetTrackingScaling", Metric: "ECSServiceAverageCPUUtilization", Target: 60}
	scaled := func(edit ...func(*awsx.ScalableTarget)) func(*fake) {
		return func(f *fake) {
			f.scaling = &awsx.ScalableTarget{Min: 2, Max: 8, Policies: []awsx.ScalingPolicy{policy}}
			for _, e := range edit {
				e(f.scaling)
			}
		}
	}
	suspend := func(in, out, scheduled bool) func(*awsx.ScalableTarget) {
		return func(t *awsx.ScalableTarget) { t.SuspendedIn, t.SuspendedOut, t.SuspendedScheduled = in, out, scheduled }
	}
	testChecks(t, []checkCase{
		{"not scaled", Scale{6}, nil, check.Scaling, check.OK, "nothing scales the service by itself"},
		{"inside, up", Scale{6}, scaled(), check.Scaling, check.Warning, "6 is undone at the next evaluation by ECSServiceAverageCPUUtilization at 60: hold it with gantry scaling prod/api --min 6, or --suspend"},
		{"inside, down", Scale{3}, scaled(), check.Scaling, check.Warning, "hold it with gantry scaling prod/api --max 3, or --suspend"},
		{"above", Scale{9}, scaled(), check.Scaling, check.Warning, "9 is above the maximum of 8, to which the next evaluation returns: hold it with gantry scaling prod/api --max 9"},
		{"below", Scale{1}, scaled(), check.Scaling, check.Warning, "1 is below the minimum of 2"},
		{"suspended", Scale{9}, scaled(suspend(true, true, true)), check.Scaling, check.OK, "suspended"},
		{"the way back suspended", Scale{6}, scaled(suspend(true, false, false)), check.Scaling, check.OK, "what would undo it is suspended"},
		{"the other way suspended", Scale{6}, scaled(suspend(false, true, false)), check.Scaling, check.Warning, "undone at the next evaluation"},
		{"no policy", Scale{6}, scaled(func(t *awsx.ScalableTarget) { t.Policies = nil }), check.Scaling, check.OK, "no policy moves it"},
		{"deployed", image(":1.1"), scaled(), check.Scaling, check.OK, "between 2 and 8 tasks by ECSServiceAverageCPUUtilization at 60: during the deployment it may add tasks and removes none"},
		{"deployed, out suspended", image(":1.1"), scaled(suspend(false, true, false)), check.Scaling, check.OK, "scaling out is suspended"},
		{"denied", Scale{6}, func(f *fake) { f.scaledErr = denied("application-autoscaling:DescribeScalableTargets") }, check.Scaling, check.Skipped, "application-autoscaling:DescribeScalableTargets is denied"},
	})
}

func TestChecksOfAlarms(t *testing.T) {
	alarm := func(name string, edit func(*awsx.Alarm)) awsx.Alarm {
		a := awsx.Alarm{Name: name, State: "ALARM"}
		if edit != nil {
			edit(&a)
		}
		return a
	}
	dimensions := func(pairs ...string) func(*awsx.Alarm) {
		return func(a *awsx.Alarm) {
			var m awsx.AlarmMetric
			for i := 0; i < len(pairs); i += 2 {
				m.Dimensions = append(m.Dimensions, awsx.Dimension{Name: pairs[i], Value: pairs[i+1]})
			}
			a.Metrics = append(a.Metrics, m)
		}
	}
	rule := func(s string) func(*awsx.Alarm) { return func(a *awsx.Alarm) { a.Rule = s } }
	ringing := func(alarms ...awsx.Alarm) func(*fake) { return func(f *fake) { f.alarms = alarms } }
	cpu := alarm("cpu", dimensions("ClusterName", "prod", "ServiceName", "api"))
	quiet := cpu
	quiet.State = "OK"
	none := "none of the service's alarms is in ALARM"
	policies := func(f *fake) {
		f.scaling = &awsx.ScalableTarget{Max: 9, Policies: []awsx.ScalingPolicy{
			{Type: "TargetTrackingScaling", Alarms: []string{"TargetTracking-api-AlarmHigh-1", "TargetTracking-api-AlarmLow-2"}},
		}}
	}
	testChecks(t, []checkCase{
		{"none", image(":1.1"), nil, check.Alarms, check.OK, none},
		{"the service's", image(":1.1"), ringing(cpu), check.Alarms, check.Warning, "in ALARM: cpu"},
		{"another cluster's", image(":1.1"), ringing(alarm("cpu", dimensions("ClusterName", "test", "ServiceName", "api"))), check.Alarms, check.OK, none},
		{"another service's", image(":1.1"), ringing(alarm("cpu", dimensions("ClusterName", "prod", "ServiceName", "web"))), check.Alarms, check.OK, none},
		{"the cluster's", image(":1.1"), ringing(alarm("cpu", dimensions("ClusterName", "prod"))), check.Alarms, check.OK, none},
		{"the target group's", image(":1.1"), ringing(alarm("5xx", dimensions("LoadBalancer", "app/x/1", "TargetGroup", "targetgroup/api/1"))), check.Alarms, check.Warning, "in ALARM: 5xx"},
		{"another target group's", image(":1.1"), ringing(alarm("5xx", dimensions("TargetGroup", "targetgroup/web/1"))), check.Alarms, check.OK, none},
		{"one that fails deployments", image(":1.1"), func(f *fake) {
			f.service.Alarms = awsx.DeploymentAlarms{Enabled: true, Names: []string{"canary"}}
			f.alarms = []awsx.Alarm{alarm("canary", nil), cpu}
		}, check.Alarms, check.Warning, "in ALARM already, so that it cannot fail this deployment: canary; in ALARM: cpu"},
		{"a scaling policy's", image(":1.1"), func(f *fake) {
			policies(f)
			f.alarms = []awsx.Alarm{alarm("TargetTracking-api-AlarmHigh-1", nil)}
		}, check.Alarms, check.Warning, "in ALARM: TargetTracking-api-AlarmHigh-1"},
		{"little to do", image(":1.1"), func(f *fake) {
			policies(f)
			f.alarms = []awsx.Alarm{alarm("TargetTracking-api-AlarmLow-2", dimensions("ClusterName", "prod", "ServiceName", "api"))}
		}, check.Alarms, check.OK, none},
		{"a composite over one that rings", image(":1.1"), ringing(cpu, alarm("both", rule(`ALARM("cpu") AND NOT OK(other)`))), check.Alarms, check.Warning, "in ALARM: both, cpu"},
		{"a composite over one that does not", image(":1.1"), ringing(quiet, alarm("gone quiet", rule(`NOT ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:cpu)`))), check.Alarms, check.Warning, "in ALARM: gone quiet"},
		{"a composite over composites", image(":1.1"), ringing(quiet, alarm("top", rule("ALARM(middle)")), alarm("middle", func(a *awsx.Alarm) { a.State, a.Rule = "OK", "OK('cpu')" })), check.Alarms, check.Warning, "in ALARM: top"},
		{"composites in a circle", image(":1.1"), ringing(alarm("a", rule("ALARM(b)")), alarm("b", rule("ALARM(a)"))), check.Alarms, check.OK, none},
		{"denied", image(":1.1"), func(f *fake) { f.alarmsErr = denied("cloudwatch:DescribeAlarms") }, check.Alarms, check.Skipped, "cloudwatch:DescribeAlarms is denied"},
		{"policies denied", image(":1.1"), func(f *fake) { f.scaledErr = denied("application-autoscaling:DescribeScalableTargets") }, check.Alarms, check.OK, "those of scaling policies unseen"},
	})
}

func TestChecksOfOwners(t *testing.T) {
	tagged := func(key, value string) func(*fake) {
		return func(f *fake) { f.service.Tags = []awsx.Tag{{Key: "team", Value: "pay"}, {Key: key, Value: value}} }
	}
	mates := func(f *fake) {
		f.others = []awsx.Task{{Group: "service:worker"}, {Group: "service:cron"}, {Group: "service:worker"}, {Group: "family:api"}, {Group: "service:api"}}
	}
	unmarked := "no tag names a stack or Terraform"
	testChecks(t, []checkCase{
		{"unmarked", image(":1.1"), nil, check.Stack, check.OK, unmarked},
		{"CloudFormation", image(":1.1"), tagged("aws:cloudformation:stack-name", "shop-prod"), check.Stack, check.Warning, "CloudFormation stack shop-prod (aws:cloudformation:stack-name on the service) may undo this when next applied"},
		{"a count", Scale{6}, tagged("aws:cloudformation:stack-name", "shop-prod"), check.Stack, check.Warning, "may undo this when next applied"},
		{"Terraform", image(":1.1"), tagged("managed-by", "terraform"), check.Stack, check.Warning, "Terraform (managed-by=terraform on the service)"},
		{"Terraform, spelt otherwise", image(":1.1"), tagged("ManagedBy", "Terraform/prod"), check.Stack, check.Warning, "Terraform (ManagedBy=Terraform/prod on"},
		{"Terraform by key", image(":1.1"), tagged("terraform", "true"), check.Stack, check.Warning, "Terraform (terraform=true on"},
		{"Terraform by workspace", image(":1.1"), tagged("terraform:workspace", "prod"), check.Stack, check.Warning, "Terraform (terraform:workspace=prod on"},
		{"not Terraform", image(":1.1"), tagged("Terraform", "false"), check.Stack, check.OK, unmarked},
		{"a name that says so", image(":1.1"), tagged("Name", "terraform-registry"), check.Stack, check.OK, unmarked},
		{"the target group's", image(":1.1"), func(f *fake) { f.details[0].Tags = []awsx.Tag{{Key: "provisioner", Value: "OpenTofu"}} }, check.Stack, check.Warning, "OpenTofu (provisioner=OpenTofu on target group api)"},
		{"one stack of both", image(":1.1"), func(f *fake) {
			tagged("aws:cloudformation:stack-name", "shop")(f)
			f.details[0].Tags = f.service.Tags
		}, check.Stack, check.Warning, "CloudFormation stack shop (aws:cloudformation:stack-name on the service and target group api) may undo this when next applied"},
		{"denied", image(":1.1"), func(f *fake) { f.detailErr = denied("elasticloadbalancing:DescribeTags") }, check.Stack, check.Skipped, "elasticloadbalancing:DescribeTags is denied"},

		{"alone", image(":1.1"), nil, check.Family, check.OK, "no other service of the cluster runs api"},
		{"shared", image(":1.1"), mates, check.Family, check.Warning, "api is also run by cron, worker"},
		{"family denied", image(":1.1"), func(f *fake) { f.tasksErr = denied("ecs:ListTasks") }, check.Family, check.Skipped, "ecs:ListTasks is denied"},
	})
	shared := newFake(t)
	mates(shared)
	testNoCheck(t, shared, Restart{}, check.Family)
	testNoCheck(t, shared, UseRevision{"6"}, check.Family)
}

func TestACancelIsNotSaidToReplaceWhatItStops(t *testing.T) {
	d := newDesk()
	d.rollOut(t)
	for _, intent := range []Intent{Cancel{}, RollBack{}} {
		p := d.mustPlan(t, d.api, intent)
		if c := found(t, p, check.InProgress); c.Result != check.OK || !strings.HasSuffix(c.Text, "it is rolled back") {
			t.Errorf("%s: %+v", intent.Action(), c)
		}
		for _, c := range p.Checks {
			if strings.Contains(c.Text, "PassRole") {
				t.Errorf("%s passes no role: %s", intent.Action(), c.Text)
			}
		}
	}
}

// TestAnOwnerIsWarnedOf: where the service is another after the change, whatever of it.
func TestAnOwnerIsWarnedOf(t *testing.T) {
	under := policy.Policy{Owners: []policy.Owner{{Cluster: "prod", Service: "a*", Tool: "ecspresso"}}}
	for name, c := range map[string]struct {
		intent Intent
		warns  bool
	}{"an image": {image(":1.1"), true}, "a count": {Scale{6}, true}, "the same anew": {Restart{}, false}} {
		f := newFake(t)
		cur, err := Read(context.Background(), f, f.service.Ref, c.intent, read.Held{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := Build(cur, c.intent, under)
		if err != nil {
			t.Fatal(err)
		}
		warned := slices.ContainsFunc(p.Checks, func(f check.Finding) bool {
			return f.Name == check.Owner && f.Result == check.Warning && f.Text == "ecspresso deploys this service (owners in the configuration): the next ecspresso deploy undoes this, unless it is changed there too"
		})
		if warned != c.warns {
			t.Errorf("%s: warned %t: %+v", name, warned, p.Checks)
		}
	}
}
