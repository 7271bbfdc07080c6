package seed

import (
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
)

// seedAlternate gives a load balancer of a service its second target group and
// the rules between the two.
func (a *seeder) seedAlternate(lb *elb.LoadBalancer, b *fleet.Balancer, like groupSeed, production *elb.Rule, host string) {
	like.name = shorten(like.name, 28) + "-alt"
	alternate := a.seedGroup(like)
	b.Advanced = &fleet.Advanced{
		Alternate: alternate, Production: production, Test: a.forward(lb, b.Group, []string{"test." + host}),
		Role: "arn:aws:iam::" + a.AccountID + ":role/ecs-load-balancers",
	}
	a.Split(b.Advanced.Production, *b, 1000)
	a.Split(b.Advanced.Test, *b, 1000)
}

// arrive ends the walk of a deployment of the past.
func (a *seeder) arrive(r *fleet.Rollout) {
	if r.Shift == nil {
		return
	}
	r.Shift.Stage, r.Shift.Test, r.Shift.Production = fleet.StageCleanUp, 1000, 1000
	a.Route(r)
}

// newShifting is a configuration that shifts traffic.
func newShifting(strategy string, settings map[string]any) fleet.Config {
	return fleet.NewConfig(100, 200, true, true).Merged(map[string]any{"strategy": strategy}).Merged(settings)
}

// shifted is a service that shifts traffic, with a release that is well and two
// that are not to deploy next.
func shifted(name, language string, desired int, config fleet.Config) serviceSeed {
	s := plain(name, language, desired, history(ecr.Behaviour{}, []string{"v1.0.0", "v1.1.0"}, 31*day, 9*day)...)
	s.rolling = config
	s.balancers[0].shifts = true
	s.pushed = []releaseSeed{
		{tag: "v1.2.0", age: 20 * time.Minute},
		{tag: "v1.3.0", age: 10 * time.Minute, behaviour: ecr.Behaviour{ExitAfter: ecr.ExitDelay, ExitCode: 1}},
		{tag: "v1.4.0", age: 5 * time.Minute, behaviour: ecr.Behaviour{Health: ecr.NeverAnswers}},
	}
	return s
}

// seedStrategies adds a service for each way to deploy that is not rolling. The
// first three begin to deploy as the account starts.
func (a *seeder) seedStrategies(c *fleet.Cluster) error {
	lb := a.seedBalancer(c.Name+"-shifting", "internet-facing")
	for _, seed := range []serviceSeed{
		shifted("storefront", "node", 3, newShifting(fleet.StrategyBlueGreen, map[string]any{
			"bakeTimeInMinutes": 5,
			"lifecycleHooks": []any{map[string]any{
				"targetType": fleet.HookPause, "lifecycleStages": []any{fleet.StagePostTestShift},
				"timeoutConfiguration": map[string]any{"timeoutInMinutes": 60, "action": fleet.ActionRollback},
			}},
		})),
		shifted("ranking", "python", 2, newShifting(fleet.StrategyCanary, map[string]any{
			"canaryConfiguration": map[string]any{"canaryPercent": 10, "canaryBakeTimeInMinutes": 5},
			"bakeTimeInMinutes":   2,
		})),
		shifted("shipping", "java", 2, newShifting(fleet.StrategyLinear, map[string]any{
			"linearConfiguration": map[string]any{"stepPercent": 25, "stepBakeTimeInMinutes": 2},
			"bakeTimeInMinutes":   2,
		})),
	} {
		if err := a.seedWhole(c, lb, seed); err != nil {
			return err
		}
		d, err := a.seedRevision(c, seed, releaseSeed{tag: "v1.2.0"})
		if err != nil {
			return err
		}
		a.Deploy(c.ByName[seed.name], d)
	}
	bounds := fleet.Config{}.Merged(map[string]any{"minimumHealthyPercent": 100, "maximumPercent": 200})
	if err := a.seedSets(c, lb, shifted("billing", "java", 3, bounds), fleet.ControllerCodeDeploy, [2]float64{100, 100}); err != nil {
		return err
	}
	return a.seedSets(c, lb, shifted("reports", "go", 4, bounds), fleet.ControllerExternal, [2]float64{75, 25})
}

// seedSets makes a service of another deployment controller with two task sets,
// of which the first is the PRIMARY.
func (a *seeder) seedSets(c *fleet.Cluster, lb *elb.LoadBalancer, seed serviceSeed, controller string, scales [2]float64) error {
	s := a.seedBare(c, lb, seed)
	s.Controller, s.Steady = controller, true
	both := s.Balancers[0]
	s.Balancers[0].Advanced = nil
	groups := []*elb.Group{both.Group, both.Advanced.Alternate}
	primaryShare := 1000
	if controller == fleet.ControllerExternal {
		primaryShare = int(10 * scales[0])
		s.Balancers = nil
	}
	a.Split(both.Advanced.Production, both, primaryShare)
	a.Split(both.Advanced.Test, both, 0)
	for i, release := range []releaseSeed{{tag: "v1.1.0", age: 9 * day}, {tag: "v1.2.0", age: 10 * time.Minute}} {
		definition, err := a.seedRevision(c, seed, release)
		if err != nil {
			return err
		}
		var d *fleet.Deployment
		a.At(a.Ago(release.age), func() { d = a.NewDeployment(s, definition) })
		d.Rollout, d.Set = fleet.RolloutCompleted, &fleet.TaskSet{Scale: scales[i]}
		if controller == fleet.ControllerCodeDeploy {
			d.Set.StartedBy = controller
			d.Set.External = "d-" + a.Rng.Pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 9)
		}
		d.Revision.Resolved = []fleet.Balancer{{Group: groups[i], Container: both.Container, Port: both.Port}}
		if i > 0 {
			d.Status = fleet.Active
		} else {
			s.Def = definition
		}
		s.Deployments = append(s.Deployments, d)
		for range s.Share(d) {
			a.seedTask(s, d, d.CreatedAt.Add(a.Rng.Between(5*time.Second, 90*time.Second)))
		}
	}
	a.seedSteadyEvents(s)
	return nil
}
