package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	registry "gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
)

func (w *world) run(in *ecs.RunTaskInput) *ecs.RunTaskOutput {
	w.t.Helper()
	in.Cluster = aws.String("prod")
	return must[*ecs.RunTaskOutput](w)(w.ecs.RunTask(w.ctx, in))
}

func (w *world) task(arn string) types.Task {
	w.t.Helper()
	out := must[*ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{
		Cluster: aws.String("prod"), Tasks: []string{arn}, Include: []types.TaskField{types.TaskFieldTags},
	}))
	if len(out.Tasks) != 1 {
		w.t.Fatalf("no task %s", arn)
	}
	return out.Tasks[0]
}

// ended waits for a task to be STOPPED.
func (w *world) ended(arn string) types.Task {
	w.t.Helper()
	for range 120 {
		if t := w.task(arn); *t.LastStatus == "STOPPED" {
			return t
		}
		time.Sleep(time.Second)
	}
	w.t.Fatalf("task %s is %s after two minutes", arn, *w.task(arn).LastStatus)
	return types.Task{}
}

func TestAStandaloneTaskRunsToItsEnd(t *testing.T) {
	for _, tc := range []struct {
		revision string
		code     int32
	}{{"orders-migrate", 0}, {"orders-migrate:1", 1}} {
		live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
			out := w.run(&ecs.RunTaskInput{TaskDefinition: &tc.revision, Count: aws.Int32(2), StartedBy: aws.String("release/42"),
				Tags: []types.Tag{{Key: aws.String("ticket"), Value: aws.String("OPS-1")}}})
			if len(out.Tasks) != 2 || len(out.Failures) != 0 {
				t.Fatalf("%d tasks, failures %v", len(out.Tasks), out.Failures)
			}
			if first := out.Tasks[0]; *first.LastStatus != "PROVISIONING" || *first.Group != "family:orders-migrate" ||
				*first.StartedBy != "release/42" || *first.ContainerInstanceArn == *out.Tasks[1].ContainerInstanceArn {
				t.Errorf("task %s of %s by %s, or both on one instance", *first.LastStatus, *first.Group, *first.StartedBy)
			}
			listed := must[*ecs.ListTasksOutput](w)(w.ecs.ListTasks(w.ctx, &ecs.ListTasksInput{Cluster: aws.String("prod"), StartedBy: aws.String("release/42")}))
			if len(listed.TaskArns) != 2 {
				t.Errorf("%d tasks listed by who started them, want 2", len(listed.TaskArns))
			}
			ended := w.ended(*out.Tasks[0].TaskArn)
			if ended.StopCode != types.TaskStopCodeEssentialContainerExited || *ended.Containers[0].ExitCode != tc.code {
				t.Errorf("%s ended with %s and %d, want exit code %d", tc.revision, ended.StopCode, *ended.Containers[0].ExitCode, tc.code)
			}
			if len(ended.Tags) != 1 || *ended.Tags[0].Value != "OPS-1" {
				t.Errorf("tags %v", ended.Tags)
			}
		})
	}
}

func TestOverridesAreThoseOfTheRun(t *testing.T) {
	var lines recorder
	live(t, sim.Options{Scenario: seed.Steady, Logs: &lines}, func(w *world) {
		w.account.PushImage("orders-migrate", "v3", registry.Behaviour{NeedsEnv: []string{"TARGET"}, Finishes: 20 * time.Second})
		arn := w.register("orders-migrate", "v3")
		bare := w.ended(*w.run(&ecs.RunTaskInput{TaskDefinition: &arn}).Tasks[0].TaskArn)
		if *bare.Containers[0].ExitCode != 1 {
			t.Errorf("exit code %d without its variable, want 1", *bare.Containers[0].ExitCode)
		}
		given := w.ended(*w.run(&ecs.RunTaskInput{TaskDefinition: &arn, Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{
			Name: aws.String("migrate"), Command: []string{"python", "migrate.py", "--to", "7"}, Memory: aws.Int32(1024),
			Environment: []types.KeyValuePair{{Name: aws.String("TARGET"), Value: aws.String("7")}},
		}}}}).Tasks[0].TaskArn)
		if *given.Containers[0].ExitCode != 0 || *given.Containers[0].Memory != "1024" {
			t.Errorf("exit code %d with %s MiB, want 0 with 1024", *given.Containers[0].ExitCode, *given.Containers[0].Memory)
		}
		if o := given.Overrides.ContainerOverrides; len(o) != 1 || strings.Join(o[0].Command, " ") != "python migrate.py --to 7" || *o[0].Environment[0].Value != "7" {
			t.Errorf("overrides %+v", o)
		}
		commands := map[string]bool{}
		for _, line := range lines.of("") {
			commands[line.Command] = true
		}
		if !commands["python migrate.py --to 7"] || !commands[strings.Join(w.definition(arn).ContainerDefinitions[0].Command, " ")] {
			t.Errorf("the containers ran %v", commands)
		}
	})
}

