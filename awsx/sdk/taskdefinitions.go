package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

// describedDefinition is the answer of DescribeTaskDefinition and of
// RegisterTaskDefinition, with the document left as it came.
type describedDefinition struct {
	TaskDefinition json.RawMessage `json:"taskDefinition"`
	Tags           []wireTag       `json:"tags"`
}

func (d describedDefinition) parse() (*awsx.TaskDefinition, error) {
	if len(d.TaskDefinition) == 0 {
		return nil, errors.New("the answer holds no task definition")
	}
	return awsx.ParseTaskDefinition(awsx.Document(d.TaskDefinition), tags(d.Tags))
}

// TaskDefinition reads one revision and its tags by ARN, family:revision, or a
// family for the latest. The document is the service's own, byte for byte.
func (a Account) TaskDefinition(ctx context.Context, id string) (*awsx.TaskDefinition, error) {
	var d describedDefinition
	_, err := a.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String(id), Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	}, body.Into(&d))
	if err != nil {
		return nil, a.Classify(ctx, id, err)
	}
	td, err := d.parse()
	return td, a.Classify(ctx, id, err)
}

// Revisions lists the ARNs of a family's ACTIVE revisions, newest first.
func (a Account) Revisions(ctx context.Context, family string, limit int) ([]string, error) {
	in := ecs.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String(family), Status: types.TaskDefinitionStatusActive, Sort: types.SortOrderDesc,
		MaxResults: aws.Int32(listPage),
	}
	if limit > 0 && limit < listPage {
		in.MaxResults = aws.Int32(int32(limit))
	}
	return all(ctx, limit, func(ctx context.Context, token *string) ([]string, *string, error) {
		page := in
		page.NextToken = token
		out, err := a.ECS.ListTaskDefinitions(ctx, &page)
		if err != nil {
			return nil, nil, a.Classify(ctx, family, err)
		}
		// Some implementations take the family for a prefix of other families.
		arns := slices.DeleteFunc(out.TaskDefinitionArns, func(arn string) bool {
			f, _ := awsx.SplitRevision(arn)
			return f != family
		})
		return arns, out.NextToken, nil
	})
}

// RegisterTaskDefinition sends the document byte for byte, so that fields which
// this version of the SDK does not know are kept. The SDK's own input only
// carries what its validation asks for.
func (a Account) RegisterTaskDefinition(ctx context.Context, doc awsx.Document) (*awsx.TaskDefinition, error) {
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
	_, err := a.ECS.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String(head.Family), ContainerDefinitions: []types.ContainerDefinition{},
	}, body.Request(doc), body.Into(&d))
	if err != nil {
		return nil, a.Classify(ctx, head.Family, err)
	}
	td, err := d.parse()
	if err != nil {
		return nil, &fault.Error{Class: fault.Failed, Op: op, Resource: head.Family, Unknown: true, Err: err,
			Fix: "list the family's revisions to see whether it was registered"}
	}
	return td, nil
}

// DeregisterTaskDefinition makes a revision INACTIVE.
func (a Account) DeregisterTaskDefinition(ctx context.Context, arn string) error {
	var d describedDefinition
	_, err := a.ECS.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(arn)}, body.Into(&d))
	if err != nil {
		return a.Classify(ctx, arn, err)
	}
	if len(d.TaskDefinition) == 0 {
		return lost("ecs:DeregisterTaskDefinition", arn, "task definition", "read the revision to see whether it is INACTIVE")
	}
	return nil
}
