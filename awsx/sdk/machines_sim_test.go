package sdk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/fault"
)

// onMachines is the account and its groups by name.
func onMachines(t *testing.T, test func(*testing.T, *sim.Account, awsx.Account, map[string]awsx.ScalingGroup)) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		groups := map[string]awsx.ScalingGroup{}
		for _, g := range all(t, a.ScalingGroups(t.Context())) {
			groups[g.Name] = g
		}
		test(t, world, a, groups)
	})
}

// TestGroupsAsTheyAre: bounds, members, sources, whether ECS scales them, and what is theirs.
func TestGroupsAsTheyAre(t *testing.T) {
	onMachines(t, func(t *testing.T, _ *sim.Account, a awsx.Account, groups map[string]awsx.ScalingGroup) {
		ctx := t.Context()
		g := groups["prod-ecs"]
		if len(groups) != 5 || g.Bounds() != "6 to 12" || g.Desired != 9 || g.Staying() != 9 || g.Source.Template != "prod-ecs" || g.Source.Version != "$Latest" || g.Managed || !groups["staging-ecs"].Managed {
			t.Errorf("%d groups; %+v", len(groups), g)
		}
		one := must[awsx.ScalingGroup](t)(a.ScalingGroup(ctx, "prod-ecs"))
		if one.Ref != g.Ref || one.Ref.Name() != "prod-ecs" || one.Ref.Noun() != "group" {
			t.Errorf("%+v", one.Ref)
		}
		if _, err := a.ScalingGroup(ctx, "nope"); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("%v", err)
		}
		now := must[awsx.Launch](t)(a.Launch(ctx, g.Source))
		if now.Source.Version != "3" || now.Joins.Cluster != "prod" || now.Joins.Line != "ECS_CLUSTER=prod" || now.Image == "" {
			t.Errorf("%+v", now)
		}
		old := 0
		for _, m := range g.Members {
			if m.Outdated(g, now) == "version 2 of prod-ecs, the group launches version 3" {
				old++
			}
		}
		if old != 2 {
			t.Errorf("%d are outdated", old)
		}
		configured := must[awsx.Launch](t)(a.Launch(ctx, groups["preprod-ecs"].Source))
		if configured.Source.Configuration != "preprod-ecs-2023" || configured.Joins.Cluster != "preprod" {
			t.Errorf("%+v", configured)
		}
		for _, gone := range []awsx.LaunchSource{{Configuration: "nope"}, {Template: "nope", Version: "1"}, {TemplateID: g.Source.TemplateID, Version: "77"}} {
			if _, err := a.Launch(ctx, gone); fault.ClassOf(err) != fault.NotFound {
				t.Errorf("%v: %v", gone, err)
			}
		}
		policies := must[[]awsx.ScalingPolicy](t)(a.GroupPolicies(ctx, "preprod-ecs"))
		if len(policies) != 2 || policies[0].Adjusts != "+1" || policies[1].Adjusts != "-1" || policies[0].Alarms[0] != "preprod-memory-high" {
			t.Errorf("%+v", policies)
		}
		managed := must[[]awsx.ScalingPolicy](t)(a.GroupPolicies(ctx, "staging-ecs"))
		if managed[0].Metric != "AWS/ECS/ManagedScaling/CapacityProviderReservation" || managed[0].Target != 100 {
			t.Errorf("%+v", managed)
		}
		if s := must[[]awsx.ScheduledScaling](t)(a.GroupSchedules(ctx, "prod-ecs")); len(s) != 1 || *s[0].Desired != 10 || s[0].Max != nil || s[0].When != "0 6 * * 1-5" {
			t.Errorf("%+v", s)
		}
		if did := must[[]awsx.ScalingActivity](t)(a.GroupActivities(ctx, "prod-batch", 1)); len(did) != 1 || !did[0].Failed() || !strings.Contains(did[0].Message, "does not exist") {
			t.Errorf("%+v", did)
		}
		providers := must[[]awsx.CapacityProvider](t)(a.CapacityProviders(ctx))
		i := slices.IndexFunc(providers, func(p awsx.CapacityProvider) bool { return p.Of(groups["staging-ecs"]) })
		if i < 0 || !providers[i].Scales || !providers[i].Drains || providers[i].Protects || providers[i].Target != 100 || providers[i].Of(g) {
			t.Errorf("%+v", providers)
		}
	})
}