// register registers the family with another image and returns the ARN.
func (w *world) register(family, tag string) string {
	w.t.Helper()
	d := w.definition(family)
	d.ContainerDefinitions[0].Image = aws.String("000000000000.dkr.ecr.eu-west-1.amazonaws.com/" + family + ":" + tag)
	out := must[*ecs.RegisterTaskDefinitionOutput](w)(w.ecs.RegisterTaskDefinition(w.ctx, &ecs.RegisterTaskDefinitionInput{
		Family: d.Family, ContainerDefinitions: d.ContainerDefinitions,
	}))
	return *out.TaskDefinition.TaskDefinitionArn
}

func TestATaskThatFitsNowhereNamesEachInstance(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		out := w.run(&ecs.RunTaskInput{TaskDefinition: aws.String("orders-migrate"), Overrides: &types.TaskOverride{Memory: aws.String("60000")}})
		if len(out.Tasks) != 0 || len(out.Failures) != 9 || *out.Failures[0].Reason != "RESOURCE:MEMORY" {
			t.Errorf("%d tasks, failures %+v, want each of 9 instances short of memory", len(out.Tasks), out.Failures)
		}
	})
}

func TestARunThatIsRepeatedWithItsTokenStartsNothing(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		in := &ecs.RunTaskInput{TaskDefinition: aws.String("orders-migrate"), ClientToken: aws.String("once")}
		first, second := w.run(in), w.run(in)
		if *first.Tasks[0].TaskArn != *second.Tasks[0].TaskArn {
			t.Error("the same token started a second task")
		}
		in.Count = aws.Int32(2)
		if _, err := w.ecs.RunTask(w.ctx, in); code(err) != "ConflictException" {
			t.Errorf("error %v, want a conflict", err)
		}
	})
}

func TestAWrongRunIsRefused(t *testing.T) {
	account := newWorld(t, sim.Options{}).account
	for _, tc := range []struct{ name, op, body, want string }{
		{"no such family", "RunTask", `{"cluster":"prod","taskDefinition":"nope"}`, "TaskDefinition not found."},
		{"too many", "RunTask", `{"cluster":"prod","taskDefinition":"orders-migrate","count":11}`, "InvalidParameterException"},
		{"unknown container", "RunTask", `{"cluster":"prod","taskDefinition":"orders-migrate","overrides":{"containerOverrides":[{"name":"web"}]}}`,
			"Override for container named web is not a container in the TaskDefinition."},
		{"overrides too long", "RunTask", `{"cluster":"prod","taskDefinition":"orders-migrate","overrides":{"containerOverrides":[{"name":"migrate","command":["` +
			strings.Repeat("x", 8192) + `"]}]}}`, "Container Overrides length must be at most 8192"},
		{"awsvpc without a network", "RunTask", `{"cluster":"prod","taskDefinition":"search"}`, "Network Configuration must be provided"},
		{"network without awsvpc", "RunTask", `{"cluster":"prod","taskDefinition":"orders-migrate","networkConfiguration":{"awsvpcConfiguration":{"subnets":[]}}}`,
			"Network Configuration is not valid"},
		{"in a service's name", "RunTask", `{"cluster":"prod","taskDefinition":"orders-migrate","group":"service:web"}`, "Invalid namespace for group."},
		{"on Fargate", "RunTask", `{"cluster":"prod","taskDefinition":"orders-migrate","launchType":"FARGATE"}`, "does not support launch_type FARGATE"},
		{"instance status", "UpdateContainerInstancesState", `{"cluster":"prod","containerInstances":["x"],"status":"GONE"}`,
			"Container instance status should be one of [ACTIVE, DRAINING]"},
		{"no instances", "UpdateContainerInstancesState", `{"cluster":"prod","status":"DRAINING"}`, "InvalidParameterException"},
		{"definition too large", "RegisterTaskDefinition", `{"family":"f","containerDefinitions":[{"name":"a","image":"b","memory":64,"command":["` +
			strings.Repeat("x", 65536) + `"]}]}`, "Max allowed length is '65536' bytes."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := post(t, account, ecsTarget+tc.op, tc.body)
			if status != http.StatusBadRequest || !strings.Contains(body, tc.want) {
				t.Errorf("%d %s\nwant 400 with %q", status, body, tc.want)
			}
		})
	}
}

