package sim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/awsx/sim"
)

// post sends a raw request and returns the status and the body.
func post(t *testing.T, account *sim.Account, target, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
	if target == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r.Header.Set("X-Amz-Target", target)
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	w := httptest.NewRecorder()
	account.ServeHTTP(w, r)
	out, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(out)
}

const (
	ecsTarget = "AmazonEC2ContainerServiceV20141113."
	ecrTarget = "AmazonEC2ContainerRegistry_V20150921."
)

func TestWrongCallsAnswerAsAWSDoes(t *testing.T) {
	account := newWorld(t, sim.Options{}).account
	eleven := `"s` + strings.Repeat(`","s`, 10) + `"`
	for _, tc := range []struct{ name, target, body, want string }{
		{"unknown operation", ecsTarget + "MakeCoffee", `{}`, "UnknownOperationException"},
		{"unknown service", "Coffee_2020.Make", `{}`, "UnknownOperationException"},
		{"operation of another service", ecrTarget + "ListClusters", `{}`, "UnknownOperationException"},
		{"not JSON", ecsTarget + "ListClusters", `{"maxResults":`, "SerializationException"},
		{"wrong type", ecsTarget + "DescribeServices", `{"services":"api"}`, "SerializationException"},
		{"wrong type in an update", ecsTarget + "UpdateService", `{"desiredCount":"four"}`, "SerializationException"},
		{"no such cluster", ecsTarget + "ListServices", `{"cluster":"nowhere"}`, "ClusterNotFoundException"},
		{"cluster of another account", ecsTarget + "ListServices", `{"cluster":"arn:aws:ecs:eu-west-1:999999999999:cluster/prod"}`, "Identifier is for 999999999999. Your accountId is 000000000000"},
		{"cluster of another region", ecsTarget + "ListServices", `{"cluster":"arn:aws:ecs:us-east-1:000000000000:cluster/prod"}`, "Identifier is for us-east-1. Your region is eu-west-1"},
		{"empty tags", ecsTarget + "TagResource", `{"resourceArn":"arn:aws:ecs:eu-west-1:000000000000:cluster/prod","tags":[]}`, "Tags can not be empty."},
		{"tags of AWS", ecsTarget + "TagResource", `{"resourceArn":"arn:aws:ecs:eu-west-1:000000000000:cluster/prod","tags":[{"key":"AWS:x"}]}`, "cannot start with 'aws:'"},
		{"tags of nothing", ecsTarget + "TagResource", `{"resourceArn":"arn:aws:ecs:eu-west-1:000000000000:cluster/nope","tags":[{"key":"x"}]}`, "could not be found"},
		{"setting that is none", ecsTarget + "ListAccountSettings", `{"name":"mood"}`, "Invalid setting name: mood"},
		{"task sets of no service", ecsTarget + "DescribeTaskSets", `{"cluster":"prod","service":"nope"}`, "ServiceNotFoundException"},
		{"protection of nothing", ecsTarget + "UpdateTaskProtection", `{"cluster":"prod","protectionEnabled":true}`, "1 to 10 items"},
		{"role of another account", "", "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::999999999999:role/x&RoleSessionName=me", "<Code>AccessDenied</Code>"},
		{"default cluster", ecsTarget + "ListServices", `{}`, "ClusterNotFoundException"},
		{"too many services", ecsTarget + "DescribeServices", `{"cluster":"prod","services":[` + eleven + `]}`, "InvalidParameterException"},
		{"no services", ecsTarget + "DescribeServices", `{"cluster":"prod"}`, "InvalidParameterException"},
		{"page too large", ecsTarget + "ListTasks", `{"cluster":"prod","maxResults":101}`, "InvalidParameterException"},
		{"bad token", ecsTarget + "ListTasks", `{"cluster":"prod","nextToken":"x"}`, "InvalidParameterException"},
		{"tasks of no service", ecsTarget + "ListTasks", `{"cluster":"prod","serviceName":"nope"}`, "ServiceNotFoundException"},
		{"update of no service", ecsTarget + "UpdateService", `{"cluster":"prod","service":"nope"}`, "ServiceNotFoundException"},
		{"negative count", ecsTarget + "UpdateService", `{"cluster":"prod","service":"web","desiredCount":-1}`, "InvalidParameterException"},
		{"no such revision", ecsTarget + "UpdateService", `{"cluster":"prod","service":"web","taskDefinition":"web:99"}`, "TaskDefinition not found"},
		{"revision of another family", ecsTarget + "UpdateService", `{"cluster":"prod","service":"web","taskDefinition":"users:1"}`,
			"The container web does not exist in the task definition."},
		{"blocking percents", ecsTarget + "UpdateService",
			`{"cluster":"prod","service":"web","deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":100}}`, "block deployments"},
		{"no definition", ecsTarget + "DescribeTaskDefinition", `{"taskDefinition":"nope"}`, "Unable to describe task definition."},
		{"no task", ecsTarget + "StopTask", `{"cluster":"prod","task":"abc"}`, "The referenced task was not found."},
		{"no rollout", ecsTarget + "StopServiceDeployment", `{"serviceDeploymentArn":"arn:x"}`, "ServiceDeploymentNotFoundException"},
		{"stop type", ecsTarget + "StopServiceDeployment", `{"serviceDeploymentArn":"arn:x","stopType":"ABORT"}`, "InvalidParameterException"},
		{"no repository", ecrTarget + "DescribeImages", `{"repositoryName":"nope"}`, "RepositoryNotFoundException"},
		{"no image", ecrTarget + "DescribeImages", `{"repositoryName":"web","imageIds":[{"imageTag":"nope"}]}`, "ImageNotFoundException"},
		{"query without action", "", "Version=2015-12-01", "<Code>MissingAction</Code>"},
		{"query action", "", "Action=MakeCoffee&Version=2015-12-01", "<Code>InvalidAction</Code>"},
		{"query version", "", "Action=DescribeRules&Version=1999-01-01", "<Code>InvalidAction</Code>"},
		{"no group", "", "Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=x", "<Code>TargetGroupNotFound</Code>"},
		{"groups two ways", "", "Action=DescribeTargetGroups&Version=2015-12-01&Names.member.1=a&LoadBalancerArn=b", "<Code>ValidationError</Code>"},
		{"no balancer", "", "Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=nope", "<Code>LoadBalancerNotFound</Code>"},
		{"no listener", "", "Action=DescribeRules&Version=2015-12-01&ListenerArn=x", "<Code>ListenerNotFound</Code>"},
		{"page of groups", "", "Action=DescribeTargetGroups&Version=2015-12-01&PageSize=0", "<Code>ValidationError</Code>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := post(t, account, tc.target, tc.body)
			if status != http.StatusBadRequest || !strings.Contains(body, tc.want) {
				t.Errorf("%d %s\nwant 400 with %q", status, body, tc.want)
			}
		})
	}
}

