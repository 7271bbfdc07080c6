package sim

import (
	"encoding/json"
	"slices"
	"time"
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

func (a *Account) listServiceDeployments(in *listServiceDeploymentsInput) ([]byte, error) {
	c, err := a.clusterOf(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	s := a.findService(c, in.Service)
	if s == nil {
		return nil, fail("ServiceNotFoundException", "Service not found.")
	}
	var kept []*rollout
	for _, r := range s.rollouts {
		at := float64(r.createdAt.UnixMilli()) / 1000
		switch {
		case len(in.Status) > 0 && !slices.Contains(in.Status, r.status):
		case in.CreatedAt != nil && in.CreatedAt.After > 0 && at <= in.CreatedAt.After:
		case in.CreatedAt != nil && in.CreatedAt.Before > 0 && at >= in.CreatedAt.Before:
		default:
			kept = append(kept, r)
		}
	}
	p := paging[*rollout]{key: func(r *rollout) string { return countdown(r.createdAt) + r.arn }, fallback: 20, max: 100}
	page, next, err := p.cut(kept, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	docs := make([][]byte, len(page))
	for i, r := range page {
		docs[i] = encode(rolloutBrief{
			ARN: r.arn, ServiceARN: s.arn, ClusterARN: c.arn, CreatedAt: epoch{r.createdAt}, StartedAt: epoch{r.startedAt},
			FinishedAt: epoch{r.finishedAt}, Target: r.target.arn, Status: r.status, Reason: r.reason,
		})
	}
	return envelope("serviceDeployments", docs, tokened{next}), nil
}

type rolloutBrief struct {
	ARN        string `json:"serviceDeploymentArn"`
	ServiceARN string `json:"serviceArn"`
	ClusterARN string `json:"clusterArn"`
	CreatedAt  epoch  `json:"createdAt"`
	StartedAt  epoch  `json:"startedAt,omitzero"`
	FinishedAt epoch  `json:"finishedAt,omitzero"`
	Target     string `json:"targetServiceRevisionArn"`
	Status     string `json:"status"`
	Reason     string `json:"statusReason,omitempty"`
}

type rolloutDoc struct {
	ARN        string           `json:"serviceDeploymentArn"`
	ServiceARN string           `json:"serviceArn"`
	ClusterARN string           `json:"clusterArn"`
	CreatedAt  epoch            `json:"createdAt"`
	StartedAt  epoch            `json:"startedAt,omitzero"`
	UpdatedAt  epoch            `json:"updatedAt,omitzero"`
	FinishedAt epoch            `json:"finishedAt,omitzero"`
	StoppedAt  epoch            `json:"stoppedAt,omitzero"`
	Sources    []weighedSummary `json:"sourceServiceRevisions"`
	Target     weighedSummary   `json:"targetServiceRevision"`
	Status     string           `json:"status"`
	Reason     string           `json:"statusReason,omitempty"`
	Stage      string           `json:"lifecycleStage,omitempty"`
	Hooks      []hookDoc        `json:"lifecycleHookDetails,omitempty"`
	Config     rollingConfig    `json:"deploymentConfiguration"`
	Rollback   *rollbackDoc     `json:"rollback,omitempty"`
	Breaker    breakerDoc       `json:"deploymentCircuitBreaker"`
	Alarms     *watchDoc        `json:"alarms,omitempty"`
}

type rollbackDoc struct {
	Reason    string `json:"reason"`
	StartedAt epoch  `json:"startedAt"`
	Revision  string `json:"serviceRevisionArn"`
}

type breakerDoc struct {
	Status    string `json:"status"`
	Failures  int    `json:"failureCount"`
	Threshold int    `json:"threshold"`
}

type describeServiceDeploymentsInput struct {
	ARNs []string `json:"serviceDeploymentArns"`
}

func (a *Account) describeServiceDeployments(in *describeServiceDeploymentsInput) ([]byte, error) {
	if len(in.ARNs) == 0 || len(in.ARNs) > 20 {
		return nil, invalid("serviceDeploymentArns must have 1 to 20 items.")
	}
	out := described{Failures: []failure{}}
	docs := [][]byte{}
	for _, arn := range in.ARNs {
		r := a.rollouts[arn]
		if r == nil {
			out.Failures = append(out.Failures, missing(arn))
			continue
		}
		docs = append(docs, encode(r.describe()))
	}
	return envelope("serviceDeployments", docs, out), nil
}

func (r *rollout) describe() rolloutDoc {
	s := r.service
	doc := rolloutDoc{
		ARN: r.arn, ServiceARN: s.arn, ClusterARN: s.cluster.arn, CreatedAt: epoch{r.createdAt}, StartedAt: epoch{r.startedAt},
		UpdatedAt: epoch{r.updatedAt}, FinishedAt: epoch{r.finishedAt}, StoppedAt: epoch{r.stoppedAt},
		Sources: []weighedSummary{}, Status: r.status, Reason: r.reason,
		Config: r.config, Breaker: breakerDoc{r.breaker, r.failures, r.threshold}, Alarms: r.watch.describe(),
	}
	requested := r.targetRequested
	if r.shift != nil {
		doc.Stage, doc.Hooks = r.shift.stage, r.shift.hookDocs()
		requested = s.requested(r.target)
	}
	doc.Target = r.weigh(r.target, s.summary(r.target, requested))
	for _, source := range r.sources {
		doc.Sources = append(doc.Sources, r.weigh(source, s.summary(source, s.requested(source))))
	}
	if r.rollbackRevision != nil {
		doc.Rollback = &rollbackDoc{r.rollbackReason, epoch{r.rollbackAt}, r.rollbackRevision.arn}
	}
	return doc
}

// requested is how many tasks of a revision the service is to have.
func (s *service) requested(r *serviceRevision) int {
	for _, d := range s.deployments {
		if d.revision == r {
			return s.wanted(d)
		}
	}
	return 0
}

func (s *service) summary(r *serviceRevision, requested int) revisionSummary {
	up, coming := s.countRevision(r)
	return revisionSummary{r.arn, requested, up, coming}
}

type stopServiceDeploymentInput struct {
	ARN  string `json:"serviceDeploymentArn"`
	Type string `json:"stopType"`
}

// stopServiceDeployment rolls a running deployment back, also where the service
// is not configured to do that by itself.
func (a *Account) stopServiceDeployment(in *stopServiceDeploymentInput) ([]byte, error) {
	if in.Type != "" && in.Type != "ROLLBACK" {
		return nil, invalid("The stop type " + in.Type + " is not supported. Use ROLLBACK.")
	}
	r := a.rollouts[in.ARN]
	if r == nil {
		return nil, fail("ServiceDeploymentNotFoundException", "Service deployment not found.")
	}
	if r.status != statusInProgress && r.status != statusPending {
		return nil, fail("ConflictException", "The service deployment can not be stopped because its status is "+r.status+".")
	}
	s := r.service
	if len(s.deployments) < 2 || !slices.ContainsFunc(s.deployments[1:], func(d *deployment) bool { return d.rollout == rolloutCompleted }) {
		return nil, fail("ConflictException", "There is no completed deployment to roll back to.")
	}
	r.status = statusRollbackRequested
	r.updatedAt = a.now
	a.after(a.rng.between(time.Second, 2*time.Second), func() {
		if r.status == statusRollbackRequested {
			a.retreat(r, "Service deployment rolled back because it was stopped by a user.")
		}
	})
	return encode(map[string]string{"serviceDeploymentArn": r.arn}), nil
}

type describeServiceRevisionsInput struct {
	ARNs []string `json:"serviceRevisionArns"`
}

type revisionDoc struct {
	ARN           string               `json:"serviceRevisionArn"`
	ServiceARN    string               `json:"serviceArn"`
	ClusterARN    string               `json:"clusterArn"`
	Definition    string               `json:"taskDefinition"`
	LaunchType    string               `json:"launchType"`
	LoadBalancers []serviceBalancerDoc `json:"loadBalancers"`
	Resolved      *resolvedDoc         `json:"resolvedConfiguration,omitempty"`
	Images        []revisionImage      `json:"containerImages"`
	Network       json.RawMessage      `json:"networkConfiguration,omitempty"`
	GuardDuty     bool                 `json:"guardDutyEnabled"`
	CreatedAt     epoch                `json:"createdAt"`
}

type revisionImage struct {
	Container string `json:"containerName"`
	Image     string `json:"image"`
	Digest    string `json:"imageDigest,omitempty"`
}

func (a *Account) describeServiceRevisions(in *describeServiceRevisionsInput) ([]byte, error) {
	if len(in.ARNs) == 0 || len(in.ARNs) > 20 {
		return nil, invalid("serviceRevisionArns must have 1 to 20 items.")
	}
	out := described{Failures: []failure{}}
	docs := [][]byte{}
	for _, arn := range in.ARNs {
		r := a.revisions[arn]
		if r == nil {
			out.Failures = append(out.Failures, missing(arn))
			continue
		}
		doc := revisionDoc{
			ARN: r.arn, ServiceARN: r.service.arn, ClusterARN: r.service.cluster.arn, Definition: r.def.arn, LaunchType: "EC2",
			LoadBalancers: balancerDocs(r.balancers), Resolved: r.resolvedDoc(), Network: r.settings["networkConfiguration"], CreatedAt: epoch{r.createdAt},
		}
		for _, c := range r.def.containers {
			doc.Images = append(doc.Images, revisionImage{c.name, c.image, r.digests[c.image]})
		}
		docs = append(docs, encode(doc))
	}
	return envelope("serviceRevisions", docs, out), nil
}
