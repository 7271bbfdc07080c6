package sdk

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

// strange holds fields that no SDK knows, an order and a layout of its own,
// numbers that a float would spoil and text that JSON may escape in two ways.
const strange = `{ "containerDefinitions":[{"name":"app","image":"app:1","portMappings":[{"containerPort":8080,"hostPort":0}],
  "futureField":{"big":12345678901234567890,"exp":1E2,"text":"\u003ca\u003e & <b> \/"},"environment":[{"name":"EMPTY","value":""}]}],
 "family":"api", "revision":7,"anotherFutureField":[1,2,null], "volumes":[],"taskDefinitionArn":"arn:aws:ecs:eu-west-1:123456789012:task-definition/api:7"}`

// echo is an ECS over HTTP that answers with the document and keeps what it got.
func echo(t *testing.T, got *http.Request, body *string) Account {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*got, *body = *r, string(b)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"tags":[{"key":"team","value":"core"}],"newTopLevel":1,"taskDefinition": `+strange+`}`)
	}))
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	id := awsx.ContextID{Endpoint: server.URL}
	a, err := NewStatic(access.Options{Transport: transport, Version: "1"}, access.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"}).Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a.(Account)
}

func TestTaskDefinitionIsKeptByteForByte(t *testing.T) {
	var req http.Request
	var body string
	td, err := echo(t, &req, &body).TaskDefinition(t.Context(), "api:7")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strange, string(td.Raw)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]awsx.Tag{{Key: "team", Value: "core"}}, td.Tags); d != "" {
		t.Error(d)
	}
	if td.Revision != 7 || len(td.Containers) != 1 || td.Containers[0].Ports[0].HostPort != 0 {
		t.Errorf("parsed view %+v", td.Containers)
	}
	if want := `{"include":["TAGS"],"taskDefinition":"api:7"}`; body != want {
		t.Errorf("asked for %s", body)
	}
}

func TestRegisteredDocumentIsSentByteForByte(t *testing.T) {
	var req http.Request
	var body string
	a := echo(t, &req, &body)
	var recorded []awsx.Call
	ctx := permitted(t.Context(), func(c awsx.Call) error { recorded = append(recorded, c); return nil })
	td, err := a.RegisterTaskDefinition(ctx, awsx.Document(strange))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strange, body); d != "" {
		t.Error(d)
	}
	if req.ContentLength != int64(len(strange)) {
		t.Errorf("content length %d, want %d", req.ContentLength, len(strange))
	}
	if auth := req.Header.Get("Authorization"); !strings.Contains(auth, "content-length") || !strings.HasPrefix(auth, "AWS4-HMAC-SHA256") {
		t.Errorf("authorization %q", auth)
	}
	if td.Revision != 7 || string(td.Raw) != strange {
		t.Errorf("answer %v", td)
	}
	if len(recorded) != 1 {
		t.Errorf("recorded %v", recorded)
	}
}

func TestDocumentThatCannotBeRegisteredIsRefusedBeforeAnythingIsRecorded(t *testing.T) {
	w := canned(200, `{}`)
	a := open(t, w, access.Options{})
	ctx := permitted(t.Context(), func(awsx.Call) error { t.Error("recorded"); return nil })
	for _, doc := range []string{``, `[]`, `{"family":"api"}`, `{"containerDefinitions":[{}]}`, `{"family":"api","containerDefinitions":[]}`} {
		if _, err := a.RegisterTaskDefinition(ctx, awsx.Document(doc)); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("%s: %v", doc, err)
		}
	}
	if w.total() != 0 {
		t.Errorf("%d calls", w.total())
	}
}

func TestUpdateSendsOnlyWhatChanges(t *testing.T) {
	service := cluster.In(arn("service/prod/api"))
	td, n, zero := arn("task-definition/api:8"), 3, 0
	for _, c := range []struct {
		update awsx.ServiceUpdate
		want   string
	}{
		{awsx.ServiceUpdate{Service: service, Desired: &n}, `"desiredCount":3,`},
		{awsx.ServiceUpdate{Service: service, Desired: &zero}, `"desiredCount":0,`},
		{awsx.ServiceUpdate{Service: service, ForceNew: true}, `"forceNewDeployment":true,`},
		{awsx.ServiceUpdate{Service: service, TaskDefinition: &td}, `"taskDefinition":"` + td + `",`},
	} {
		w := canned(200, `{"service":`+serviceJSON(service.ARN)+`}`)
		s, err := open(t, w, access.Options{}).UpdateService(permitted(t.Context(), func(awsx.Call) error { return nil }), c.update)
		if err != nil || s.Ref != service || s.Deployments[0].ID != "ecs-svc/1" {
			t.Errorf("%+v, %v", s, err)
		}
		var got, want map[string]any
		for text, to := range map[string]*map[string]any{
			w.bodies[0]: &got, `{` + c.want + `"cluster":"` + cluster.ARN + `","service":"` + service.ARN + `"}`: &want,
		} {
			if err := json.Unmarshal([]byte(text), to); err != nil {
				t.Fatal(text, err)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func TestRevisionsStopAtTheLimitAndSkipOtherFamilies(t *testing.T) {
	w := &wire{reply: func(_ string, in map[string]any) (int, string) {
		if in["nextToken"] == nil {
			return 200, `{"taskDefinitionArns":["` + arn("task-definition/api:9") + `","` + arn("task-definition/api-worker:4") + `"],"nextToken":"2"}`
		}
		return 200, `{"taskDefinitionArns":["` + arn("task-definition/api:8") + `","` + arn("task-definition/api:7") + `"]}`
	}}
	got, err := open(t, w, access.Options{}).Revisions(t.Context(), "api", 2)
	if d := cmp.Diff([]string{arn("task-definition/api:9"), arn("task-definition/api:8")}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if !strings.Contains(w.bodies[0], `"sort":"DESC"`) || !strings.Contains(w.bodies[0], `"status":"ACTIVE"`) {
		t.Errorf("asked for %s", w.bodies[0])
	}
}

func TestRawIsTheOneElementOfTheAnswer(t *testing.T) {
	const element = `{"b":1,  "a":{"new":[1.0]}}`
	for kind, field := range map[awsx.Kind]string{
		awsx.KindCluster: "clusters", awsx.KindService: "services", awsx.KindTask: "tasks", awsx.KindInstance: "containerInstances",
	} {
		a := open(t, canned(200, `{"failures":[],"`+field+`":[`+element+`]}`), access.Options{})
		got, err := a.Raw(t.Context(), kind, cluster.In("x"))
		if err != nil || string(got) != element {
			t.Errorf("%s: %s, %v", kind, got, err)
		}
		a = open(t, canned(200, `{"`+field+`":[],"failures":[{"arn":"x","reason":"MISSING"}]}`), access.Options{})
		if _, err := a.Raw(t.Context(), kind, cluster.In("x")); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("%s: %v", kind, err)
		}
	}
	a := open(t, canned(200, `{"taskDefinition":`+element+`}`), access.Options{})
	if got, err := a.Raw(t.Context(), awsx.KindTaskDefinition, cluster.In("api:7")); err != nil || string(got) != element {
		t.Errorf("%s, %v", got, err)
	}
	a = open(t, canned(200, groupsXML("web")), access.Options{})
	got, err := a.Raw(t.Context(), awsx.KindTargetGroup, awsx.Ref{Context: here, ARN: "arn:web"})
	want := `{"HealthCheckEnabled":true,"HealthCheckIntervalSeconds":30,"HealthCheckPath":"/health","Matcher":{"HttpCode":"200-299"},"TargetGroupArn":"arn:web","TargetType":"instance"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestRawRefusesAnUnknownKind(t *testing.T) {
	if _, err := open(t, canned(200, `{}`), access.Options{}).Raw(context.Background(), "volcano", cluster); fault.ClassOf(err) != fault.Invalid {
		t.Error(err)
	}
}
