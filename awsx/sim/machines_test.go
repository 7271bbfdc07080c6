package sim_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	groups "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	grouptypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// machines are the clients of what clusters run on.
type machines struct {
	*world
	groups *groups.Client
	ec2    *ec2.Client
}

func (w *world) machines() machines {
	c := config(w.account.RoundTripper())
	return machines{w, groups.NewFromConfig(c), ec2.NewFromConfig(c)}
}

func (m machines) group(name string) grouptypes.AutoScalingGroup {
	m.t.Helper()
	out := must[*groups.DescribeAutoScalingGroupsOutput](m.world)(m.groups.DescribeAutoScalingGroups(m.ctx, &groups.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}}))
	if len(out.AutoScalingGroups) != 1 {
		m.t.Fatalf("%d groups called %s", len(out.AutoScalingGroups), name)
	}
	return out.AutoScalingGroups[0]
}

func (m machines) activities(group string) []grouptypes.Activity {
	m.t.Helper()
	return must[*groups.DescribeScalingActivitiesOutput](m.world)(m.groups.DescribeScalingActivities(m.ctx, &groups.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String(group)})).Activities
}

// instances are the EC2 ids in a cluster.
func (m machines) instances(cluster string) map[string]string {
	m.t.Helper()
	list := must[*ecs.ListContainerInstancesOutput](m.world)(m.ecs.ListContainerInstances(m.ctx, &ecs.ListContainerInstancesInput{Cluster: &cluster}))
	out := must[*ecs.DescribeContainerInstancesOutput](m.world)(m.ecs.DescribeContainerInstances(m.ctx, &ecs.DescribeContainerInstancesInput{Cluster: &cluster, ContainerInstances: list.ContainerInstanceArns}))
	ids := map[string]string{}
	for _, i := range out.ContainerInstances {
		ids[*i.Ec2InstanceId] = *i.Status
	}
	return ids
}

func (m machines) describe(in *ec2.DescribeInstancesInput) (found []ec2types.Instance) {
	m.t.Helper()
	for _, r := range must[*ec2.DescribeInstancesOutput](m.world)(m.ec2.DescribeInstances(m.ctx, in)).Reservations {
		found = append(found, r.Instances...)
	}
	return found
}

// TestAGroupLaunchesInstancesThatJoinTheCluster and terminates them again, each with its
// cause.
func TestAGroupLaunchesInstancesThatJoinTheCluster(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		m := w.machines()
		before := m.instances("prod")
		_, err := m.groups.SetDesiredCapacity(m.ctx, &groups.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("prod-ecs"), DesiredCapacity: aws.Int32(10)})
		if err != nil || len(before) != 9 {
			t.Fatalf("%v, %d instances", err, len(before))
		}
		if g := m.group("prod-ecs"); len(g.Instances) != 10 || g.Instances[9].LifecycleState != "Pending" {
			t.Errorf("at once: %d instances, the last %s", len(g.Instances), g.Instances[9].LifecycleState)
		}
		time.Sleep(2 * time.Minute)
		after := m.instances("prod")
		g := m.group("prod-ecs")
		joined := *g.Instances[9].InstanceId
		if len(after) != 10 || after[joined] != "ACTIVE" || g.Instances[9].LifecycleState != "InService" {
			t.Errorf("then: %v in the cluster, %s of %s", after, g.Instances[9].LifecycleState, joined)
		}
		a := m.activities("prod-ecs")[0]
		if a.StatusCode != grouptypes.ScalingActivityStatusCodeSuccessful || !strings.HasSuffix(*a.Description, joined) ||
			!strings.Contains(*a.Cause, "a user request explicitly set group desired capacity changing the desired capacity from 9 to 10.") {
			t.Errorf("activity %s %s: %s", a.StatusCode, *a.Description, *a.Cause)
		}
		seen := m.describe(&ec2.DescribeInstancesInput{Filters: []ec2types.Filter{{Name: aws.String("instance-id"), Values: []string{joined, "i-0123456789abcdef0"}}}})
		if len(seen) != 1 || aws.ToString(seen[0].PrivateIpAddress) == "" || *seen[0].Tags[0].Value != "prod-ecs" {
			t.Errorf("EC2 shows %+v", seen)
		}
		if _, err := m.groups.SetDesiredCapacity(m.ctx, &groups.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("prod-ecs"), DesiredCapacity: aws.Int32(7)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Minute)
		left := m.instances("prod")
		if len(left) != 7 || len(m.group("prod-ecs").Instances) != 7 {
			t.Errorf("%d instances are left", len(left))
		}
		for _, s := range []string{"api-orders", "payments", "web"} {
			w.until(5*time.Minute, s, "has its tasks again", func(s types.Service) bool { return s.RunningCount == s.DesiredCount })
		}
	})
}

