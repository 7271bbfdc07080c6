package sdk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// RegisterTaskDefinition sends the document byte for byte, so that fields which
// this version of the SDK does not know are kept. The SDK's own input only
// carries what its validation asks for.
func (a *Account) RegisterTaskDefinition(ctx context.Context, doc awsx.Document) (*awsx.TaskDefinition, error) {
	var head struct {
		Family               string            `json:"family"`
		ContainerDefinitions []json.RawMessage `json:"containerDefinitions"`
	}
	const op = "ecs:RegisterTaskDefinition"
	if err := json.Unmarshal(doc, &head); err != nil {
		return nil, fault.Errorf(fault.Invalid, op, "", "the document is no JSON object: %w", err)
	}
	if head.Family == "" || len(head.ContainerDefinitions) == 0 {
		return nil, &fault.Error{Class: fault.Invalid, Op: op, Resource: head.Family,
			Err: errors.New("the document needs a family and at least one container definition")}
	}
	var d describedDefinition
	_, err := a.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String(head.Family), ContainerDefinitions: []types.ContainerDefinition{},
	}, request(doc), decodeInto(&d))
	if err != nil {
		return nil, a.classify(ctx, head.Family, err)
	}
	td, err := d.parse()
	if err != nil {
		return nil, &fault.Error{Class: fault.Failed, Op: op, Resource: head.Family, Unknown: true, Err: err,
			Fix: "list the family's revisions to see whether it was registered"}
	}
	return td, nil
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
}

// UpdateService changes what u names and leaves everything else as it is.
func (a *Account) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (awsx.Service, error) {
	const op = "ecs:UpdateService"
	if err := a.here(u.Service); err != nil {
		return awsx.Service{}, err
	}
	if u.Desired != nil && (*u.Desired < 0 || *u.Desired > math.MaxInt32) {
		return awsx.Service{}, fault.Errorf(fault.Invalid, op, u.Service.ARN, "a desired count of %d is not possible", *u.Desired)
	}
	send, err := requestJSON(op, u.Service.ARN, updateRequest{
		Cluster: u.Service.Cluster, Service: u.Service.ARN, TaskDefinition: u.TaskDefinition, DesiredCount: u.Desired,
		ForceNewDeployment: u.ForceNew, DeploymentConfiguration: u.DeploymentConfiguration,
	})
	if err != nil {
		return awsx.Service{}, err
	}
	var out struct {
		Service *wireService `json:"service"`
	}
	in := ecs.UpdateServiceInput{Cluster: aws.String(u.Service.Cluster), Service: aws.String(u.Service.ARN)}
	if _, err := a.ecs.UpdateService(ctx, &in, send, decodeInto(&out)); err != nil {
		return awsx.Service{}, a.classify(ctx, u.Service.ARN, err)
	}
	if out.Service == nil {
		return awsx.Service{}, lost(op, u.Service.ARN, "service", "read the service to see whether it was updated")
	}
	return a.service(out.Service), nil
}

// DeregisterTaskDefinition makes a revision INACTIVE.
func (a *Account) DeregisterTaskDefinition(ctx context.Context, arn string) error {
	var d describedDefinition
	_, err := a.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(arn)}, decodeInto(&d))
	if err != nil {
		return a.classify(ctx, arn, err)
	}
	if len(d.TaskDefinition) == 0 {
		return lost("ecs:DeregisterTaskDefinition", arn, "task definition", "read the revision to see whether it is INACTIVE")
	}
	return nil
}

// requestJSON makes an ECS call send a value as JSON in the place of what the
// SDK would have written.
func requestJSON(op, resource string, value any) (func(*ecs.Options), error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, fault.Errorf(fault.Invalid, op, resource, "the request cannot be written as JSON: %w", err)
	}
	return request(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// lost is the failure of a mutating call that was answered well, but without
// the resource that it was to change.
func lost(op, resource, missing, fix string) *fault.Error {
	return &fault.Error{Class: fault.Failed, Op: op, Resource: resource, Unknown: true,
		Err: fmt.Errorf("the answer holds no %s", missing), Fix: fix}
}
