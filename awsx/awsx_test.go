package awsx_test

import (
	"fmt"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/internal/fault"
)

func TestNamesComeFromARNs(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:ecs:eu-west-1:1:service/prod/api":      "api",
		"arn:aws:ecs:eu-west-1:1:service/api":           "api", // before 2021
		"arn:aws:ecs:eu-west-1:1:cluster/prod":          "prod",
		"arn:aws:ecs:eu-west-1:1:task-definition/api:7": "api:7",
		"arn:aws:sns:eu-west-1:1:alarms":                "alarms",
		"arn:aws:sts::1:assumed-role/deploy/ci":         "ci",
		"api:7":                                         "api:7",
		"api":                                           "api",
		"":                                              "",
	} {
		if got := awsx.ARNName(arn); got != want {
			t.Errorf("the name of %q is %q, want %q", arn, got, want)
		}
	}
}

func TestRevisionsAreSplitFromFamilies(t *testing.T) {
	for id, want := range map[string][2]string{
		"arn:aws:ecs:eu-west-1:1:task-definition/api:7": {"api", "7"},
		"api:7": {"api", "7"},
		"api":   {"api", ""},
	} {
		family, revision := awsx.SplitRevision(id)
		if family != want[0] || revision != want[1] {
			t.Errorf("%q is split into %q and %q", id, family, revision)
		}
	}
}

func TestContextsTellWhereACallGoes(t *testing.T) {
	for _, tt := range []struct {
		id   awsx.ContextID
		want string
	}{
		{awsx.ContextID{Profile: "main", Region: "eu-west-1"}, "main/eu-west-1"},
		{awsx.ContextID{Region: "eu-west-1"}, "default/eu-west-1"},
		{awsx.ContextID{Region: "eu-west-1", Endpoint: "http://127.0.0.1:4566"}, "default/eu-west-1@http://127.0.0.1:4566"},
	} {
		if got := tt.id.String(); got != tt.want {
			t.Errorf("%+v prints as %q", tt.id, got)
		}
	}
}

const document = `{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:1:task-definition/api:7","family":"api","revision":7,
"registeredAt":1763841600.123,"someday":{"kept":true},"containerDefinitions":[
{"name":"app","image":"api:v1","environment":[{"name":"DB_PASSWORD","value":"canary-5ecret"}],"portMappings":[{"containerPort":8080,"hostPort":0}],
 "logConfiguration":{"logDriver":"gelf","options":{"gelf-address":"udp://x"}},"stopTimeout":120},
{"name":"proxy","image":"nginx","essential":false,"healthCheck":{"command":["true"]}}]}`

func TestATaskDefinitionIsReadBesideItsDocument(t *testing.T) {
	td, err := awsx.ParseTaskDefinition(awsx.Document(document), []awsx.Tag{{Key: "team", Value: "orders"}})
	if err != nil {
		t.Fatal(err)
	}
	if string(td.Raw) != document {
		t.Error("the document is not what was given")
	}
	app, ok := td.Container("app")
	if !ok || !app.Essential || app.LogDriver != "gelf" || app.Ports[0].HostPort != 0 || app.StopTimeout.Seconds() != 120 || app.HasHealth {
		t.Errorf("app is %+v", app)
	}
	if proxy, ok := td.Container("proxy"); !ok || proxy.Essential || !proxy.HasHealth {
		t.Errorf("proxy is %+v", proxy)
	}
	if td.RegisteredAt.UnixMilli() != 1763841600123 {
		t.Errorf("registered at %v", td.RegisteredAt)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if printed := fmt.Sprintf(verb, td.Raw) + fmt.Sprintf(verb, app); strings.Contains(printed, "canary-5ecret") || strings.Contains(printed, fmt.Sprintf("%x", "canary-5ecret")) {
			t.Errorf("%s prints a secret", verb)
		}
	}
}

func TestADocumentThatIsNoneIsInvalid(t *testing.T) {
	for _, doc := range []string{"", "[]", `{"revision":"seven"}`, `{"family":`} {
		if _, err := awsx.ParseTaskDefinition(awsx.Document(doc), nil); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("%q gives %v", doc, err)
		}
	}
}

func TestADeploymentInProgressSaysHowManyOfItsTasksFailed(t *testing.T) {
	const runs, ran = "arn:aws:ecs:eu-west-1:1:task-definition/till:8", "arn:aws:ecs:eu-west-1:1:task-definition/till:7"
	service := awsx.Service{Deployments: []awsx.Deployment{{Status: "ACTIVE", TaskDefinition: ran, Failed: 5}, {Status: "PRIMARY", TaskDefinition: runs, Failed: 2}}}
	for name, c := range map[string]struct {
		d          awsx.ServiceDeployment
		definition string
		want       string
	}{
		"by the service":     {awsx.ServiceDeployment{Status: "IN_PROGRESS"}, runs, "2 tasks failed"},
		"by its own record":  {awsx.ServiceDeployment{Status: "IN_PROGRESS", BreakerFailures: 1}, ran, "1 task failed"},
		"of another":         {awsx.ServiceDeployment{Status: "IN_PROGRESS"}, ran, ""},
		"one that has ended": {awsx.ServiceDeployment{Status: "SUCCESSFUL", BreakerFailures: 3}, runs, ""},
		"with a reason":      {awsx.ServiceDeployment{Status: "IN_PROGRESS", StatusReason: "waits"}, runs, "waits"},
	} {
		if got := c.d.WhySoFar(service, c.definition); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
