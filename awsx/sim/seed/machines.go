package seed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/machines"
)

// seedMachines puts the instances of every cluster into an Auto Scaling group. In the demo
// account each stage has one of another kind, and production two that are in trouble.
func (a *seeder) seedMachines() error {
	for _, c := range a.Clusters {
		if len(c.Instances) == 0 {
			continue
		}
		// In the order in which they were made: those of a cluster are sorted by id.
		hosts := slices.SortedFunc(slices.Values(c.Instances), func(x, y *fleet.Instance) int {
			return cmp.Or(x.RegisteredAt.Compare(y.RegisteredAt), strings.Compare(x.ID, y.ID))
		})
		switch {
		case len(a.want.Layout) > 0 || a.want.Generated():
			a.park.Adopt(a.plainGroup(c, len(hosts)), 0, hosts...)
		case c.Name == "prod":
			a.seedProductionGroups(c, hosts)
		case c.Name == "preprod":
			a.seedConfigured(c, hosts)
		case c.Name == "staging":
			a.seedManaged(c, hosts)
		default:
			a.park.Adopt(nil, 0, hosts...)
		}
	}
	for _, p := range a.Providers {
		if p.Name == "serverless-arm" {
			a.park.AddGroup(&machines.Group{Name: p.Name, Provider: p, Version: "$Default",
				Template: a.park.AddTemplate(p.Name, a.joins("serverless", "m6g.large", machines.Image, 40*day))})
		}
	}
	return nil
}

// joins is what a machine of a cluster is launched from.
func (a *seeder) joins(cluster, instanceType, image string, age time.Duration) machines.Launch {
	return machines.Launch{Image: image, Type: instanceType, CreatedAt: a.Ago(age), UserData: machines.Joining(cluster)}
}

// plainGroup is a group over a launch template that a cluster's instances come from.
func (a *seeder) plainGroup(c *fleet.Cluster, n int) *machines.Group {
	name := c.Name + "-ecs"
	return a.park.AddGroup(&machines.Group{Name: name, Min: 1, Max: 2 * n, Desired: n, Version: "$Latest",
		Template: a.park.AddTemplate(name, a.joins(c.Name, c.Instances[0].InstanceType, machines.Image, 90*day))})
}

// seedProductionGroups has two instances of an older version of the template, a group that
// launches into a cluster that is not there, and one whose image is lost.
func (a *seeder) seedProductionGroups(c *fleet.Cluster, hosts []*fleet.Instance) {
	const size = "m5.xlarge"
	eight, ten := 8, 10
	g := &machines.Group{Name: "prod-ecs", Min: 6, Max: 12, Desired: len(hosts), Version: "$Latest",
		Template: a.park.AddTemplate("prod-ecs", a.joins(c.Name, size, machines.OldImage, 300*day), a.joins(c.Name, size, machines.OldImage, 200*day), a.joins(c.Name, size, machines.Image, 60*day)),
		Policies: []machines.Policy{{Name: "cpu-60", Type: "TargetTrackingScaling", Metric: "ASGAverageCPUUtilization", Target: 60}},
		Schedules: []machines.Schedule{{
			Name: "before-work", Recurrence: "0 6 * * 1-5", Min: &eight, Desired: &ten, Next: a.Now.UTC().Truncate(24 * time.Hour).Add(30 * time.Hour),
		}},
	}
	a.park.AddGroup(g)
	a.park.Adopt(g, 2, hosts[:2]...)
	a.park.Adopt(g, 0, hosts[2:]...)
	a.At(a.Ago(3*time.Hour), func() { a.park.Recall(g, hosts[len(hosts)-1].EC2) })

	strayed := a.park.AddGroup(&machines.Group{Name: "prod-canary", Min: 1, Max: 2, Version: "$Latest",
		Template: a.park.AddTemplate("prod-canary", a.joins("prod-green", size, machines.Image, 2*day))})
	a.At(a.Ago(26*time.Hour), func() { a.park.Stray(strayed) })

	batch := a.park.AddGroup(&machines.Group{Name: "prod-batch", Max: 4, Version: "1",
		Template: a.park.AddTemplate("prod-batch", a.joins(c.Name, "m5.2xlarge", machines.LostImage, 400*day))})
	a.At(a.Ago(20*time.Minute), func() {
		a.park.SetDesired(batch, 1, "a user request explicitly set group desired capacity")
	})
}

// seedConfigured has a group over a launch configuration, at its maximum.
func (a *seeder) seedConfigured(c *fleet.Cluster, hosts []*fleet.Instance) {
	g := a.park.AddGroup(&machines.Group{Name: "preprod-ecs", Min: 2, Max: len(hosts), Desired: len(hosts),
		Configuration: a.park.AddConfiguration("preprod-ecs-2023", machines.Launch{
			Image: machines.Image, Type: hosts[0].InstanceType, CreatedAt: a.Ago(500 * day),
			UserData: "#!/bin/bash\ncat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=" + c.Name + "\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\nEOF\n",
		}),
		Policies: []machines.Policy{
			{Name: "add-one", Type: "SimpleScaling", Adjustment: 1, Alarms: []string{"preprod-memory-high"}},
			{Name: "remove-one", Type: "StepScaling", Adjustment: -1, Alarms: []string{"preprod-memory-low"}},
		},
	})
	a.park.Adopt(g, 0, hosts...)
}

// seedManaged has a group that ECS scales by a capacity provider.
func (a *seeder) seedManaged(c *fleet.Cluster, hosts []*fleet.Instance) {
	p := &fleet.Provider{Name: c.Name + "-ondemand", ARN: a.ARN("ecs", "capacity-provider/"+c.Name+"-ondemand")}
	a.Providers = append(a.Providers, p)
	slices.SortFunc(a.Providers, func(x, y *fleet.Provider) int { return strings.Compare(x.Name, y.Name) })
	c.Providers = append(c.Providers, p.Name)
	g := a.park.AddGroup(&machines.Group{Name: c.Name + "-ecs", Min: 1, Max: 6, Desired: len(hosts), Provider: p, Version: "$Default",
		Template: a.park.AddTemplate(c.Name+"-ecs", a.joins(c.Name, hosts[0].InstanceType, machines.Image, 90*day)),
		Policies: []machines.Policy{{
			Name: "ECSManagedAutoScalingPolicy-" + a.Rng.UUID(), Type: "TargetTrackingScaling", Metric: "AWS/ECS/ManagedScaling CapacityProviderReservation", Target: 100,
		}},
	})
	for _, h := range hosts {
		h.Provider = p.Name
	}
	a.park.Adopt(g, 0, hosts...)
}