func (w *world) setState(status types.ContainerInstanceStatus, instances ...string) {
	w.t.Helper()
	out := must[*ecs.UpdateContainerInstancesStateOutput](w)(w.ecs.UpdateContainerInstancesState(w.ctx, &ecs.UpdateContainerInstancesStateInput{
		Cluster: aws.String("prod"), ContainerInstances: instances, Status: status,
	}))
	if len(out.ContainerInstances) != len(instances) || *out.ContainerInstances[0].Status != string(status) {
		w.t.Fatalf("instances %+v, failures %+v", out.ContainerInstances, out.Failures)
	}
}

func (w *world) on(instance string) (standalone, ofServices int) {
	w.t.Helper()
	listed := must[*ecs.ListTasksOutput](w)(w.ecs.ListTasks(w.ctx, &ecs.ListTasksInput{Cluster: aws.String("prod"), ContainerInstance: &instance}))
	for _, arn := range listed.TaskArns {
		if strings.HasPrefix(*w.task(arn).Group, "service:") {
			ofServices++
		} else {
			standalone++
		}
	}
	return standalone, ofServices
}

func TestADrainMovesTheServicesTasksAndLeavesTheOthers(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.account.PushImage("orders-migrate", "long", registry.Behaviour{Finishes: time.Hour})
		arn := w.register("orders-migrate", "long")
		instance := *w.run(&ecs.RunTaskInput{TaskDefinition: &arn}).Tasks[0].ContainerInstanceArn
		time.Sleep(30 * time.Second)
		if _, n := w.on(instance); n < 2 {
			t.Fatalf("%d tasks of services on the instance, too few to drain", n)
		}
		w.setState(types.ContainerInstanceStatusDraining, instance)
		for range 300 {
			for _, name := range []string{"api-orders", "catalog", "users"} { // 100 % at least
				s := w.service(name)
				healthy := int32(0)
				for _, h := range w.health(*s.LoadBalancers[0].TargetGroupArn) {
					if h.TargetHealth.State == "healthy" {
						healthy++
					}
				}
				if healthy < s.DesiredCount {
					t.Fatalf("%s has %d healthy targets of %d while it moves", name, healthy, s.DesiredCount)
				}
			}
			time.Sleep(time.Second)
		}
		if alone, n := w.on(instance); alone != 1 || n != 0 {
			t.Errorf("%d standalone tasks and %d of services after the drain, want 1 and 0", alone, n)
		}
		out := w.run(&ecs.RunTaskInput{TaskDefinition: aws.String("orders-migrate"), Count: aws.Int32(10)})
		for _, task := range out.Tasks {
			if *task.ContainerInstanceArn == instance {
				t.Error("a task was placed on an instance that drains")
			}
		}
		w.setState(types.ContainerInstanceStatusActive, instance)
		w.update(&ecs.UpdateServiceInput{Service: aws.String("legacy"), DesiredCount: aws.Int32(9)}) // a static port: one on each
		w.until(2*time.Minute, "legacy", "a task on each instance", func(s types.Service) bool { return s.RunningCount == 9 })
	})
}

