package sdk

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
)

func TestServiceKeepsWhatADeploymentIsDecidedBy(t *testing.T) {
	service, td := cluster.In(arn("service/prod/api")), arn("task-definition/api:7")
	w := canned(200, `{"failures":[],"services":[{"serviceArn":"`+service.ARN+`","serviceName":"api","clusterArn":"`+cluster.ARN+`",
		"deploymentController":{"type":"EXTERNAL"},"deploymentConfiguration":{"strategy":"BLUE_GREEN","maximumPercent":150,
		 "deploymentCircuitBreaker":{"enable":true,"rollback":true,"resetOnHealthyTask":false,"thresholdConfiguration":{"type":"UNBOUNDED_PERCENT","value":40}},
		 "alarms":{"alarmNames":["api-5xx","api-slow"],"enable":true,"rollback":false}},
		"loadBalancers":[{"targetGroupArn":"blue","containerName":"app","containerPort":8080,
		 "advancedConfiguration":{"alternateTargetGroupArn":"green","productionListenerRule":"rule/1","testListenerRule":"rule/2","roleArn":"r"}}],
		"taskSets":[{"id":"ecs-svc/1","taskSetArn":"x","externalId":"d-1","status":"PRIMARY","taskDefinition":"`+td+`","computedDesiredCount":4,
		 "runningCount":3,"pendingCount":1,"scale":{"value":50.5,"unit":"PERCENT"},"stabilityStatus":"STABILIZING","startedBy":"CODE_DEPLOY","createdAt":1700000000}],
		"tags":[{"key":"aws:cloudformation:stack-name","value":"prod"}]}]}`)
	got, _, errs := drain(t, open(t, w, access.Options{}).DescribeServices(t.Context(), cluster, []string{service.ARN}))
	want := []awsx.Service{{
		Ref: service, Name: "api", Controller: "EXTERNAL", Strategy: "BLUE_GREEN", TaskDefinition: td,
		Deployments: []awsx.Deployment{{
			ID: "ecs-svc/1", Status: "PRIMARY", TaskDefinition: td, Desired: 4, Running: 3, Pending: 1,
			RolloutState: "COMPLETED", CreatedAt: time.Unix(1700000000, 0),
		}},
		MinHealthyPercent: awsx.Unset, MaxPercent: 150,
		Breaker: awsx.Breaker{Enabled: true, Rollback: true, Threshold: 40, Percent: true, Unbounded: true, KeepsCount: true},
		Alarms:  awsx.DeploymentAlarms{Enabled: true, Names: []string{"api-5xx", "api-slow"}},
		LoadBalancers: []awsx.LoadBalancer{{
			TargetGroup: "blue", Container: "app", ContainerPort: 8080, Alternate: "green", ProductionRule: "rule/1", TestRule: "rule/2",
		}},
		TaskSets: []awsx.TaskSet{{
			ID: "ecs-svc/1", ExternalID: "d-1", Status: "PRIMARY", TaskDefinition: td, Desired: 4, Running: 3, Pending: 1,
			Scale: 50.5, Stability: "STABILIZING", StartedBy: "CODE_DEPLOY", CreatedAt: time.Unix(1700000000, 0),
		}},
		Tags: []awsx.Tag{{Key: "aws:cloudformation:stack-name", Value: "prod"}},
	}}
	if d := cmp.Diff(want, got); d != "" || len(errs) > 0 {
		t.Error(d, errs)
	}
}

// TestTheRevisionIsTheServingTaskSets, whatever the service was made with.
func TestTheRevisionIsTheServingTaskSets(t *testing.T) {
	w := canned(200, `{"services":[{"serviceArn":"x","taskDefinition":"shop:3","deploymentController":{"type":"CODE_DEPLOY"},
		"taskSets":[{"id":"a","status":"ACTIVE","taskDefinition":"shop:3","createdAt":1},{"id":"b","status":"PRIMARY","taskDefinition":"shop:4","createdAt":2}]}]}`)
	got, _, _ := drain(t, open(t, w, access.Options{}).DescribeServices(t.Context(), cluster, []string{"x"}))
	if got[0].TaskDefinition != "shop:4" {
		t.Errorf("it runs %s", got[0].TaskDefinition)
	}
}

