package deploy

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/internal/fault"
)

// rollout is a plan of another image on a service whose capacity is looked at.
func capacityOf(t *testing.T, f *fake, intent Intent) check.Finding {
	t.Helper()
	return found(t, f.plan(t, intent), check.Capacity)
}

// edit replaces a piece of the document in use.
func (f *fake) edit(t *testing.T, old, new string) {
	t.Helper()
	doc := string(f.definitions[f.service.TaskDefinition].Raw)
	if !strings.Contains(doc, old) {
		t.Fatalf("the document has no %s", old)
	}
	f.add(t, strings.Replace(doc, old, new, 1))
}

// ownTasks puts tasks of the service on an instance.
func (f *fake) ownTasks(instance string, n int) {
	for range n {
		f.tasks = append(f.tasks, awsx.Task{
			TaskDefinition: f.service.TaskDefinition, DesiredStatus: "RUNNING", Group: "service:api",
			ContainerInstance: "arn:aws:ecs:eu-west-1:123456789012:container-instance/prod/" + instance,
		})
	}
}

func TestCapacity(t *testing.T) {
	image := SetImages{Images: map[string]string{"web": ":1.1"}}
	denied := fault.Errorf(fault.Denied, "ecs:ListContainerInstances", "", "not authorized")
	port := func(t *testing.T, f *fake) { f.edit(t, `"hostPort":0`, `"hostPort":8080`) }
	cases := []struct {
		name   string
		intent Intent // another image unless given
		change func(*testing.T, *fake)
		result check.Result
		text   string
	}{
		{"room for all", nil, nil, check.OK, "room for 4 tasks of 256 CPU, 512 MiB at once; best on i-1, leaving 3840 CPU, 7680 MiB"},
		{"room for some", nil, func(_ *testing.T, f *fake) {
			f.instances = []awsx.Instance{instance("i-1", 600, 8192)}
		}, check.Warning, "room for 2 of 4 tasks of 256 CPU, 512 MiB at once; best on i-1, leaving 344 CPU, 7680 MiB"},
		{"CPU short", nil, func(_ *testing.T, f *fake) {
			f.service.MinHealthyPercent = 100
			f.instances = []awsx.Instance{instance("i-1", 100, 8192), instance("i-2", 200, 8192), instance("i-3", 4096, 500)}
		}, check.Broken, "no instance has room for 256 CPU, 512 MiB: 2 instances: at least 56 CPU short; 1 instance: 12 MiB short"},
		{"both short", nil, func(_ *testing.T, f *fake) {
			f.service.MinHealthyPercent = 100
			f.instances = []awsx.Instance{instance("i-1", 0, 0)}
		}, check.Broken, "1 instance: 256 CPU and 512 MiB short"},
		{"old tasks make room", nil, func(_ *testing.T, f *fake) {
			f.instances = []awsx.Instance{instance("i-1", 0, 0)}
			f.ownTasks("i-1", 4)
		}, check.OK, "no room for 256 CPU, 512 MiB beside what runs: 2 old tasks stop first"},
		{"old tasks make too little room", nil, func(t *testing.T, f *fake) {
			f.service.MaxPercent = 100
			f.instances = []awsx.Instance{instance("i-1", 0, 0)}
		}, check.Broken, "no instance has room"},
		{"in the place of old ones", nil, func(_ *testing.T, f *fake) { f.service.MaxPercent = 100 }, check.OK, "2 old tasks stop first, and there is room besides"},
		{"a port is taken", nil, func(t *testing.T, f *fake) {
			port(t, f)
			f.service.MinHealthyPercent = 100
			for i := range f.instances {
				f.instances[i].UsedPorts = []int{22, 8080}
			}
		}, check.Broken, "2 instances: port 8080 in use"},
		{"a port of the service's own", nil, func(t *testing.T, f *fake) {
			port(t, f)
			f.service.Desired, f.service.Running, f.service.MinHealthyPercent = 1, 1, 0
			f.instances = f.instances[:1]
			f.instances[0].UsedPorts = []int{8080}
			f.ownTasks("i-1", 1)
		}, check.OK, "port 8080 beside what runs: 1 old task stops first"},
		{"one task a port", nil, func(t *testing.T, f *fake) { port(t, f) }, check.Warning, "room for 2 of 4 tasks of 256 CPU, 512 MiB, port 8080 at once"},
		{"a UDP port is another", nil, func(t *testing.T, f *fake) {
			port(t, f)
			f.service.Desired, f.service.Running = 1, 1
			for i := range f.instances {
				f.instances[i].UsedUDPPorts = []int{8080}
			}
		}, check.OK, "room for 1 task of 256 CPU, 512 MiB, port 8080 at once"},
		{"draining and lost", nil, func(_ *testing.T, f *fake) {
			f.instances[0].Status, f.instances[1].AgentConnected = "DRAINING", false
		}, check.Broken, "1 instance: DRAINING; 1 instance: agent disconnected"},
		{"an attribute is lacking", nil, func(_ *testing.T, f *fake) {
			for i := range f.instances {
				f.instances[i].Attributes = nil
			}
		}, check.Broken, "2 instances: no attribute com.amazonaws.ecs.capability.ecr-auth"},
		{"a log driver is lacking", nil, func(t *testing.T, f *fake) {
			f.edit(t, `"stopTimeout":30`, `"stopTimeout":30,"logConfiguration":{"logDriver":"splunk","options":{"splunk-url":"https://s"}}`)
		}, check.Broken, "2 instances: no attribute com.amazonaws.ecs.capability.logging-driver.splunk"},
		{"a constraint of the service", nil, func(_ *testing.T, f *fake) {
			f.service.PlacementConstraints = []string{"memberOf(attribute:ecs.cpu-architecture == arm64)"}
		}, check.Broken, "2 instances: not attribute:ecs.cpu-architecture == arm64"},
		{"a constraint of the definition", nil, func(t *testing.T, f *fake) {
			f.edit(t, `"cpu":"256"`, `"cpu":"256","placementConstraints":[{"type":"memberOf","expression":"ec2InstanceId in [i-2]"}]`)
		}, check.OK, "best on i-2, leaving 1792 CPU, 7488 MiB"},
		{"a constraint that is not understood", nil, func(_ *testing.T, f *fake) {
			f.service.PlacementConstraints = []string{"memberOf(task:group == service:web)"}
		}, check.Skipped, `the constraint "task:group == service:web" is not understood`},
		{"distinct instances", nil, func(_ *testing.T, f *fake) {
			f.service.PlacementConstraints = []string{"distinctInstance"}
			f.ownTasks("i-1", 1)
		}, check.Warning, "room for 1 of 4 tasks of 256 CPU, 512 MiB at once; best on i-2"},
		{"no instance", nil, func(_ *testing.T, f *fake) { f.instances = nil }, check.Broken, "the cluster has no instances"},
		{"providers add instances", nil, func(_ *testing.T, f *fake) {
			f.instances, f.service.CapacityProviders = nil, awsx.CapacityStrategy{{Provider: "spot"}}
		}, check.Warning, "the cluster has no instances; spot may add instances"},
		{"Fargate", nil, func(_ *testing.T, f *fake) { f.service.LaunchType, f.instances = "FARGATE", nil }, check.OK, "Fargate finds the room"},
		{"Fargate by providers", nil, func(_ *testing.T, f *fake) {
			f.service.CapacityProviders = awsx.CapacityStrategy{{Provider: "FARGATE_SPOT"}}
		}, check.OK, "Fargate finds the room"},
		{"denied", nil, func(_ *testing.T, f *fake) { f.fleetErr = denied }, check.Skipped, "ecs:ListContainerInstances is denied"},
		{"tasks denied", nil, func(_ *testing.T, f *fake) {
			f.instances, f.tasksErr = []awsx.Instance{instance("i-1", 0, 0)}, fault.Errorf(fault.Denied, "ecs:ListTasks", "", "not authorized")
		}, check.Skipped, "what old tasks leave is not known: ecs:ListTasks is denied"},
		{"no task", nil, func(_ *testing.T, f *fake) { f.service.Desired, f.service.Running = 0, 0 }, check.OK, "the service runs no task"},
		{"blue and green", nil, func(_ *testing.T, f *fake) {
			f.service.Strategy, f.instances = "BLUE_GREEN", []awsx.Instance{instance("i-1", 600, 8192)}
		}, check.Broken, "room for 2 of 4 tasks of 256 CPU, 512 MiB, and all of them have to run at once"},
		{"more tasks", Scale{8}, nil, check.OK, "room for 4 tasks of 256 CPU, 512 MiB at once"},
		{"more tasks than fit", Scale{100}, nil, check.Warning, "room for 24 of 96 tasks of 256 CPU, 512 MiB at once"},
		{"more tasks of who knows what", Scale{8}, func(_ *testing.T, f *fake) { f.definitions = nil }, check.Skipped, "the task definition was not read"},
		{"a daemon", nil, func(_ *testing.T, f *fake) {
			f.service.SchedulingStrategy, f.service.Desired, f.service.Running = "DAEMON", 2, 2
			f.instances = []awsx.Instance{instance("i-1", 0, 0), instance("i-2", 0, 0)}
			f.ownTasks("i-1", 1)
			f.ownTasks("i-2", 1)
		}, check.OK, "fits on every instance"},
		{"a daemon that grew", nil, func(t *testing.T, f *fake) {
			f.service.SchedulingStrategy, f.service.Desired, f.service.Running = "DAEMON", 2, 2
			f.instances = []awsx.Instance{instance("i-1", 4096, 8192), instance("i-2", 0, 0)}
		}, check.Warning, "256 CPU, 512 MiB fits on 1 of 2 instances: 1 instance: 256 CPU and 512 MiB short"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			if c.change != nil {
				c.change(t, f)
			}
			intent := c.intent
			if intent == nil {
				intent = image
			}
			got := capacityOf(t, f, intent)
			if got.Result != c.result || !strings.Contains(got.Text, c.text) {
				t.Errorf("got %s: %s\nwant %s with %q", got.Result, got.Text, c.result, c.text)
			}
		})
	}
}

func TestFewerTasksNeedNoRoom(t *testing.T) {
	for _, c := range newFake(t).plan(t, Scale{2}).Checks {
		if c.Name == check.Capacity {
			t.Errorf("scaling in asks for room: %+v", c)
		}
	}
}
