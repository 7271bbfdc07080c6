//go:build integration

package e2e

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// absent are the keys of botocore's example answers that the simulated account's lack,
// and why they are meant to.
func absent() map[string]string {
	const steps = "no policy steps: the account scales by target tracking alone"
	const unset = "an optional member that no group of the account sets"
	const launch = "an optional member that no launch configuration of the account sets"
	const step = "no policy of the account adjusts by steps"
	const contributed = "no alarm of the account watches several contributors"
	const named = "ECS names no resource and no key with its events"
	return map[string]string{
		"cloudwatch DescribeAlarmHistory AlarmHistoryItems[].AlarmContributorAttributes":                                                              contributed,
		"cloudwatch DescribeAlarmHistory AlarmHistoryItems[].AlarmContributorId":                                                                      contributed,
		"cloudwatch DescribeAlarmHistory NextToken":                                                                                                   "few alarms turned: all fit on one page",
		"cloudtrail LookupEvents Events[].AccessKeyId":                                                                                                named,
		"cloudtrail LookupEvents Events[].Resources[].ResourceName":                                                                                   named,
		"cloudtrail LookupEvents Events[].Resources[].ResourceType":                                                                                   named,
		"autoscaling DescribeAutoScalingGroups AutoScalingGroups[].EnabledMetrics":                                                                    unset,
		"autoscaling DescribeAutoScalingGroups AutoScalingGroups[].ServiceLinkedRoleARN":                                                              unset,
		"autoscaling DescribeAutoScalingGroups AutoScalingGroups[].TrafficSources":                                                                    unset,
		"autoscaling DescribeAutoScalingGroups AutoScalingGroups[].VPCZoneIdentifier":                                                                 unset,
		"autoscaling DescribeLaunchConfigurations LaunchConfigurations[].AssociatePublicIpAddress":                                                    launch,
		"autoscaling DescribeLaunchConfigurations LaunchConfigurations[].BlockDeviceMappings":                                                         launch,
		"autoscaling DescribeLaunchConfigurations LaunchConfigurations[].InstanceMonitoring":                                                          launch,
		"autoscaling DescribeLaunchConfigurations LaunchConfigurations[].InstanceMonitoring.Enabled":                                                  launch,
		"autoscaling DescribePolicies ScalingPolicies[].Cooldown":                                                                                     step,
		"autoscaling DescribePolicies ScalingPolicies[].MinAdjustmentStep":                                                                            step,
		"autoscaling DescribeScheduledActions ScheduledUpdateGroupActions[].MaxSize":                                                                  "a scheduled action sets only what it is to change",
		"autoscaling DescribeScheduledActions ScheduledUpdateGroupActions[].Time":                                                                     "an older name of StartTime",
		"ecs DescribeTaskDefinition taskDefinition.containerDefinitions[].links":                                                                      "an optional member that no definition of the account has",
		"elbv2 DescribeListeners Listeners[].DefaultActions[].TargetGroupArn":                                                                         "the default action of every listener is a fixed response",
		"application-autoscaling DescribeScalingPolicies NextToken":                                                                                   "all policies fit on one page",
		"application-autoscaling DescribeScalingPolicies ScalingPolicies[].StepScalingPolicyConfiguration":                                            steps,
		"application-autoscaling DescribeScalingPolicies ScalingPolicies[].StepScalingPolicyConfiguration.AdjustmentType":                             steps,
		"application-autoscaling DescribeScalingPolicies ScalingPolicies[].StepScalingPolicyConfiguration.Cooldown":                                   steps,
		"application-autoscaling DescribeScalingPolicies ScalingPolicies[].StepScalingPolicyConfiguration.StepAdjustments":                            steps,
		"application-autoscaling DescribeScalingPolicies ScalingPolicies[].StepScalingPolicyConfiguration.StepAdjustments[].MetricIntervalLowerBound": steps,
		"application-autoscaling DescribeScalingPolicies ScalingPolicies[].StepScalingPolicyConfiguration.StepAdjustments[].ScalingAdjustment":        steps,
	}
}

// served reads in the help of the simulator what it answers, service by service.
func served(t *testing.T) map[string][]string {
	t.Helper()
	r := run(t, nil, "sim", "--help")
	_, list, found := strings.Cut(r.stdout, "What is answered")
	if !found {
		t.Fatalf("the help lists nothing: %s", r.stdout)
	}
	out := map[string][]string{}
	var service string
	for line := range strings.Lines(list) {
		switch {
		case strings.HasPrefix(line, "    "):
			for name := range strings.SplitSeq(strings.TrimSpace(line), ",") {
				if name != "" {
					out[service] = append(out[service], strings.TrimSpace(name))
				}
			}
		case strings.HasPrefix(line, "  "):
			service = strings.TrimSpace(line)
		}
	}
	return out
}

// TestTheSimulatorsAnswersHaveTheKeysOfAWSOwnExamples holds the account against the
// example answers that AWS ships with botocore. Each key that an example has is in the
// account's answer, or named as absent.
func TestTheSimulatorsAnswersHaveTheKeysOfAWSOwnExamples(t *testing.T) {
	endpoint, _ := simulator(t, "--seed", "7", "--speed", "50")
	operations := served(t)
	if len(operations["ecs"]) < 25 || len(operations["autoscaling"]) < 7 {
		t.Fatalf("served: %v", operations)
	}
	input, err := json.Marshal(operations)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "testdata/examples.py", endpoint)
	cmd.Env, cmd.Stdin = account(t, endpoint), strings.NewReader(string(input))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderrOf(err))
	}
	var compared map[string]struct{ Example, Answer []string }
	if err := json.Unmarshal(out, &compared); err != nil {
		t.Fatalf("printed %.300q: %v", out, err)
	}
	if len(compared) < 25 {
		t.Errorf("only %d operations have examples: %v", len(compared), compared)
	}
	intended := absent()
	for operation, keys := range compared {
		if keys.Answer == nil {
			t.Errorf("%s is served and has examples: call it in examples.py", operation)
			continue
		}
		for _, path := range keys.Example {
			name := operation + " " + path
			if _, meant := intended[name]; !slices.Contains(keys.Answer, path) && !meant {
				t.Errorf("%s is in AWS' example and not in the account's answer", name)
			} else if slices.Contains(keys.Answer, path) && meant {
				t.Errorf("%s is there: it needs no word", name)
			}
			delete(intended, name)
		}
	}
	for name := range intended {
		t.Errorf("%s is in no example", name)
	}
}
