package seed

import (
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
)

// onFargate has a service run on Fargate, by a launch type or, when there is one, by
// a strategy over capacity providers in the API's JSON. Of the log drivers that the others
// use Fargate takes awslogs alone.
func onFargate(strategy string, s serviceSeed) serviceSeed {
	s.mode, s.launch, s.strategy = "awsvpc", fleet.LaunchFargate, strategy
	for i := range s.containers {
		s.containers[i].group = "/ecs/" + s.name
	}
	return s
}

// unbalanced has a service stand behind no load balancer.
func unbalanced(s serviceSeed) serviceSeed {
	s.balancers = nil
	return s
}

// reclaimEvery is how often the scenario's Spot capacity is taken back.
const reclaimEvery = 4 * time.Minute

// seedServerless adds a cluster without instances: a service on Fargate, one of which
// the larger part runs on Spot capacity that is taken back now and then, and one whose
// own capacity provider has no instances.
func (a *seeder) seedServerless() error {
	c := a.seedCluster("serverless", 0, "", 0, 0)
	const own = "serverless-arm"
	a.Providers = append(a.Providers, &fleet.Provider{Name: own, ARN: a.ARN("ecs", "capacity-provider/"+own),
		Group: a.ARN("autoscaling", "autoScalingGroup:"+a.Rng.UUID()+":autoScalingGroupName/"+own)})
	c.Providers = []string{fleet.LaunchFargate, fleet.ProviderSpot, own}
	c.Default = []fleet.Share{{Provider: fleet.LaunchFargate, Weight: 1}}
	lb := a.seedBalancer("serverless-public", "internet-facing")
	const mostlySpot = `[{"capacityProvider":"FARGATE","weight":1,"base":1},{"capacityProvider":"FARGATE_SPOT","weight":3,"base":0}]`
	release := history(ecr.Behaviour{}, []string{"v1.0.0", "v1.1.0"}, 40*day, 8*day)
	empty := unbalanced(plain("thumbnails", "go", 2, release...))
	empty.mode, empty.strategy = "awsvpc", `[{"capacityProvider":"`+own+`","weight":1,"base":0}]`
	for _, s := range []serviceSeed{
		onFargate("", plain("booking", "java", 3, release...)),
		onFargate(mostlySpot, plain("mapping", "python", 5, release...)),
		empty,
	} {
		if err := a.seedWhole(c, lb, s); err != nil {
			return err
		}
	}
	a.At(a.Ago(stuckSince), func() {
		c.ByName["thumbnails"].Steady = false
		a.Schedule(c.ByName["thumbnails"])
	})
	a.reclaim(c.ByName["mapping"], 30*time.Second)
	return nil
}

// reclaim plans that the oldest task of a service on Spot capacity is interrupted.
func (a *seeder) reclaim(s *fleet.Service, in time.Duration) {
	a.After(in, func() {
		for _, t := range s.Live {
			if t.Provider == fleet.ProviderSpot && t.Last == fleet.Running && t.Desired == fleet.Running {
				a.Reclaim(t)
				break
			}
		}
		a.reclaim(s, reclaimEvery)
	})
}

// seedRebalancing has a service's tasks all in one zone, as when the others were out
// for a while.
func (a *seeder) seedRebalancing(c *fleet.Cluster, lb *elb.LoadBalancer) error {
	zone := a.Zones()[0]
	status := func(others string) {
		for _, i := range c.Instances {
			if i.Az != zone {
				i.Status = others
			}
		}
	}
	status(fleet.Draining)
	s := plain("ledger", "java", 3, history(ecr.Behaviour{}, []string{"v3.0.0", "v3.1.0"}, 40*day, 8*day)...)
	err := a.seedWhole(c, lb, s)
	status(fleet.Active)
	if err != nil {
		return err
	}
	ledger := c.ByName["ledger"]
	ledger.Settings["availabilityZoneRebalancing"] = []byte(`"ENABLED"`)
	a.Look(ledger, 20*time.Second)
	return nil
}

// seedControllers adds services of CodeDeploy whose deployments go wrong: one whose
// green tasks cannot start, and one whose live tasks keep dying.
func (a *seeder) seedControllers(c *fleet.Cluster) error {
	lb := a.seedBalancer(c.Name+"-codedeploy", "internet-facing")
	bounds := fleet.Config{}.Merged(map[string]any{"minimumHealthyPercent": 100, "maximumPercent": 200})
	green := shifted("invoices", "java", 2, bounds)
	green.pushed = []releaseSeed{{tag: "v1.2.0", age: 20 * time.Minute, behaviour: ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 1}}}
	if err := a.seedSets(c, lb, green, fleet.ControllerCodeDeploy, [2]float64{100, 100}); err != nil {
		return err
	}
	flapping := shifted("notices", "node", 2, bounds)
	flapping.releases[1].behaviour = ecr.Behaviour{ExitAfter: 3 * time.Minute, ExitCode: 134}
	if err := a.seedSets(c, lb, flapping, fleet.ControllerCodeDeploy, [2]float64{100, 0}); err != nil {
		return err
	}
	code := 134
	notices := c.ByName["notices"]
	for i := range 4 {
		a.seedStopped(notices, notices.Deployments[0], a.Ago(time.Duration(20-4*i)*time.Minute), 3*time.Minute,
			ending{code: fleet.EssentialExited, reason: "Essential container in task exited", exit: &code})
	}
	for i, t := range notices.Live {
		a.After(time.Duration(45+90*i)*time.Second, func() {
			if t.Last == fleet.Running && t.Desired == fleet.Running {
				a.Exit(t.Containers[0], code)
			}
		})
	}
	one := 1
	invoices := c.ByName["invoices"]
	failing := invoices.Deployments[1]
	for _, t := range append([]*fleet.Task{}, invoices.Live...) {
		if t.StartedBy == failing.ID {
			a.Exit(t.Containers[0], 1)
		}
	}
	for i := range 3 {
		a.seedStopped(invoices, failing, a.Ago(time.Duration(8-2*i)*time.Minute), 4*time.Second,
			ending{code: fleet.EssentialExited, reason: "Essential container in task exited", exit: &one})
	}
	return nil
}