// TestAnInstanceThatIsTerminatedIsReplaced, and its tasks are ended by the host's end.
func TestAnInstanceThatIsTerminatedIsReplaced(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		m := w.machines()
		gone := *m.group("prod-ecs").Instances[0].InstanceId
		out, err := m.groups.TerminateInstanceInAutoScalingGroup(m.ctx, &groups.TerminateInstanceInAutoScalingGroupInput{InstanceId: &gone, ShouldDecrementDesiredCapacity: aws.Bool(false)})
		if err != nil || !strings.Contains(*out.Activity.Cause, gone+" was taken out of service in response to a user request.") {
			t.Fatalf("%v %+v", err, out)
		}
		time.Sleep(3 * time.Minute)
		now := m.instances("prod")
		if _, there := now[gone]; there || len(now) != 9 {
			t.Errorf("%v", now)
		}
		if seen := m.describe(&ec2.DescribeInstancesInput{InstanceIds: []string{gone}}); seen[0].State.Name != ec2types.InstanceStateNameTerminated || seen[0].PrivateIpAddress != nil {
			t.Errorf("EC2 shows %+v", seen[0])
		}
		if _, err := m.groups.TerminateInstanceInAutoScalingGroup(m.ctx, &groups.TerminateInstanceInAutoScalingGroupInput{InstanceId: &gone, ShouldDecrementDesiredCapacity: aws.Bool(false)}); err == nil || !strings.Contains(err.Error(), "No managed instance found") {
			t.Errorf("once more: %v", err)
		}
		found := false
		for _, service := range []string{"api-orders", "payments", "web", "legacy", "search", "gateway", "users"} {
			for _, task := range w.tasks(service, "STOPPED") {
				found = found || *task.StoppedReason == "Host EC2 (instance "+gone+") terminated."
			}
		}
		if !found {
			t.Error("no task says that its host was terminated")
		}
	})
}

// TestManagedScalingSetsTheCountBack two minutes after somebody set it, having drained what
// it ends.
func TestManagedScalingSetsTheCountBack(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		m := w.machines()
		if _, err := m.groups.UpdateAutoScalingGroup(m.ctx, &groups.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("staging-ecs"), DesiredCapacity: aws.Int32(2)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		draining := 0
		for _, status := range m.instances("staging") {
			if status == "DRAINING" {
				draining++
			}
		}
		if draining != 1 {
			t.Errorf("%d drain", draining)
		}
		time.Sleep(8 * time.Minute)
		if g := m.group("staging-ecs"); *g.DesiredCapacity != 3 || len(m.instances("staging")) != 3 {
			t.Errorf("%d desired, %d in the cluster", *g.DesiredCapacity, len(m.instances("staging")))
		}
		if cause := *m.activities("staging-ecs")[0].Cause; !strings.Contains(cause, "triggered policy ECSManagedAutoScalingPolicy-") {
			t.Errorf("%s", cause)
		}
	})
}

// TestGroupsInTrouble: one whose image is lost tries again and again, one whose user data
// names another cluster has an instance that is in none, and one at its maximum refuses.
func TestGroupsInTrouble(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		m := w.machines()
		time.Sleep(10 * time.Minute)
		tries := m.activities("prod-batch")
		if len(tries) < 3 || tries[0].StatusCode != grouptypes.ScalingActivityStatusCodeFailed || !strings.Contains(*tries[0].StatusMessage, "does not exist. Launching EC2 instance failed.") {
			t.Errorf("%d tries: %+v", len(tries), tries)
		}
		canary := m.group("prod-canary").Instances
		if _, there := m.instances("prod")[*canary[0].InstanceId]; there || canary[0].LifecycleState != "InService" {
			t.Errorf("%+v", canary)
		}
		_, err := m.groups.SetDesiredCapacity(m.ctx, &groups.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("preprod-ecs"), DesiredCapacity: aws.Int32(5)})
		if err == nil || !strings.Contains(err.Error(), "New SetDesiredCapacity value 5 is above max value 4 for the AutoScalingGroup.") {
			t.Errorf("%v", err)
		}
		w.account.LoseImage("ami-0d1f0b7e6a5c43921")
		if _, err := m.groups.SetDesiredCapacity(m.ctx, &groups.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("prod-ecs"), DesiredCapacity: aws.Int32(11)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if g := m.group("prod-ecs"); len(g.Instances) != 9 || *g.DesiredCapacity != 11 {
			t.Errorf("%d of %d without an image", len(g.Instances), *g.DesiredCapacity)
		}
	})
}

