package sim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gantry/awsx/sim"
	registry "gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
)

// in describes a service of any cluster.
func (w *world) in(cluster, name string) types.Service {
	w.t.Helper()
	out := must[*ecs.DescribeServicesOutput](w)(w.ecs.DescribeServices(w.ctx, &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{name}}))
	if len(out.Services) != 1 {
		w.t.Fatalf("%d services called %s", len(out.Services), name)
	}
	return out.Services[0]
}

// tasksIn describes the tasks of a service of any cluster.
func (w *world) tasksIn(cluster, service string, desired types.DesiredStatus) []types.Task {
	w.t.Helper()
	list := must[*ecs.ListTasksOutput](w)(w.ecs.ListTasks(w.ctx, &ecs.ListTasksInput{Cluster: &cluster, ServiceName: &service, DesiredStatus: desired}))
	if len(list.TaskArns) == 0 {
		return nil
	}
	return must[*ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: list.TaskArns})).Tasks
}

func says(s types.Service, text string) bool {
	return slices.ContainsFunc(s.Events, func(e types.ServiceEvent) bool { return strings.Contains(*e.Message, text) })
}

func TestFargateHasNoInstancesAndSpreadsByStrategy(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Fargate}, func(w *world) {
		if s := w.in("serverless", "booking"); s.LaunchType != types.LaunchTypeFargate || aws.ToString(s.PlatformVersion) != "1.4.0" || aws.ToString(s.Deployments[0].PlatformFamily) != "Linux" {
			t.Errorf("booking: %s, %v", s.LaunchType, s.PlatformVersion)
		}
		mapping := w.in("serverless", "mapping")
		if mapping.LaunchType != "" || len(mapping.CapacityProviderStrategy) != 2 || len(mapping.Deployments[0].CapacityProviderStrategy) != 2 {
			t.Errorf("mapping: launch type %q, %d shares", mapping.LaunchType, len(mapping.CapacityProviderStrategy))
		}
		on, zones := map[string]int{}, map[string]int{}
		for _, task := range w.tasksIn("serverless", "mapping", types.DesiredStatusRunning) {
			on[aws.ToString(task.CapacityProviderName)]++
			zones[*task.AvailabilityZone]++
			if task.ContainerInstanceArn != nil || task.LaunchType != types.LaunchTypeFargate || aws.ToString(task.PlatformVersion) != "1.4.0" || len(task.Attachments) != 1 {
				t.Errorf("task %s on %v, %s", *task.TaskArn, task.ContainerInstanceArn, task.LaunchType)
			}
		}
		if on["FARGATE"] != 2 || on["FARGATE_SPOT"] != 3 || len(zones) != 3 {
			t.Errorf("on %v, in %v: want a base of one and three of four others on Spot, in every zone", on, zones)
		}
		if s := w.in("serverless", "thumbnails"); s.RunningCount != 0 || !says(s, "was unable to place a task. Reason: No Container Instances were found in your capacity provider.") {
			t.Errorf("thumbnails runs %d: %s", s.RunningCount, events(s, 3))
		}
		cluster := must[*ecs.DescribeClustersOutput](w)(w.ecs.DescribeClusters(w.ctx, &ecs.DescribeClustersInput{Clusters: []string{"serverless"}})).Clusters[0]
		if cluster.RunningTasksCount != 8 || cluster.RegisteredContainerInstancesCount != 0 || len(cluster.CapacityProviders) != 3 {
			t.Errorf("%d tasks on %d instances, providers %v", cluster.RunningTasksCount, cluster.RegisteredContainerInstancesCount, cluster.CapacityProviders)
		}
		all := must[*ecs.DescribeCapacityProvidersOutput](w)(w.ecs.DescribeCapacityProviders(w.ctx, &ecs.DescribeCapacityProvidersInput{}))
		one := must[*ecs.DescribeCapacityProvidersOutput](w)(w.ecs.DescribeCapacityProviders(w.ctx, &ecs.DescribeCapacityProvidersInput{CapacityProviders: []string{"serverless-arm", "nope"}}))
		if len(all.CapacityProviders) != 4 || len(one.CapacityProviders) != 1 || one.CapacityProviders[0].AutoScalingGroupProvider == nil || len(one.Failures) != 1 {
			t.Errorf("%d providers; asked for two: %+v", len(all.CapacityProviders), one)
		}
		run := must[*ecs.RunTaskOutput](w)(w.ecs.RunTask(w.ctx, &ecs.RunTaskInput{
			Cluster: aws.String("serverless"), TaskDefinition: mapping.TaskDefinition, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: mapping.NetworkConfiguration,
		}))
		if len(run.Tasks) != 1 || run.Tasks[0].LaunchType != types.LaunchTypeFargate || run.Tasks[0].ContainerInstanceArn != nil {
			t.Errorf("run: %+v", run)
		}
	})
}

