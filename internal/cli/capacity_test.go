package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
)

// TestGroupsAndInstancesOfACluster in a table and as JSON.
func TestGroupsAndInstancesOfACluster(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "groups", "prod").wants(t, 0, "prod-batch   failed    0/1", "cannot launch: The image id", "prod-canary  degraded  1/1", "joins prod-green, which is no cluster here",
			"prod-ecs     ok        9/9      6    12   prod-ecs:$Latest", "2 of 9 instances of an older launch")
		a.run(t, "groups", "preprod").wants(t, 0, "preprod-ecs  ok        4/4      2    4    preprod-ecs-2023", "at its maximum")
		a.run(t, "instances", "prod").wants(t, 0, "ADDRESS", "10.2", "prod-ecs", "version 2 of prod-ecs, the group launches version 3")

		o := a.run(t, "groups", "staging", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "groups", 1, "name") != "staging-ecs" || at(t, o, "groups", 1, "by") != "3 of its 3 instances registered there" ||
			at(t, o, "groups", 1, "capacityProviders", 0, "managedScaling") != true || at(t, o, "groups", 1, "launches", "joins") != "ECS_CLUSTER=staging" ||
			at(t, o, "groups", 1, "instances", 0, "registered") != true || at(t, o, "elsewhere") != 3.0 {
			t.Errorf("got %v", o)
		}
		o = a.run(t, "groups", "prod", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "groups", 2, "schedules", 0, "when") != "0 6 * * 1-5" || at(t, o, "groups", 2, "policies", 0, "metric") != "ASGAverageCPUUtilization" ||
			!strings.Contains(at(t, o, "groups", 2, "activities", 0, "cause").(string), "changing the desired capacity from 8 to 9") || at(t, o, "groups", 1, "instances", 0, "registered") != false {
			t.Errorf("got %v", o)
		}
		o = a.run(t, "instances", "prod", "-o", "json").wants(t, 0).object(t)
		if !strings.HasPrefix(at(t, o, "instances", 0, "privateIp").(string), "10.2") || at(t, o, "instances", 0, "group") != "prod-ecs" || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
	})
}

// TestScalingTellsWhatIsScheduledAndWasDone, and what was not read is null.
func TestScalingTellsWhatIsScheduledAndWasDone(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "scaling", "prod/sessions").wants(t, 0, "before-work  cron(0 6 ? * MON-FRI *) Europe/Dublin  4    8")
		a.Inject(sim.Fault{Service: "application-autoscaling", Operation: "DescribeScalingActivities", Kind: sim.Deny})
		r := a.run(t, "scaling", "prod/sessions", "-o", "json").wants(t, 0)
		o := r.object(t)
		if at(t, o, "schedules", 0, "min") != 4.0 || o["activities"] != nil || !strings.Contains(r.err, "needs application-autoscaling:DescribeScalingActivities") {
			t.Errorf("got %v, %s", o, r.err)
		}
	})
}

// TestDeniedEC2LeavesTheRest and names the actions that are missing.
func TestDeniedEC2LeavesTheRest(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Service: "ec2", Kind: sim.Deny})
		a.Inject(sim.Fault{Service: "autoscaling", Operation: "DescribeScalingActivities", Kind: sim.Deny})
		r := a.run(t, "groups", "prod").wants(t, 0, "prod-ecs  ok      9/9")
		if !strings.Contains(r.err, "needs ec2:DescribeLaunchTemplateVersions") || !strings.Contains(r.err, "needs autoscaling:DescribeScalingActivities") {
			t.Errorf("not named: %s", r.err)
		}
		if o := a.run(t, "groups", "prod", "-o", "json").wants(t, 0).object(t); at(t, o, "untold") != 2.0 || at(t, o, "elsewhere") != 2.0 || at(t, o, "partial") != true {
			t.Errorf("got %v", o)
		}
		r = a.run(t, "instances", "prod").wants(t, 0, "active  ?        eu-west-1", "prod-ecs  1")
		if !strings.Contains(r.err, "needs ec2:DescribeInstances") {
			t.Errorf("not named: %s", r.err)
		}
		a.run(t, "status", "prod/legacy").wants(t, 0, "legacy:8080>i-")
		a.Inject(sim.Fault{Service: "autoscaling", Kind: sim.Deny})
		if r := a.run(t, "groups", "prod"); r.code != 1 || !strings.Contains(r.err, "needs autoscaling:DescribeAutoScalingGroups") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
		a.run(t, "instances", "prod").wants(t, 0, "active")
	})
}
