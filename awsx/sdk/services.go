package sdk

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

type wireService struct {
	ServiceArn               string              `json:"serviceArn"`
	ServiceName              string              `json:"serviceName"`
	ClusterArn               string              `json:"clusterArn"`
	Status                   string              `json:"status"`
	Desired                  int                 `json:"desiredCount"`
	Running                  int                 `json:"runningCount"`
	Pending                  int                 `json:"pendingCount"`
	TaskDefinition           string              `json:"taskDefinition"`
	LaunchType               string              `json:"launchType"`
	CapacityProviderStrategy []wireProviderShare `json:"capacityProviderStrategy"`
	SchedulingStrategy       string              `json:"schedulingStrategy"`
	DeploymentController     struct {
		Type string `json:"type"`
	} `json:"deploymentController"`
	DeploymentConfiguration struct {
		Strategy string `json:"strategy"`
		wireShift
		MaximumPercent           *int `json:"maximumPercent"`
		MinimumHealthyPercent    *int `json:"minimumHealthyPercent"`
		DeploymentCircuitBreaker struct {
			Enable                 bool  `json:"enable"`
			Rollback               bool  `json:"rollback"`
			ResetOnHealthyTask     *bool `json:"resetOnHealthyTask"`
			ThresholdConfiguration struct {
				Type  string `json:"type"`
				Value int    `json:"value"`
			} `json:"thresholdConfiguration"`
		} `json:"deploymentCircuitBreaker"`
		Alarms struct {
			AlarmNames []string `json:"alarmNames"`
			Enable     bool     `json:"enable"`
			Rollback   bool     `json:"rollback"`
		} `json:"alarms"`
	} `json:"deploymentConfiguration"`
	GraceSeconds  int                `json:"healthCheckGracePeriodSeconds"`
	Deployments   []wireDeployment   `json:"deployments"`
	Events        []wireEvent        `json:"events"`
	LoadBalancers []wireLoadBalancer `json:"loadBalancers"`
	Registries    []struct {
		ARN string `json:"registryArn"`
	} `json:"serviceRegistries"`
	TaskSets                 []wireTaskSet `json:"taskSets"`
	CurrentServiceDeployment string        `json:"currentServiceDeployment"`
	PlacementConstraints     []struct {
		Type       string `json:"type"`
		Expression string `json:"expression"`
	} `json:"placementConstraints"`
	CreatedAt            epoch           `json:"createdAt"`
	CreatedBy            string          `json:"createdBy"`
	EnableExecuteCommand bool            `json:"enableExecuteCommand"`
	Tags                 json.RawMessage `json:"tags"`
}

// wireProviderShare is an entry of a capacity provider strategy, as it is read and sent.
type wireProviderShare struct {
	CapacityProvider string `json:"capacityProvider"`
	Base             int    `json:"base"`
	Weight           int    `json:"weight"`
}

type wireDeployment struct {
	ID                 string `json:"id"`
	Status             string `json:"status"`
	TaskDefinition     string `json:"taskDefinition"`
	Desired            int    `json:"desiredCount"`
	Running            int    `json:"runningCount"`
	Pending            int    `json:"pendingCount"`
	Failed             int    `json:"failedTasks"`
	RolloutState       string `json:"rolloutState"`
	RolloutStateReason string `json:"rolloutStateReason"`
	CreatedAt          epoch  `json:"createdAt"`
	UpdatedAt          epoch  `json:"updatedAt"`
}

type wireEvent struct {
	ID        string `json:"id"`
	CreatedAt epoch  `json:"createdAt"`
	Message   string `json:"message"`
}

type wireLoadBalancer struct {
	TargetGroupArn   string `json:"targetGroupArn"`
	LoadBalancerName string `json:"loadBalancerName"`
	ContainerName    string `json:"containerName"`
	ContainerPort    int    `json:"containerPort"`
	Advanced         struct {
		AlternateTargetGroupArn string `json:"alternateTargetGroupArn"`
		ProductionListenerRule  string `json:"productionListenerRule"`
		TestListenerRule        string `json:"testListenerRule"`
	} `json:"advancedConfiguration"`
}

type wireTaskSet struct {
	ID              string `json:"id"`
	ExternalID      string `json:"externalId"`
	Status          string `json:"status"`
	TaskDefinition  string `json:"taskDefinition"`
	Desired         int    `json:"computedDesiredCount"`
	Running         int    `json:"runningCount"`
	Pending         int    `json:"pendingCount"`
	StabilityStatus string `json:"stabilityStatus"`
	StartedBy       string `json:"startedBy"`
	CreatedAt       epoch  `json:"createdAt"`
	Scale           struct {
		Value float64 `json:"value"`
	} `json:"scale"`
}

