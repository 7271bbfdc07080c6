package sdk

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// SetInstanceStatus sets a container instance to ACTIVE or DRAINING.
func (a *Account) SetInstanceStatus(ctx context.Context, instance awsx.Ref, status string) (awsx.Instance, error) {
	const op = "ecs:UpdateContainerInstancesState"
	if err := a.here(instance); err != nil {
		return awsx.Instance{}, err
	}
	to := types.ContainerInstanceStatus(status)
	if to != types.ContainerInstanceStatusActive && to != types.ContainerInstanceStatusDraining {
		return awsx.Instance{}, fault.Errorf(fault.Invalid, op, instance.ARN, "an instance can be set to ACTIVE or DRAINING, not to %q", status)
	}
	var page awsx.Page[awsx.Instance]
	keep := func(w *wireInstance) awsx.Instance { return a.instance(instance.Cluster, w, &attributeSets{}) }
	_, err := a.ecs.UpdateContainerInstancesState(ctx, &ecs.UpdateContainerInstancesStateInput{
		Cluster: aws.String(instance.Cluster), ContainerInstances: []string{instance.ARN}, Status: to,
	}, decodePage(&page, "containerInstances", keep))
	switch {
	case err != nil:
		return awsx.Instance{}, a.classify(ctx, instance.ARN, err)
	case len(page.Missing) > 0:
		class := fault.Failed
		if strings.EqualFold(page.Missing[0].Reason, "MISSING") {
			class = fault.NotFound
		}
		return awsx.Instance{}, &fault.Error{Class: class, Op: op, Resource: instance.ARN, Err: refusals(page.Missing)}
	case len(page.Items) == 0:
		return awsx.Instance{}, lost(op, instance.ARN, "container instance", "read the instance to see whether its status was set")
	}
	return page.Items[0], nil
}

// StopServiceDeployment rolls a running service deployment back: the API has no
// other way to stop one.
func (a *Account) StopServiceDeployment(ctx context.Context, deployment string) error {
	_, err := a.ecs.StopServiceDeployment(ctx, &ecs.StopServiceDeploymentInput{
		ServiceDeploymentArn: aws.String(deployment), StopType: types.StopServiceDeploymentStopTypeRollback,
	})
	return a.classify(ctx, deployment, err)
}

// ContinueServiceDeployment ends the pause of a lifecycle hook.
func (a *Account) ContinueServiceDeployment(ctx context.Context, deployment, hook string, rollBack bool) error {
	action := types.DeploymentLifecycleHookActionContinue
	if rollBack {
		action = types.DeploymentLifecycleHookActionRollback
	}
	_, err := a.ecs.ContinueServiceDeployment(ctx, &ecs.ContinueServiceDeploymentInput{
		ServiceDeploymentArn: aws.String(deployment), HookId: aws.String(hook), Action: action,
	})
	return a.classify(ctx, deployment, err)
}
