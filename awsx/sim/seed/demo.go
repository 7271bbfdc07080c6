package seed

import (
	"errors"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/world"
)

// seedDemo builds the account that the demo opens on.
func (a *seeder) seedDemo() error {
	const cpu, memory = 4096, 15_700
	stages := []struct {
		name      string
		instances int
		services  []serviceSeed
	}{
		{"prod", 9, a.productionServices()},
		{"preprod", 4, a.smallServices(2)},
		{"staging", 3, a.smallServices(1)},
	}
	for _, stage := range stages {
		c := a.seedCluster(stage.name, stage.instances, "m5.xlarge", cpu, memory)
		lb := a.seedBalancer(stage.name+"-public", "internet-facing")
		for _, seed := range stage.services {
			if err := a.seedWhole(c, lb, seed); err != nil {
				return err
			}
		}
	}
	a.ClusterByName["prod"].Insights, a.ClusterByName["preprod"].Insights = fleet.InsightsEnhanced, fleet.InsightsOn
	a.seedForeignTarget()
	if err := a.Aside(a.seedSurroundings); err != nil {
		return err
	}
	return a.breakServices(a.ClusterByName["prod"])
}

// seedSurroundings adds what is around the services of production.
func (a *seeder) seedSurroundings() error {
	prod := a.ClusterByName["prod"]
	a.Images.Push("catalog", []string{"v3.5.0"}, a.Ago(70*time.Minute), ecr.Behaviour{Platforms: []string{"linux/amd64", "linux/arm64"}})
	a.Images.Push("catalog", []string{"v3.5.0-arm64"}, a.Ago(70*time.Minute), ecr.Behaviour{Platforms: []string{"linux/arm64"}})
	err := errors.Join(a.seedScaling(prod), a.seedAlarms(prod), a.seedJobs())
	a.seedRouting(prod)
	return err
}

// seedForeignTarget registers something that is not a task, as a group has that
// was also used by hand.
func (a *seeder) seedForeignTarget() {
	g := a.Balancing.GroupNamed("prod-legacy")
	g.Targets = append(g.Targets, &elb.Target{
		Group: g, ID: "i-0" + a.Rng.Hex(16), Port: 8080, Az: a.Zones()[0], State: elb.TargetUnhealthy,
		Reason: "Target.Timeout", Description: "Request timed out",
	})
}

// plain is a service of one container behind a load balancer.
func plain(name, language string, desired int, releases ...releaseSeed) serviceSeed {
	return serviceSeed{
		name: name, desired: desired, rolling: fleet.NewConfig(100, 200, true, true), grace: 30,
		containers: []containerSeed{{
			name: name, repository: name, language: language, port: 8080, cpu: 256, memory: 512,
			environment: [][2]string{{"DB_HOST", "postgres.internal"}, {"DB_USER", name}, {"DB_PASSWORD", "demo-" + name + "-pw"}},
		}},
		balancers: []balancerSeed{{container: name, port: 8080, path: "/health"}},
		releases:  releases,
	}
}

// history is a service's past: one release per age, oldest first, the last with
// behaviour b.
func history(b ecr.Behaviour, tags []string, ages ...time.Duration) []releaseSeed {
	releases := make([]releaseSeed, len(ages))
	for i, age := range ages {
		releases[i] = releaseSeed{tag: tags[i], age: age}
	}
	releases[len(releases)-1].behaviour = b
	return releases
}

func (a *seeder) productionServices() []serviceSeed {
	return append([]serviceSeed{a.apiOrders(), a.apiCheckout(), payments(), legacy(), web(), search(), edgeRouter(), gateway(), mailWorker()},
		plain("catalog", "java", 3, history(ecr.Behaviour{}, []string{"v3.2.0", "v3.3.0", "v3.3.1", "v3.4.0"}, 90*day, 44*day, 43*day, 6*day)...),
		through("fluentd", plain("inventory", "node", 2, history(ecr.Behaviour{}, []string{"v1.18.0", "v1.19.0", "v1.20.0"}, 50*day, 22*day, 9*day)...)),
		through("json-file", plain("users", "java", 3, history(ecr.Behaviour{}, []string{"v7.0.1", "v7.1.0", "v7.2.0"}, 75*day, 30*day, 12*day)...)),
		pricing(),
		routed(plain("sessions", "node", 2, history(ecr.Behaviour{}, []string{"v2.4.0", "v2.4.1", "v2.5.0"}, 61*day, 40*day, 15*day)...)),
		recommendations(),
	)
}

// through has a service log through a driver.
func through(driver string, s serviceSeed) serviceSeed {
	s.containers[0].driver = driver
	return s
}

