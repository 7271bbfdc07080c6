package sim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gantry/awsx/sim"
	registry "gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
)

func settled(id string) func(types.Service) bool {
	return func(s types.Service) bool {
		return len(s.Deployments) == 1 && *s.Deployments[0].Id == id &&
			s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted
	}
}

func hasEvent(s types.Service, part string) bool {
	return slices.ContainsFunc(s.Events, func(e types.ServiceEvent) bool { return strings.Contains(*e.Message, part) })
}

func TestADeployRollsToTheSteadyState(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		revision := w.reviseImage("api-orders", "v2.32.1")
		id := w.deploy("api-orders", revision)
		s := w.until(5*time.Minute, "api-orders", "the rollout", settled(id))
		if *s.TaskDefinition != revision || s.RunningCount != 4 {
			t.Errorf("%d tasks of %s, want 4 of %s", s.RunningCount, *s.TaskDefinition, revision)
		}
		if !strings.Contains(*s.Events[0].Message, "has reached a steady state") {
			t.Errorf("the last event is %q, want the steady state", *s.Events[0].Message)
		}
		for _, task := range w.tasks("api-orders", types.DesiredStatusRunning) {
			if *task.TaskDefinitionArn != revision || *task.LastStatus != "RUNNING" {
				t.Errorf("task of %s is %s, want %s RUNNING", *task.TaskDefinitionArn, *task.LastStatus, revision)
			}
		}
		d := must[*ecs.DescribeServiceDeploymentsOutput](w)(w.ecs.DescribeServiceDeployments(w.ctx, &ecs.DescribeServiceDeploymentsInput{
			ServiceDeploymentArns: []string{*s.CurrentServiceDeployment},
		})).ServiceDeployments[0]
		if d.Status != types.ServiceDeploymentStatusSuccessful || d.TargetServiceRevision.RunningTaskCount != 4 {
			t.Errorf("service deployment is %s with %d tasks, want SUCCESSFUL with 4", d.Status, d.TargetServiceRevision.RunningTaskCount)
		}
		for _, h := range w.health(*s.LoadBalancers[0].TargetGroupArn) {
			if h.TargetHealth.State != elbtypes.TargetHealthStateEnumHealthy {
				t.Errorf("target %s:%d is %s after the rollout", *h.Target.Id, *h.Target.Port, h.TargetHealth.State)
			}
		}
	})
}

func TestATaskPassesItsStatusesInOrder(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		known := map[string]bool{}
		for _, task := range w.tasks("search", types.DesiredStatusRunning) {
			known[*task.TaskArn] = true
		}
		w.update(&ecs.UpdateServiceInput{Service: aws.String("search"), DesiredCount: aws.Int32(4)})
		var added, seen []string
		watch := func(steps int) {
			for range steps {
				time.Sleep(100 * time.Millisecond)
				for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
					for _, task := range w.tasks("search", desired) {
						if known[*task.TaskArn] {
							continue
						}
						added = []string{*task.TaskArn}
						step := *task.DesiredStatus + "/" + *task.LastStatus
						if len(seen) == 0 || seen[len(seen)-1] != step {
							seen = append(seen, step)
						}
					}
				}
			}
		}
		watch(300)
		must[*ecs.StopTaskOutput](w)(w.ecs.StopTask(w.ctx, &ecs.StopTaskInput{
			Cluster: aws.String("prod"), Task: aws.String(added[0]), Reason: aws.String("by hand"),
		}))
		w.update(&ecs.UpdateServiceInput{Service: aws.String("search"), DesiredCount: aws.Int32(3)})
		watch(600)
		want := []string{
			"RUNNING/PROVISIONING", "RUNNING/PENDING", "RUNNING/ACTIVATING", "RUNNING/RUNNING",
			"STOPPED/RUNNING", "STOPPED/DEACTIVATING", "STOPPED/STOPPING", "STOPPED/DEPROVISIONING", "STOPPED/STOPPED",
		}
		if !slices.Equal(seen, want) {
			t.Errorf("statuses %v\nwant %v", seen, want)
		}
	})
}

func TestAMissingTagFailsToPullAndBacksOff(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.deploy("api-orders", w.reviseImage("api-orders", "v9.9.9"))
		s := w.until(10*time.Minute, "api-orders", "the complaint", func(s types.Service) bool {
			return hasEvent(s, "is unable to consistently start tasks successfully")
		})
		if s.Deployments[0].FailedTasks < 3 {
			t.Errorf("failedTasks is %d, want at least 3", s.Deployments[0].FailedTasks)
		}
		if old := s.Deployments[1]; old.RunningCount != 4 {
			t.Errorf("the old revision runs %d tasks, want 4", old.RunningCount)
		}
		stopped := w.tasks("api-orders", types.DesiredStatusStopped)
		if len(stopped) == 0 {
			t.Fatal("no stopped tasks")
		}
		for _, task := range stopped {
			if task.StopCode != types.TaskStopCodeTaskFailedToStart || !strings.HasPrefix(*task.StoppedReason, "CannotPullContainerError") ||
				!strings.HasSuffix(*task.StoppedReason, ":v9.9.9: not found") {
				t.Errorf("stopped with %s: %s", task.StopCode, *task.StoppedReason)
			}
		}
		before := len(stopped)
		time.Sleep(10 * time.Minute)
		if tried := len(w.tasks("api-orders", types.DesiredStatusStopped)) - before; tried > 12 {
			t.Errorf("%d more tasks in ten minutes, want the backoff to hold them back", tried)
		}
		w.account.PushImage("api-orders", "v9.9.9", registry.Behaviour{})
		// The scheduler waits up to 27 minutes between two tasks by then.
		w.until(40*time.Minute, "api-orders", "the rollout once the tag exists", settled(*s.Deployments[0].Id))
	})
}

