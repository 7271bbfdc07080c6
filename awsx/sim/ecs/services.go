package ecs

import (
	"cmp"
	"encoding/json"
	"slices"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
)

type listServicesInput struct {
	listInput
	LaunchType         string `json:"launchType"`
	SchedulingStrategy string `json:"schedulingStrategy"`
}

func (a *API) listServices(in *listServicesInput) ([]byte, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	services := c.Services
	if in.LaunchType != "" {
		services = slices.DeleteFunc(slices.Clone(services), func(s *fleet.Service) bool { return describeLaunch(s).Type != in.LaunchType })
	}
	if in.SchedulingStrategy != "" {
		services = slices.DeleteFunc(slices.Clone(services), func(s *fleet.Service) bool { return scheduling(s) != in.SchedulingStrategy })
	}
	return list(&in.listInput, "serviceArns", 10, services, func(s *fleet.Service) string { return s.ARN })
}

type describeServicesInput struct {
	Cluster  string   `json:"cluster"`
	Services []string `json:"services"`
	Include  []string `json:"include"`
}

func (a *API) describeServices(in *describeServicesInput) ([]byte, error) {
	tags := slices.Contains(in.Include, "TAGS")
	return a.describeEach(kindOfResource{"Services", "service", "services", 10}, in.Cluster, in.Services, func(c *fleet.Cluster, name string) []byte {
		if s := a.findService(c, name); s != nil {
			return encodedService(s, tags)
		}
		return nil
	})
}

type serviceDoc struct {
	ARN        string `json:"serviceArn"`
	Name       string `json:"serviceName"`
	ClusterARN string `json:"clusterArn"`
	Status     string `json:"status"`
	Desired    int    `json:"desiredCount"`
	Running    int    `json:"runningCount"`
	Pending    int    `json:"pendingCount"`
	launchDoc
	TaskDefinition       string               `json:"taskDefinition,omitempty"`
	DeploymentConfig     fleet.Config         `json:"deploymentConfiguration"`
	Deployments          []deploymentDoc      `json:"deployments,omitzero"` // nil with task sets
	TaskSets             []taskSetDoc         `json:"taskSets,omitempty"`
	Events               []fleet.ServiceEvent `json:"events"`
	LoadBalancers        []serviceBalancerDoc `json:"loadBalancers"`
	Grace                *int                 `json:"healthCheckGracePeriodSeconds,omitempty"`
	CreatedAt            wire.Epoch           `json:"createdAt"`
	CreatedBy            string               `json:"createdBy"`
	SchedulingStrategy   string               `json:"schedulingStrategy"`
	DeploymentController map[string]string    `json:"deploymentController"`
	CurrentDeployment    string               `json:"currentServiceDeployment,omitempty"`
	CurrentRevisions     []revisionSummary    `json:"currentServiceRevisions,omitempty"`
}

// launchDoc tells on what tasks run. A strategy over capacity providers takes the
// place of the launch type, and is among what a service or revision has stored.
type launchDoc struct {
	Type     string `json:"launchType,omitempty"`
	Platform string `json:"platformVersion,omitempty"`
	Family   string `json:"platformFamily,omitempty"`
}

func describeLaunch(s *fleet.Service) launchDoc {
	shares := s.Strategy()
	doc := launchDoc{Type: cmp.Or(s.LaunchType, fleet.LaunchEC2)}
	if len(shares) > 0 {
		doc.Type = ""
	}
	if doc.Type == fleet.LaunchFargate || len(shares) > 0 && fleet.OnFargate(shares[0].Provider) {
		doc.Platform, doc.Family = fleet.Platform, "Linux"
	}
	return doc
}

// scheduling is the service's scheduling strategy.
func scheduling(s *fleet.Service) string {
	if s.Daemon {
		return "DAEMON"
	}
	return "REPLICA"
}

type serviceBalancerDoc struct {
	TargetGroup string       `json:"targetGroupArn,omitempty"`
	Classic     string       `json:"loadBalancerName,omitempty"`
	Container   string       `json:"containerName"`
	Port        int          `json:"containerPort"`
	Advanced    *advancedDoc `json:"advancedConfiguration,omitempty"`
}