// routed has a service log through a FireLens router beside it, which logs to
// CloudWatch Logs itself.
func routed(s serviceSeed) serviceSeed {
	s = through("awsfirelens", s)
	s.containers = append(s.containers, containerSeed{
		name: "log_router", image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.4", language: "go", cpu: 32, memory: 64,
		group: "/ecs/log-routers", routes: true,
	})
	return s
}

// apiOrders needs DB_URL from v2.32.0 on; v2.32.1 can do without.
func (a *seeder) apiOrders() serviceSeed {
	s := plain("api-orders", "python", 4,
		history(ecr.Behaviour{}, []string{"v2.28.0", "v2.29.0", "v2.30.0", "v2.30.1", "v2.31.0"}, 52*day, 34*day, 20*day, 19*day, 5*day)...)
	s.rolling = fleet.NewConfig(100, 150, false, false)
	s.containers[0].environment = append(s.containers[0].environment,
		[2]string{"CACHE_HOST", "redis.internal"}, [2]string{"PAYMENTS_TOKEN", "demo-token-4f1c"}, [2]string{"WORKERS", "4"})
	s.pushed = []releaseSeed{
		{tag: "v2.32.0", age: 30 * time.Minute, behaviour: ecr.Behaviour{NeedsEnv: []string{"DB_URL"}, ExitAfter: 5 * time.Second}},
		{tag: "v2.32.1", age: 4 * time.Minute},
	}
	return s
}

// apiCheckout loses its connections after some minutes in v1.9.1; v1.9.2 is
// fixed, and v1.10.0-rc1 never answers its health check.
func (a *seeder) apiCheckout() serviceSeed {
	leak := ecr.Behaviour{DegradesAfter: 8 * time.Minute, StartsIn: 35 * time.Second}
	if a.want.Scenario != Demo {
		leak.DegradesAfter = 0
	}
	s := plain("api-checkout", "java", 4,
		history(leak, []string{"v1.7.0", "v1.8.0", "v1.9.0", "v1.9.1"}, 70*day, 41*day, 16*day, 3*day)...)
	s.balancers[0].interval = 30 * time.Second
	s.balancers[0].unhealthy = 2
	s.grace = 60
	s.pushed = []releaseSeed{
		{tag: "v1.9.2", age: 50 * time.Minute, behaviour: ecr.Behaviour{StartsIn: 35 * time.Second}},
		{tag: "v1.10.0-rc1", age: 20 * time.Minute, behaviour: ecr.Behaviour{Health: ecr.NeverAnswers}},
	}
	return s
}

// recommendations logs to CloudWatch Logs.
func recommendations() serviceSeed {
	s := plain("recommendations", "python", 2, history(ecr.Behaviour{StartsIn: 20 * time.Second}, []string{"v1.0.0", "v1.1.0", "v1.2.0"}, 25*day, 17*day, 4*day)...)
	s.containers[0].group = "/ecs/recommendations"
	return s
}

// payments is checked by Docker as well as by its target group, and its agent logs
// to CloudWatch Logs. From v3.9.0 on
// it ignores SIGTERM.
func payments() serviceSeed {
	s := plain("payments", "java", 3, history(ecr.Behaviour{}, []string{"v3.6.0", "v3.7.0", "v3.8.0", "v3.8.2"}, 80*day, 45*day, 21*day, 8*day)...)
	s.containers[0].checked = true
	s.containers[0].secrets = []string{"CARD_PROCESSOR_KEY", "SIGNING_SECRET"}
	s.containers[0].stopTimeout = 20
	s.containers = append(s.containers, containerSeed{
		name: "metrics-agent", image: "public.ecr.aws/telemetry/agent:1.42.0", language: "go", cpu: 32, memory: 64,
		group: "/ecs/payments",
	})
	s.pushed = []releaseSeed{{tag: "v3.9.0", age: 3 * time.Hour, behaviour: ecr.Behaviour{IgnoresTerm: true}}}
	return s
}

// legacy has a static host port: one task on an instance at most.
func legacy() serviceSeed {
	s := plain("legacy", "java", 2, history(ecr.Behaviour{}, []string{"2019.4", "2021.1", "2023.2"}, 900*day, 500*day, 270*day)...)
	s.containers[0].hostPort = 8080
	s.rolling = fleet.NewConfig(50, 100, false, false)
	s.tags = []world.Tag{{Key: "aws:cloudformation:stack-name", Value: "legacy-prod"}}
	return s
}

