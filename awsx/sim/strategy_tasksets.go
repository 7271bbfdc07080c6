package sim

import (
	"encoding/json"
	"math"
	"strings"
)

// Deployment controllers other than ECS itself.
const (
	controllerCodeDeploy = "CODE_DEPLOY"
	controllerExternal   = "EXTERNAL"
)

// taskSet is what a controller other than ECS deploys: a share of the service's
// tasks with a task definition and target groups of their own.
type taskSet struct {
	scale     float64 // percent of the desired count
	external  string  // the controller's own id
	startedBy string
}

func (s *service) controllerType() string {
	if s.controller == "" {
		return "ECS"
	}
	return s.controller
}

// shownDefinition is what the service itself says that it runs. One with an
// external controller has a task definition in its task sets alone.
func (s *service) shownDefinition() string {
	if s.controller == controllerExternal {
		return ""
	}
	return s.def.arn
}

// share is the computed desired count of a task set, rounded up.
func (s *service) share(d *deployment) int {
	return int(math.Ceil(float64(s.desired) * d.set.scale / 100))
}

// refuses answers an update that belongs to another deployment controller. The
// words are AWS's for CODE_DEPLOY; those for EXTERNAL follow them, as does the
// one that is known of EXTERNAL, about a forced deployment.
func (s *service) refuses(in *updateServiceInput, raw map[string]json.RawMessage) error {
	if s.controller == "" {
		return nil
	}
	ending := " on services with a " + s.controller + " deployment controller."
	if s.controller == controllerCodeDeploy {
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
		return invalid("Cannot force a new deployment" + ending)
	case in.TaskDefinition != nil:
		return invalid("Unable to update task definition" + ending)
	case sent("networkConfiguration", "platformVersion"):
		return invalid("Unable to update network parameters" + ending)
	case sent("loadBalancers"):
		return invalid("Unable to update load balancers" + ending)
	case sent("serviceRegistries", "serviceConnectConfiguration", "volumeConfigurations"):
		return invalid("Unable to update service configuration" + ending)
	}
	return nil
}

// scheduleSets is one step of the scheduler of a service whose task sets another
// controller makes: each is kept at its count.
func (a *Account) scheduleSets(s *service) {
	a.keep(s)
	steady := true
	for _, d := range s.deployments {
		state := rolloutInProgress
		if up, _ := s.countRevision(d.revision); up == s.share(d) && a.full(s, d) {
			state = rolloutCompleted
		}
		if d.rollout != state {
			d.rollout, d.updatedAt = state, a.now
			s.touch()
		}
		steady = steady && state == rolloutCompleted
	}
	if steady && !s.steady {
		s.steady = true
		a.event(s, "(service "+s.name+") has reached a steady state.")
	}
}

type taskSetDoc struct {
	ID             string               `json:"id"`
	ARN            string               `json:"taskSetArn"`
	ServiceARN     string               `json:"serviceArn"`
	ClusterARN     string               `json:"clusterArn"`
	StartedBy      string               `json:"startedBy,omitempty"`
	ExternalID     string               `json:"externalId,omitempty"`
	Status         string               `json:"status"`
	TaskDefinition string               `json:"taskDefinition"`
	Desired        int                  `json:"computedDesiredCount"`
	Pending        int                  `json:"pendingCount"`
	Running        int                  `json:"runningCount"`
	CreatedAt      epoch                `json:"createdAt"`
	UpdatedAt      epoch                `json:"updatedAt"`
	LaunchType     string               `json:"launchType"`
	Network        json.RawMessage      `json:"networkConfiguration,omitempty"`
	LoadBalancers  []serviceBalancerDoc `json:"loadBalancers"`
	Registries     []string             `json:"serviceRegistries"`
	Scale          scaleDoc             `json:"scale"`
	Stability      string               `json:"stabilityStatus"`
	StabilityAt    epoch                `json:"stabilityStatusAt"`
	Tags           []tag                `json:"tags"`
}

type scaleDoc struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

func (s *service) describeSet(d *deployment) taskSetDoc {
	doc := taskSetDoc{
		ID: d.id, ARN: strings.Replace(s.arn, ":service/", ":task-set/", 1) + "/" + d.id, ServiceARN: s.arn, ClusterARN: s.cluster.arn,
		StartedBy: d.set.startedBy, ExternalID: d.set.external, Status: d.status, TaskDefinition: d.def.arn,
		Desired: s.share(d), CreatedAt: epoch{d.createdAt}, UpdatedAt: epoch{d.updatedAt}, LaunchType: "EC2",
		Network: d.revision.settings["networkConfiguration"], LoadBalancers: balancerDocs(d.revision.resolved),
		Registries: []string{}, Scale: scaleDoc{d.set.scale, "PERCENT"}, Stability: "STABILIZING",
		StabilityAt: epoch{d.updatedAt}, Tags: []tag{},
	}
	if d.rollout == rolloutCompleted {
		doc.Stability = "STEADY_STATE"
	}
	doc.Running, doc.Pending = s.countRevision(d.revision)
	return doc
}
