package sdk

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

func TestExistsAsksForDescriptionsAlone(t *testing.T) {
	parameter, secret := awsx.Dependency{Kind: awsx.ParameterDependency, ID: "/key"}, awsx.Dependency{Kind: awsx.SecretDependency, ID: "arn:aws:secretsmanager:eu-west-1:1:secret:key-AbCdEf"}
	group, role := awsx.Dependency{Kind: awsx.LogGroupDependency, ID: "/app/web"}, awsx.Dependency{Kind: awsx.RoleDependency, ID: "run"}
	for name, c := range map[string]struct {
		need   awsx.Dependency
		status int
		body   string
		class  fault.Class // 0 when it is there
	}{
		"a parameter":                 {parameter, 200, `{"Parameters":[{"Name":"key"}]}`, 0},
		"no parameter":                {parameter, 200, `{"Parameters":[]}`, fault.NotFound},
		"a secret":                    {secret, 200, `{"ARN":"a"}`, 0},
		"no secret":                   {secret, 400, `{"__type":"ResourceNotFoundException","message":"no"}`, fault.NotFound},
		"a secret that is deleted":    {secret, 200, `{"ARN":"a","DeletedDate":1.7e9}`, fault.NotFound},
		"a log group":                 {group, 200, `{"logGroups":[{"logGroupName":"/app/web"},{"logGroupName":"/app/web-2"}]}`, 0},
		"another's log group":         {group, 200, `{"logGroups":[{"logGroupName":"/app/web-2"}]}`, fault.NotFound},
		"a role":                      {role, 200, `<GetRoleResponse><GetRoleResult><Role><RoleName>run</RoleName></Role></GetRoleResult></GetRoleResponse>`, 0},
		"no role":                     {role, 404, `<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>`, fault.NotFound},
		"who may not look at secrets": {secret, 400, `{"__type":"AccessDeniedException","message":"not authorized to perform: secretsmanager:DescribeSecret on resource: x"}`, fault.Denied},
	} {
		err := open(t, canned(c.status, c.body), access.Options{}).Exists(t.Context(), c.need)
		if (err == nil) != (c.class == 0) || err != nil && fault.ClassOf(err) != c.class {
			t.Errorf("%s: %v", name, err)
		}
	}
}