// Services lists (100 a call) and describes (10 a call) the services of a
// cluster.
func (a Account) Services(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Service] {
	list := func(ctx context.Context, token *string) ([]string, *string, error) {
		if err := a.Here(cluster); err != nil {
			return nil, nil, err
		}
		out, err := a.ECS.ListServices(ctx, &ecs.ListServicesInput{
			Cluster: aws.String(cluster.Cluster), MaxResults: aws.Int32(listPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, cluster.Cluster, err)
		}
		return out.ServiceArns, out.NextToken, nil
	}
	return a.services(ctx, cluster, list)
}

// DescribeServices describes services of one cluster by ARN or name.
func (a Account) DescribeServices(ctx context.Context, cluster awsx.Ref, arns []string) awsx.Pages[awsx.Service] {
	return a.services(ctx, cluster, func(ctx context.Context, token *string) ([]string, *string, error) {
		if err := a.Here(cluster); err != nil {
			return nil, nil, err
		}
		return arns, nil, nil
	})
}

func (a Account) services(ctx context.Context, cluster awsx.Ref, list lister[string]) awsx.Pages[awsx.Service] {
	describe := func(ctx context.Context, arns []string) (page awsx.Page[awsx.Service], err error) {
		page.Untagged, err = a.known.tags.Ask("ecs:DescribeServices", func(tags bool) error {
			_, err := a.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{
				Cluster: aws.String(cluster.Cluster), Services: arns, Include: with(tags, types.ServiceFieldTags),
			}, body.KnownPage(&page, "services", a.known.services.of(tags), func(w *wireService) awsx.Service { return a.service(w, tags) }))
			return a.Classify(ctx, cluster.Cluster, err)
		})
		return page, err
	}
	return gather(ctx, list, describeServices, describe)
}

// service is a service as it was sent; tags tells whether they were asked for.
func (a Account) service(w *wireService, tags bool) awsx.Service {
	s := awsx.Service{
		Ref: a.Ref(intern(w.ClusterArn), w.ServiceArn), Name: awsx.ARNName(w.ServiceArn), Status: intern(w.Status),
		Desired: w.Desired, Running: w.Running, Pending: w.Pending,
		TaskDefinition: intern(w.TaskDefinition), LaunchType: intern(w.LaunchType),
		SchedulingStrategy: intern(w.SchedulingStrategy), Controller: intern(w.DeploymentController.Type),
		Strategy:          intern(w.DeploymentConfiguration.Strategy),
		ShiftTime:         w.DeploymentConfiguration.time(w.DeploymentConfiguration.Strategy),
		MinHealthyPercent: or(w.DeploymentConfiguration.MinimumHealthyPercent, awsx.Unset),
		MaxPercent:        or(w.DeploymentConfiguration.MaximumPercent, awsx.Unset),
		Breaker:           w.breaker(), Alarms: w.alarms(),
		GracePeriod:       time.Duration(w.GraceSeconds) * time.Second,
		CurrentDeployment: w.CurrentServiceDeployment,
		CreatedAt:         w.CreatedAt.time(), CreatedBy: intern(w.CreatedBy), Tags: a.known.tags.Of(w.Tags, tags),
		ExecEnabled: w.EnableExecuteCommand,
	}
	for _, p := range w.CapacityProviderStrategy {
		s.CapacityProviders = append(s.CapacityProviders, awsx.ProviderShare{Provider: intern(p.CapacityProvider), Base: p.Base, Weight: p.Weight})
	}
	for _, c := range w.PlacementConstraints {
		s.PlacementConstraints = append(s.PlacementConstraints, intern(awsx.ConstraintText(c.Type, c.Expression)))
	}
	for _, d := range w.Deployments {
		s.Deployments = append(s.Deployments, awsx.Deployment{
			ID: intern(d.ID), Status: intern(d.Status), TaskDefinition: intern(d.TaskDefinition),
			Desired: d.Desired, Running: d.Running, Pending: d.Pending, Failed: d.Failed,
			RolloutState: intern(d.RolloutState), RolloutReason: d.RolloutStateReason,
			CreatedAt: d.CreatedAt.time(), UpdatedAt: d.UpdatedAt.time(),
		})
	}
	if len(w.Events) > 0 {
		s.Events = make([]awsx.ServiceEvent, len(w.Events))
	}
	for i, e := range w.Events {
		// A service at rest says the same every few hours, up to a hundred times.
		s.Events[i] = awsx.ServiceEvent{ID: e.ID, At: e.CreatedAt.time(), Message: intern(e.Message)}
	}
	// The API lists the newest first, and who reads them stops at the first that is too old.
	if newest := func(a, b awsx.ServiceEvent) int { return b.At.Compare(a.At) }; !slices.IsSortedFunc(s.Events, newest) {
		slices.SortStableFunc(s.Events, newest)
	}
	for _, l := range w.LoadBalancers {
		s.LoadBalancers = append(s.LoadBalancers, awsx.LoadBalancer{
			TargetGroup: intern(l.TargetGroupArn), Classic: l.LoadBalancerName,
			Container: intern(l.ContainerName), ContainerPort: l.ContainerPort,
			Alternate:      intern(l.Advanced.AlternateTargetGroupArn),
			ProductionRule: intern(l.Advanced.ProductionListenerRule), TestRule: intern(l.Advanced.TestListenerRule),
		})
	}
	for _, r := range w.Registries {
		s.Registries = append(s.Registries, intern(r.ARN))
	}
	for _, t := range w.TaskSets {
		s.TaskSets = append(s.TaskSets, awsx.TaskSet{
			ID: intern(t.ID), ExternalID: intern(t.ExternalID), Status: intern(t.Status), TaskDefinition: intern(t.TaskDefinition),
			Desired: t.Desired, Running: t.Running, Pending: t.Pending, Scale: t.Scale.Value,
			Stability: intern(t.StabilityStatus), StartedBy: intern(t.StartedBy), CreatedAt: t.CreatedAt.time(),
		})
	}
	if len(s.Deployments) == 0 {
		s.Deployments = awsx.DeploymentsOf(s.TaskSets)
	}
	if set, ok := s.Serving(); ok && set.TaskDefinition != "" {
		// The service may name the revision that it was made with for ever.
		s.TaskDefinition = set.TaskDefinition
	}
	return s
}

