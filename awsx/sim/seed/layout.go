package seed

import (
	"cmp"
	"slices"
	"time"

	"gantry/awsx/sim/fleet"
)

// Cluster is a cluster of an account that its caller lays out, with three instances.
type Cluster struct {
	Name     string
	Services []Service
}

// Service is a service of a cluster that is laid out: one container of its name
// behind a load balancer, deployed once, with a circuit breaker that rolls back.
type Service struct {
	Name       string
	Desired    int
	Tag        string      // of the image that runs: v1 when empty
	Network    string      // mode: bridge when empty
	Env        [][2]string // of the container, beside what every service has
	Unbalanced bool        // it has no load balancer
}

// seedLayout builds the clusters. The registry has the images v1 to v3 of each
// service, all of which are well.
func (a *seeder) seedLayout() error {
	for _, cluster := range a.want.Layout {
		c := a.seedCluster(cluster.Name, 3, "m5.4xlarge", 16384, 64_000)
		lb := a.seedBalancer(cluster.Name+"-public", "internet-facing")
		for _, s := range cluster.Services {
			if err := a.seedWhole(c, lb, s.seed()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s Service) seed() serviceSeed {
	runs := cmp.Or(s.Tag, "v1")
	seed := plain(s.Name, "python", s.Desired, releaseSeed{tag: runs, age: day})
	seed.family, seed.mode, seed.rolling = s.Name, s.Network, fleet.NewConfig(100, 200, true, true)
	seed.containers[0].environment = s.Env
	if s.Unbalanced {
		seed.balancers = nil
	}
	for tag, age := range map[string]time.Duration{"v3": time.Hour, "v2": 2 * day, "v1": 3 * day} {
		if tag != runs {
			seed.pushed = append(seed.pushed, releaseSeed{tag: tag, age: age})
		}
	}
	slices.SortFunc(seed.pushed, func(x, y releaseSeed) int { return cmp.Compare(y.age, x.age) })
	return seed
}
