package deploy

import (
	"strings"
	"testing"

	"gantry/awsx"
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
		{"not scaled", Scale{6}, nil, CheckScaling, OK, "nothing scales the service by itself"},
		{"inside, up", Scale{6}, scaled(), CheckScaling, Warning, "6 is undone at the next evaluation by ECSServiceAverageCPUUtilization at 60: hold it with gantry scaling prod/api --min 6, or --suspend"},
		{"inside, down", Scale{3}, scaled(), CheckScaling, Warning, "hold it with gantry scaling prod/api --max 3, or --suspend"},
		{"above", Scale{9}, scaled(), CheckScaling, Warning, "9 is above the maximum of 8, to which the next evaluation returns: hold it with gantry scaling prod/api --max 9"},
		{"below", Scale{1}, scaled(), CheckScaling, Warning, "1 is below the minimum of 2"},
		{"suspended", Scale{9}, scaled(suspend(true, true, true)), CheckScaling, OK, "suspended"},
		{"the way back suspended", Scale{6}, scaled(suspend(true, false, false)), CheckScaling, OK, "what would undo it is suspended"},
		{"the other way suspended", Scale{6}, scaled(suspend(false, true, false)), CheckScaling, Warning, "undone at the next evaluation"},
		{"no policy", Scale{6}, scaled(func(t *awsx.ScalableTarget) { t.Policies = nil }), CheckScaling, OK, "no policy moves it"},
		{"deployed", image(":1.1"), scaled(), CheckScaling, OK, "between 2 and 8 tasks by ECSServiceAverageCPUUtilization at 60: during the deployment it may add tasks and removes none"},
		{"deployed, out suspended", image(":1.1"), scaled(suspend(false, true, false)), CheckScaling, OK, "scaling out is suspended"},
		{"denied", Scale{6}, func(f *fake) { f.scaledErr = denied("application-autoscaling:DescribeScalableTargets") }, CheckScaling, Skipped, "application-autoscaling:DescribeScalableTargets is denied"},
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
			for i := 0; i < len(pairs); i += 2 {
				a.Dimensions = append(a.Dimensions, awsx.Dimension{Name: pairs[i], Value: pairs[i+1]})
			}
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
		{"none", image(":1.1"), nil, CheckAlarms, OK, none},
		{"the service's", image(":1.1"), ringing(cpu), CheckAlarms, Warning, "in ALARM: cpu"},
		{"another cluster's", image(":1.1"), ringing(alarm("cpu", dimensions("ClusterName", "test", "ServiceName", "api"))), CheckAlarms, OK, none},
		{"another service's", image(":1.1"), ringing(alarm("cpu", dimensions("ClusterName", "prod", "ServiceName", "web"))), CheckAlarms, OK, none},
		{"the cluster's", image(":1.1"), ringing(alarm("cpu", dimensions("ClusterName", "prod"))), CheckAlarms, OK, none},
		{"the target group's", image(":1.1"), ringing(alarm("5xx", dimensions("LoadBalancer", "app/x/1", "TargetGroup", "targetgroup/api/1"))), CheckAlarms, Warning, "in ALARM: 5xx"},
		{"another target group's", image(":1.1"), ringing(alarm("5xx", dimensions("TargetGroup", "targetgroup/web/1"))), CheckAlarms, OK, none},
		{"one that fails deployments", image(":1.1"), func(f *fake) {
			f.service.Alarms = awsx.DeploymentAlarms{Enabled: true, Names: []string{"canary"}}
			f.alarms = []awsx.Alarm{alarm("canary", nil), cpu}
		}, CheckAlarms, Warning, "in ALARM already, so that it cannot fail this deployment: canary; in ALARM: cpu"},
		{"a scaling policy's", image(":1.1"), func(f *fake) {
			policies(f)
			f.alarms = []awsx.Alarm{alarm("TargetTracking-api-AlarmHigh-1", nil)}
		}, CheckAlarms, Warning, "in ALARM: TargetTracking-api-AlarmHigh-1"},
		{"little to do", image(":1.1"), func(f *fake) {
			policies(f)
			f.alarms = []awsx.Alarm{alarm("TargetTracking-api-AlarmLow-2", dimensions("ClusterName", "prod", "ServiceName", "api"))}
		}, CheckAlarms, OK, none},
		{"a composite over one that rings", image(":1.1"), ringing(cpu, alarm("both", rule(`ALARM("cpu") AND NOT OK(other)`))), CheckAlarms, Warning, "in ALARM: both, cpu"},
		{"a composite over one that does not", image(":1.1"), ringing(quiet, alarm("gone quiet", rule(`NOT ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:cpu)`))), CheckAlarms, Warning, "in ALARM: gone quiet"},
		{"a composite over composites", image(":1.1"), ringing(quiet, alarm("top", rule("ALARM(middle)")), alarm("middle", func(a *awsx.Alarm) { a.State, a.Rule = "OK", "OK('cpu')" })), CheckAlarms, Warning, "in ALARM: top"},
		{"composites in a circle", image(":1.1"), ringing(alarm("a", rule("ALARM(b)")), alarm("b", rule("ALARM(a)"))), CheckAlarms, OK, none},
		{"denied", image(":1.1"), func(f *fake) { f.alarmsErr = denied("cloudwatch:DescribeAlarms") }, CheckAlarms, Skipped, "cloudwatch:DescribeAlarms is denied"},
		{"policies denied", image(":1.1"), func(f *fake) { f.scaledErr = denied("application-autoscaling:DescribeScalableTargets") }, CheckAlarms, OK, "those of scaling policies unseen"},
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
		{"unmarked", image(":1.1"), nil, CheckStack, OK, unmarked},
		{"CloudFormation", image(":1.1"), tagged("aws:cloudformation:stack-name", "shop-prod"), CheckStack, Warning, "CloudFormation stack shop-prod (aws:cloudformation:stack-name on the service) may undo this when next applied"},
		{"a count", Scale{6}, tagged("aws:cloudformation:stack-name", "shop-prod"), CheckStack, Warning, "may undo this when next applied"},
		{"Terraform", image(":1.1"), tagged("managed-by", "terraform"), CheckStack, Warning, "Terraform (managed-by=terraform on the service)"},
		{"Terraform, spelt otherwise", image(":1.1"), tagged("ManagedBy", "Terraform/prod"), CheckStack, Warning, "Terraform (ManagedBy=Terraform/prod on"},
		{"Terraform by key", image(":1.1"), tagged("terraform", "true"), CheckStack, Warning, "Terraform (terraform=true on"},
		{"Terraform by workspace", image(":1.1"), tagged("terraform:workspace", "prod"), CheckStack, Warning, "Terraform (terraform:workspace=prod on"},
		{"not Terraform", image(":1.1"), tagged("Terraform", "false"), CheckStack, OK, unmarked},
		{"a name that says so", image(":1.1"), tagged("Name", "terraform-registry"), CheckStack, OK, unmarked},
		{"the target group's", image(":1.1"), func(f *fake) { f.details[0].Tags = []awsx.Tag{{Key: "provisioner", Value: "OpenTofu"}} }, CheckStack, Warning, "OpenTofu (provisioner=OpenTofu on target group api)"},
		{"one stack of both", image(":1.1"), func(f *fake) {
			tagged("aws:cloudformation:stack-name", "shop")(f)
			f.details[0].Tags = f.service.Tags
		}, CheckStack, Warning, "CloudFormation stack shop (aws:cloudformation:stack-name on the service and target group api) may undo this when next applied"},
		{"denied", image(":1.1"), func(f *fake) { f.detailErr = denied("elasticloadbalancing:DescribeTags") }, CheckStack, Skipped, "elasticloadbalancing:DescribeTags is denied"},

		{"alone", image(":1.1"), nil, CheckFamily, OK, "no other service of the cluster runs api"},
		{"shared", image(":1.1"), mates, CheckFamily, Warning, "api is also run by cron, worker"},
		{"family denied", image(":1.1"), func(f *fake) { f.tasksErr = denied("ecs:ListTasks") }, CheckFamily, Skipped, "ecs:ListTasks is denied"},
	})
	shared := newFake(t)
	mates(shared)
	testNoCheck(t, shared, Restart{}, CheckFamily)
	testNoCheck(t, shared, UseRevision{"6"}, CheckFamily)
}

func TestACancelIsNotSaidToReplaceWhatItStops(t *testing.T) {
	d := newDesk()
	d.rollOut(t)
	for _, intent := range []Intent{Cancel{}, RollBack{}} {
		p := d.mustPlan(t, d.api, intent)
		if c := check(t, p, CheckInProgress); c.Result != OK || !strings.HasSuffix(c.Text, "it is rolled back") {
			t.Errorf("%s: %+v", intent.Action(), c)
		}
		for _, c := range p.Checks {
			if strings.Contains(c.Text, "PassRole") {
				t.Errorf("%s passes no role: %s", intent.Action(), c.Text)
			}
		}
	}
}
