package deploy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/document"
	"gantry/internal/fault"
)

func TestWhatTasksCannotStartWithoutIsLookedFor(t *testing.T) {
	missing := func(id string) map[string]error {
		return map[string]error{id: fault.Errorf(fault.NotFound, "", id, "there is no such thing")}
	}
	denied := func(id, action string) map[string]error {
		return map[string]error{id: &fault.Error{Class: fault.Denied, Op: action, Resource: id, Err: fmt.Errorf("AccessDeniedException")}}
	}
	for _, c := range []struct {
		absent map[string]error
		result check.Result
		text   string
	}{
		{nil, check.OK, "parameter /api-key, role api-execution there"},
		{missing("/api-key"), check.Broken, "not there: parameter /api-key"},
		{missing("api-execution"), check.Warning, "IAM knows of no role api-execution"},
		{denied("api-execution", "iam:GetRole"), check.Skipped, "parameter /api-key there; not all is known: iam:GetRole is denied"},
		{denied("/api-key", "ssm:DescribeParameters"), check.Skipped, "ssm:DescribeParameters is denied"},
	} {
		f := newFake(t)
		f.absent = c.absent
		if got := found(t, deployImage(f, t), check.Secrets); got.Result != c.result || !strings.Contains(got.Text, c.text) {
			t.Errorf("%v: %s %q, want %s %q", c.absent, got.Result, got.Text, c.result, c.text)
		}
	}
	for _, c := range newFake(t).plan(t, Scale{6}).Checks {
		if c.Name == check.Secrets {
			t.Errorf("a change of the count looks for secrets: %+v", c)
		}
	}
}

func TestWhatADefinitionRefersToIsReadFromAllItsForms(t *testing.T) {
	tree, err := document.Parse([]byte(`{"executionRoleArn":"arn:aws:iam::123456789012:role/team/run","taskRoleArn":"arn:aws:iam::999999999999:role/theirs","containerDefinitions":[
	 {"name":"web","repositoryCredentials":{"credentialsParameter":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:hub-AbCdEf"},
	  "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/app/web","awslogs-region":"us-east-1"}},
	  "secrets":[{"name":"A","valueFrom":"plain"},{"name":"B","valueFrom":"/prod/db"},{"name":"C","valueFrom":"arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db"},
	   {"name":"D","valueFrom":"arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf:password::"},{"name":"E","valueFrom":"arn:aws:ssm:eu-west-1:999999999999:parameter/theirs"}]},
	 {"name":"proxy","logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/app/made","awslogs-create-group":"true"},"secretOptions":[{"name":"t","valueFrom":"token"}]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	target := awsx.Ref{Context: awsx.ContextID{Region: "eu-west-1"}, Cluster: clusterARN, ARN: serviceARN}
	want := []awsx.Dependency{
		{Kind: awsx.ParameterDependency, ID: "plain"}, {Kind: awsx.ParameterDependency, ID: "/prod/db"},
		{Kind: awsx.SecretDependency, ID: "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf", Region: "us-east-1"},
		{Kind: awsx.SecretDependency, ID: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hub-AbCdEf"},
		{Kind: awsx.LogGroupDependency, ID: "/app/web", Region: "us-east-1"},
		{Kind: awsx.ParameterDependency, ID: "token"},
		{Kind: awsx.RoleDependency, ID: "run"},
	}
	if diff := cmp.Diff(want, check.Needs(tree, target)); diff != "" {
		t.Error(diff)
	}
}
