package sim

import (
	"bytes"
	"encoding/json"
	"maps"
)

// startsDeployment tells whether a change of the named setting of a service is
// rolled out by a new deployment. The others apply at once.
func startsDeployment(setting string) bool {
	switch setting {
	case "taskDefinition", "loadBalancers", "networkConfiguration", "platformVersion",
		"serviceConnectConfiguration", "serviceRegistries", "volumeConfigurations":
		return true
	}
	return false
}

// storedSetting tells whether a setting is kept and shown as it was sent.
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
	def       *taskDefinition
	rolling   rollingConfig
	balancers []serviceBalancer
	grace     *int
	settings  map[string]json.RawMessage
	deploys   bool
}

// updateService applies an update as a whole or not at all. A member that is
// absent or null keeps what is there; an empty list removes it.
func (a *Account) updateService(body []byte) ([]byte, error) {
	var in updateServiceInput
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, malformed(err)
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, malformed(err)
	}
	maps.DeleteFunc(raw, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	c, err := a.clusterOf(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	if in.Service == "" {
		return nil, invalid("Service cannot be empty.")
	}
	s := a.findService(c, in.Service)
	if s == nil {
		return nil, fail("ServiceNotFoundException", "Service not found.")
	}
	if err := s.refuses(&in, raw); err != nil {
		return nil, err
	}
	change, err := a.readChange(s, &in, raw)
	if err != nil {
		return nil, err
	}
	a.apply(s, change)
	return []byte(`{"service":` + string(s.encoded(true)) + `}`), nil
}

func (a *Account) readChange(s *service, in *updateServiceInput, raw map[string]json.RawMessage) (*serviceChange, error) {
	change := &serviceChange{
		desired: s.desired, def: s.def, rolling: s.rolling, balancers: s.balancers, grace: s.grace,
		settings: maps.Clone(s.settings), deploys: in.Force,
	}
	if in.DesiredCount != nil {
		if *in.DesiredCount < 0 || *in.DesiredCount > 5000 {
			return nil, invalid("desiredCount must be between 0 and 5000.")
		}
		change.desired = *in.DesiredCount
	}
	if in.TaskDefinition != nil {
		d, err := a.usableDefinition(*in.TaskDefinition)
		if err != nil {
			return nil, err
		}
		change.deploys = change.deploys || d != s.def
		change.def = d
	}
	if update, sent := raw["deploymentConfiguration"]; sent {
		tree, err := decodeTree(update)
		if err != nil {
			return nil, malformed(err)
		}
		change.rolling = s.rolling.merged(tree)
		if err := change.rolling.validate(); err != nil {
			return nil, err
		}
	}
	if in.Grace != nil {
		if *in.Grace < 0 {
			return nil, invalid("healthCheckGracePeriodSeconds must be 0 or more.")
		}
		change.grace = in.Grace
	}
	if err := a.readBalancers(s, in, raw, change); err != nil {
		return nil, err
	}
	if err := change.validateShift(); err != nil {
		return nil, err
	}
	for name, value := range raw {
		if !storedSetting(name) {
			continue
		}
		if startsDeployment(name) && !bytes.Equal(compact(value), compact(change.settings[name])) {
			change.deploys = true
		}
		change.settings[name] = value
	}
	return change, nil
}

func (a *Account) readBalancers(s *service, in *updateServiceInput, raw map[string]json.RawMessage, change *serviceChange) error {
	if _, sent := raw["loadBalancers"]; sent {
		change.balancers = nil
		change.deploys = true
		for _, lb := range in.LoadBalancers {
			group := a.groupByARN[lb.TargetGroup]
			if group == nil {
				return groupMissing(lb.TargetGroup)
			}
			advanced, err := a.readAdvanced(group, lb.Advanced)
			if err != nil {
				return err
			}
			change.balancers = append(change.balancers, serviceBalancer{group, lb.Container, lb.Port, advanced})
		}
	}
	for _, lb := range change.balancers {
		c := change.def.container(lb.container)
		if c == nil {
			return invalid("The container " + lb.container + " does not exist in the task definition.")
		}
		if !c.exposes(lb.port) {
			return invalid("The container " + lb.container + " did not have a container port " + itoa(lb.port) + " defined.")
		}
	}
	if change.def.networkMode == "awsvpc" && s.settings["networkConfiguration"] == nil && raw["networkConfiguration"] == nil {
		return invalid(networkMissing)
	}
	return nil
}

const networkMissing = "Network Configuration must be provided when networkMode 'awsvpc' is specified."

func (c *containerDefinition) exposes(port int) bool {
	for _, p := range c.ports {
		if p.container == port {
			return true
		}
	}
	return false
}

func compact(raw json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

func (a *Account) apply(s *service, change *serviceChange) {
	s.rolling, s.balancers, s.grace = change.rolling, change.balancers, change.grace
	s.settings = change.settings
	if change.deploys {
		s.desired = change.desired
		a.deploy(s, change.def)
	} else {
		a.rescale(s, change.desired)
	}
	a.evaluateSoon(s)
}
