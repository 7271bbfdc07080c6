package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
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
		return nil, awsx.Errorf(awsx.Invalid, op, "", "the document is no JSON object: %w", err)
	}
	if head.Family == "" || len(head.ContainerDefinitions) == 0 {
		return nil, &awsx.Error{Class: awsx.Invalid, Op: op, Resource: head.Family,
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
		return nil, &awsx.Error{Class: awsx.Failed, Op: op, Resource: head.Family, Unknown: true, Err: err,
			Fix: "list the family's revisions to see whether it was registered"}
	}
	return td, nil
}

// UpdateService changes what u names and leaves everything else as it is.
func (a *Account) UpdateService(ctx context.Context, u awsx.ServiceUpdate) (awsx.Service, error) {
	if err := a.here(u.Service); err != nil {
		return awsx.Service{}, err
	}
	in := ecs.UpdateServiceInput{
		Cluster: aws.String(u.Service.Cluster), Service: aws.String(u.Service.ARN), TaskDefinition: u.TaskDefinition,
		ForceNewDeployment: u.ForceNew,
	}
	if u.Desired != nil {
		if *u.Desired < 0 || *u.Desired > math.MaxInt32 {
			return awsx.Service{}, awsx.Errorf(awsx.Invalid, "ecs:UpdateService", u.Service.ARN, "a desired count of %d is not possible", *u.Desired)
		}
		in.DesiredCount = aws.Int32(int32(*u.Desired))
	}
	var out struct {
		Service *wireService `json:"service"`
	}
	if _, err := a.ecs.UpdateService(ctx, &in, decodeInto(&out)); err != nil {
		return awsx.Service{}, a.classify(ctx, u.Service.ARN, err)
	}
	if out.Service == nil {
		return awsx.Service{}, &awsx.Error{Class: awsx.Failed, Op: "ecs:UpdateService", Resource: u.Service.ARN, Unknown: true,
			Err: errors.New("the answer holds no service"), Fix: "read the service to see whether it was updated"}
	}
	return a.service(out.Service), nil
}
