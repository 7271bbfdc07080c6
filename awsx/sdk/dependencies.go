package sdk

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwlogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Exists asks the service of a dependency for its description, which holds no value.
func (a Account) Exists(ctx context.Context, d awsx.Dependency) error {
	ask, op := a.roleExists, "iam:GetRole"
	switch d.Kind {
	case awsx.ParameterDependency:
		ask, op = a.parameterExists, "ssm:DescribeParameters"
	case awsx.SecretDependency:
		ask, op = a.secretExists, "secretsmanager:DescribeSecret"
	case awsx.LogGroupDependency:
		ask, op = a.logGroupExists, "logs:DescribeLogGroups"
	}
	there, err := ask(ctx, d)
	switch {
	case err != nil:
		return a.Classify(ctx, d.ID, err)
	case !there:
		return fault.Errorf(fault.NotFound, op, d.ID, "there is no such %s", d.Kind)
	}
	return nil
}

// parameterExists looks for the name. An ARN does not tell whether the parameter's name
// begins with a slash when it has no other (Systems Manager, parameter ARNs).
func (a Account) parameterExists(ctx context.Context, d awsx.Dependency) (bool, error) {
	names := []string{d.ID}
	if name, cut := strings.CutPrefix(d.ID, "/"); cut && !strings.Contains(name, "/") {
		names = append(names, name)
	}
	out, err := a.Parameters().DescribeParameters(ctx, &ssm.DescribeParametersInput{
		ParameterFilters: []ssmtypes.ParameterStringFilter{{Key: aws.String("Name"), Option: aws.String("Equals"), Values: names}},
	}, func(o *ssm.Options) { o.Region = cmp.Or(d.Region, o.Region) })
	return err == nil && len(out.Parameters) > 0, err
}

// secretExists reports false of a secret that is to be deleted too: nobody is given its
// value any more (Secrets Manager, DeleteSecret).
func (a Account) secretExists(ctx context.Context, d awsx.Dependency) (bool, error) {
	out, err := a.Secrets().DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String(d.ID)},
		func(o *secretsmanager.Options) { o.Region = cmp.Or(d.Region, o.Region) })
	return err == nil && out.DeletedDate == nil, err
}

// logGroupExists looks at the first page: a name comes before all that it begins.
func (a Account) logGroupExists(ctx context.Context, d awsx.Dependency) (bool, error) {
	out, err := a.LogGroups().DescribeLogGroups(ctx, &cwlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String(d.ID)},
		func(o *cwlogs.Options) { o.Region = cmp.Or(d.Region, o.Region) })
	if err != nil {
		return false, err
	}
	for _, g := range out.LogGroups {
		if aws.ToString(g.LogGroupName) == d.ID {
			return true, nil
		}
	}
	return false, nil
}

func (a Account) roleExists(ctx context.Context, d awsx.Dependency) (bool, error) {
	_, err := a.Roles().GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(d.ID)})
	return err == nil, err
}
