package seed

import (
	"fmt"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
)

// seedGenerated builds an account of a given size. Everything runs and is
// healthy, except for what the scenario breaks in the first services.
func (a *seeder) seedGenerated() error {
	const cpu, memory = 16384, 64_000
	perInstance := cpu / 128
	for n := range a.want.Clusters {
		name := "prod"
		if a.want.Clusters > 1 {
			name = fmt.Sprintf("prod-%02d", n+1)
		}
		tasks := a.want.Services * a.want.Tasks
		// Room for every service to run twice, as a rollout at 200 percent may.
		c := a.seedCluster(name, 3+2*tasks/perInstance, "m5.4xlarge", cpu, memory)
		var lb *elb.LoadBalancer
		for i := range a.want.Services {
			if i%90 == 0 { // a load balancer takes 100 target groups
				lb = a.seedBalancer(fmt.Sprintf("%s-%d", name, i/90+1), "internal")
			}
			if err := a.seedGeneratedService(c, lb, i); err != nil {
				return err
			}
		}
		if err := a.breakServices(c); err != nil {
			return err
		}
	}
	return nil
}

func generatedName(n int) string {
	areas := []string{"orders", "billing", "catalog", "search", "users", "pricing", "stock", "mail", "media", "reports"}
	roles := []string{"api", "worker", "sync", "cache", "gateway", "admin"}
	return fmt.Sprintf("%s-%s-%03d", areas[n%len(areas)], roles[n/len(areas)%len(roles)], n+1)
}

func (a *seeder) seedGeneratedService(c *fleet.Cluster, lb *elb.LoadBalancer, n int) error {
	name := generatedName(n)
	languages := []string{"python", "java", "node", "go"}
	seed := serviceSeed{
		name: name, desired: a.want.Tasks, rolling: fleet.NewConfig(100, 200, true, true),
		containers: []containerSeed{{
			name: "app", repository: name, language: languages[n%len(languages)], port: 8080, cpu: 128, memory: 256,
		}},
		balancers: []balancerSeed{{container: "app", port: 8080, path: "/health"}},
		releases: []releaseSeed{
			{tag: "v1.0.0", age: 60 * day}, {tag: "v1.1.0", age: 21 * day}, {tag: "v1.2.0", age: 3 * day},
		},
		pushed: []releaseSeed{
			{tag: "v1.3.0", age: 2 * time.Hour},
			{tag: "v1.4.0", age: time.Hour, behaviour: ecr.Behaviour{NeedsEnv: []string{"DB_URL"}}},
		},
	}
	if a.want.Scenario == PortConflict {
		seed.containers[0].hostPort = 20_000 + n // below the dynamic ones
	}
	return a.seedWhole(c, lb, seed)
}
