package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// TestADaemonHasATaskOnEachInstance through a deployment and a drain, and none where
// there is no instance.
func TestADaemonHasATaskOnEachInstance(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Daemons}, func(w *world) {
		hosts := func() int {
			out := must[*ecs.ListTasksOutput](w)(w.ecs.ListTasks(w.ctx, &ecs.ListTasksInput{Cluster: aws.String("prod"), ServiceName: aws.String("node-metrics")}))
			on := map[string]bool{}
			for _, task := range must[*ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{Cluster: aws.String("prod"), Tasks: out.TaskArns})).Tasks {
				on[*task.ContainerInstanceArn] = true
			}
			if len(on) != len(out.TaskArns) {
				w.t.Errorf("%d tasks on %d instances", len(out.TaskArns), len(on))
			}
			return len(on)
		}
		if s := w.service("node-metrics"); s.SchedulingStrategy != types.SchedulingStrategyDaemon || s.DesiredCount != 9 || s.RunningCount != 9 || hosts() != 9 {
			t.Errorf("%s %d/%d", s.SchedulingStrategy, s.RunningCount, s.DesiredCount)
		}
		id := *w.update(&ecs.UpdateServiceInput{Service: aws.String("node-metrics"), ForceNewDeployment: true}).Deployments[0].Id
		w.until(10*time.Minute, "node-metrics", "the rollout", settled(id))
		for _, e := range w.service("node-metrics").Events {
			if strings.Contains(*e.Message, "unable") {
				t.Errorf("%s", *e.Message)
			}
		}
		instances := must[*ecs.ListContainerInstancesOutput](w)(w.ecs.ListContainerInstances(w.ctx, &ecs.ListContainerInstancesInput{Cluster: aws.String("prod")})).ContainerInstanceArns
		must[*ecs.UpdateContainerInstancesStateOutput](w)(w.ecs.UpdateContainerInstancesState(w.ctx, &ecs.UpdateContainerInstancesStateInput{
			Cluster: aws.String("prod"), ContainerInstances: instances[:2], Status: types.ContainerInstanceStatusDraining,
		}))
		time.Sleep(10 * time.Minute)
		if s := w.service("node-metrics"); s.DesiredCount != 7 || s.RunningCount != 7 || hosts() != 7 {
			t.Errorf("after a drain of two: %d/%d", s.RunningCount, s.DesiredCount)
		}
		_, err := w.ecs.UpdateService(w.ctx, &ecs.UpdateServiceInput{Cluster: aws.String("prod"), Service: aws.String("node-metrics"), DesiredCount: aws.Int32(3)})
		if err == nil || !strings.Contains(err.Error(), "does not support a desired count") {
			t.Errorf("a count: %v", err)
		}
		daemons := must[*ecs.ListServicesOutput](w)(w.ecs.ListServices(w.ctx, &ecs.ListServicesInput{Cluster: aws.String("prod"), SchedulingStrategy: types.SchedulingStrategyDaemon}))
		if len(daemons.ServiceArns) != 2 {
			t.Errorf("%v", daemons.ServiceArns)
		}
		none := must[*ecs.DescribeServicesOutput](w)(w.ecs.DescribeServices(w.ctx, &ecs.DescribeServicesInput{Cluster: aws.String("edge"), Services: []string{"collector"}})).Services[0]
		if none.DesiredCount != 0 || none.RunningCount != 0 || none.PendingCount != 0 {
			t.Errorf("without an instance: %d/%d", none.RunningCount, none.DesiredCount)
		}
	})
}

// TestAServiceStandsBehindAClassicLoadBalancer, which its entry names in place of a
// target group, through a deployment.
func TestAServiceStandsBehindAClassicLoadBalancer(t *testing.T) {
	live(t, sim.Options{Scenario: seed.ClassicBalancer}, func(w *world) {
		id := *w.update(&ecs.UpdateServiceInput{Service: aws.String("tickets"), ForceNewDeployment: true}).Deployments[0].Id
		w.until(10*time.Minute, "tickets", "the rollout", settled(id))
		s := w.service("tickets")
		if len(s.LoadBalancers) != 1 || aws.ToString(s.LoadBalancers[0].LoadBalancerName) != "prod-classic-tickets" || s.LoadBalancers[0].TargetGroupArn != nil ||
			aws.ToString(s.LoadBalancers[0].ContainerName) != "tickets" || aws.ToInt32(s.LoadBalancers[0].ContainerPort) != 8080 {
			t.Errorf("%+v", s.LoadBalancers)
		}
	})
}
