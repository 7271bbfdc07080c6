package sim

import "time"

// seedAlternate gives a load balancer of a service its second target group and
// the rules between the two.
func (a *Account) seedAlternate(lb *loadBalancer, b *serviceBalancer, like groupSeed, production *rule, host string) {
	like.name = shorten(like.name, 28) + "-alt"
	alternate := a.seedGroup(like)
	b.advanced = &advancedBalancer{
		alternate: alternate, production: production, test: a.forward(lb, b.group, []string{"test." + host}),
		role: "arn:aws:iam::" + a.opts.AccountID + ":role/ecs-load-balancers",
	}
	a.split(b.advanced.production, *b, 1000)
	a.split(b.advanced.test, *b, 1000)
}

// arrive ends the walk of a deployment of the past.
func (a *Account) arrive(r *rollout) {
	if r.shift == nil {
		return
	}
	r.shift.stage, r.shift.test, r.shift.production = stageCleanUp, 1000, 1000
	a.route(r)
}

// newShifting is a configuration that shifts traffic.
func newShifting(strategy string, settings map[string]any) rollingConfig {
	return newRolling(100, 200, true, true).merged(map[string]any{"strategy": strategy}).merged(settings)
}

// shifted is a service that shifts traffic, with a release that is well and two
// that are not to deploy next.
func shifted(name, language string, desired int, config rollingConfig) serviceSeed {
	s := plain(name, language, desired, history(Behaviour{}, []string{"v1.0.0", "v1.1.0"}, 31*day, 9*day)...)
	s.rolling = config
	s.balancers[0].shifts = true
	s.pushed = []releaseSeed{
		{tag: "v1.2.0", age: 20 * time.Minute},
		{tag: "v1.3.0", age: 10 * time.Minute, behaviour: Behaviour{ExitAfter: exitDelay, ExitCode: 1}},
		{tag: "v1.4.0", age: 5 * time.Minute, behaviour: Behaviour{Health: NeverAnswers}},
	}
	return s
}

// seedStrategies adds a service for each way to deploy that is not rolling. The
// first three begin to deploy as the account starts.
func (a *Account) seedStrategies(c *cluster) error {
	lb := a.seedBalancer(c.name+"-shifting", "internet-facing")
	for _, seed := range []serviceSeed{
		shifted("storefront", "node", 3, newShifting(strategyBlueGreen, map[string]any{
			"bakeTimeInMinutes": 5,
			"lifecycleHooks": []any{map[string]any{
				"targetType": hookPause, "lifecycleStages": []any{stagePostTestShift},
				"timeoutConfiguration": map[string]any{"timeoutInMinutes": 60, "action": actionRollback},
			}},
		})),
		shifted("ranking", "python", 2, newShifting(strategyCanary, map[string]any{
			"canaryConfiguration": map[string]any{"canaryPercent": 10, "canaryBakeTimeInMinutes": 5},
			"bakeTimeInMinutes":   2,
		})),
		shifted("shipping", "java", 2, newShifting(strategyLinear, map[string]any{
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
		a.deploy(c.byName[seed.name], d)
	}
	bounds := rollingConfig{map[string]any{"minimumHealthyPercent": 100, "maximumPercent": 200}}
	if err := a.seedSets(c, lb, shifted("billing", "java", 3, bounds), controllerCodeDeploy, [2]float64{100, 100}); err != nil {
		return err
	}
	return a.seedSets(c, lb, shifted("reports", "go", 4, bounds), controllerExternal, [2]float64{75, 25})
}

// seedSets makes a service of another deployment controller with two task sets,
// of which the first is the PRIMARY.
func (a *Account) seedSets(c *cluster, lb *loadBalancer, seed serviceSeed, controller string, scales [2]float64) error {
	s := a.seedBare(c, lb, seed)
	s.controller, s.steady = controller, true
	both := s.balancers[0]
	s.balancers[0].advanced = nil
	groups := []*targetGroup{both.group, both.advanced.alternate}
	primaryShare := 1000
	if controller == controllerExternal {
		primaryShare = int(10 * scales[0])
		s.balancers = nil
	}
	a.split(both.advanced.production, both, primaryShare)
	a.split(both.advanced.test, both, 0)
	for i, release := range []releaseSeed{{tag: "v1.1.0", age: 9 * day}, {tag: "v1.2.0", age: 10 * time.Minute}} {
		definition, err := a.seedRevision(c, seed, release)
		if err != nil {
			return err
		}
		var d *deployment
		a.at(a.ago(release.age), func() { d = a.newDeployment(s, definition) })
		d.rollout, d.set = rolloutCompleted, &taskSet{scale: scales[i]}
		if controller == controllerCodeDeploy {
			d.set.startedBy = controller
			d.set.external = "d-" + a.rng.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 9)
		}
		d.revision.resolved = []serviceBalancer{{group: groups[i], container: both.container, port: both.port}}
		if i > 0 {
			d.status = active
		} else {
			s.def = definition
		}
		s.deployments = append(s.deployments, d)
		for range s.share(d) {
			a.seedTask(s, d, d.createdAt.Add(a.rng.between(5*time.Second, 90*time.Second)))
		}
	}
	a.seedSteadyEvents(s)
	return nil
}