func TestTheTimeThatShiftsOfTrafficTakeIsReadOfEachStrategy(t *testing.T) {
	for text, want := range map[string]time.Duration{
		`{"strategy":"ROLLING","bakeTimeInMinutes":5}`:                                                                   0,
		`{"strategy":"BLUE_GREEN","bakeTimeInMinutes":5}`:                                                                5 * time.Minute,
		`{"strategy":"LINEAR","bakeTimeInMinutes":5,"linearConfiguration":{"stepPercent":30,"stepBakeTimeInMinutes":2}}`: 11 * time.Minute,
		`{"strategy":"LINEAR"}`: 54 * time.Minute,
		`{"strategy":"CANARY","bakeTimeInMinutes":1,"canaryConfiguration":{"canaryPercent":2.5,"canaryBakeTimeInMinutes":0}}`: time.Minute,
		`{"strategy":"CANARY"}`: 10 * time.Minute,
	} {
		w := canned(200, `{"services":[{"serviceArn":"x","deploymentConfiguration":`+text+`}]}`)
		got, _, _ := drain(t, open(t, w, access.Options{}).DescribeServices(t.Context(), cluster, []string{"x"}))
		if got[0].ShiftTime != want {
			t.Errorf("%s: %s, want %s", text, got[0].ShiftTime, want)
		}
	}
}

func TestThresholdOfTheBreakerIsReadInEachForm(t *testing.T) {
	for text, want := range map[string]awsx.Breaker{
		`{"enable":true}`: {Enabled: true},
		`{"enable":true,"resetOnHealthyTask":true,"thresholdConfiguration":{"type":"COUNT","value":7}}`: {Enabled: true, Threshold: 7},
		`{"enable":true,"thresholdConfiguration":{"type":"BOUNDED_PERCENT","value":50}}`:                {Enabled: true, Threshold: 50, Percent: true},
	} {
		w := canned(200, `{"services":[{"serviceArn":"x","deploymentConfiguration":{"deploymentCircuitBreaker":`+text+`}}]}`)
		got, _, _ := drain(t, open(t, w, access.Options{}).DescribeServices(t.Context(), cluster, []string{"x"}))
		if d := cmp.Diff(want, got[0].Breaker); d != "" {
			t.Error(d)
		}
	}
}

func TestKnownTasksAreNotDescribedAgain(t *testing.T) {
	w := &wire{reply: fleet{tasks: 250}.reply}
	var asked []string
	known := func(a string) bool {
		asked = append(asked, a)
		return a != arn("task/prod/t7") && a != arn("task/prod/t207")
	}
	a := open(t, w, access.Options{})
	got, last, errs := drain(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster, Stopped: true, Known: known}))
	if len(got) != 2 || len(errs) > 0 || !last.Complete {
		t.Errorf("%d tasks, %v, %+v", len(got), errs, last)
	}
	if len(asked) != 250 {
		t.Errorf("asked about %d of 250 listed", len(asked))
	}
	if d := cmp.Diff(map[string]int{"ListTasks": 3, "DescribeTasks": 2}, w.calls); d != "" {
		t.Error(d)
	}
	w.calls = nil
	_, last, _ = drain(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster, Known: func(string) bool { return true }}))
	if w.count("DescribeTasks") != 0 || !last.Complete {
		t.Errorf("%v, %+v", w.calls, last)
	}
}

func TestInstancesOfOneMakeShareTheirAttributes(t *testing.T) {
	w := &wire{reply: func(op string, _ map[string]any) (int, string) {
		if op == "ListContainerInstances" {
			return 200, `{"containerInstanceArns":["a","b","c"]}`
		}
		one := `{"containerInstanceArn":%q,"attributes":[{"name":"ecs.availability-zone","value":%q},{"name":"ecs.capability.task-eni"}]}`
		two := `{"containerInstanceArn":"b","attributes":[{"name":"ecs.capability.task-eni"},{"name":"ecs.availability-zone","value":"1a"}]}`
		return 200, fmt.Sprintf(`{"containerInstances":[`+one+`,`+two+`,`+one+`]}`, "a", "1a", "c", "1b")
	}}
	got, _, errs := drain(t, open(t, w, access.Options{}).Instances(t.Context(), cluster))
	if len(got) != 3 || len(errs) > 0 {
		t.Fatal(got, errs)
	}
	set := func(i int) uintptr { return reflect.ValueOf(got[i].Attributes).Pointer() }
	if set(0) != set(1) || set(0) == set(2) || got[2].AvailabilityZone != "1b" || len(got[0].Attributes) != 2 {
		t.Errorf("%+v", got)
	}
}

// TestEventsComeNewestFirst whatever stands in front of the API makes of their order.
func TestEventsComeNewestFirst(t *testing.T) {
	w := canned(200, `{"services":[{"serviceArn":"x","events":[{"id":"old","createdAt":1},{"id":"new","createdAt":3},{"id":"between","createdAt":2}]}]}`)
	got, _, _ := drain(t, open(t, w, access.Options{}).DescribeServices(t.Context(), cluster, []string{"x"}))
	if e := got[0].Events; len(e) != 3 || e[0].ID != "new" || e[2].ID != "old" {
		t.Errorf("%v", e)
	}
}
