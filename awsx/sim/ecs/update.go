package ecs

import (
	"bytes"
	"encoding/json"
	"maps"
	"strconv"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
)

// storedSetting reports whether a setting is kept and shown as it was sent.
func storedSetting(name string) bool {
	switch name {
	case "networkConfiguration", "platformVersion", "serviceConnectConfiguration", "serviceRegistries",
		"volumeConfigurations", "placementConstraints", "placementStrategy", "enableECSManagedTags",
		"enableExecuteCommand", "propagateTags", "capacityProviderStrategy", "availabilityZoneRebalancing":
		return true
	}
	return false
}

type updateServiceInput struct {
	Cluster        string               `json:"cluster"`
	Service        string               `json:"service"`
	DesiredCount   *int                 `json:"desiredCount"`
	TaskDefinition *string              `json:"taskDefinition"`
	LoadBalancers  []serviceBalancerDoc `json:"loadBalancers"`
	Grace          *int                 `json:"healthCheckGracePeriodSeconds"`
	Force          bool                 `json:"forceNewDeployment"`
}

// serviceChange is an update that was found valid.
type serviceChange struct {
	desired   int
	def       *taskdef.Definition
	rolling   fleet.Config
	balancers []fleet.Balancer
	grace     *int
	settings  map[string]json.RawMessage
	deploys   bool
}

// updateService applies an update as a whole or not at all. A member that is
// absent or null keeps what is there; an empty list removes it.
func (a *API) updateService(body []byte) ([]byte, error) {
	var in updateServiceInput
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, wire.Malformed(err)
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, wire.Malformed(err)
	}
	maps.DeleteFunc(raw, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	c, err := a.clusterOf(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	if in.Service == "" {
		return nil, wire.Invalid("Service cannot be empty.")
	}
	s := a.findService(c, in.Service)
	if s == nil {
		return nil, wire.Fail("ServiceNotFoundException", "Service not found.")
	}
	if s.Status != "" {
		return nil, notActive()
	}
	if err := refuses(s, &in, raw); err != nil {
		return nil, err
	}
	change, err := a.readChange(s, &in, raw)
	if err != nil {
		return nil, err
	}
	a.apply(s, change)
	return []byte(`{"service":` + string(encodedService(s, true)) + `}`), nil
}

func (a *API) readChange(s *fleet.Service, in *updateServiceInput, raw map[string]json.RawMessage) (*serviceChange, error) {
	change := &serviceChange{
		desired: s.Desired, def: s.Def, rolling: s.Rolling, balancers: s.Balancers, grace: s.Grace,
		settings: maps.Clone(s.Settings), deploys: in.Force,
	}
	if in.DesiredCount != nil && s.Daemon {
		return nil, wire.Invalid("The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again")
	}
	if in.DesiredCount != nil {
		if *in.DesiredCount < 0 || *in.DesiredCount > 5000 {
			return nil, wire.Invalid("desiredCount must be between 0 and 5000.")
		}
		change.desired = *in.DesiredCount
	}
	if in.TaskDefinition != nil {
		d, err := a.usableDefinition(*in.TaskDefinition)
		if err != nil {
			return nil, err
		}
		change.deploys = change.deploys || d != s.Def
		change.def = d
	}
	if update, sent := raw["deploymentConfiguration"]; sent {
		tree, err := wire.DecodeTree(update)
		if err != nil {
			return nil, wire.Malformed(err)
		}
		change.rolling = s.Rolling.Merged(tree)
		if err := change.rolling.Validate(); err != nil {
			return nil, err
		}
	}
	if in.Grace != nil {
		if *in.Grace < 0 {
			return nil, wire.Invalid("healthCheckGracePeriodSeconds must be 0 or more.")
		}
		change.grace = in.Grace
	}
	if err := a.readBalancers(s, in, raw, change); err != nil {
		return nil, err
	}
	if err := change.validateShift(); err != nil {
		return nil, err
	}
	if err := a.readStrategy(s, in, raw, change); err != nil {
		return nil, err
	}
	for name, value := range raw {
		if !storedSetting(name) {
			continue
		}
		if fleet.StartsDeployment(name) && !bytes.Equal(compact(value), compact(change.settings[name])) {
			change.deploys = true
		}
		change.settings[name] = value
	}
	return change, nil
}

func (a *API) readBalancers(s *fleet.Service, in *updateServiceInput, raw map[string]json.RawMessage, change *serviceChange) error {
	if _, sent := raw["loadBalancers"]; sent {
		change.balancers = nil
		change.deploys = true
		for _, lb := range in.LoadBalancers {
			if lb.Classic != "" {
				return wire.Invalid("Classic Load Balancers cannot be used to update the load balancers of a service.")
			}
			group := a.Balancing.GroupByARN[lb.TargetGroup]
			if group == nil {
				return groupMissing(lb.TargetGroup)
			}
			advanced, err := a.readAdvanced(group, lb.Advanced)
			if err != nil {
				return err
			}
			change.balancers = append(change.balancers, fleet.Balancer{Group: group, Container: lb.Container, Port: lb.Port, Advanced: advanced})
		}
	}
	for _, lb := range change.balancers {
		c := change.def.Container(lb.Container)
		if c == nil {
			return wire.Invalid("The container " + lb.Container + " does not exist in the task definition.")
		}
		if !c.Exposes(lb.Port) {
			return wire.Invalid("The container " + lb.Container + " did not have a container port " + strconv.Itoa(lb.Port) + " defined.")
		}
	}
	if change.def.NetworkMode == "awsvpc" && s.Settings["networkConfiguration"] == nil && raw["networkConfiguration"] == nil {
		return wire.Invalid(networkMissing)
	}
	return nil
}

const networkMissing = "Network Configuration must be provided when networkMode 'awsvpc' is specified."

func compact(raw json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

func (a *API) apply(s *fleet.Service, change *serviceChange) {
	s.Rolling, s.Balancers, s.Grace = change.rolling, change.balancers, change.grace
	s.Settings = change.settings
	if change.deploys {
		s.Desired = change.desired
		a.Deploy(s, change.def)
	} else {
		a.Rescale(s, change.desired)
	}
	a.Updated(s)
}