// web answers in two target groups, one of them for its administration.
func web() serviceSeed {
	s := plain("web", "nginx", 4, history(ecr.Behaviour{}, []string{"v5.0.0", "v5.1.0", "v5.1.1", "v5.2.0", "v5.2.3"}, 66*day, 31*day, 29*day, 13*day, 20*time.Hour)...)
	s.balancers = append(s.balancers, balancerSeed{container: "web", port: 8080, suffix: "-internal", path: "/status"})
	s.containers[0].environment = [][2]string{{"UPSTREAM", "http://gateway.internal"}}
	s.pushed = []releaseSeed{{tag: "v5.3.0", age: 90 * time.Minute, behaviour: ecr.Behaviour{Health: ecr.RefusesConnections}}}
	s.tags = []world.Tag{{Key: "managed-by", Value: "terraform"}}
	return s
}

// search has a network interface per task.
func search() serviceSeed {
	s := plain("search", "java", 3, history(ecr.Behaviour{StartsIn: 25 * time.Second}, []string{"v4.0.0", "v4.1.0", "v4.2.0"}, 58*day, 27*day, 10*day)...)
	s.mode = "awsvpc"
	s.grace = 90
	return s
}

// edgeRouter is on the host's network.
func edgeRouter() serviceSeed {
	s := plain("edge-router", "nginx", 2, history(ecr.Behaviour{}, []string{"1.24.0", "1.25.3", "1.27.1"}, 200*day, 120*day, 37*day)...)
	s.mode = "host"
	s.containers[0].port = 8000
	s.containers[0].environment = nil
	s.balancers[0].port = 8000
	s.rolling = fleet.NewConfig(50, 200, true, true)
	return s
}

// gateway has two containers that the load balancer sends to.
func gateway() serviceSeed {
	s := plain("gateway", "node", 3, history(ecr.Behaviour{}, []string{"v6.3.0", "v6.4.0", "v6.5.1"}, 48*day, 23*day, 7*day)...)
	s.containers = append(s.containers, containerSeed{
		name: "admin", repository: "gateway-admin", language: "python", port: 9090, cpu: 128, memory: 256,
		environment: [][2]string{{"ADMIN_TOKEN", "demo-admin-51ce"}},
	})
	s.balancers = append(s.balancers, balancerSeed{container: "admin", port: 9090, suffix: "-admin", path: "/ping"})
	return s
}

// pricing was rolled back from v0.10.0 on its way to what runs now.
func pricing() serviceSeed {
	s := plain("pricing", "python", 2, history(ecr.Behaviour{}, []string{"v0.9.0", "v0.9.1", "v0.10.0", "v0.10.2", "v0.11.0"},
		33*day, 28*day, 20*day, 11*day, 2*day)...)
	s.releases[2].rolledBack = true
	s.releases[2].behaviour = ecr.Behaviour{NeedsEnv: []string{"RATES_URL"}}
	return s
}

// mailWorker takes jobs from a queue and has no load balancer.
func mailWorker() serviceSeed {
	s := plain("worker-mail", "go", 2, history(ecr.Behaviour{}, []string{"v1.3.0", "v1.4.0", "v1.4.2"}, 40*day, 18*day, 5*day)...)
	s.balancers, s.grace = nil, 0
	s.containers[0].port, s.containers[0].driver = 0, "syslog"
	s.containers[0].environment = [][2]string{{"QUEUE", "mail-outbound"}, {"SMTP_PASSWORD", "demo-smtp-pw"}}
	s.pushed = []releaseSeed{{tag: "v1.5.0", age: 5 * time.Hour, behaviour: ecr.Behaviour{ExitAfter: 40 * time.Second, ExitCode: 1}}}
	return s
}

// smallServices are what the stages before production run.
func (a *seeder) smallServices(desired int) []serviceSeed {
	seeds := []serviceSeed{
		plain("api-orders", "python", desired, history(ecr.Behaviour{}, []string{"v2.30.1", "v2.31.0"}, 19*day, 6*day)...),
		plain("api-checkout", "java", desired, history(ecr.Behaviour{}, []string{"v1.8.0", "v1.9.0"}, 41*day, 17*day)...),
		plain("catalog", "java", desired, history(ecr.Behaviour{}, []string{"v3.3.1", "v3.4.0"}, 43*day, 8*day)...),
		plain("users", "java", desired, history(ecr.Behaviour{}, []string{"v7.1.0", "v7.2.0"}, 30*day, 13*day)...),
		plain("web", "nginx", desired, history(ecr.Behaviour{}, []string{"v5.2.0", "v5.2.3"}, 14*day, 2*day)...),
		mailWorker(),
	}
	seeds[5].desired = 1
	return seeds
}
