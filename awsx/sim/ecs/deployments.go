package ecs

import (
	"encoding/json"
	"slices"
	"time"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
)

type listServiceDeploymentsInput struct {
	listInput
	Service   string   `json:"service"`
	Status    []string `json:"status"`
	CreatedAt *struct {
		Before float64 `json:"before"`
		After  float64 `json:"after"`
	} `json:"createdAt"`
}

func (a *API) listServiceDeployments(in *listServiceDeploymentsInput) ([]byte, error) {
	c, err := a.clusterOf(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	s := a.findService(c, in.Service)
	if s == nil {
		return nil, wire.Fail("ServiceNotFoundException", "Service not found.")
	}
	var kept []*fleet.Rollout
	for _, r := range s.Rollouts {
		at := float64(r.CreatedAt.UnixMilli()) / 1000
		switch {
		case len(in.Status) > 0 && !slices.Contains(in.Status, r.Status):
		case in.CreatedAt != nil && in.CreatedAt.After > 0 && at <= in.CreatedAt.After:
		case in.CreatedAt != nil && in.CreatedAt.Before > 0 && at >= in.CreatedAt.Before:
		default:
			kept = append(kept, r)
		}
	}
	p := wire.Paging[*fleet.Rollout]{Key: func(r *fleet.Rollout) string { return wire.Countdown(r.CreatedAt) + r.ARN }, Fallback: 20, Max: 100}
	return p.Answer("serviceDeployments", kept, in.NextToken, in.MaxResults, func(r *fleet.Rollout) any {
		return rolloutBrief{
			ARN: r.ARN, ServiceARN: s.ARN, ClusterARN: c.ARN, CreatedAt: wire.At(r.CreatedAt), StartedAt: wire.At(r.StartedAt),
			FinishedAt: wire.At(r.FinishedAt), Target: r.Target.ARN, Status: r.Status, Reason: r.Reason,
		}
	})
}

type rolloutBrief struct {
	ARN        string     `json:"serviceDeploymentArn"`
	ServiceARN string     `json:"serviceArn"`
	ClusterARN string     `json:"clusterArn"`
	CreatedAt  wire.Epoch `json:"createdAt"`
	StartedAt  wire.Epoch `json:"startedAt,omitzero"`
	FinishedAt wire.Epoch `json:"finishedAt,omitzero"`
	Target     string     `json:"targetServiceRevisionArn"`
	Status     string     `json:"status"`
	Reason     string     `json:"statusReason,omitempty"`
}

type rolloutDoc struct {
	ARN        string           `json:"serviceDeploymentArn"`
	ServiceARN string           `json:"serviceArn"`
	ClusterARN string           `json:"clusterArn"`
	CreatedAt  wire.Epoch       `json:"createdAt"`
	StartedAt  wire.Epoch       `json:"startedAt,omitzero"`
	UpdatedAt  wire.Epoch       `json:"updatedAt,omitzero"`
	FinishedAt wire.Epoch       `json:"finishedAt,omitzero"`
	StoppedAt  wire.Epoch       `json:"stoppedAt,omitzero"`
	Sources    []weighedSummary `json:"sourceServiceRevisions"`
	Target     weighedSummary   `json:"targetServiceRevision"`
	Status     string           `json:"status"`
	Reason     string           `json:"statusReason,omitempty"`
	Stage      string           `json:"lifecycleStage,omitempty"`
	Hooks      []hookDoc        `json:"lifecycleHookDetails,omitempty"`
	Config     fleet.Config     `json:"deploymentConfiguration"`
	Rollback   *rollbackDoc     `json:"rollback,omitempty"`
	Breaker    breakerDoc       `json:"deploymentCircuitBreaker"`
	Alarms     watchDoc         `json:"alarms"`
}

type rollbackDoc struct {
	Reason    string     `json:"reason"`
	StartedAt wire.Epoch `json:"startedAt"`
	Revision  string     `json:"serviceRevisionArn"`
}

type breakerDoc struct {
	Status    string `json:"status"`
	Failures  int    `json:"failureCount"`
	Threshold int    `json:"threshold"`
}

type describeServiceDeploymentsInput struct {
	ARNs []string `json:"serviceDeploymentArns"`
}

func (a *API) describeServiceDeployments(in *describeServiceDeploymentsInput) ([]byte, error) {
	return a.describeARNs("serviceDeployments", "serviceDeploymentArns", in.ARNs, func(arn string) any {
		if r := a.Rollouts[arn]; r != nil {
			return describeRollout(r)
		}
		return nil
	})
}

func describeRollout(r *fleet.Rollout) rolloutDoc {
	s := r.Service
	doc := rolloutDoc{
		ARN: r.ARN, ServiceARN: s.ARN, ClusterARN: s.Cluster.ARN, CreatedAt: wire.At(r.CreatedAt), StartedAt: wire.At(r.StartedAt),
		UpdatedAt: wire.At(r.UpdatedAt), FinishedAt: wire.At(r.FinishedAt), StoppedAt: wire.At(r.StoppedAt),
		Sources: []weighedSummary{}, Status: r.Status, Reason: r.Reason,
		Config: r.Config, Breaker: breakerDoc{r.Breaker, r.Failures, r.Threshold}, Alarms: describeWatch(r.Watch),
	}
	requested := r.TargetRequested
	if r.Shift != nil {
		doc.Stage, doc.Hooks = r.Shift.Stage, describeHooks(r.Shift)
		requested = requestedOf(s, r.Target)
	}
	doc.Target = weigh(r, r.Target, summarize(s, r.Target, requested))
	for _, source := range r.Sources {
		doc.Sources = append(doc.Sources, weigh(r, source, summarize(s, source, requestedOf(s, source))))
	}
	if r.RollbackRevision != nil {
		doc.Rollback = &rollbackDoc{r.RollbackReason, wire.At(r.RollbackAt), r.RollbackRevision.ARN}
	}
	return doc
}

// requestedOf is how many tasks of a revision the service is to have.
func requestedOf(s *fleet.Service, r *fleet.Revision) int {
	for _, d := range s.Deployments {
		if d.Revision == r {
			return s.Wanted(d)
		}
	}
	return 0
}

func summarize(s *fleet.Service, r *fleet.Revision, requested int) revisionSummary {
	up, coming := s.CountRevision(r)
	return revisionSummary{r.ARN, requested, up, coming}
}

type stopServiceDeploymentInput struct {
	ARN  string `json:"serviceDeploymentArn"`
	Type string `json:"stopType"`
}

// stopServiceDeployment rolls a running deployment back, also where the service
// is not configured to do that by itself.
func (a *API) stopServiceDeployment(in *stopServiceDeploymentInput) ([]byte, error) {
	if in.Type != "" && in.Type != "ROLLBACK" {
		return nil, wire.Invalid("The stop type " + in.Type + " is not supported. Use ROLLBACK.")
	}
	r := a.Rollouts[in.ARN]
	if r == nil {
		return nil, wire.Fail("ServiceDeploymentNotFoundException", "Service deployment not found.")
	}
	if r.Status != fleet.StatusInProgress && r.Status != fleet.StatusPending {
		return nil, wire.Fail("ConflictException", "The service deployment can not be stopped because its status is "+r.Status+".")
	}
	s := r.Service
	if len(s.Deployments) < 2 || !slices.ContainsFunc(s.Deployments[1:], func(d *fleet.Deployment) bool { return d.Rollout == fleet.RolloutCompleted }) {
		return nil, wire.Fail("ConflictException", "There is no completed deployment to roll back to.")
	}
	r.Status = fleet.StatusRollbackRequested
	r.UpdatedAt = a.Now
	a.After(a.Rng.Between(time.Second, 2*time.Second), func() {
		if r.Status == fleet.StatusRollbackRequested {
			a.Retreat(r, "Service deployment rolled back because it was stopped by a user.")
		}
	})
	return wire.Encode(map[string]string{"serviceDeploymentArn": r.ARN}), nil
}

type describeServiceRevisionsInput struct {
	ARNs []string `json:"serviceRevisionArns"`
}

type revisionDoc struct {
	ARN        string `json:"serviceRevisionArn"`
	ServiceARN string `json:"serviceArn"`
	ClusterARN string `json:"clusterArn"`
	Definition string `json:"taskDefinition"`
	launchDoc
	Strategy      json.RawMessage      `json:"capacityProviderStrategy,omitempty"`
	LoadBalancers []serviceBalancerDoc `json:"loadBalancers"`
	Resolved      *resolvedDoc         `json:"resolvedConfiguration,omitempty"`
	Images        []revisionImage      `json:"containerImages"`
	Network       json.RawMessage      `json:"networkConfiguration,omitempty"`
	GuardDuty     bool                 `json:"guardDutyEnabled"`
	CreatedAt     wire.Epoch           `json:"createdAt"`
}

type revisionImage struct {
	Container string `json:"containerName"`
	Image     string `json:"image"`
	Digest    string `json:"imageDigest,omitempty"`
}

func (a *API) describeServiceRevisions(in *describeServiceRevisionsInput) ([]byte, error) {
	return a.describeARNs("serviceRevisions", "serviceRevisionArns", in.ARNs, func(arn string) any {
		r := a.Revisions[arn]
		if r == nil {
			return nil
		}
		doc := revisionDoc{
			ARN: r.ARN, ServiceARN: r.Service.ARN, ClusterARN: r.Service.Cluster.ARN, Definition: r.Def.ARN, launchDoc: describeLaunch(r.Service), Strategy: r.Service.Settings["capacityProviderStrategy"],
			LoadBalancers: balancerDocs(r.Balancers), Resolved: describeResolved(r), Network: r.Settings["networkConfiguration"], CreatedAt: wire.At(r.CreatedAt),
		}
		for _, c := range r.Def.Containers {
			doc.Images = append(doc.Images, revisionImage{c.Name, c.Image, r.Digests[c.Image]})
		}
		return doc
	})
}

type watchDoc struct {
	Status    string   `json:"status"`
	Names     []string `json:"alarmNames"`
	Triggered []string `json:"triggeredAlarmNames"`
}

func describeWatch(w *fleet.AlarmWatch) watchDoc {
	if w == nil {
		return watchDoc{"DISABLED", []string{}, []string{}}
	}
	return watchDoc{w.Status, w.Names, append([]string{}, w.Triggered...)}
}