func TestADeadlockNeverDrains(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.update(&ecs.UpdateServiceInput{Service: aws.String("users"), DeploymentConfiguration: &types.DeploymentConfiguration{
			MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(101),
		}})
		task := w.tasks("users", types.DesiredStatusRunning)[0]
		w.setState(types.ContainerInstanceStatusDraining, *task.ContainerInstanceArn)
		time.Sleep(20 * time.Minute)
		if got := w.task(*task.TaskArn); *got.DesiredStatus != "RUNNING" {
			t.Errorf("the task was stopped: %s", *got.StoppedReason)
		}
		w.update(&ecs.UpdateServiceInput{Service: aws.String("users"), DeploymentConfiguration: &types.DeploymentConfiguration{
			MinimumHealthyPercent: aws.Int32(50), MaximumPercent: aws.Int32(101),
		}})
		if got := w.ended(*task.TaskArn); got.StopCode != types.TaskStopCodeServiceSchedulerInitiated {
			t.Errorf("stopped with %s, want the scheduler", got.StopCode)
		}
	})
}

func TestADrainStopsWhatDoesNotRunAtOnce(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		w.update(&ecs.UpdateServiceInput{Service: aws.String("catalog"), DesiredCount: aws.Int32(4)})
		var starting types.Task
		for starting.TaskArn == nil {
			time.Sleep(200 * time.Millisecond)
			for _, task := range w.tasks("catalog", types.DesiredStatusRunning) {
				if *task.LastStatus == "PENDING" {
					starting = task
				}
			}
		}
		w.setState(types.ContainerInstanceStatusDraining, *starting.ContainerInstanceArn)
		time.Sleep(2 * time.Second)
		if got := w.task(*starting.TaskArn); *got.DesiredStatus != "STOPPED" || got.StartedAt != nil {
			t.Errorf("the pending task is wanted %s", *got.DesiredStatus)
		}
		w.until(2*time.Minute, "catalog", "the replacement", func(s types.Service) bool { return s.RunningCount == 4 })
	})
}

func TestWhatIsInactiveIsListedAsSuch(t *testing.T) {
	w := newWorld(t, sim.Options{})
	for _, revision := range []string{"orders-migrate:1", "orders-migrate:2"} {
		must[*ecs.DeregisterTaskDefinitionOutput](w)(w.ecs.DeregisterTaskDefinition(w.ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &revision}))
		if got := w.definition(revision); got.Status != types.TaskDefinitionStatusInactive || got.DeregisteredAt == nil {
			t.Errorf("%s is %s", revision, got.Status)
		}
	}
	listed := must[*ecs.ListTaskDefinitionsOutput](w)(w.ecs.ListTaskDefinitions(w.ctx, &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String("orders-migrate"), Status: types.TaskDefinitionStatusInactive,
	}))
	families := must[*ecs.ListTaskDefinitionFamiliesOutput](w)(w.ecs.ListTaskDefinitionFamilies(w.ctx, &ecs.ListTaskDefinitionFamiliesInput{
		Status: types.TaskDefinitionFamilyStatusInactive,
	}))
	if len(listed.TaskDefinitionArns) != 2 || len(families.Families) != 1 || families.Families[0] != "orders-migrate" {
		t.Errorf("inactive: revisions %v, families %v", listed.TaskDefinitionArns, families.Families)
	}
	if _, err := w.ecs.RunTask(w.ctx, &ecs.RunTaskInput{Cluster: aws.String("prod"), TaskDefinition: aws.String("orders-migrate:2")}); err == nil ||
		!strings.Contains(err.Error(), "TaskDefinition is inactive") {
		t.Errorf("error %v, want the revision to be refused", err)
	}
}

// runTag runs the family once with another image and returns the task's ARN.
func (w *world) runTag(family, tag string) string {
	w.t.Helper()
	arn := w.register(family, tag)
	return *w.run(&ecs.RunTaskInput{TaskDefinition: &arn}).Tasks[0].TaskArn
}
