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

// TestARoleThatIsGoneStopsWhatIsRegisteredAlready: the service refuses to register it and
// needs no help there, and starts no task of a revision that was registered before.
func TestARoleThatIsGoneStopsWhatIsRegisteredAlready(t *testing.T) {
	f := newFake(t)
	f.absent = map[string]error{"api-execution": fault.Errorf(fault.NotFound, "", "api-execution", "there is no such role")}
	if got := found(t, f.plan(t, Restart{}), check.Secrets); got.Result != check.Broken || !strings.Contains(got.Text, "not there: role api-execution") {
		t.Errorf("%s %q", got.Result, got.Text)
	}
}

// TestNoTargetIsLeftWithoutAWord: a count of 0 behind a load balancer, however it comes
// about, answers whoever calls with an error.
func TestNoTargetIsLeftWithoutAWord(t *testing.T) {
	none, one := 0, 1
	for _, c := range []struct {
		name   string
		intent Intent
		edit   func(*fake)
		warned bool
	}{
		{"scaled to 0", Scale{0}, func(*fake) {}, true},
		{"scaled to 1", Scale{1}, func(*fake) {}, false},
		{"behind no load balancer", Scale{0}, func(f *fake) { f.service.LoadBalancers = nil }, false},
		{"bounds of 0", SetScaling{Min: &none, Max: &none}, func(f *fake) { f.scaling = &awsx.ScalableTarget{Min: 1, Max: 4} }, true},
		{"bounds of 1", SetScaling{Min: &one, Max: &one}, func(f *fake) { f.scaling = &awsx.ScalableTarget{Min: 1, Max: 4} }, false},
	} {
		f := newFake(t)
		c.edit(f)
		warned := false
		for _, got := range f.plan(t, c.intent).Checks {
			warned = warned || got.Name == check.TargetGroup && got.Result == check.Warning && strings.Contains(got.Text, "answer 503")
		}
		if warned != c.warned {
			t.Errorf("%s: warned %v, want %v", c.name, warned, c.warned)
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
