package sdk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
	"gantry/internal/fault"
)

func TestClusterOf300ServicesAnd3000TasksCosts93Calls(t *testing.T) {
	w := &wire{reply: fleet{services: 300, tasks: 3000}.reply}
	a := open(t, w, access.Options{})

	services, last, errs := drain(t, a.Services(t.Context(), cluster))
	if len(services) != 300 || len(errs) > 0 || !last.Complete || last.Total != 300 {
		t.Fatalf("got %d services, errors %v, last page %+v", len(services), errs, last)
	}
	tasks, last2, errs := drain(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster}))
	if len(tasks) != 3000 || len(errs) > 0 || !last2.Complete || last2.Total != 3000 {
		t.Fatalf("got %d tasks, errors %v", len(tasks), errs)
	}
	want := map[string]int{"ListServices": 3, "DescribeServices": 30, "ListTasks": 30, "DescribeTasks": 30}
	if d := cmp.Diff(want, w.calls); d != "" {
		t.Error(d)
	}
}

func TestListingLosesNothingWhateverThePagesAndFailures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := fleet{tasks: rapid.IntRange(0, 450).Draw(t, "tasks"), page: rapid.IntRange(15, 120).Draw(t, "page size")}
		bad := rapid.IntRange(0, 5).Draw(t, "every nth batch fails")
		f.fail = func(_ string, asked []any) bool {
			// Decided by what is asked, because batches run in any order.
			return bad > 0 && len(asked[0].(string))%2 == 0 && strings.HasSuffix(asked[0].(string), fmt.Sprint(bad))
		}
		w := &wire{reply: f.reply}
		a, _ := NewStatic(access.Options{Transport: w}, access.Static{Region: "r", AccessKey: "a", SecretKey: "b"}).Open(context.Background(), here)

		seen, failed := map[string]bool{}, 0
		complete, total := false, 0
		for page, err := range a.Tasks(context.Background(), awsx.TaskQuery{Cluster: cluster}) {
			if err != nil {
				failed++
				continue
			}
			if page.Total < total {
				t.Fatalf("total went from %d to %d", total, page.Total)
			}
			complete, total = complete || page.Complete, page.Total
			for _, task := range page.Items {
				if seen[task.Ref.ARN] {
					t.Fatalf("%s came twice", task.ID)
				}
				seen[task.Ref.ARN] = true
			}
		}
		batches := w.count("DescribeTasks")
		if failed == 0 && (len(seen) != f.tasks || !complete || total != f.tasks) {
			t.Fatalf("%d of %d tasks, complete %v, total %d", len(seen), f.tasks, complete, total)
		}
		if failed > 0 && len(seen) == f.tasks {
			t.Fatalf("%d of %d batches failed, yet nothing is missing", failed, batches)
		}
		lost := 0
		for i := range f.tasks {
			if !seen[arn(fmt.Sprintf("task/prod/t%d", i))] {
				lost++
			}
		}
		if lost > failed*100 || len(seen)+lost != f.tasks {
			t.Fatalf("%d lost in %d failed batches", lost, failed)
		}
	})
}

// TestAnAnswerWithoutAListIsUnread: nothing was read of what an answer does not hold, and
// an empty list is an answer.
func TestAnAnswerWithoutAListIsUnread(t *testing.T) {
	for reply, unread := range map[string]bool{
		`{}`: true, `{"clusterArns":null,"serviceArns":null,"taskArns":null,"containerInstanceArns":null}`: true,
		`{"clusterArns":[],"serviceArns":[],"taskArns":[],"containerInstanceArns":[]}`: false,
	} {
		a := open(t, canned(200, reply), access.Options{})
		check := func(name string, complete bool, errs []error) {
			t.Helper()
			if (len(errs) > 0) != unread || complete == unread {
				t.Errorf("%s of %s: complete %v, errors %v", name, reply, complete, errs)
			}
		}
		_, clusters, errs := drain(t, a.Clusters(t.Context()))
		check("clusters", clusters.Complete, errs)
		_, services, errs := drain(t, a.Services(t.Context(), cluster))
		check("services", services.Complete, errs)
		_, tasks, errs := drain(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster}))
		check("tasks", tasks.Complete, errs)
		_, instances, errs := drain(t, a.Instances(t.Context(), cluster))
		check("instances", instances.Complete, errs)
	}
}

func TestRepeatedPageTokenEndsTheListing(t *testing.T) {
	w := &wire{reply: func(op string, in map[string]any) (int, string) {
		if op == "ListClusters" {
			return 200, `{"clusterArns":["` + arn("cluster/a") + `"],"nextToken":"same"}`
		}
		return 200, `{"clusters":[{"clusterArn":"` + arn("cluster/a") + `","clusterName":"a"}]}`
	}}
	items, last, errs := drain(t, open(t, w, access.Options{}).Clusters(t.Context()))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "page token") {
		t.Fatalf("errors %v", errs)
	}
	if len(items) == 0 || last.Complete || w.count("ListClusters") != 2 {
		t.Errorf("%d items, complete %v, %d list calls", len(items), last.Complete, w.count("ListClusters"))
	}
}

