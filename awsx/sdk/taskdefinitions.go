package sdk

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
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
func (a *Account) TaskDefinition(ctx context.Context, id string) (*awsx.TaskDefinition, error) {
	var d describedDefinition
	_, err := a.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String(id), Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	}, decodeInto(&d))
	if err != nil {
		return nil, a.classify(ctx, id, err)
	}
	td, err := d.parse()
	return td, a.classify(ctx, id, err)
}

// Revisions lists the ARNs of a family's ACTIVE revisions, newest first.
func (a *Account) Revisions(ctx context.Context, family string, limit int) ([]string, error) {
	in := ecs.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String(family), Status: types.TaskDefinitionStatusActive, Sort: types.SortOrderDesc,
		MaxResults: aws.Int32(listPage),
	}
	if limit > 0 && limit < listPage {
		in.MaxResults = aws.Int32(int32(limit))
	}
	list := func(ctx context.Context, token *string) ([]string, *string, error) {
		page := in
		page.NextToken = token
		out, err := a.ecs.ListTaskDefinitions(ctx, &page)
		if err != nil {
			return nil, nil, a.classify(ctx, family, err)
		}
		return out.TaskDefinitionArns, out.NextToken, nil
	}
	var arns []string
	err := pages(ctx, list, func(page []string, _ bool) bool {
		for _, arn := range page {
			// Some implementations take the family for a prefix of other families.
			if f, _ := awsx.SplitRevision(arn); f == family {
				arns = append(arns, arn)
			}
		}
		return limit <= 0 || len(arns) < limit
	})
	if limit > 0 && len(arns) > limit {
		arns = arns[:limit]
	}
	return arns, err
}
