package sdk

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
)

type wireServiceDeployment struct {
	ServiceDeploymentArn    string `json:"serviceDeploymentArn"`
	Status                  string `json:"status"`
	StatusReason            string `json:"statusReason"`
	LifecycleStage          string `json:"lifecycleStage"`
	DeploymentConfiguration struct {
		Strategy string `json:"strategy"`
	} `json:"deploymentConfiguration"`
	TargetServiceRevision  wireShare   `json:"targetServiceRevision"`
	SourceServiceRevisions []wireShare `json:"sourceServiceRevisions"`
	Rollback               *struct {
		Reason             string `json:"reason"`
		ServiceRevisionArn string `json:"serviceRevisionArn"`
		StartedAt          epoch  `json:"startedAt"`
	} `json:"rollback"`
	LifecycleHookDetails []struct {
		HookID        string `json:"hookId"`
		Status        string `json:"status"`
		TargetType    string `json:"targetType"`
		TargetArn     string `json:"targetArn"`
		TimeoutAction string `json:"timeoutAction"`
		ExpiresAt     epoch  `json:"expiresAt"`
	} `json:"lifecycleHookDetails"`
	Alarms struct {
		AlarmNames          []string `json:"alarmNames"`
		TriggeredAlarmNames []string `json:"triggeredAlarmNames"`
	} `json:"alarms"`
	DeploymentCircuitBreaker struct {
		Status       string `json:"status"`
		FailureCount int    `json:"failureCount"`
		Threshold    int    `json:"threshold"`
	} `json:"deploymentCircuitBreaker"`
	CreatedAt  epoch `json:"createdAt"`
	StartedAt  epoch `json:"startedAt"`
	FinishedAt epoch `json:"finishedAt"`
	StoppedAt  epoch `json:"stoppedAt"`
}

type wireShare struct {
	Arn        string   `json:"arn"`
	Requested  int      `json:"requestedTaskCount"`
	Running    int      `json:"runningTaskCount"`
	Pending    int      `json:"pendingTaskCount"`
	Production *float64 `json:"requestedProductionTrafficWeight"`
	Test       *float64 `json:"requestedTestTrafficWeight"`
}

func (w wireShare) share() awsx.RevisionShare {
	weight := func(f *float64) float64 {
		if f == nil {
			return awsx.Unset
		}
		return *f
	}
	return awsx.RevisionShare{
		ARN: w.Arn, Requested: w.Requested, Running: w.Running, Pending: w.Pending,
		Production: weight(w.Production), Test: weight(w.Test),
	}
}

type wireServiceRevision struct {
	ServiceRevisionArn string `json:"serviceRevisionArn"`
	TaskDefinition     string `json:"taskDefinition"`
	ContainerImages    []struct {
		ContainerName string `json:"containerName"`
		Image         string `json:"image"`
		ImageDigest   string `json:"imageDigest"`
	} `json:"containerImages"`
	ResolvedConfiguration struct {
		LoadBalancers []struct {
			TargetGroupArn string `json:"targetGroupArn"`
		} `json:"loadBalancers"`
	} `json:"resolvedConfiguration"`
	CreatedAt epoch `json:"createdAt"`
}