func TestACrashLoopTripsTheBreakerAndRollsBack(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		before := *w.service("api-orders").TaskDefinition
		w.update(&ecs.UpdateServiceInput{Service: aws.String("api-orders"), DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		}})
		id := w.deploy("api-orders", w.reviseImage("api-orders", "v2.32.0"))
		deployment := *w.service("api-orders").CurrentServiceDeployment
		s := w.until(5*time.Minute, "api-orders", "the rollback", func(s types.Service) bool {
			return *s.Deployments[0].Id != id && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted
		})
		if *s.TaskDefinition != before || s.RunningCount != 4 {
			t.Errorf("%d tasks of %s after the rollback, want 4 of %s", s.RunningCount, *s.TaskDefinition, before)
		}
		if !hasEvent(s, "(deployment "+id+") deployment failed: tasks failed to start.") {
			t.Error("no event says that the deployment failed")
		}
		if !hasEvent(s, "rolling back to deployment "+*s.Deployments[0].Id) {
			t.Error("no event says that it is rolled back")
		}
		d := must[*ecs.DescribeServiceDeploymentsOutput](w)(w.ecs.DescribeServiceDeployments(w.ctx, &ecs.DescribeServiceDeploymentsInput{
			ServiceDeploymentArns: []string{deployment},
		})).ServiceDeployments[0]
		if d.Status != types.ServiceDeploymentStatusRollbackSuccessful || d.Rollback == nil ||
			d.DeploymentCircuitBreaker.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered {
			t.Errorf("service deployment is %s, breaker %s, rollback %v", d.Status, d.DeploymentCircuitBreaker.Status, d.Rollback)
		}
		for _, task := range w.tasks("api-orders", types.DesiredStatusStopped) {
			if task.StopCode == types.TaskStopCodeEssentialContainerExited && *task.Containers[0].ExitCode != 1 {
				t.Errorf("exit code %d, want 1", *task.Containers[0].ExitCode)
			}
		}
	})
}

func TestABreakerWithoutRollbackLeavesTheOldTasks(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.update(&ecs.UpdateServiceInput{Service: aws.String("api-orders"), DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, ThresholdConfiguration: &types.ThresholdConfiguration{
				Type: types.ThresholdTypeCount, Value: 5,
			}},
		}})
		w.deploy("api-orders", w.reviseImage("api-orders", "v2.32.0"))
		s := w.until(5*time.Minute, "api-orders", "the failure", func(s types.Service) bool {
			return s.Deployments[0].RolloutState == types.DeploymentRolloutStateFailed
		})
		if s.Deployments[0].FailedTasks != 5 {
			t.Errorf("failed after %d tasks, want the configured 5", s.Deployments[0].FailedTasks)
		}
		time.Sleep(2 * time.Minute)
		s = w.service("api-orders")
		if s.Deployments[1].RunningCount != 4 || s.Deployments[0].RunningCount != 0 {
			t.Errorf("old %d, new %d tasks, want 4 and 0", s.Deployments[1].RunningCount, s.Deployments[0].RunningCount)
		}
		if hasEvent(s, "rolling back") {
			t.Error("it was rolled back without being configured to")
		}
	})
}

func TestTheMissingVariableHealsTheDemo(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		s := w.service("api-orders")
		if len(s.Deployments) != 2 || s.Deployments[0].FailedTasks < 7 || s.Deployments[1].RunningCount != 4 {
			t.Fatalf("the demo does not start in the middle of a failing deployment: %s", deployments(s))
		}
		id := w.deploy("api-orders", w.revise("api-orders", func(c *types.ContainerDefinition) {
			c.Environment = append(c.Environment, types.KeyValuePair{Name: aws.String("DB_URL"), Value: aws.String("postgres://orders")})
		}))
		w.until(5*time.Minute, "api-orders", "the rollout with DB_URL", settled(id))
	})
}

func TestOldTasksComeBackOnTheOldRevision(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		old := *w.service("api-orders").Deployments[1].TaskDefinition
		tasks := w.tasks("api-orders", types.DesiredStatusRunning)
		i := slices.IndexFunc(tasks, func(t types.Task) bool { return *t.TaskDefinitionArn == old })
		if err := w.account.KillTask(*tasks[i].TaskArn, 137); err != nil {
			t.Fatal(err)
		}
		w.until(time.Minute, "api-orders", "the loss", func(s types.Service) bool { return s.Deployments[1].RunningCount == 3 })
		w.until(2*time.Minute, "api-orders", "the replacement", func(s types.Service) bool { return s.Deployments[1].RunningCount == 4 })
	})
}

