package seed

import (
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/fleet"
)

// daemon is a service with a task on each of so many instances.
func daemon(name string, instances int) serviceSeed {
	s := unbalanced(plain(name, "go", instances, history(ecr.Behaviour{}, []string{"v0.8.0", "v0.9.0"}, 60*day, 11*day)...))
	s.containers[0].cpu, s.containers[0].memory = 64, 64
	s.rolling, s.daemon = fleet.NewConfig(0, 100, false, false), true
	return s
}

// seedDaemons has a daemon run everywhere, and another whose tasks die now and then on
// one instance.
func (a *seeder) seedDaemons(c *fleet.Cluster) error {
	for _, name := range []string{"node-metrics", "log-shipper"} {
		if err := a.seedWhole(c, nil, daemon(name, len(c.Instances))); err != nil {
			return err
		}
	}
	a.dieOften(c.ByName["log-shipper"], 139)
	return nil
}

// seedClassic adds services behind classic load balancers.
func (a *seeder) seedClassic(c *fleet.Cluster) error {
	for _, name := range []string{"tickets", "vouchers"} {
		s := unbalanced(plain(name, "java", 2, history(ecr.Behaviour{}, []string{"v4.0.0", "v4.1.0"}, 300*day, 120*day)...))
		s.classic = "prod-classic-" + name
		if err := a.seedWhole(c, nil, s); err != nil {
			return err
		}
	}
	a.dieOften(c.ByName["vouchers"], 1)
	return nil
}

// dieOften has a task of a service die every few minutes, and some have died before.
func (a *seeder) dieOften(s *fleet.Service, code int) {
	onEach := s.Daemon
	s.Daemon = false // those of the past stood where others stand now
	for i := range 3 {
		a.seedStopped(s, s.Deployments[0], a.Ago(time.Duration(20-6*i)*time.Minute), 3*time.Hour,
			ending{code: fleet.EssentialExited, reason: "Essential container in task exited", exit: &code})
	}
	s.Daemon = onEach
	var next func()
	next = func() {
		for _, t := range s.Live {
			if t.Last == fleet.Running && t.Desired == fleet.Running {
				a.Exit(t.Containers[0], code)
				break
			}
		}
		a.After(6*time.Minute, next)
	}
	a.After(2*time.Minute, next)
}