func TestABadDefinitionIsRefused(t *testing.T) {
	account := newWorld(t, sim.Options{}).account
	for _, tc := range []struct{ name, body, want string }{
		{"no family", `{"containerDefinitions":[{"name":"a","image":"b","memory":64}]}`, "Family"},
		{"odd family", `{"family":"a b","containerDefinitions":[{"name":"a","image":"b","memory":64}]}`, "Family contains invalid characters."},
		{"no containers", `{"family":"f","containerDefinitions":[]}`, "Container list cannot be empty."},
		{"no image", `{"family":"f","containerDefinitions":[{"name":"a","memory":64}]}`, "Container.image should not be null or empty."},
		{"no name", `{"family":"f","containerDefinitions":[{"image":"a","memory":64}]}`, "Container.name should not be null or empty."},
		{"no memory", `{"family":"f","containerDefinitions":[{"name":"a","image":"b"}]}`, "At least one of 'memory' or 'memoryReservation'"},
		{"same name twice", `{"family":"f","memory":"1 GB","containerDefinitions":[{"name":"a","image":"b"},{"name":"a","image":"b"}]}`, "not unique"},
		{"nothing essential", `{"family":"f","memory":"512","containerDefinitions":[{"name":"a","image":"b","essential":false}]}`, "essential"},
		{"host port in host mode", `{"family":"f","networkMode":"host","containerDefinitions":[{"name":"a","image":"b","memory":64,"portMappings":[{"containerPort":80,"hostPort":81}]}]}`,
			"When networkMode=host"},
		{"secret and variable", `{"family":"f","containerDefinitions":[{"name":"a","image":"b","memory":64,"environment":[{"name":"X","value":"1"}],"secrets":[{"name":"X","valueFrom":"y"}]}]}`,
			"The secret name must be unique"},
		{"output-only member", `{"family":"f","revision":3,"containerDefinitions":[{"name":"a","image":"b","memory":64}]}`, "revision"},
		{"reserved tag", `{"family":"f","tags":[{"key":"AWS:x","value":"y"}],"containerDefinitions":[{"name":"a","image":"b","memory":64}]}`, "aws:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := post(t, account, ecsTarget+"RegisterTaskDefinition", tc.body)
			if status != http.StatusBadRequest || !strings.Contains(body, tc.want) {
				t.Errorf("%d %s\nwant 400 with %q", status, body, tc.want)
			}
		})
	}
}

