package sim

import (
	"encoding/json"
	"slices"
)

type listServicesInput struct {
	listInput
	LaunchType         string `json:"launchType"`
	SchedulingStrategy string `json:"schedulingStrategy"`
}

func (a *Account) listServices(in *listServicesInput) ([]byte, error) {
	c, err := a.findCluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	services := c.services
	if in.LaunchType != "" && in.LaunchType != "EC2" || in.SchedulingStrategy == "DAEMON" {
		services = nil
	}
	p := paging[*service]{key: func(s *service) string { return s.name }, fallback: 10, max: 100}
	return p.list("serviceArns", services, in.NextToken, in.MaxResults, func(s *service) string { return s.arn })
}

type describeServicesInput struct {
	Cluster  string   `json:"cluster"`
	Services []string `json:"services"`
	Include  []string `json:"include"`
}

func (a *Account) describeServices(in *describeServicesInput) ([]byte, error) {
	tags := includes(in.Include, "TAGS")
	return a.describeEach(kindOfResource{"Services", "service", "services", 10}, in.Cluster, in.Services, func(c *cluster, name string) []byte {
		if s := a.findService(c, name); s != nil {
			return s.encoded(tags)
		}
		return nil
	})
}

type serviceDoc struct {
	ARN                  string               `json:"serviceArn"`
	Name                 string               `json:"serviceName"`
	ClusterARN           string               `json:"clusterArn"`
	Status               string               `json:"status"`
	Desired              int                  `json:"desiredCount"`
	Running              int                  `json:"runningCount"`
	Pending              int                  `json:"pendingCount"`
	LaunchType           string               `json:"launchType"`
	TaskDefinition       string               `json:"taskDefinition,omitempty"`
	DeploymentConfig     rollingConfig        `json:"deploymentConfiguration"`
	Deployments          []deploymentDoc      `json:"deployments"`
	TaskSets             []taskSetDoc         `json:"taskSets,omitempty"`
	Events               []serviceEvent       `json:"events"`
	LoadBalancers        []serviceBalancerDoc `json:"loadBalancers"`
	Grace                *int                 `json:"healthCheckGracePeriodSeconds,omitempty"`
	CreatedAt            epoch                `json:"createdAt"`
	CreatedBy            string               `json:"createdBy"`
	SchedulingStrategy   string               `json:"schedulingStrategy"`
	DeploymentController map[string]string    `json:"deploymentController"`
	CurrentDeployment    string               `json:"currentServiceDeployment,omitempty"`
	CurrentRevisions     []revisionSummary    `json:"currentServiceRevisions,omitempty"`
}

type serviceBalancerDoc struct {
	TargetGroup string       `json:"targetGroupArn"`
	Container   string       `json:"containerName"`
	Port        int          `json:"containerPort"`
	Advanced    *advancedDoc `json:"advancedConfiguration,omitempty"`
}

type deploymentDoc struct {
	ID             string          `json:"id"`
	Status         string          `json:"status"`
	TaskDefinition string          `json:"taskDefinition"`
	Desired        int             `json:"desiredCount"`
	Pending        int             `json:"pendingCount"`
	Running        int             `json:"runningCount"`
	Failed         int             `json:"failedTasks"`
	CreatedAt      epoch           `json:"createdAt"`
	UpdatedAt      epoch           `json:"updatedAt"`
	LaunchType     string          `json:"launchType"`
	Network        json.RawMessage `json:"networkConfiguration,omitempty"`
	Rollout        string          `json:"rolloutState"`
	Reason         string          `json:"rolloutStateReason"`
}

type revisionSummary struct {
	ARN       string `json:"arn"`
	Requested int    `json:"requestedTaskCount"`
	Running   int    `json:"runningTaskCount"`
	Pending   int    `json:"pendingTaskCount"`
}

// encoded is the service's description, kept until the service changes.
func (s *service) encoded(withTags bool) []byte {
	if s.doc == nil {
		s.doc = s.describe()
	}
	if !withTags || len(s.tags) == 0 {
		return s.doc
	}
	return slices.Concat(s.doc[:len(s.doc)-1], []byte(`,"tags":`), encode(s.tags), []byte{'}'})
}

func (s *service) describe() []byte {
	doc := serviceDoc{
		ARN: s.arn, Name: s.name, ClusterARN: s.cluster.arn, Status: active,
		Desired: s.desired, LaunchType: "EC2", TaskDefinition: s.shownDefinition(), Deployments: []deploymentDoc{},
		DeploymentConfig: s.rolling, Events: s.events, LoadBalancers: balancerDocs(s.balancers),
		Grace: s.grace, CreatedAt: epoch{s.createdAt}, CreatedBy: s.createdBy,
		SchedulingStrategy: "REPLICA", DeploymentController: map[string]string{"type": s.controllerType()},
	}
	for _, d := range s.deployments {
		if d.set != nil {
			set := s.describeSet(d)
			doc.Running += set.Running
			doc.Pending += set.Pending
			doc.TaskSets = append(doc.TaskSets, set)
			continue
		}
		entry := s.describeDeployment(d)
		doc.Running += entry.Running
		doc.Pending += entry.Pending
		doc.Deployments = append(doc.Deployments, entry)
		doc.CurrentRevisions = append(doc.CurrentRevisions, revisionSummary{d.revision.arn, entry.Desired, entry.Running, entry.Pending})
	}
	if s.current != nil {
		doc.CurrentDeployment = s.current.arn
	}
	// Settings that the control plane only stores follow as they came.
	body := encode(doc)
	settings := encode(s.settings)
	if len(s.settings) == 0 {
		return body
	}
	return slices.Concat(body[:len(body)-1], []byte{','}, settings[1:])
}

func balancerDocs(balancers []serviceBalancer) []serviceBalancerDoc {
	docs := []serviceBalancerDoc{}
	for _, lb := range balancers {
		docs = append(docs, serviceBalancerDoc{lb.group.arn, lb.container, lb.port, lb.advanced.describe()})
	}
	return docs
}

func (s *service) describeDeployment(d *deployment) deploymentDoc {
	doc := deploymentDoc{
		ID: d.id, Status: d.status, TaskDefinition: d.def.arn, Desired: s.wanted(d), Failed: d.failed,
		CreatedAt: epoch{d.createdAt}, UpdatedAt: epoch{d.updatedAt}, LaunchType: "EC2",
		Network: d.revision.settings["networkConfiguration"], Rollout: d.rollout, Reason: d.reason,
	}
	if d.status == primary && d.rollout == rolloutFailed {
		doc.Desired = 0
	}
	doc.Running, doc.Pending = s.countRevision(d.revision)
	return doc
}

// countRevision counts the tasks that run a revision, and those on the way.
func (s *service) countRevision(r *serviceRevision) (up, coming int) {
	for _, t := range s.live {
		if t.deployment.revision == r {
			switch t.last {
			case running:
				up++
			case provisioning, pending, activating:
				coming++
			}
		}
	}
	return up, coming
}
