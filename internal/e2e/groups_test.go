//go:build integration

package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestTheAWSCLIReadsAndSetsGroups by every operation of EC2 and of Auto Scaling that the
// account has.
func TestTheAWSCLIReadsAndSetsGroups(t *testing.T) {
	aws, _ := simulator(t, "--scenario", "steady", "--seed", "7", "--speed", "50")
	cli := func(query string, args ...string) (found []string) {
		t.Helper()
		out := independent(t, aws, "aws", append(args, "--query", query, "--output", "json")...)
		if err := json.Unmarshal(out, &found); err != nil {
			t.Fatalf("%v printed %s: %v", args, out, err)
		}
		return found
	}
	groups := func(query string) []string {
		t.Helper()
		return cli(query, "autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", "prod-ecs")
	}
	instances := groups("AutoScalingGroups[0].Instances[].InstanceId")
	if len(instances) != 9 {
		t.Fatalf("prod-ecs has %v", instances)
	}
	one := instances[0]
	for _, c := range []struct {
		query, want string
		args        []string
	}{
		{"Reservations[].Instances[].InstanceId", one, []string{"ec2", "describe-instances", "--instance-ids", one}},
		{"Reservations[].Instances[].InstanceId", one, []string{"ec2", "describe-instances", "--filters", "Name=instance-id,Values=" + one + ",i-0123456789abcdef0"}},
		{"LaunchTemplateVersions[].LaunchTemplateData.ImageId", "ami-0d1f0b7e6a5c43921", []string{"ec2", "describe-launch-template-versions", "--launch-template-name", "prod-ecs", "--versions", "$Latest"}},
		{"AutoScalingInstances[].AutoScalingGroupName", "prod-ecs", []string{"autoscaling", "describe-auto-scaling-instances", "--instance-ids", one}},
		{"LaunchConfigurations[].ImageId", "ami-0d1f0b7e6a5c43921", []string{"autoscaling", "describe-launch-configurations", "--launch-configuration-names", "preprod-ecs-2023"}},
		{"Activities[].StatusCode", "Successful", []string{"autoscaling", "describe-scaling-activities", "--auto-scaling-group-name", "prod-ecs"}},
		{"ScalingPolicies[].PolicyType", "TargetTrackingScaling", []string{"autoscaling", "describe-policies", "--auto-scaling-group-name", "prod-ecs"}},
		{"ScheduledUpdateGroupActions[].Recurrence", "0 6 * * 1-5", []string{"autoscaling", "describe-scheduled-actions", "--auto-scaling-group-name", "prod-ecs"}},
		{"capacityProviders[].name", "staging-ondemand", []string{"ecs", "describe-capacity-providers", "--capacity-providers", "staging-ondemand"}},
		{"ScheduledActions[].ScheduledActionName", "before-work", []string{"application-autoscaling", "describe-scheduled-actions", "--service-namespace", "ecs"}},
	} {
		if got := cli(c.query, c.args...); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %v", strings.Join(c.args, " "), got)
		}
	}
	independent(t, aws, "aws", "autoscaling", "update-auto-scaling-group", "--auto-scaling-group-name", "prod-ecs", "--max-size", "14")
	independent(t, aws, "aws", "autoscaling", "set-desired-capacity", "--auto-scaling-group-name", "prod-ecs", "--desired-capacity", "10")
	independent(t, aws, "aws", "autoscaling", "terminate-instance-in-auto-scaling-group", "--instance-id", one, "--no-should-decrement-desired-capacity")
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		r := run(t, account(t, aws), "status", "-o", "json")
		left := groups("AutoScalingGroups[0].Instances[?LifecycleState=='InService'].InstanceId")
		if len(left) == 10 && !strings.Contains(strings.Join(left, " "), one) && strings.Contains(r.stdout, `"instances": 10`) {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Errorf("after the change prod-ecs has %v", groups("AutoScalingGroups[0].Instances[].InstanceId"))
}