func TestWhatADefinitionCarriesSurvives(t *testing.T) {
	account := newWorld(t, sim.Options{}).account
	sent := `{"family":"future","cpu":"1 vCPU","memory":"2 GB","quantumEntanglement":{"qubits":[1,2.50,1e400]},
		"containerDefinitions":[{"name":"a","image":"b","teleport":"yes","portMappings":[{"containerPort":80}],
		"environment":[{"name":"LINES","value":"one\ntwo <&> \u00e9"}]}],"tags":[{"key":"team","value":"x"}]}`
	if status, body := post(t, account, ecsTarget+"RegisterTaskDefinition", sent); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	_, body := post(t, account, ecsTarget+"DescribeTaskDefinition", `{"taskDefinition":"future","include":["TAGS"]}`)
	for _, want := range []string{
		`"quantumEntanglement":{"qubits":[1,2.50,1e400]}`, `"teleport":"yes"`, `"hostPort":0`, `one\ntwo <&> é`,
		`"cpu":"1024"`, `"memory":"2048"`, `"revision":1`, `"status":"ACTIVE"`, `"tags":[{"key":"team","value":"x"}]`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
	_, body = post(t, account, ecsTarget+"DescribeTaskDefinition", `{"taskDefinition":"future:1"}`)
	if strings.Contains(body, `"tags"`) {
		t.Error("tags were given without being asked for")
	}
}

func TestAnInactiveRevisionCannotBeDeployed(t *testing.T) {
	w := newWorld(t, sim.Options{})
	arn := w.reviseImage("web", "v5.2.3")
	out := must[*ecs.DeregisterTaskDefinitionOutput](w)(w.ecs.DeregisterTaskDefinition(w.ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &arn}))
	if out.TaskDefinition.Status != types.TaskDefinitionStatusInactive || out.TaskDefinition.DeregisteredAt == nil {
		t.Errorf("status %s, deregistered %v", out.TaskDefinition.Status, out.TaskDefinition.DeregisteredAt)
	}
	_, err := w.ecs.UpdateService(w.ctx, &ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: aws.String("web"), TaskDefinition: &arn})
	if err == nil || !strings.Contains(err.Error(), "TaskDefinition is inactive") {
		t.Errorf("error %v, want the revision to be refused", err)
	}
}