func TestEmptyListingSaysThatItIsComplete(t *testing.T) {
	w := &wire{reply: fleet{}.reply}
	items, last, errs := drain(t, open(t, w, access.Options{}).Services(t.Context(), cluster))
	if len(items) != 0 || len(errs) != 0 || !last.Complete {
		t.Errorf("%v, %+v, %v", items, last, errs)
	}
	if n := w.count("DescribeServices"); n != 0 {
		t.Errorf("%d describe calls for nothing", n)
	}
}

func TestBreakingOffEndsTheCallsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		under := 0
		w := &wire{}
		f := fleet{tasks: 3000}
		w.reply = func(op string, in map[string]any) (int, string) {
			w.mu.Lock()
			under++
			w.mu.Unlock()
			time.Sleep(30 * time.Millisecond)
			w.mu.Lock()
			under--
			w.mu.Unlock()
			return f.reply(op, in)
		}
		a := open(t, w, access.Options{})
		for range a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster}) {
			break
		}
		if under != 0 {
			t.Errorf("%d calls were still under way after the loop", under)
		}
		if n := w.total(); n >= 60 {
			t.Errorf("%d calls were sent for one page", n)
		}
	})
}

func TestDescribeCallsOverlapUpToTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now, most := 0, 0
		w := &wire{}
		f := fleet{services: 300}
		w.reply = func(op string, in map[string]any) (int, string) {
			w.mu.Lock()
			if op == "DescribeServices" {
				now++
				most = max(most, now)
			}
			w.mu.Unlock()
			time.Sleep(30 * time.Millisecond)
			w.mu.Lock()
			if op == "DescribeServices" {
				now--
			}
			w.mu.Unlock()
			return f.reply(op, in)
		}
		start := time.Now()
		drain(t, open(t, w, access.Options{}).Services(t.Context(), cluster))
		if most != describers {
			t.Errorf("at most %d describe calls at a time, want %d", most, describers)
		}
		// 3 list calls one after the other and 30 describe calls 7 at a time.
		if took := time.Since(start); took > 300*time.Millisecond {
			t.Errorf("33 calls of 30 ms took %s", took)
		}
	})
}

func TestCancelledContextIsTheLastError(t *testing.T) {
	w := &wire{reply: fleet{tasks: 3000}.reply}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var errs []error
	for _, err := range open(t, w, access.Options{}).Tasks(ctx, awsx.TaskQuery{Cluster: cluster}) {
		if err != nil {
			errs = append(errs, err)
		}
		cancel()
	}
	if len(errs) != 1 || !errors.Is(errs[0], context.Canceled) {
		t.Errorf("errors %v", errs)
	}
}

func TestMissingResourcesAreReported(t *testing.T) {
	w := canned(200, `{"services":[],"failures":[{"arn":"x","reason":"MISSING","detail":"gone"}]}`)
	_, last, _ := drain(t, open(t, w, access.Options{}).DescribeServices(t.Context(), cluster, []string{"x"}))
	if d := cmp.Diff([]awsx.Missing{{ARN: "x", Reason: "MISSING", Detail: "gone"}}, last.Missing); d != "" {
		t.Error(d)
	}
}

func TestReferenceOfAnotherContextIsRefused(t *testing.T) {
	w := &wire{reply: fleet{services: 1}.reply}
	a := open(t, w, access.Options{})
	other := cluster
	other.Context.Profile = "other"
	_, _, errs := drain(t, a.Services(t.Context(), other))
	if len(errs) != 1 || fault.ClassOf(errs[0]) != fault.Invalid {
		t.Errorf("errors %v", errs)
	}
	if n := w.total(); n != 0 {
		t.Errorf("%d calls were sent to the wrong account", n)
	}
}

func TestTaskKeepsWhatTheServiceSent(t *testing.T) {
	a := arn("task/prod/abc")
	w := canned(200, `{"taskArns":["`+a+`"]}`)
	w.reply = func(op string, _ map[string]any) (int, string) {
		if op == "ListTasks" {
			return 200, `{"taskArns":["` + a + `"]}`
		}
		return 200, `{"tasks":[{"taskArn":"` + a + `","clusterArn":"` + cluster.ARN + `","lastStatus":"STOPPED","desiredStatus":"STOPPED",
			"stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited","createdAt":1700000000.123,"stoppedAt":null,
			"attachments":[{"type":"ElasticNetworkInterface","details":[{"name":"networkInterfaceId","value":"eni-1"},{"name":"privateIPv4Address","value":"10.0.0.7"},{"name":"subnetId","value":"subnet-1"}]},{"type":"Other"}],
			"containers":[{"name":"app","exitCode":137,"reason":"OutOfMemoryError: killed","networkInterfaces":[{"privateIpv4Address":"10.0.0.7","ipv6Address":"2001:db8::7"}]},{"name":"side"}]}]}`
	}
	tasks, _, errs := drain(t, open(t, w, access.Options{}).Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster, Service: "api", Stopped: true}))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := []awsx.Task{{
		Ref: cluster.In(a), ID: "abc", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
		StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
		CreatedAt: time.UnixMilli(1700000000123),
		ENIs:      []awsx.ENI{{ID: "eni-1", PrivateV4: "10.0.0.7", SubnetID: "subnet-1"}},
		Tags:      awsx.Tags{},
		Containers: []awsx.Container{
			{Name: "app", ExitCode: 137, Reason: "OutOfMemoryError: killed", Addresses: []string{"10.0.0.7", "2001:db8::7"}},
			{Name: "side", ExitCode: awsx.Unset},
		},
	}}
	if d := cmp.Diff(want, tasks); d != "" {
		t.Error(d)
	}
	if !strings.Contains(w.bodies[0], `"desiredStatus":"STOPPED"`) || !strings.Contains(w.bodies[0], `"serviceName":"api"`) {
		t.Errorf("asked for %s", w.bodies[0])
	}
}