func (w *wireService) breaker() awsx.Breaker {
	c := w.DeploymentConfiguration.DeploymentCircuitBreaker
	b := awsx.Breaker{
		Enabled: c.Enable, Rollback: c.Rollback, Threshold: c.ThresholdConfiguration.Value,
		KeepsCount: c.ResetOnHealthyTask != nil && !*c.ResetOnHealthyTask,
	}
	b.Unbounded = c.ThresholdConfiguration.Type == string(types.ThresholdTypeUnboundedPercent)
	b.Percent = b.Unbounded || c.ThresholdConfiguration.Type == string(types.ThresholdTypeBoundedPercent)
	return b
}

func (w *wireService) alarms() awsx.DeploymentAlarms {
	c := w.DeploymentConfiguration.Alarms
	d := awsx.DeploymentAlarms{Enabled: c.Enable, Rollback: c.Rollback}
	for _, name := range c.AlarmNames {
		d.Names = append(d.Names, intern(name))
	}
	return d
}

// updateRequest is the body of UpdateService. What is left out stays as it is;
// the deployment configuration is the API's own JSON, sent as it was given.
type updateRequest struct {
	Cluster                 string          `json:"cluster"`
	Service                 string          `json:"service"`
	TaskDefinition          *string         `json:"taskDefinition,omitempty"`
	DesiredCount            *int            `json:"desiredCount,omitempty"`
	ForceNewDeployment      bool            `json:"forceNewDeployment,omitempty"`
	DeploymentConfiguration json.RawMessage `json:"deploymentConfiguration,omitempty"`
	// CapacityProviderStrategy is left out when nil; an empty list is sent and means the
	// launch type.
	CapacityProviderStrategy *[]wireProviderShare `json:"capacityProviderStrategy,omitempty"`
	EnableExecuteCommand     *bool                `json:"enableExecuteCommand,omitempty"`
}

// UpdateService changes what u names and leaves everything else as it is.
func (a Account) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (awsx.Service, error) {
	const op = "ecs:UpdateService"
	if err := a.Here(u.Service); err != nil {
		return awsx.Service{}, err
	}
	if u.Desired != nil && (*u.Desired < 0 || *u.Desired > math.MaxInt32) {
		return awsx.Service{}, fault.Errorf(fault.Invalid, op, u.Service.ARN, "a desired count of %d is not possible", *u.Desired)
	}
	var shares *[]wireProviderShare
	if u.Capacity != nil {
		shares = &[]wireProviderShare{}
		for _, s := range *u.Capacity {
			*shares = append(*shares, wireProviderShare{s.Provider, s.Base, s.Weight})
		}
	}
	send, err := body.JSON(op, u.Service.ARN, updateRequest{
		Cluster: u.Service.Cluster, Service: u.Service.ARN, TaskDefinition: u.TaskDefinition, DesiredCount: u.Desired,
		ForceNewDeployment: u.ForceNew, DeploymentConfiguration: u.DeploymentConfiguration, CapacityProviderStrategy: shares,
		EnableExecuteCommand: u.ExecEnabled,
	})
	if err != nil {
		return awsx.Service{}, err
	}
	var out struct {
		Service *wireService `json:"service"`
	}
	in := ecs.UpdateServiceInput{Cluster: aws.String(u.Service.Cluster), Service: aws.String(u.Service.ARN)}
	if _, err := a.ECS.UpdateService(ctx, &in, send, body.Into(&out)); err != nil {
		return awsx.Service{}, a.Classify(ctx, u.Service.ARN, err)
	}
	if out.Service == nil || out.Service.ServiceArn == "" {
		return awsx.Service{}, lost(op, u.Service.ARN, "service", "read the service to see whether it was updated")
	}
	return a.service(out.Service, false), nil
}