func TestSpotCapacityIsTakenBackAndReplaced(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Fargate}, func(w *world) {
		time.Sleep(2 * time.Minute)
		stopped := w.tasksIn("serverless", "mapping", types.DesiredStatusStopped)
		if len(stopped) != 1 || stopped[0].StopCode != types.TaskStopCodeSpotInterruption || *stopped[0].StoppedReason != "Your Spot Task was interrupted." {
			t.Fatalf("stopped: %+v", stopped)
		}
		if s := w.in("serverless", "mapping"); s.RunningCount != 5 {
			t.Errorf("%d tasks run", s.RunningCount)
		}
		for _, task := range w.tasksIn("serverless", "mapping", types.DesiredStatusRunning) {
			err := w.account.InterruptSpot(*task.TaskArn)
			if onSpot := aws.ToString(task.CapacityProviderName) == "FARGATE_SPOT"; onSpot != (err == nil) {
				t.Errorf("a task on %v: %v", task.CapacityProviderName, err)
			}
		}
	})
}

func TestCapacityRunsOut(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Fargate}, func(w *world) {
		w.account.SetCapacity("FARGATE", false)
		must[*ecs.UpdateServiceOutput](w)(w.ecs.UpdateService(w.ctx, &ecs.UpdateServiceInput{Cluster: aws.String("serverless"), Service: aws.String("booking"), DesiredCount: aws.Int32(4)}))
		time.Sleep(time.Minute)
		if s := w.in("serverless", "booking"); s.RunningCount != 3 || !says(s, "Reason: Capacity is unavailable at this time.") {
			t.Errorf("%d run: %s", s.RunningCount, events(s, 3))
		}
		w.account.SetCapacity("FARGATE", true)
		time.Sleep(time.Minute)
		if s := w.in("serverless", "booking"); s.RunningCount != 4 {
			t.Errorf("%d run", s.RunningCount)
		}
	})
}

func TestZonesAreLevelled(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Rebalancing}, func(w *world) {
		time.Sleep(10 * time.Minute)
		zones := map[string]int{}
		for _, task := range w.tasks("ledger", types.DesiredStatusRunning) {
			zones[*task.AvailabilityZone]++
		}
		s := w.service("ledger")
		if len(zones) != 3 || s.RunningCount != 3 {
			t.Errorf("%d tasks in %v", s.RunningCount, zones)
		}
		for _, text := range []string{"is not AZ balanced with 3 tasks in eu-west-1a, 0 tasks in eu-west-1b, 0 tasks in eu-west-1c. AZ Rebalancing in progress.",
			"to AZ Rebalance: (task ", "has stopped 1 running tasks in eu-west-1a to AZ Rebalance", "is AZ balanced with 1 tasks in eu-west-1a"} {
			if !says(s, text) {
				t.Errorf("it never said %q:\n%s", text, events(s, 20))
			}
		}
		for _, task := range w.tasks("ledger", types.DesiredStatusStopped) {
			if task.StopCode != types.TaskStopCodeServiceSchedulerInitiated {
				t.Errorf("stopped by %s", task.StopCode)
			}
		}
	})
}

func TestAnImageIsRefusedInAnyWords(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		for i, c := range []struct{ text, task string }{
			{"ResourceInitializationError: unable to pull secrets or registry auth: it rains", "ResourceInitializationError: unable to pull secrets or registry auth: it rains"},
			{"CannotStartContainerError: Error response from daemon: it snows", "Task failed to start"},
		} {
			w.account.PushImage("catalog", "bad", registry.Behaviour{Refused: c.text})
			w.deploy("catalog", w.reviseImage("catalog", "bad"))
			time.Sleep(time.Minute)
			stopped := w.tasks("catalog", types.DesiredStatusStopped)
			stopped = slices.DeleteFunc(stopped, func(t types.Task) bool { return t.StopCode != types.TaskStopCodeTaskFailedToStart })
			if len(stopped) == 0 {
				t.Fatal("no task failed to start")
			}
			newest := slices.MaxFunc(stopped, func(a, b types.Task) int { return a.CreatedAt.Compare(*b.CreatedAt) })
			if *newest.StoppedReason != c.task || aws.ToString(newest.Containers[0].Reason) != c.text {
				t.Errorf("%d: %s %q, container %q", i, newest.StopCode, *newest.StoppedReason, aws.ToString(newest.Containers[0].Reason))
			}
		}
	})
}

