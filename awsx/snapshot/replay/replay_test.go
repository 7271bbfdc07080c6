package replay_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gantry/awsx/snapshot"
	"gantry/awsx/snapshot/replay"
)

// account is a snapshot with one of some kinds, and with what was refused.
const account = `{"format": "gantry snapshot", "version": 1, "taken": "2026-03-02T10:00:00Z", "region": "eu-west-1", "account": "210987654321",
"entities": {
 "clusters": [{"clusterArn": "arn:aws:ecs:eu-west-1:210987654321:cluster/shop", "clusterName": "shop"}],
 "services": [{"serviceArn": "arn:aws:ecs:eu-west-1:210987654321:service/shop/till", "serviceName": "till", "clusterArn": "arn:aws:ecs:eu-west-1:210987654321:cluster/shop", "status": "ACTIVE", "tags": [{"key": "a", "value": "b"}], "later": {"unknown": 1.50}}],
 "targetHealth": [{"TargetGroupArn": "arn:tg/one", "TargetHealthDescriptions": [{"Target": {"Id": "10.0.0.1", "Port": 80}}]}],
 "loadBalancers": [{"LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:210987654321:loadbalancer/app/shop/7", "LoadBalancerName": "shop"}],
 "listeners": [{"ListenerArn": "arn:aws:elasticloadbalancing:eu-west-1:210987654321:listener/app/shop/7/9", "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:210987654321:loadbalancer/app/shop/7", "Port": 443}],
 "rules": [{"RuleArn": "arn:aws:elasticloadbalancing:eu-west-1:210987654321:listener-rule/app/shop/7/9/1", "Priority": "3"},
  {"RuleArn": "arn:aws:elasticloadbalancing:eu-west-1:210987654321:listener-rule/app/shop/7/90/1", "Priority": "4"}],
 "metricAlarms": [{"AlarmName": "high", "AlarmArn": "arn:high", "StateValue": "ALARM", "Threshold": 3, "StateUpdatedTimestamp": 1772445600.5}]
},
"missing": [{"kind": "tasks", "arn": "arn:aws:ecs:eu-west-1:210987654321:task/shop/0a", "reason": "MISSING", "clusterArn": "shop", "desiredStatus": "RUNNING"}],
"refused": [{"service": "ecs", "operation": "ListContainerInstances", "subject": "shop", "code": "AccessDeniedException", "message": "you may not"},
 {"service": "elbv2", "operation": "DescribeRules", "subject": "arn:refused", "code": "AccessDenied", "message": "no rules for you"}]}`

