package sim_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

func (w *world) targets(service string, group int) []string {
	w.t.Helper()
	var ids []string
	for _, h := range w.health(*w.service(service).LoadBalancers[group].TargetGroupArn) {
		if h.TargetHealth.State == elbtypes.TargetHealthStateEnumHealthy {
			ids = append(ids, *h.Target.Id+":"+strconv.Itoa(int(*h.Target.Port)))
		}
	}
	slices.Sort(ids)
	return ids
}

func (w *world) ec2(task types.Task) string {
	w.t.Helper()
	out := must[*ecs.DescribeContainerInstancesOutput](w)(w.ecs.DescribeContainerInstances(w.ctx, &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String("prod"), ContainerInstances: []string{*task.ContainerInstanceArn},
	}))
	return *out.ContainerInstances[0].Ec2InstanceId
}

// The same account is seen in motion: each service is forced once, so that
// tasks which the control plane started are looked at, not seeded ones.
func TestTargetsMatchTheirTasksInEveryNetworkMode(t *testing.T) {
	address := map[string]func(*world, types.Task, string) string{
		"bridge": func(w *world, task types.Task, container string) string {
			for _, c := range task.Containers {
				if *c.Name == container {
					return w.ec2(task) + ":" + strconv.Itoa(int(*c.NetworkBindings[0].HostPort))
				}
			}
			return ""
		},
		"host": func(w *world, task types.Task, _ string) string { return w.ec2(task) + ":8000" },
		"awsvpc": func(_ *world, task types.Task, _ string) string {
			return *task.Containers[0].NetworkInterfaces[0].PrivateIpv4Address + ":8080"
		},
	}
	for _, tc := range []struct{ service, mode string }{
		{"catalog", "bridge"}, {"legacy", "bridge"}, {"web", "bridge"}, {"gateway", "bridge"}, {"edge-router", "host"}, {"search", "awsvpc"},
	} {
		t.Run(tc.service, func(t *testing.T) {
			live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
				forced := w.update(&ecs.UpdateServiceInput{Service: &tc.service, ForceNewDeployment: true})
				w.until(15*time.Minute, tc.service, "the rollout", settled(*forced.Deployments[0].Id))
				tasks := w.tasks(tc.service, types.DesiredStatusRunning)
				for i, lb := range w.service(tc.service).LoadBalancers {
					var want []string
					for _, task := range tasks {
						want = append(want, address[tc.mode](w, task, *lb.ContainerName))
					}
					slices.Sort(want)
					if got := w.targets(tc.service, i); !slices.Equal(got, want) {
						t.Errorf("group %d has %v, want %v", i, got, want)
					}
				}
			})
		})
	}
}

func TestABridgePortIsBoundOnBothFamilies(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		for _, task := range w.tasks("catalog", types.DesiredStatusRunning) {
			b := task.Containers[0].NetworkBindings
			if len(b) != 2 || *b[0].BindIP != "0.0.0.0" || *b[1].BindIP != "::" || *b[0].HostPort != *b[1].HostPort || *b[0].HostPort < 32768 {
				t.Errorf("bindings %+v, want one dynamic port on 0.0.0.0 and ::", b)
			}
		}
	})
}

func TestAStaticPortTakesOneTaskPerInstance(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.update(&ecs.UpdateServiceInput{Service: aws.String("legacy"), DesiredCount: aws.Int32(12)})
		s := w.until(3*time.Minute, "legacy", "the complaint", func(s types.Service) bool {
			return hasEvent(s, "is already using a port required by your task")
		})
		if s.RunningCount+s.PendingCount != 9 {
			t.Errorf("%d tasks on nine instances, want one each", s.RunningCount+s.PendingCount)
		}
		list := must[*ecs.ListContainerInstancesOutput](w)(w.ecs.ListContainerInstances(w.ctx, &ecs.ListContainerInstancesInput{Cluster: aws.String("prod")}))
		out := must[*ecs.DescribeContainerInstancesOutput](w)(w.ecs.DescribeContainerInstances(w.ctx, &ecs.DescribeContainerInstancesInput{
			Cluster: aws.String("prod"), ContainerInstances: list.ContainerInstanceArns,
		}))
		for _, i := range out.ContainerInstances {
			for _, r := range i.RemainingResources {
				if *r.Name == "PORTS" && !slices.Contains(r.StringSetValue, "8080") {
					t.Errorf("instance %s lists %v as used, want 8080 among them", *i.Ec2InstanceId, r.StringSetValue)
				}
			}
		}
	})
}

func TestWhatATaskReservesComesBack(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		left := func() (cpu, memory int32) {
			list := must[*ecs.ListContainerInstancesOutput](w)(w.ecs.ListContainerInstances(w.ctx, &ecs.ListContainerInstancesInput{Cluster: aws.String("prod")}))
			out := must[*ecs.DescribeContainerInstancesOutput](w)(w.ecs.DescribeContainerInstances(w.ctx, &ecs.DescribeContainerInstancesInput{
				Cluster: aws.String("prod"), ContainerInstances: list.ContainerInstanceArns,
			}))
			for _, i := range out.ContainerInstances {
				for _, r := range i.RemainingResources {
					switch *r.Name {
					case "CPU":
						cpu += r.IntegerValue
					case "MEMORY":
						memory += r.IntegerValue
					}
				}
			}
			return cpu, memory
		}
		cpu, memory := left()
		w.update(&ecs.UpdateServiceInput{Service: aws.String("users"), DesiredCount: aws.Int32(5)})
		w.until(2*time.Minute, "users", "five tasks", func(s types.Service) bool { return s.RunningCount == 5 })
		if c, m := left(); c != cpu-2*256 || m != memory-2*512 {
			t.Errorf("two more tasks took %d CPU and %d MiB, want 512 and 1024", cpu-c, memory-m)
		}
		w.update(&ecs.UpdateServiceInput{Service: aws.String("users"), DesiredCount: aws.Int32(3)})
		time.Sleep(3 * time.Minute)
		if c, m := left(); c != cpu || m != memory {
			t.Errorf("%d CPU and %d MiB left at the end, want %d and %d", c, m, cpu, memory)
		}
	})
}

func TestADisconnectedAgentGetsNoTasks(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		list := must[*ecs.ListContainerInstancesOutput](w)(w.ecs.ListContainerInstances(w.ctx, &ecs.ListContainerInstancesInput{Cluster: aws.String("prod")}))
		for _, arn := range list.ContainerInstanceArns {
			if err := w.account.SetAgentConnected(arn, false); err != nil {
				t.Fatal(err)
			}
		}
		w.update(&ecs.UpdateServiceInput{Service: aws.String("users"), DesiredCount: aws.Int32(4)})
		w.until(time.Minute, "users", "the complaint", func(s types.Service) bool { return hasEvent(s, `encountered error "AGENT"`) })
		if err := w.account.SetAgentConnected(list.ContainerInstanceArns[0], true); err != nil {
			t.Fatal(err)
		}
		w.until(2*time.Minute, "users", "four tasks", func(s types.Service) bool { return s.RunningCount == 4 })
	})
}