func TestOthersEndTasksAndDeleteThings(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		task := w.tasks("catalog", types.DesiredStatusRunning)[0]
		revision := w.service("catalog").TaskDefinition
		group := w.service("users").LoadBalancers[0].TargetGroupArn
		for _, err := range []error{
			w.account.EndTask(*task.TaskArn, "TerminationNotice", "Host EC2 (instance i-1) terminated."),
			w.account.Say("prod", "web", "has begun to hum."),
			w.account.DeleteService("prod", "pricing"),
			w.account.DeleteTargetGroup("prod-users"),
			w.account.DeregisterRevision(tail(*revision)),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(3 * time.Minute)
		if ended := w.task(*task.TaskArn); ended.StopCode != types.TaskStopCodeTerminationNotice || w.service("catalog").RunningCount != 3 {
			t.Errorf("%s, %d run", ended.StopCode, w.service("catalog").RunningCount)
		}
		if !says(w.service("web"), "(service web) has begun to hum.") {
			t.Error("web does not hum")
		}
		list := must[*ecs.ListServicesOutput](w)(w.ecs.ListServices(w.ctx, &ecs.ListServicesInput{Cluster: aws.String("prod"), MaxResults: aws.Int32(100)}))
		if s := w.service("pricing"); *s.Status != "INACTIVE" || s.RunningCount != 0 || slices.ContainsFunc(list.ServiceArns, func(arn string) bool { return tail(arn) == "pricing" }) {
			t.Errorf("pricing is %s and listed in %v", *s.Status, list.ServiceArns)
		}
		if _, err := w.ecs.UpdateService(w.ctx, &ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: aws.String("pricing"), DesiredCount: aws.Int32(1)}); err == nil || !strings.Contains(err.Error(), "ServiceNotActiveException") {
			t.Errorf("update of a deleted service: %v", err)
		}
		if _, err := w.elb.DescribeTargetHealth(w.ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: group}); err == nil || !strings.Contains(err.Error(), "TargetGroupNotFound") {
			t.Errorf("health of a deleted group: %v", err)
		}
		w.update(&ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: aws.String("users"), ForceNewDeployment: true})
		w.until(5*time.Minute, "users", "misses its group", func(s types.Service) bool { return says(s, "The specified target group does not exist.") })
		if d := w.definition(*revision); d.Status != types.TaskDefinitionStatusInactive {
			t.Errorf("the revision is %s", d.Status)
		}
		for name, err := range map[string]error{
			"task": w.account.EndTask("nope", "x", "y"), "service": w.account.DeleteService("prod", "nope"),
			"group": w.account.DeleteTargetGroup("nope"), "revision": w.account.DeregisterRevision("nope:1"),
		} {
			if err == nil {
				t.Errorf("a %s was ended that does not exist", name)
			}
		}
		time.Sleep(2 * time.Hour)
		out := must[*ecs.DescribeServicesOutput](w)(w.ecs.DescribeServices(w.ctx, &ecs.DescribeServicesInput{Cluster: aws.String("prod"), Services: []string{"pricing"}}))
		if len(out.Services) != 0 || len(out.Failures) != 1 {
			t.Errorf("pricing is still known: %+v", out)
		}
	})
}

func TestAServiceOfTaskSetsHasNoDeployments(t *testing.T) {
	w := newWorld(t, sim.Options{Scenario: seed.CodeDeploy})
	_, answer := post(t, w.account, ecsTarget+"DescribeServices", `{"cluster":"prod","services":["invoices"]}`)
	if strings.Contains(answer, `"deployments"`) || !strings.Contains(answer, `"taskSets":[{`) {
		t.Errorf("answered %.600s", answer)
	}
	for service, want := range map[string]int{"invoices": 4, "notices": 4} {
		if died := len(w.tasks(service, types.DesiredStatusStopped)); died < want-1 {
			t.Errorf("%d tasks of %s stopped", died, service)
		}
	}
}

func TestEventsOfATaskSetNameIt(t *testing.T) {
	live(t, sim.Options{Scenario: seed.CodeDeploy}, func(w *world) {
		time.Sleep(10 * time.Minute)
		s := w.service("notices")
		live := *s.TaskSets[0].Id
		for _, text := range []string{"has started ", "registered 1 targets in ", "has reached a steady state."} {
			if !says(s, "(service notices, taskSet "+live+") "+text) {
				t.Errorf("it never said %q:\n%s", text, events(s, 20))
			}
		}
	})
}

func TestWhatCannotStartIsTriedEverLessOften(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.deploy("api-orders", w.reviseImage("api-orders", "never-pushed"))
		time.Sleep(3 * time.Hour)
		before := w.service("api-orders").Deployments[0].FailedTasks
		time.Sleep(2 * time.Hour)
		if more := w.service("api-orders").Deployments[0].FailedTasks - before; more < 3 || more > 16 {
			t.Errorf("%d tasks failed within two hours: want one try in 27 minutes", more)
		}
	})
}
