package cli_test

import (
	"slices"
	"strings"
	"testing"

	"gantry/awsx/sim"
)

// members are the EC2 ids of a group.
func (a *account) members(t *testing.T, cluster, group string) (ids []string) {
	t.Helper()
	o := a.run(t, "groups", cluster, "-o", "json").wants(t, 0).object(t)
	for _, g := range o["groups"].([]any) {
		if at(t, g, "name") != group {
			continue
		}
		for _, m := range at(t, g, "instances").([]any) {
			ids = append(ids, at(t, m, "id").(string))
		}
	}
	return ids
}

// TestAGroupIsGivenFewerInstances: the plan names those that end and the tasks on them, as
// they then do.
func TestAGroupIsGivenFewerInstances(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		before := a.members(t, "prod", "prod-ecs")
		plan := a.run(t, "group", "prod-ecs", "--desired", "7", "--dry-run", "-o", "json").wants(t, 0, "group prod/prod-ecs", "9 of 9 instances of prod-ecs -> 7 instances",
			"would be killed undrained", "no capacity provider scales the group").object(t)
		if plan["confirm"] != "prod-ecs" || plan["tier"] != "name" || plan["cluster"] != "prod" || plan["production"] != true {
			t.Errorf("got %v", plan)
		}
		a.run(t, "group", "prod-ecs", "--desired", "7", "--confirm", "prod-ecs").wants(t, 0, "prod/prod-ecs: succeeded: prod-ecs has 7 instances in service, all in the cluster")
		after := a.members(t, "prod", "prod-ecs")
		text := at(t, plan, "checks", 1, "text").(string)
		for _, id := range before {
			if told := strings.Contains(text, id); told == slices.Contains(after, id) {
				t.Errorf("%s was told to end: %v, and is there: %v", id, told, !told)
			}
		}
		a.run(t, "group", "prod-ecs", "--desired", "8", "--confirm", "prod-ecs").wants(t, 0, "launches 1 from prod-ecs:$Latest", "prod-ecs has 8 instances in service, all in the cluster")
	})
}

// TestManagedScalingIsSaidToSetACountBack, and then does.
func TestManagedScalingIsSaidToSetACountBack(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "group", "staging-ecs", "--desired", "2", "--yes").wants(t, 1, "ECS drains them first", "superseded: the desired capacity is 3: somebody, or managed scaling, set it after this change")
	})
}

// TestAGroupThatCannotLaunchFails with the reason of its activity.
func TestAGroupThatCannotLaunchFails(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.LoseImage("ami-0d1f0b7e6a5c43921")
		a.run(t, "group", "prod-ecs", "--desired", "10", "--confirm", "prod-ecs").wants(t, 1, "failed: prod-ecs cannot launch: The image id '[ami-0d1f0b7e6a5c43921]' does not exist.")
	})
}

// TestTheBoundsOfAGroupAreSetWithItsCount: beyond the bounds of before, in one call.
func TestTheBoundsOfAGroupAreSetWithItsCount(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "group", "prod-ecs", "--max", "14", "--desired", "13", "--confirm", "prod-ecs").wants(t, 0, "bounds 6 to 14",
			"set the bounds of group prod-ecs to 6 to 14, and its desired capacity to 13", "prod-ecs has 13 instances in service, all in the cluster")
		a.run(t, "group", "prod-ecs", "--min", "7", "--confirm", "prod-ecs").wants(t, 0, "leaves 13 instances as they are", "set the bounds of group prod-ecs to 7 to 14")
	})
}

func TestAGroupSaysWhatIsWrongWithACount(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "group", "prod-ecs", "--desired", "13", "--yes").wants(t, 2, "the group may have 6 to 12 instances, and 13 are asked for")
		a.run(t, "group", "prod-ecs", "--min", "2", "--max", "1", "--yes").wants(t, 2, "a group cannot have 2 to 1 instances")
		a.run(t, "group", "prod-ecs", "--max", "8", "--desired", "9", "--yes").wants(t, 2, "and 9 are asked for: set its bounds with it")
		a.run(t, "group", "prod-ecs", "--min", "6", "--max", "12", "--yes").wants(t, 2, "nothing changed: the group has a desired capacity of 9 within 6 to 12 already")
		a.run(t, "group", "prod-ecs", "--yes").wants(t, 2, "nothing is asked for")
		a.run(t, "group", "prod-ecs", "--desired", "9", "--yes").wants(t, 2, "nothing changed: the group has a desired capacity of 9 already")
		a.run(t, "group", "prod-ecs", "--desired=-1").wants(t, 2, "expected 0 or more")
		a.run(t, "group", "prod-esc", "--desired", "1").wants(t, 2, "no such Auto Scaling group; there is prod-ecs")
		a.run(t, "group", "prod-batch", "--desired", "0", "--dry-run", "-o", "json").wants(t, 0, `"tier": "bulk"`)
		a.Inject(sim.Fault{Service: "autoscaling", Kind: sim.Deny})
		a.run(t, "group", "prod-ecs", "--desired", "8", "--yes").wants(t, 1, "needs autoscaling:DescribeAutoScalingGroups")
	})
}

// TestAnInstanceIsReplaced: it is drained, ended once its services' tasks have left, and its
// successor joins the cluster; all others stay.
func TestAnInstanceIsReplaced(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		before := a.members(t, "prod", "prod-ecs")
		gone := before[3]
		a.run(t, "replace", "prod/"+gone, "--dry-run").wants(t, 0, "another instance from prod-ecs:$Latest", "set instance "+gone+" to DRAINING",
			"once its services' tasks have left, terminate "+gone+": its group launches another")
		a.run(t, "replace", "prod/"+gone, "--confirm", gone).wants(t, 0, "succeeded: prod-ecs has 9 instances in service, all in the cluster")
		after := a.members(t, "prod", "prod-ecs")
		if slices.Contains(after, gone) || len(after) != 9 {
			t.Errorf("%s was to go: %v", gone, after)
		}
		stays := 0
		for _, id := range before {
			if slices.Contains(after, id) {
				stays++
			}
		}
		if stays != 8 {
			t.Errorf("%d of 8 others stayed", stays)
		}
		for _, c := range a.Calls() {
			if c.Operation == "TerminateInstanceInAutoScalingGroup" && !strings.Contains(string(c.Body), "ShouldDecrementDesiredCapacity=false") {
				t.Errorf("sent %s", c.Body)
			}
		}
		o := a.run(t, "status", "prod", "-o", "json").wants(t, 0).object(t)
		for _, svc := range o["services"].([]any) {
			if at(t, svc, "running") != at(t, svc, "desired") {
				t.Errorf("%v runs %v of %v", at(t, svc, "name"), at(t, svc, "running"), at(t, svc, "desired"))
			}
		}
	})
}
