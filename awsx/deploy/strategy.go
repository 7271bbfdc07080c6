package deploy

import (
	"cmp"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
)

// The bounds of a share, and the most of them (ECS, CapacityProviderStrategyItem).
const (
	mostWeight = 1000
	mostBase   = 100000
	mostShares = 20
)

// SetStrategy sets over which capacity providers a service's tasks are spread. An empty
// strategy takes the service back to its launch type, for which UpdateService takes an
// empty list; a service never goes back to the cluster's default strategy. ECS takes
// either with a forced deployment alone (ECS, UpdateService, capacityProviderStrategy).
type SetStrategy struct{ Strategy awsx.CapacityStrategy }

var _ = verbs.Add(SetStrategy{})

// Action names the intent.
func (SetStrategy) Action() string { return "strategy" }

// reads minds the strategy, since the call replaces it whole.
func (SetStrategy) reads() []read.Read {
	return rolloutReads(append(read.Providers(), read.Service(read.Mind[awsx.Service]{What: "capacity provider strategy", Fact: spread}))...)
}

// spread says where the tasks of a service go.
func spread(s awsx.Service) string {
	if len(s.CapacityProviders) > 0 {
		return s.CapacityProviders.String()
	}
	return "launch type " + cmp.Or(s.LaunchType, "EC2")
}

func (in SetStrategy) draft(cur read.Current) (draft, error) {
	svc := cur.Service
	if err := in.refuse(svc); err != nil {
		return draft{}, err
	}
	d, err := redeploy(cur, cur.Definition)
	if err != nil {
		return d, err
	}
	goal := "its launch type"
	if len(in.Strategy) > 0 {
		goal = in.Strategy.String()
		d.checks = append(d.checks, check.ProvidersOf(cur, in.Strategy))
	}
	d.checks = append(d.checks, check.MovedTags(cur))
	d.capacity = in.Strategy
	d.before, d.after = spread(svc), goal+", by a new deployment"
	d.steps = []step.Step{&step.Update{Before: svc, Words: "run on " + goal, Set: awsx.ServiceUpdate{ForceNew: true, Capacity: &in.Strategy}}}
	return d, nil
}

// refuse refuses what ECS never takes, whatever the account holds.
func (in SetStrategy) refuse(svc awsx.Service) error {
	if in.Strategy.Same(svc.CapacityProviders) {
		return nothingChanged("the tasks run on "+spread(svc)+" already", "")
	}
	weights, base, fargate := 0, "", 0
	seen := map[string]bool{}
	for _, s := range in.Strategy {
		switch {
		case seen[s.Provider]:
			return invalid("%s is named twice", s.Provider)
		case s.Weight < 0 || s.Weight > mostWeight:
			return invalid("%s: expected a weight of 0 to %d", s.Provider, mostWeight)
		case s.Base < 0 || s.Base > mostBase:
			return invalid("%s: expected a base of 0 to %d", s.Provider, mostBase)
		case s.Base > 0 && base != "":
			return invalid("%s and %s have a base: only one provider can", base, s.Provider)
		}
		seen[s.Provider] = true
		weights += s.Weight
		if s.Base > 0 {
			base = s.Provider
		}
		if awsx.FargateProvider(s.Provider) {
			fargate++
		}
	}
	switch n := len(in.Strategy); {
	case n == 0:
		return nil
	case n > mostShares:
		return invalid("%d providers, and a strategy has at most %d", n, mostShares)
	case weights == 0:
		return invalid("every weight is 0: at least one provider needs more, or no task beyond a base is placed")
	case fargate > 0 && fargate < n:
		return invalid("the providers of Fargate and those of instances cannot be mixed in one strategy")
	case fargate > 0 && svc.SchedulingStrategy == "DAEMON":
		return invalid("%s runs a task on every instance (DAEMON), and Fargate has none", svc.Name)
	}
	return nil
}