// TestUserDataNamesTheCluster, in a launch template by an echo and in a launch configuration
// by a heredoc.
func TestUserDataNamesTheCluster(t *testing.T) {
	w := newWorld(t, sim.Options{Scenario: seed.Steady})
	m := w.machines()
	g := m.group("prod-ecs")
	versions := must[*ec2.DescribeLaunchTemplateVersionsOutput](w)(m.ec2.DescribeLaunchTemplateVersions(m.ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: g.LaunchTemplate.LaunchTemplateId, Versions: []string{"$Latest", "$Default", "2"},
	})).LaunchTemplateVersions
	if len(versions) != 2 || *versions[0].VersionNumber != 3 || !*versions[0].DefaultVersion || *versions[1].VersionNumber != 2 {
		t.Fatalf("versions %+v", versions)
	}
	if data, err := base64.StdEncoding.DecodeString(*versions[0].LaunchTemplateData.UserData); err != nil || !strings.Contains(string(data), "echo ECS_CLUSTER=prod >>") {
		t.Errorf("%s %v", data, err)
	}
	old := 0
	for _, i := range g.Instances {
		if *i.LaunchTemplate.Version == "2" {
			old++
		}
	}
	if old != 2 || *g.LaunchTemplate.Version != "$Latest" {
		t.Errorf("%d of version 2, the group has %s", old, *g.LaunchTemplate.Version)
	}
	configuration := must[*groups.DescribeLaunchConfigurationsOutput](w)(m.groups.DescribeLaunchConfigurations(m.ctx, &groups.DescribeLaunchConfigurationsInput{
		LaunchConfigurationNames: []string{*m.group("preprod-ecs").LaunchConfigurationName},
	})).LaunchConfigurations[0]
	if data, err := base64.StdEncoding.DecodeString(*configuration.UserData); err != nil || !strings.Contains(string(data), "\nECS_CLUSTER=preprod\n") {
		t.Errorf("%s %v", data, err)
	}
	policies := must[*groups.DescribePoliciesOutput](w)(m.groups.DescribePolicies(m.ctx, &groups.DescribePoliciesInput{AutoScalingGroupName: aws.String("preprod-ecs")})).ScalingPolicies
	if len(policies) != 2 || *policies[0].PolicyType != "SimpleScaling" || *policies[0].ScalingAdjustment != 1 {
		t.Errorf("policies %+v", policies)
	}
	planned := must[*groups.DescribeScheduledActionsOutput](w)(m.groups.DescribeScheduledActions(m.ctx, &groups.DescribeScheduledActionsInput{})).ScheduledUpdateGroupActions
	if len(planned) != 1 || *planned[0].Recurrence != "0 6 * * 1-5" || *planned[0].DesiredCapacity != 10 || planned[0].MaxSize != nil {
		t.Errorf("scheduled %+v", planned)
	}
	members := must[*groups.DescribeAutoScalingInstancesOutput](w)(m.groups.DescribeAutoScalingInstances(m.ctx, &groups.DescribeAutoScalingInstancesInput{InstanceIds: []string{*g.Instances[0].InstanceId}})).AutoScalingInstances
	if len(members) != 1 || *members[0].AutoScalingGroupName != "prod-ecs" {
		t.Errorf("members %+v", members)
	}
	for _, id := range []string{"i-0123456789abcdef0"} {
		if _, err := m.ec2.DescribeInstances(m.ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}}); err == nil || !strings.Contains(err.Error(), "InvalidInstanceID.NotFound") {
			t.Errorf("an unknown instance: %v", err)
		}
	}
}
