package ecs

import (
	"slices"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

type describeProvidersInput struct {
	listInput
	Names   []string `json:"capacityProviders"`
	Include []string `json:"include"`
}

type providerDoc struct {
	ARN    string      `json:"capacityProviderArn"`
	Name   string      `json:"name"`
	Status string      `json:"status"`
	Group  *groupDoc   `json:"autoScalingGroupProvider,omitempty"`
	Tags   []world.Tag `json:"tags"`
}

type groupDoc struct {
	ARN     string         `json:"autoScalingGroupArn"`
	Scaling map[string]any `json:"managedScaling"`
	Protect string         `json:"managedTerminationProtection"`
	Drain   string         `json:"managedDraining"`
}

// describeCapacityProviders describes the account's capacity providers and AWS' own.
func (a *API) describeCapacityProviders(in *describeProvidersInput) ([]byte, error) {
	tags := slices.Contains(in.Include, "TAGS")
	docs := map[string]providerDoc{}
	var names []string
	add := func(name string, doc providerDoc) {
		doc.Name, doc.Status = name, fleet.Active
		if doc.Tags == nil || !tags {
			doc.Tags = []world.Tag{}
		}
		docs[name], docs[doc.ARN] = doc, doc
		names = append(names, name)
	}
	for _, name := range []string{fleet.LaunchFargate, fleet.ProviderSpot} {
		add(name, providerDoc{ARN: a.ARN("ecs", "capacity-provider/"+name)})
	}
	for _, p := range a.Providers {
		add(p.Name, providerDoc{ARN: p.ARN, Tags: p.Tags, Group: &groupDoc{
			ARN:     p.Group,
			Scaling: map[string]any{"status": "ENABLED", "targetCapacity": 100, "minimumScalingStepSize": 1, "maximumScalingStepSize": 10000, "instanceWarmupPeriod": 300},
			Protect: "DISABLED", Drain: "ENABLED",
		}})
	}
	if len(in.Names) == 0 {
		p := wire.Paging[string]{Key: func(name string) string { return name }, Fallback: 10, Max: 10}
		slices.Sort(names)
		return p.Answer("capacityProviders", names, in.NextToken, in.MaxResults, func(name string) any { return docs[name] })
	}
	return a.describeAll("capacityProviders", "capacity-provider/", in.Names, func(name string) []byte {
		if doc, ok := docs[name]; ok {
			return wire.Encode(doc)
		}
		return nil
	}), nil
}
