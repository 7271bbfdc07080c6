package sim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

func TestAGeneratedAccountStartsRunning(t *testing.T) {
	live(t, sim.Options{Clusters: 2, Services: 12, Tasks: 3}, func(w *world) {
		out := must[*ecs.DescribeClustersOutput](w)(w.ecs.DescribeClusters(w.ctx, &ecs.DescribeClustersInput{Clusters: []string{"prod-01", "prod-02"}}))
		for _, c := range out.Clusters {
			if c.ActiveServicesCount != 12 || c.RunningTasksCount != 36 || c.PendingTasksCount != 0 {
				t.Errorf("%s has %d services and %d running tasks, want 12 and 36", *c.ClusterName, c.ActiveServicesCount, c.RunningTasksCount)
			}
		}
	})
}

func TestEveryScenarioShowsWhatItNames(t *testing.T) {
	shows := map[seed.Scenario]func(*world, string) bool{
		seed.Steady: func(w *world, name string) bool { return len(w.service(name).Deployments) == 1 },
		seed.BadImage: func(w *world, name string) bool {
			stopped := w.tasks(name, types.DesiredStatusStopped)
			return len(stopped) > 0 && strings.HasPrefix(*stopped[0].StoppedReason, "CannotPullContainerError")
		},
		seed.CrashLoop: func(w *world, name string) bool {
			stopped := w.tasks(name, types.DesiredStatusStopped)
			return len(stopped) > 0 && *stopped[0].StoppedReason == "Essential container in task exited"
		},
		seed.UnhealthyTargets: func(w *world, name string) bool {
			for _, h := range w.health(*w.service(name).LoadBalancers[0].TargetGroupArn) {
				if h.TargetHealth.State == "unhealthy" {
					return true
				}
			}
			return false
		},
	}
	shows[seed.BlueGreen] = func(w *world, _ string) bool {
		s := w.service("storefront")
		return len(s.Deployments) == 2 && s.DeploymentConfiguration.Strategy == types.DeploymentStrategyBlueGreen &&
			w.service("billing").DeploymentController.Type == types.DeploymentControllerTypeCodeDeploy
	}
	deploying := func(w *world, name string) bool {
		return w.service(name).Deployments[0].RolloutState == types.DeploymentRolloutStateInProgress
	}
	complains := func(text string) func(*world, string) bool {
		return func(w *world, name string) bool { return deploying(w, name) && hasEvent(w.service(name), text) }
	}
	shows[seed.PortConflict] = complains("is already using a port required by your task.")
	shows[seed.NoCapacity] = complains("has insufficient memory available.")
	shows[seed.MinMaxDeadlock] = complains("was unable to stop or start tasks during a deployment")
	shows[seed.AutoscalerMidRollback] = func(w *world, name string) bool {
		return deploying(w, name) && w.scalable(name).ResourceId != nil
	}
	shows[seed.RepushedTag] = func(w *world, name string) bool {
		c := w.tasks(name, types.DesiredStatusRunning)[0].Containers[0]
		return *c.ImageDigest != w.digest(*c.Image)
	}
	listed := func(cluster string, n int) func(*world, string) bool {
		return func(w *world, _ string) bool {
			out := must[*ecs.ListServicesOutput](w)(w.ecs.ListServices(w.ctx, &ecs.ListServicesInput{Cluster: aws.String(cluster), MaxResults: aws.Int32(100)}))
			return len(out.ServiceArns) >= n
		}
	}
	shows[seed.Fargate], shows[seed.StopReasons], shows[seed.Events] = listed("serverless", 3), listed("reasons", 30), listed("events", 25)
	shows[seed.CodeDeploy] = func(w *world, _ string) bool { return len(w.service("invoices").TaskSets) == 2 }
	shows[seed.Daemons] = func(w *world, _ string) bool {
		s := w.service("log-shipper")
		return s.SchedulingStrategy == types.SchedulingStrategyDaemon && s.RunningCount == s.DesiredCount
	}
	shows[seed.ClassicBalancer] = func(w *world, _ string) bool { return w.service("vouchers").LoadBalancers[0].LoadBalancerName != nil }
	shows[seed.Rebalancing] = func(w *world, _ string) bool { return w.service("ledger").RunningCount == 3 }
	for _, scenario := range seed.Scenarios() {
		if scenario == seed.Throttled || scenario == seed.SecondOperator {
			continue // nothing in the account yet: only in answers, or later
		}
		for size, opts := range map[string]sim.Options{"demo": {}, "generated": {Services: 4, Tasks: 2}} {
			t.Run(string(scenario)+" "+size, func(t *testing.T) {
				opts.Scenario = scenario
				w := newWorld(t, opts)
				name := "api-orders"
				if scenario == seed.PortConflict {
					name = "legacy"
				}
				if scenario == seed.UnhealthyTargets {
					name = "api-checkout"
				}
				if size == "generated" {
					list := must[*ecs.ListServicesOutput](w)(w.ecs.ListServices(w.ctx, &ecs.ListServicesInput{Cluster: aws.String("prod")}))
					name = tail(list.ServiceArns[0])
				}
				if !shows[scenario](w, name) {
					t.Errorf("service %s does not show it", name)
				}
			})
		}
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	for want, opts := range map[string]sim.Options{
		"scenario": {Scenario: "chaos"}, "services": {Services: -1}, "speed": {Speed: -2}, "latency": {Latency: -time.Second},
		"account id": {AccountID: "12"}, "at most": {Services: 5000, Tasks: 1000},
	} {
		if _, err := sim.New(opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want it to name %s", opts, err, want)
		}
	}
}

func TestSpeedShortensTheControlPlane(t *testing.T) {
	took := func(speed float64) (d time.Duration) {
		live(t, sim.Options{Scenario: seed.Steady, Speed: speed}, func(w *world) {
			start := time.Now()
			id := w.deploy("catalog", w.reviseImage("catalog", "v3.3.1"))
			w.until(10*time.Minute, "catalog", "the rollout", settled(id))
			d = time.Since(start)
		})
		return d
	}
	if slow, fast := took(1), took(10); fast > slow/5 {
		t.Errorf("ten times as fast took %s, real time %s", fast, slow)
	}
}

func large(b *testing.B) *sim.Account {
	account, err := sim.New(sim.Options{Services: 300, Tasks: 10})
	if err != nil {
		b.Fatal(err)
	}
	return account
}

func BenchmarkNewWithThreeThousandTasks(b *testing.B) {
	for b.Loop() {
		large(b)
	}
}

// BenchmarkNewAtTheServicesLimit is of a cluster as large as ECS allows one.
func BenchmarkNewAtTheServicesLimit(b *testing.B) {
	for b.Loop() {
		if _, err := sim.New(sim.Options{Services: 5000, Tasks: 2}); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkCall(b *testing.B, target, body string) {
	b.Helper()
	account := large(b)
	call(b, account, target, body) // documents are encoded once
	for b.Loop() {
		call(b, account, target, body)
	}
}

func call(b *testing.B, account *sim.Account, target, body string) []byte {
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	w := httptest.NewRecorder()
	account.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatal(w.Body.String())
	}
	return w.Body.Bytes()
}

func BenchmarkListTasks(b *testing.B) {
	benchmarkCall(b, ecsTarget+"ListTasks", `{"cluster":"prod"}`)
}

func BenchmarkDescribeServices(b *testing.B) {
	var list struct{ ServiceArns []string }
	if err := json.Unmarshal(call(b, large(b), ecsTarget+"ListServices", `{"cluster":"prod"}`), &list); err != nil {
		b.Fatal(err)
	}
	ask, err := json.Marshal(map[string]any{"cluster": "prod", "services": list.ServiceArns})
	if err != nil {
		b.Fatal(err)
	}
	benchmarkCall(b, ecsTarget+"DescribeServices", string(ask))
}

func BenchmarkDescribeTasks(b *testing.B) {
	var list struct{ TaskArns []string }
	if err := json.Unmarshal(call(b, large(b), ecsTarget+"ListTasks", `{"cluster":"prod"}`), &list); err != nil {
		b.Fatal(err)
	}
	ask, err := json.Marshal(map[string]any{"cluster": "prod", "tasks": list.TaskArns})
	if err != nil {
		b.Fatal(err)
	}
	benchmarkCall(b, ecsTarget+"DescribeTasks", string(ask))
}