func TestAnEmptyListRemovesAndNullKeeps(t *testing.T) {
	w := newWorld(t, sim.Options{})
	body := func(in string) types.Service {
		if status, out := post(t, w.account, ecsTarget+"UpdateService", in); status != http.StatusOK {
			t.Fatal(out)
		}
		return w.service("users")
	}
	if s := body(`{"cluster":"prod","service":"users","loadBalancers":null,"placementStrategy":null}`); len(s.LoadBalancers) != 1 || len(s.PlacementStrategy) != 2 {
		t.Errorf("null changed %v and %v", s.LoadBalancers, s.PlacementStrategy)
	}
	s := body(`{"cluster":"prod","service":"users","placementStrategy":[]}`)
	if len(s.PlacementStrategy) != 0 || len(s.Deployments) != 1 {
		t.Errorf("strategy %v, %d deployments, want none and 1", s.PlacementStrategy, len(s.Deployments))
	}
	if s := body(`{"cluster":"prod","service":"users","loadBalancers":[]}`); len(s.LoadBalancers) != 0 || len(s.Deployments) != 2 {
		t.Errorf("%d load balancers, %d deployments, want none and a new one", len(s.LoadBalancers), len(s.Deployments))
	}
}

func TestMissingThingsAreFailures(t *testing.T) {
	w := newWorld(t, sim.Options{})
	services := must[*ecs.DescribeServicesOutput](w)(w.ecs.DescribeServices(w.ctx, &ecs.DescribeServicesInput{
		Cluster: aws.String("prod"), Services: []string{"web", "nope"},
	}))
	tasks := must[*ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{
		Cluster: aws.String("prod"), Tasks: []string{"deadbeef"},
	}))
	clusters := must[*ecs.DescribeClustersOutput](w)(w.ecs.DescribeClusters(w.ctx, &ecs.DescribeClustersInput{Clusters: []string{"prod", "nope"}}))
	for name, failures := range map[string][]types.Failure{
		"service/prod/nope": services.Failures, "task/prod/deadbeef": tasks.Failures, "cluster/nope": clusters.Failures,
	} {
		if len(failures) != 1 || *failures[0].Reason != "MISSING" || !strings.HasSuffix(*failures[0].Arn, name) {
			t.Errorf("failures %+v, want %s MISSING", failures, name)
		}
	}
}

func TestPagesHoldEverythingOnce(t *testing.T) {
	w := newWorld(t, sim.Options{Services: 23, Tasks: 11})
	var services []string
	pages := ecs.NewListServicesPaginator(w.ecs, &ecs.ListServicesInput{Cluster: aws.String("prod")})
	for pages.HasMorePages() {
		page := must[*ecs.ListServicesOutput](w)(pages.NextPage(w.ctx))
		if len(page.ServiceArns) > 10 {
			t.Errorf("a page of %d services, want the default of 10", len(page.ServiceArns))
		}
		services = append(services, page.ServiceArns...)
	}
	if len(services) != 23 || len(slices.Compact(slices.Sorted(slices.Values(services)))) != 23 {
		t.Errorf("%d services, want 23 different ones", len(services))
	}
	seen := map[string]bool{}
	tasks := ecs.NewListTasksPaginator(w.ecs, &ecs.ListTasksInput{Cluster: aws.String("prod"), MaxResults: aws.Int32(37)})
	for tasks.HasMorePages() {
		for _, arn := range must[*ecs.ListTasksOutput](w)(tasks.NextPage(w.ctx)).TaskArns {
			if seen[arn] {
				t.Errorf("%s is on two pages", arn)
			}
			seen[arn] = true
		}
	}
	if len(seen) != 253 {
		t.Errorf("%d tasks, want 253", len(seen))
	}
	definitions := ecs.NewListTaskDefinitionsPaginator(w.ecs, &ecs.ListTaskDefinitionsInput{Sort: types.SortOrderDesc, MaxResults: aws.Int32(7)})
	var revisions []string
	for definitions.HasMorePages() {
		revisions = append(revisions, must[*ecs.ListTaskDefinitionsOutput](w)(definitions.NextPage(w.ctx)).TaskDefinitionArns...)
	}
	if len(revisions) != 69 || !slices.IsSortedFunc(revisions, func(x, y string) int { return strings.Compare(y, x) }) {
		t.Errorf("%d revisions, sorted %v, want 69 newest first", len(revisions), slices.IsSortedFunc(revisions, func(x, y string) int { return strings.Compare(y, x) }))
	}
	groups := elb.NewDescribeTargetGroupsPaginator(w.elb, &elb.DescribeTargetGroupsInput{PageSize: aws.Int32(5)})
	count := 0
	for groups.HasMorePages() {
		count += len(must[*elb.DescribeTargetGroupsOutput](w)(groups.NextPage(w.ctx)).TargetGroups)
	}
	if count != 23 {
		t.Errorf("%d target groups, want 23", count)
	}
}