// ask sends one call over HTTP, of the JSON protocol when its body is JSON.
func ask(t *testing.T, address, target, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if target != "" {
		req.Header.Set("X-Amz-Target", target)
		req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestASnapshotIsServedToOtherClients(t *testing.T) {
	doc, err := snapshot.Read([]byte(account))
	if err != nil {
		t.Fatal(err)
	}
	served, err := replay.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(served)
	defer server.Close()
	const ecs, cw = "AmazonEC2ContainerServiceV20141113.", "GraniteServiceVersion20100801."
	for name, c := range map[string]struct {
		target, body string
		status       int
		says         []string
		lacks        string
	}{
		"a list":           {ecs + "ListServices", `{"cluster":"shop"}`, 200, []string{`["arn:aws:ecs:eu-west-1:210987654321:service/shop/till"]`}, ""},
		"a service whole":  {ecs + "DescribeServices", `{"cluster":"shop","services":["till","none"]}`, 200, []string{`"later":{"unknown":1.50}`, `"reason":"MISSING"`}, `"tags"`},
		"tags unread":      {ecs + "DescribeClusters", `{"clusters":["shop"],"include":["TAGS"]}`, 200, []string{`"tags":null`}, ""},
		"tags":             {ecs + "DescribeServices", `{"cluster":"shop","services":["till"],"include":["TAGS"]}`, 200, []string{`"tags":[{"key":"a"`}, ""},
		"what is missing":  {ecs + "ListTasks", `{"cluster":"shop"}`, 200, []string{"task/shop/0a"}, ""},
		"another cluster":  {ecs + "ListTasks", `{"cluster":"prod"}`, 400, []string{"ClusterNotFoundException"}, ""},
		"a refusal":        {ecs + "ListContainerInstances", `{"cluster":"shop"}`, 400, []string{"AccessDeniedException", "you may not"}, ""},
		"not held":         {ecs + "DescribeTaskDefinition", `{"taskDefinition":"till:4"}`, 400, []string{"the snapshot does not hold the task definition till:4"}, ""},
		"a change":         {ecs + "UpdateService", `{"cluster":"shop","service":"till"}`, 400, []string{"AccessDeniedException", "ecs:UpdateService", "a snapshot"}, ""},
		"never asked for":  {ecs + "ListAttributes", `{}`, 400, []string{"NotInSnapshot", "ecs:ListAttributes"}, ""},
		"a secret's name":  {"secretsmanager.DescribeSecret", `{"SecretId":"pin"}`, 400, []string{"NotInSnapshot", "secretsmanager:DescribeSecret"}, ""},
		"alarms":           {cw + "DescribeAlarms", `{"StateValue":"ALARM"}`, 200, []string{`"StateUpdatedTimestamp":1772445600.5`, `"CompositeAlarms":[]`}, ""},
		"health":           {"", "Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=arn:tg/one", 200, []string{"<member><Target><Id>10.0.0.1</Id><Port>80</Port></Target></member>"}, "TargetGroupArn"},
		"load balancers":   {"", "Action=DescribeLoadBalancers&Version=2015-12-01", 200, []string{"<LoadBalancerName>shop</LoadBalancerName>"}, ""},
		"listeners of one": {"", "Action=DescribeListeners&Version=2015-12-01&LoadBalancerArn=arn:aws:elasticloadbalancing:eu-west-1:210987654321:loadbalancer/app/shop/7", 200, []string{"<Port>443</Port>"}, ""},
		"rules of one":     {"", "Action=DescribeRules&Version=2015-12-01&ListenerArn=arn:aws:elasticloadbalancing:eu-west-1:210987654321:listener/app/shop/7/9", 200, []string{"<Priority>3</Priority>"}, "<Priority>4</Priority>"},
		"rules never read": {"", "Action=DescribeRules&Version=2015-12-01&ListenerArn=arn:aws:elasticloadbalancing:eu-west-1:210987654321:listener/app/shop/7/8", 400, []string{"NotInSnapshot", "the rules of"}, ""},
		"rules refused":    {"", "Action=DescribeRules&Version=2015-12-01&ListenerArn=arn:refused", 400, []string{"AccessDenied", "no rules for you"}, ""},
		"a change by form": {"", "Action=ModifyRule&Version=2015-12-01&RuleArn=x", 400, []string{"<Code>AccessDenied</Code>", "elbv2:ModifyRule"}, ""},
		"who asks":         {"", "Action=GetCallerIdentity&Version=2011-06-15", 200, []string{"<Account>210987654321</Account>"}, ""},
	} {
		status, answer := ask(t, server.URL, c.target, c.body)
		if status != c.status || c.lacks != "" && strings.Contains(answer, c.lacks) {
			t.Errorf("%s: %d %s", name, status, answer)
		}
		for _, text := range c.says {
			if !strings.Contains(answer, text) {
				t.Errorf("%s: no %q in %s", name, text, answer)
			}
		}
	}
}

// FuzzAnyDocumentAnswers serves documents in which anything may stand anywhere.
func FuzzAnyDocumentAnswers(f *testing.F) {
	f.Add(`{"services":[{"serviceArn":3,"taskSets":{"a":1},"tags":"x"}],"tasks":[{"taskArn":null}],"clusters":[{"clusterArn":"shop"}]}`)
	f.Add(`{"taskDefinitions":[{"taskDefinitionArn":[]}],"families":[{"taskDefinitionArns":[1]}],"images":[{"imageTags":{}}],"metricAlarms":[{"AlarmName":{}, "aTimestamp":1e400}]}`)
	f.Fuzz(func(t *testing.T, entities string) {
		doc, err := snapshot.Read([]byte(`{"format":"gantry snapshot","version":1,"taken":"2026-03-02T10:00:00Z","entities":` + entities + `}`))
		if err != nil {
			return
		}
		served, err := replay.New(doc)
		if err != nil {
			return
		}
		for _, call := range []string{"ListClusters", "ListServices", "DescribeServices", "ListTasks", "DescribeTasks", "DescribeTaskDefinition", "ListTaskDefinitions", "DescribeTaskSets", "ListServiceDeployments"} {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"cluster":"shop","services":["a"],"service":"a","tasks":["a"],"taskDefinition":"a"}`))
			r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+call)
			served.ServeHTTP(httptest.NewRecorder(), r)
		}
		r := httptest.NewRequest(http.MethodPost, "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", nil)
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		served.ServeHTTP(httptest.NewRecorder(), r)
	})
}