// ServiceDeployments lists a service's deployments and describes them, newest
// first, at most limit of them (0 for all that the service remembers).
func (a Account) ServiceDeployments(ctx context.Context, service awsx.Ref, limit int) ([]awsx.ServiceDeployment, error) {
	if err := a.Here(service); err != nil {
		return nil, err
	}
	in := ecs.ListServiceDeploymentsInput{
		Cluster: aws.String(service.Cluster), Service: aws.String(service.ARN), MaxResults: aws.Int32(listPage),
	}
	if limit > 0 && limit < listPage {
		in.MaxResults = aws.Int32(int32(limit))
	}
	arns, err := all(ctx, limit, func(ctx context.Context, token *string) ([]string, *string, error) {
		page := in
		page.NextToken = token
		out, err := a.ECS.ListServiceDeployments(ctx, &page)
		if err != nil {
			return nil, nil, a.Classify(ctx, service.ARN, err)
		}
		arns := make([]string, 0, len(out.ServiceDeployments))
		for _, d := range out.ServiceDeployments {
			arns = append(arns, aws.ToString(d.ServiceDeploymentArn))
		}
		return arns, out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	found, err := awsx.Collect(gather(ctx, listed(arns), describeRevisions, func(ctx context.Context, arns []string) (page awsx.Page[awsx.ServiceDeployment], err error) {
		_, err = a.ECS.DescribeServiceDeployments(ctx, &ecs.DescribeServiceDeploymentsInput{
			ServiceDeploymentArns: arns,
		}, body.Page(&page, "serviceDeployments", serviceDeployment))
		return page, a.Classify(ctx, service.ARN, err)
	}))
	inOrder(found, arns, func(d awsx.ServiceDeployment) string { return d.ARN })
	return found, err
}

// ServiceRevisions describes service revisions, in the order asked for.
func (a Account) ServiceRevisions(ctx context.Context, arns []string) ([]awsx.ServiceRevision, error) {
	found, err := awsx.Collect(gather(ctx, listed(arns), describeRevisions, func(ctx context.Context, arns []string) (page awsx.Page[awsx.ServiceRevision], err error) {
		_, err = a.ECS.DescribeServiceRevisions(ctx, &ecs.DescribeServiceRevisionsInput{
			ServiceRevisionArns: arns,
		}, body.Page(&page, "serviceRevisions", serviceRevision))
		return page, a.Classify(ctx, arns[0], err)
	}))
	inOrder(found, arns, func(r awsx.ServiceRevision) string { return r.ARN })
	return found, err
}

// inOrder sorts what batches brought in any order by the order asked for.
func inOrder[T any](items []T, arns []string, arn func(T) string) {
	rank := make(map[string]int, len(arns))
	for i, a := range arns {
		rank[a] = i
	}
	slices.SortStableFunc(items, func(x, y T) int { return cmp.Compare(rank[arn(x)], rank[arn(y)]) })
}

func serviceDeployment(w *wireServiceDeployment) awsx.ServiceDeployment {
	d := awsx.ServiceDeployment{
		ARN: w.ServiceDeploymentArn, Status: w.Status, StatusReason: w.StatusReason,
		Stage: w.LifecycleStage, Strategy: w.DeploymentConfiguration.Strategy, Target: w.TargetServiceRevision.share(),
		Alarms: w.Alarms.AlarmNames, TriggeredAlarms: w.Alarms.TriggeredAlarmNames,
		BreakerStatus:   w.DeploymentCircuitBreaker.Status,
		BreakerFailures: w.DeploymentCircuitBreaker.FailureCount, BreakerThreshold: w.DeploymentCircuitBreaker.Threshold,
		CreatedAt: w.CreatedAt.time(), StartedAt: w.StartedAt.time(), FinishedAt: w.FinishedAt.time(), StoppedAt: w.StoppedAt.time(),
	}
	for _, s := range w.SourceServiceRevisions {
		d.Sources = append(d.Sources, s.share())
	}
	if r := w.Rollback; r != nil {
		d.Rollback = &awsx.RollbackRecord{Reason: r.Reason, Revision: r.ServiceRevisionArn, At: r.StartedAt.time()}
	}
	for _, h := range w.LifecycleHookDetails {
		d.Hooks = append(d.Hooks, awsx.LifecycleHook{
			ID: h.HookID, Type: h.TargetType, Status: h.Status, Target: h.TargetArn,
			ExpiresAt: h.ExpiresAt.time(), TimeoutAction: h.TimeoutAction,
		})
	}
	return d
}

func serviceRevision(w *wireServiceRevision) awsx.ServiceRevision {
	r := awsx.ServiceRevision{ARN: w.ServiceRevisionArn, TaskDefinition: w.TaskDefinition, CreatedAt: w.CreatedAt.time()}
	for _, c := range w.ContainerImages {
		r.Images = append(r.Images, awsx.RevisionImage{Container: c.ContainerName, Image: c.Image, Digest: c.ImageDigest})
	}
	for _, l := range w.ResolvedConfiguration.LoadBalancers {
		r.TargetGroups = append(r.TargetGroups, l.TargetGroupArn)
	}
	return r
}

// StopServiceDeployment rolls a running service deployment back: the API has no
// other way to stop one.
func (a Account) StopServiceDeployment(ctx context.Context, deployment string) error {
	out, err := a.ECS.StopServiceDeployment(ctx, &ecs.StopServiceDeploymentInput{
		ServiceDeploymentArn: aws.String(deployment), StopType: types.StopServiceDeploymentStopTypeRollback,
	})
	if err != nil {
		return a.Classify(ctx, deployment, err)
	}
	return named(out.ServiceDeploymentArn, "ecs:StopServiceDeployment", deployment)
}

// named refuses an answer about a service deployment that names none.
func named(arn *string, op, deployment string) error {
	if aws.ToString(arn) == "" {
		return lost(op, deployment, "service deployment", "read the deployment's record to see whether it was told")
	}
	return nil
}

// ContinueServiceDeployment ends the pause of a lifecycle hook.
func (a Account) ContinueServiceDeployment(ctx context.Context, deployment, hook string, rollBack bool) error {
	action := types.DeploymentLifecycleHookActionContinue
	if rollBack {
		action = types.DeploymentLifecycleHookActionRollback
	}
	out, err := a.ECS.ContinueServiceDeployment(ctx, &ecs.ContinueServiceDeploymentInput{
		ServiceDeploymentArn: aws.String(deployment), HookId: aws.String(hook), Action: action,
	})
	if err != nil {
		return a.Classify(ctx, deployment, err)
	}
	return named(out.ServiceDeploymentArn, "ecs:ContinueServiceDeployment", deployment)
}