func TestAServiceIsFoundBehindItsLoadBalancer(t *testing.T) {
	w := newWorld(t, sim.Options{})
	lb := must[*elb.DescribeLoadBalancersOutput](w)(w.elb.DescribeLoadBalancers(w.ctx, &elb.DescribeLoadBalancersInput{Names: []string{"prod-public"}})).LoadBalancers[0]
	l := must[*elb.DescribeListenersOutput](w)(w.elb.DescribeListeners(w.ctx, &elb.DescribeListenersInput{LoadBalancerArn: lb.LoadBalancerArn})).Listeners[0]
	rules := must[*elb.DescribeRulesOutput](w)(w.elb.DescribeRules(w.ctx, &elb.DescribeRulesInput{ListenerArn: l.ListenerArn})).Rules
	group := *w.service("api-orders").LoadBalancers[0].TargetGroupArn
	i := slices.IndexFunc(rules, func(r elbtypes.Rule) bool { return aws.ToString(r.Actions[0].TargetGroupArn) == group })
	if i < 0 || rules[i].Conditions[0].HostHeaderConfig.Values[0] != "api-orders.prod.example.com" {
		t.Errorf("no rule leads to %s", group)
	}
	if last := rules[len(rules)-1]; *last.Priority != "default" || !*last.IsDefault {
		t.Errorf("the last rule is %s, want the default", *last.Priority)
	}
	g := must[*elb.DescribeTargetGroupsOutput](w)(w.elb.DescribeTargetGroups(w.ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{group}})).TargetGroups[0]
	if *g.HealthCheckPath != "/health" || g.LoadBalancerArns[0] != *lb.LoadBalancerArn {
		t.Errorf("group checks %s behind %v", *g.HealthCheckPath, g.LoadBalancerArns)
	}
}

func TestTheRegistryKnowsWhatRuns(t *testing.T) {
	w := newWorld(t, sim.Options{})
	images := must[*ecr.DescribeImagesOutput](w)(w.ecr.DescribeImages(w.ctx, &ecr.DescribeImagesInput{
		RepositoryName: aws.String("catalog"), ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: aws.String("v3.4.0")}},
	})).ImageDetails
	running := w.tasks("catalog", types.DesiredStatusRunning)[0].Containers[0]
	if *images[0].ImageDigest != *running.ImageDigest || images[0].ImagePushedAt == nil {
		t.Errorf("the tag is %s, a task runs %s", *images[0].ImageDigest, *running.ImageDigest)
	}
	got := must[*ecr.BatchGetImageOutput](w)(w.ecr.BatchGetImage(w.ctx, &ecr.BatchGetImageInput{
		RepositoryName: aws.String("catalog"), ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: aws.String("v3.4.0")}, {ImageTag: aws.String("nope")}},
	}))
	var manifest struct {
		Manifests []struct{ Platform struct{ Architecture string } }
	}
	if err := json.Unmarshal([]byte(*got.Images[0].ImageManifest), &manifest); err != nil || manifest.Manifests[0].Platform.Architecture != "amd64" {
		t.Errorf("manifest %s: %v", *got.Images[0].ImageManifest, err)
	}
	if len(got.Failures) != 1 || got.Failures[0].FailureCode != ecrtypes.ImageFailureCodeImageNotFound {
		t.Errorf("failures %+v, want one image not found", got.Failures)
	}
	identity := must[*sts.GetCallerIdentityOutput](w)(w.sts.GetCallerIdentity(w.ctx, &sts.GetCallerIdentityInput{}))
	if *identity.Account != "000000000000" {
		t.Errorf("account %s", *identity.Account)
	}
}