func TestStoppingADeploymentRollsItBack(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		s := w.service("api-orders")
		old := *s.Deployments[1].Id
		must[*ecs.StopServiceDeploymentOutput](w)(w.ecs.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{
			ServiceDeploymentArn: s.CurrentServiceDeployment, StopType: types.StopServiceDeploymentStopTypeRollback,
		}))
		w.until(3*time.Minute, "api-orders", "the rollback", settled(old))
	})
}

func TestScalingStartsNoDeployment(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		id := *w.service("catalog").Deployments[0].Id
		for _, count := range []int32{6, 1, 0, 3} {
			got := w.update(&ecs.UpdateServiceInput{Service: aws.String("catalog"), DesiredCount: aws.Int32(count)})
			if *got.Deployments[0].Id != id {
				t.Fatalf("scaling to %d started deployment %s", count, *got.Deployments[0].Id)
			}
			w.until(3*time.Minute, "catalog", "the count", func(s types.Service) bool { return s.RunningCount == count && s.PendingCount == 0 })
		}
		s := w.service("catalog")
		if s.Deployments[0].RolloutState != types.DeploymentRolloutStateCompleted {
			t.Errorf("rollout is %s after scaling", s.Deployments[0].RolloutState)
		}
	})
}

func TestForcingANewDeploymentResolvesTheTagAgain(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		digest := w.account.PushImage("catalog", "v3.4.0", registry.Behaviour{})
		for _, task := range w.tasks("catalog", types.DesiredStatusRunning) {
			if *task.Containers[0].ImageDigest == digest {
				t.Fatal("a running task took the new digest")
			}
		}
		got := w.update(&ecs.UpdateServiceInput{Service: aws.String("catalog"), ForceNewDeployment: true})
		w.until(5*time.Minute, "catalog", "the rollout", settled(*got.Deployments[0].Id))
		for _, task := range w.tasks("catalog", types.DesiredStatusRunning) {
			if *task.Containers[0].ImageDigest != digest {
				t.Errorf("digest %s after the new deployment, want %s", *task.Containers[0].ImageDigest, digest)
			}
		}
	})
}

func TestATaskThatIgnoresTermIsKilled(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.until(5*time.Minute, "payments", "the rollout", settled(w.deploy("payments", w.reviseImage("payments", "v3.9.0"))))
		task := *w.tasks("payments", types.DesiredStatusRunning)[0].TaskArn
		must[*ecs.StopTaskOutput](w)(w.ecs.StopTask(w.ctx, &ecs.StopTaskInput{Cluster: aws.String("prod"), Task: &task}))
		time.Sleep(2 * time.Minute)
		for _, gone := range w.tasks("payments", types.DesiredStatusStopped) {
			if *gone.TaskArn == task && *gone.Containers[0].ExitCode != 137 {
				t.Errorf("exit code %d, want 137", *gone.Containers[0].ExitCode)
			}
			if *gone.TaskArn == task && gone.StopCode != types.TaskStopCodeUserInitiated {
				t.Errorf("stop code %s, want UserInitiated", gone.StopCode)
			}
		}
	})
}

func TestUnhealthyTasksAreReplaced(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.deploy("web", w.reviseImage("web", "v5.3.0"))
		s := w.until(5*time.Minute, "web", "the event", func(s types.Service) bool {
			return hasEvent(s, "is unhealthy in (target-group ")
		})
		var states []elbtypes.TargetHealthReasonEnum
		for _, lb := range s.LoadBalancers {
			for _, h := range w.health(*lb.TargetGroupArn) {
				states = append(states, h.TargetHealth.Reason)
			}
		}
		if !slices.Contains(states, elbtypes.TargetHealthReasonEnumFailedHealthChecks) {
			t.Errorf("reasons %v, want Target.FailedHealthChecks among them", states)
		}
		w.until(10*time.Minute, "web", "the rollback by the breaker", func(s types.Service) bool { return hasEvent(s, "rolling back") })
		for _, task := range w.tasks("web", types.DesiredStatusStopped) {
			reason := *task.StoppedReason
			if !strings.HasPrefix(reason, "Task failed ELB health checks in (target-group ") && !strings.HasPrefix(reason, "Scaling activity") {
				t.Errorf("stopped for %q", reason)
			}
		}
	})
}

func TestADeadlockIsReported(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.update(&ecs.UpdateServiceInput{Service: aws.String("catalog"), DesiredCount: aws.Int32(1), DeploymentConfiguration: &types.DeploymentConfiguration{
			MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(150),
		}})
		w.until(3*time.Minute, "catalog", "one task", func(s types.Service) bool { return s.RunningCount == 1 })
		w.update(&ecs.UpdateServiceInput{Service: aws.String("catalog"), ForceNewDeployment: true})
		w.until(time.Minute, "catalog", "the complaint", func(s types.Service) bool {
			return hasEvent(s, "unable to stop or start tasks during a deployment")
		})
	})
}

func tail(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