type deploymentDoc struct {
	ID             string     `json:"id"`
	Status         string     `json:"status"`
	TaskDefinition string     `json:"taskDefinition"`
	Desired        int        `json:"desiredCount"`
	Pending        int        `json:"pendingCount"`
	Running        int        `json:"runningCount"`
	Failed         int        `json:"failedTasks"`
	CreatedAt      wire.Epoch `json:"createdAt"`
	UpdatedAt      wire.Epoch `json:"updatedAt"`
	launchDoc
	Strategy json.RawMessage `json:"capacityProviderStrategy,omitempty"`
	Network  json.RawMessage `json:"networkConfiguration,omitempty"`
	Rollout  string          `json:"rolloutState"`
	Reason   string          `json:"rolloutStateReason"`
}

type revisionSummary struct {
	ARN       string `json:"arn"`
	Requested int    `json:"requestedTaskCount"`
	Running   int    `json:"runningTaskCount"`
	Pending   int    `json:"pendingTaskCount"`
}

// encodedService is the service's description, kept until the service changes.
func encodedService(s *fleet.Service, withTags bool) []byte {
	if s.Doc == nil {
		s.Doc = describeService(s)
	}
	if !withTags || len(s.Tags) == 0 {
		return s.Doc
	}
	return slices.Concat(s.Doc[:len(s.Doc)-1], []byte(`,"tags":`), wire.Encode(s.Tags), []byte{'}'})
}

func describeService(s *fleet.Service) []byte {
	doc := serviceDoc{
		ARN: s.ARN, Name: s.Name, ClusterARN: s.Cluster.ARN, Status: cmp.Or(s.Status, fleet.Active),
		Desired: s.Desired, launchDoc: describeLaunch(s), TaskDefinition: s.ShownDefinition(),
		DeploymentConfig: s.Rolling, Events: s.Events, LoadBalancers: balancerDocs(s.Balancers),
		Grace: s.Grace, CreatedAt: wire.At(s.CreatedAt), CreatedBy: s.CreatedBy,
		SchedulingStrategy: scheduling(s), DeploymentController: map[string]string{"type": s.ControllerType()},
	}
	for _, lb := range s.Classic {
		doc.LoadBalancers = append(doc.LoadBalancers, serviceBalancerDoc{Classic: lb.Name, Container: lb.Container, Port: lb.Port})
	}
	if s.Controller == "" {
		doc.Deployments = []deploymentDoc{}
	}
	for _, d := range s.Deployments {
		if d.Set != nil {
			set := describeSet(s, d)
			doc.Running += set.Running
			doc.Pending += set.Pending
			doc.TaskSets = append(doc.TaskSets, set)
			continue
		}
		entry := describeDeployment(s, d)
		doc.Running += entry.Running
		doc.Pending += entry.Pending
		doc.Deployments = append(doc.Deployments, entry)
		doc.CurrentRevisions = append(doc.CurrentRevisions, revisionSummary{d.Revision.ARN, entry.Desired, entry.Running, entry.Pending})
	}
	if s.Current != nil {
		doc.CurrentDeployment = s.Current.ARN
	}
	// Settings that the control plane only stores follow as they came.
	body := wire.Encode(doc)
	settings := wire.Encode(s.Settings)
	if len(s.Settings) == 0 {
		return body
	}
	return slices.Concat(body[:len(body)-1], []byte{','}, settings[1:])
}

func balancerDocs(balancers []fleet.Balancer) []serviceBalancerDoc {
	docs := []serviceBalancerDoc{}
	for _, lb := range balancers {
		docs = append(docs, serviceBalancerDoc{TargetGroup: lb.Group.ARN, Container: lb.Container, Port: lb.Port, Advanced: describeAdvanced(lb.Advanced)})
	}
	return docs
}

func describeDeployment(s *fleet.Service, d *fleet.Deployment) deploymentDoc {
	doc := deploymentDoc{
		ID: d.ID, Status: d.Status, TaskDefinition: d.Def.ARN, Desired: s.Wanted(d), Failed: d.Failed,
		CreatedAt: wire.At(d.CreatedAt), UpdatedAt: wire.At(d.UpdatedAt), launchDoc: describeLaunch(s), Strategy: s.Settings["capacityProviderStrategy"],
		Network: d.Revision.Settings["networkConfiguration"], Rollout: d.Rollout, Reason: d.Reason,
	}
	if d.Status == fleet.Primary && d.Rollout == fleet.RolloutFailed {
		doc.Desired = 0
	}
	doc.Running, doc.Pending = s.CountRevision(d.Revision)
	return doc
}