func TestInstanceListsThePortsInUse(t *testing.T) {
	w := &wire{reply: func(op string, _ map[string]any) (int, string) {
		if op == "ListContainerInstances" {
			return 200, `{"containerInstanceArns":["x"]}`
		}
		return 200, `{"containerInstances":[{"containerInstanceArn":"x","ec2InstanceId":"i-1","status":"ACTIVE","agentConnected":true,
			"versionInfo":{"agentVersion":"1.80"},"attributes":[{"name":"ecs.instance-type","value":"m5.large"},{"name":"ecs.availability-zone","value":"eu-west-1b"},{"name":"flag"}],
			"registeredResources":[{"name":"CPU","type":"INTEGER","integerValue":2048},{"name":"MEMORY","type":"INTEGER","integerValue":7900}],
			"remainingResources":[{"name":"CPU","type":"INTEGER","integerValue":1024},{"name":"MEMORY","type":"INTEGER","integerValue":100},{"name":"PORTS","type":"STRINGSET","stringSetValue":["22","2376","8080"]},{"name":"PORTS_UDP","type":"STRINGSET","stringSetValue":["53"]}],
			"runningTasksCount":3}]}`
	}}
	got, _, errs := drain(t, open(t, w, access.Options{}).Instances(t.Context(), cluster))
	want := []awsx.Instance{{
		Ref: cluster.In("x"), EC2ID: "i-1", Status: "ACTIVE", AgentConnected: true, AgentVersion: "1.80",
		AvailabilityZone: "eu-west-1b", InstanceType: "m5.large", Running: 3,
		CPU: awsx.Capacity{Registered: 2048, Remaining: 1024}, Memory: awsx.Capacity{Registered: 7900, Remaining: 100},
		UsedPorts: []int{22, 2376, 8080}, UsedUDPPorts: []int{53},
		Attributes: map[string]string{"ecs.instance-type": "m5.large", "ecs.availability-zone": "eu-west-1b", "flag": ""},
		Tags:       awsx.Tags{},
	}}
	if d := cmp.Diff(want, got); d != "" || len(errs) > 0 {
		t.Error(d, errs)
	}
}

func TestServiceDeploymentsKeepTheirOrderOverBatches(t *testing.T) {
	w := &wire{reply: func(op string, in map[string]any) (int, string) {
		var b strings.Builder
		if op == "ListServiceDeployments" {
			for i := range 45 {
				fmt.Fprintf(&b, `{"serviceDeploymentArn":"d%02d"},`, i)
			}
			return 200, `{"serviceDeployments":[` + strings.TrimSuffix(b.String(), ",") + `]}`
		}
		for _, a := range slices.Backward(in["serviceDeploymentArns"].([]any)) {
			fmt.Fprintf(&b, `{"serviceDeploymentArn":%q,"status":"ROLLBACK_SUCCESSFUL","sourceServiceRevisions":[{"arn":"old"}],"targetServiceRevision":{"arn":"new"},
				"rollback":{"serviceRevisionArn":"old"},"deploymentCircuitBreaker":{"status":"TRIGGERED","failureCount":3,"threshold":3}},`, a)
		}
		return 200, `{"serviceDeployments":[` + strings.TrimSuffix(b.String(), ",") + `]}`
	}}
	got, err := open(t, w, access.Options{}).ServiceDeployments(t.Context(), cluster.In(arn("service/prod/api")), 41)
	if err != nil || len(got) != 41 || w.count("DescribeServiceDeployments") != 3 {
		t.Fatalf("%d deployments, %v, %v", len(got), err, w.calls)
	}
	for i, d := range got {
		if d.ARN != fmt.Sprintf("d%02d", i) {
			t.Fatalf("deployment %d is %s", i, d.ARN)
		}
	}
	want := awsx.ServiceDeployment{ARN: "d00", Status: "ROLLBACK_SUCCESSFUL",
		Target:   awsx.RevisionShare{ARN: "new", Production: awsx.Unset, Test: awsx.Unset},
		Sources:  []awsx.RevisionShare{{ARN: "old", Production: awsx.Unset, Test: awsx.Unset}},
		Rollback: &awsx.RollbackRecord{Revision: "old"}, BreakerStatus: "TRIGGERED", BreakerFailures: 3, BreakerThreshold: 3}
	if d := cmp.Diff(want, got[0]); d != "" {
		t.Error(d)
	}
}
