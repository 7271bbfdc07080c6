package ecs

import (
	"encoding/json"
	"strings"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// refuses answers an update that belongs to another deployment controller. The
// words are AWS's for CODE_DEPLOY; those for EXTERNAL follow them, as does the
// one that is known of EXTERNAL, about a forced deployment.
func refuses(s *fleet.Service, in *updateServiceInput, raw map[string]json.RawMessage) error {
	if s.Controller == "" {
		return nil
	}
	ending := " on services with a " + s.Controller + " deployment controller."
	if s.Controller == fleet.ControllerCodeDeploy {
		ending += " Use AWS CodeDeploy to trigger a new deployment."
	}
	sent := func(names ...string) bool {
		for _, name := range names {
			if _, ok := raw[name]; ok {
				return true
			}
		}
		return false
	}
	switch {
	case in.Force:
		return wire.Invalid("Cannot force a new deployment" + ending)
	case in.TaskDefinition != nil:
		return wire.Invalid("Unable to update task definition" + ending)
	case sent("networkConfiguration", "platformVersion"):
		return wire.Invalid("Unable to update network parameters" + ending)
	case sent("loadBalancers"):
		return wire.Invalid("Unable to update load balancers" + ending)
	case sent("serviceRegistries", "serviceConnectConfiguration", "volumeConfigurations"):
		return wire.Invalid("Unable to update service configuration" + ending)
	}
	return nil
}

type taskSetDoc struct {
	ID             string     `json:"id"`
	ARN            string     `json:"taskSetArn"`
	ServiceARN     string     `json:"serviceArn"`
	ClusterARN     string     `json:"clusterArn"`
	StartedBy      string     `json:"startedBy,omitempty"`
	ExternalID     string     `json:"externalId,omitempty"`
	Status         string     `json:"status"`
	TaskDefinition string     `json:"taskDefinition"`
	Desired        int        `json:"computedDesiredCount"`
	Pending        int        `json:"pendingCount"`
	Running        int        `json:"runningCount"`
	CreatedAt      wire.Epoch `json:"createdAt"`
	UpdatedAt      wire.Epoch `json:"updatedAt"`
	launchDoc
	Network       json.RawMessage      `json:"networkConfiguration,omitempty"`
	LoadBalancers []serviceBalancerDoc `json:"loadBalancers"`
	Registries    []string             `json:"serviceRegistries"`
	Scale         scaleDoc             `json:"scale"`
	Stability     string               `json:"stabilityStatus"`
	StabilityAt   wire.Epoch           `json:"stabilityStatusAt"`
	Tags          []world.Tag          `json:"tags"`
}

type scaleDoc struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

func describeSet(s *fleet.Service, d *fleet.Deployment) taskSetDoc {
	doc := taskSetDoc{
		ID: d.ID, ARN: strings.Replace(s.ARN, ":service/", ":task-set/", 1) + "/" + d.ID, ServiceARN: s.ARN, ClusterARN: s.Cluster.ARN,
		StartedBy: d.Set.StartedBy, ExternalID: d.Set.External, Status: d.Status, TaskDefinition: d.Def.ARN,
		Desired: s.Share(d), CreatedAt: wire.At(d.CreatedAt), UpdatedAt: wire.At(d.UpdatedAt), launchDoc: describeLaunch(s),
		Network: d.Revision.Settings["networkConfiguration"], LoadBalancers: balancerDocs(d.Revision.Resolved),
		Registries: []string{}, Scale: scaleDoc{d.Set.Scale, "PERCENT"}, Stability: "STABILIZING",
		StabilityAt: wire.At(d.UpdatedAt), Tags: []world.Tag{},
	}
	if d.Rollout == fleet.RolloutCompleted {
		doc.Stability = "STEADY_STATE"
	}
	doc.Running, doc.Pending = s.CountRevision(d.Revision)
	return doc
}

type describeTaskSetsInput struct {
	Cluster  string   `json:"cluster"`
	Service  string   `json:"service"`
	TaskSets []string `json:"taskSets"`
}

// describeTaskSets describes the task sets of a service that another controller than
// ECS deploys, those that are named or all of them.
func (a *API) describeTaskSets(in *describeTaskSetsInput) ([]byte, error) {
	c, err := a.clusterOf(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	s := a.findService(c, in.Service)
	if s == nil {
		return nil, wire.Fail("ServiceNotFoundException", "Service not found.")
	}
	sets := map[string][]byte{}
	names := in.TaskSets
	for _, d := range s.Deployments {
		if d.Set == nil {
			continue
		}
		doc := describeSet(s, d)
		sets[d.ID], sets[doc.ARN] = wire.Encode(doc), wire.Encode(doc)
		if len(in.TaskSets) == 0 {
			names = append(names, doc.ARN)
		}
	}
	return a.describeAll("taskSets", "task-set/"+c.Name+"/"+s.Name+"/", names, func(name string) []byte { return sets[name] }), nil
}
