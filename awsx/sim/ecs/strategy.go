package ecs

import (
	"encoding/json"
	"slices"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
)

// readStrategy reads the capacity provider strategy that an update sets. An empty list
// brings the launch type back, and a change of it needs a forced deployment.
func (a *API) readStrategy(s *fleet.Service, in *updateServiceInput, raw map[string]json.RawMessage, change *serviceChange) error {
	const name = "capacityProviderStrategy"
	sent, ok := raw[name]
	if !ok {
		return nil
	}
	var shares []fleet.Share
	if err := json.Unmarshal(sent, &shares); err != nil {
		return wire.Malformed(err)
	}
	if !in.Force && !slices.Equal(shares, s.Strategy()) {
		return wire.Invalid("When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.")
	}
	if len(shares) == 0 {
		delete(raw, name)
		delete(change.settings, name)
		return nil
	}
	return a.validateStrategy(s.Cluster, shares)
}

func (a *API) validateStrategy(c *fleet.Cluster, shares []fleet.Share) error {
	bases, weight, onFargate := 0, 0, 0
	seen := map[string]bool{}
	for _, share := range shares {
		known := fleet.OnFargate(share.Provider) || slices.ContainsFunc(a.Providers, func(p *fleet.Provider) bool { return p.Name == share.Provider })
		switch {
		case !known:
			return wire.Invalid("The specified capacity provider '" + share.Provider + "' was not found. Specify a valid name or ARN and try again.")
		case !slices.Contains(c.Providers, share.Provider):
			return wire.Invalid("The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.")
		case seen[share.Provider]:
			return wire.Invalid("The specified capacity provider strategy cannot contain duplicate capacity providers.")
		case share.Weight < 0 || share.Weight > 1000:
			return wire.Invalid("weight must be between 0 and 1000.")
		case share.Base < 0 || share.Base > 100000:
			return wire.Invalid("base must be between 0 and 100000.")
		}
		seen[share.Provider] = true
		weight += share.Weight
		if share.Base > 0 {
			bases++
		}
		if fleet.OnFargate(share.Provider) {
			onFargate++
		}
	}
	switch {
	case bases > 1:
		return wire.Invalid("The specified capacity provider strategy can have only one capacity provider with a base.")
	case weight == 0:
		return wire.Invalid("The specified capacity provider strategy needs a capacity provider with a weight greater than 0.")
	case onFargate > 0 && onFargate < len(shares):
		return wire.Invalid("A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers.")
	}
	return nil
}