// TestMachinesAreTold with their addresses, and those that are gone are left out.
func TestMachinesAreTold(t *testing.T) {
	onMachines(t, func(t *testing.T, _ *sim.Account, a awsx.Account, groups map[string]awsx.ScalingGroup) {
		ids := []string{"i-00000000000000000"}
		for _, m := range groups["prod-ecs"].Members {
			ids = append(ids, m.ID)
		}
		machines := must[[]awsx.Machine](t)(a.Machines(t.Context(), ids))
		if len(machines) != 9 {
			t.Fatalf("%d of 9", len(machines))
		}
		for _, m := range machines {
			if !strings.HasPrefix(m.PrivateIP, "10.2") || m.Group != "prod-ecs" || m.State != "running" || m.Type != "m5.xlarge" || m.Zone == "" || m.LaunchedAt.IsZero() {
				t.Errorf("%+v", m)
			}
		}
	})
}

// TestGroupsAreChanged: a count is set, and one out of bounds refused; an instance is ended,
// and one that is no member refused.
func TestGroupsAreChanged(t *testing.T) {
	onMachines(t, func(t *testing.T, _ *sim.Account, a awsx.Account, groups map[string]awsx.ScalingGroup) {
		ctx := awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
		g := groups["prod-ecs"]
		if err := a.SetGroupDesired(ctx, g.Ref, 10); err != nil {
			t.Fatal(err)
		}
		if err := a.SetGroupDesired(ctx, g.Ref, 13); fault.ClassOf(err) != fault.Invalid || fault.Unknown(err) {
			t.Errorf("above the maximum: %v", err)
		}
		if err := a.EndMember(ctx, g.Ref, g.Members[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := a.EndMember(ctx, g.Ref, "i-00000000000000000"); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("no member: %v", err)
		}
		time.Sleep(3 * time.Minute)
		now := must[awsx.ScalingGroup](t)(a.ScalingGroup(ctx, "prod-ecs"))
		if _, there := now.Member(g.Members[0].ID); now.Desired != 10 || now.Staying() != 10 || there {
			t.Errorf("%+v", now)
		}
	})
}

// TestServicesAreScaledBySchedules, and what was done to their counts is told.
func TestServicesAreScaledBySchedules(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		cluster := all(t, a.Clusters(t.Context()))
		var sessions awsx.Ref
		for _, c := range cluster {
			for _, s := range all(t, a.Services(t.Context(), c.Ref)) {
				if s.Name == "sessions" {
					sessions = s.Ref
				}
			}
		}
		if s := must[[]awsx.ScheduledScaling](t)(a.ScheduledScaling(t.Context(), sessions)); len(s) != 1 || s[0].When != "cron(0 6 ? * MON-FRI *)" || s[0].Zone != "Europe/Dublin" || *s[0].Min != 4 {
			t.Errorf("%+v", s)
		}
		if err := world.SetDemand("prod", "sessions", 5); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		did := must[[]awsx.ScalingActivity](t)(a.ScalingActivities(t.Context(), sessions, 5))
		if len(did) != 1 || did[0].Description != "Setting desired count to 5." || !strings.Contains(did[0].Cause, "triggered policy cpu-60") {
			t.Errorf("%+v", did)
		}
	})
}

// TestADeniedReadOfGroupsNamesTheAction that is missing.
func TestADeniedReadOfGroupsNamesTheAction(t *testing.T) {
	onMachines(t, func(t *testing.T, world *sim.Account, a awsx.Account, groups map[string]awsx.ScalingGroup) {
		for _, c := range []struct {
			service, operation string
			read               func() error
		}{
			{"ec2", "DescribeInstances", func() error { _, err := a.Machines(t.Context(), []string{"i-1"}); return err }},
			{"ec2", "DescribeLaunchTemplateVersions", func() error { _, err := a.Launch(t.Context(), groups["prod-ecs"].Source); return err }},
			{"autoscaling", "DescribeAutoScalingGroups", func() error { _, err := a.ScalingGroup(t.Context(), "prod-ecs"); return err }},
			{"autoscaling", "DescribePolicies", func() error { _, err := a.GroupPolicies(t.Context(), "prod-ecs"); return err }},
		} {
			remove := world.Inject(sim.Fault{Service: c.service, Operation: c.operation, Kind: sim.Deny})
			err := c.read()
			remove()
			if own := fault.Of(err); own == nil || own.Class != fault.Denied || own.Fix != "needs "+c.service+":"+c.operation {
				t.Errorf("%s:%s: %v", c.service, c.operation, err)
			}
		}
	})
}
