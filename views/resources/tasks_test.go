package resources

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/diagnose"
	"gantry/ui"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/viewstest"
)

func onTasks(cluster *awsxtest.Cluster, service string) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen {
		return NewTasks(d, cluster.Ref.In("arn:aws:ecs:eu-west-1:"+awsxtest.Number+":service/"+cluster.Ref.Name()+"/"+service))
	}
}

func TestTasksShowWhereTheyRunAndWhatTheBalancerThinks(t *testing.T) {
	for service, want := range map[string][]string{
		"api-checkout": {"! running", "8080>3", "unhealthy", "wrong status code"},
		"legacy":       {"+ running", "8080>8080", "healthy"},
		"front":        {"+ running", "8080>8080", "healthy"},
		"worker":       {"+ running", "8080>3"},
	} {
		t.Run(service, func(t *testing.T) {
			viewstest.Bubble(t, func(t *testing.T) {
				a, cluster := viewstest.Shop()
				d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, service)).Read()
				d.Shows("payments "+service, "● live")
				row := d.Screen()[3]
				for _, w := range want {
					if !strings.Contains(row, w) {
						t.Errorf("the row misses %q: %s", w, row)
					}
				}
			})
		})
	}
}

func TestServiceThatPlacesNothingShowsWhatBecameOfItsTasks(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "batch")).Read()
		d.Shows("x stopped", "no such image", "was unable to place a task", "stopped  0 running tasks")
		d.Press("x", "x").Shows("batch: 2 tasks wanted, 0 running, 1 stopped", "was unable to place a task")
	})
}

func TestServiceWithoutAnyTaskShowsItsEvents(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		cluster.Service("empty", awsxtest.Running(0), awsxtest.Event("was unable to place a task because no container instance met all of its requirements."))
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "empty")).Read()
		d.Shows("empty: 2 tasks wanted, 0 running, 0 stopped", "was unable to place a task")
	})
}

func TestTasksAreToggled(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		cluster.Service("mixed", awsxtest.Desired(2), awsxtest.Stopped("OutOfMemoryError: Container killed due to memory usage"))
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "mixed")).Read()
		d.Shows("2: +2", "running  1 stopped task")
		d.Press("x").Shows("1: x1", "stopped  2 running tasks", "memory")
		d.Press("x").Shows("3: x1 +2", "all")
		d.Press("x").Shows("2: +2")
	})
}

func TestTasksLeadOnwards(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "front")).Read()
		d.Press("l")
		if got := d.Visited.Calls; len(got) != 1 || !strings.HasPrefix(got[0], "logs ") || !strings.HasSuffix(got[0], " front") {
			t.Errorf("%v", got)
		}
		d.Press("enter")
		d.Read().Shows("CONTAINER", "Timeline", "Environment")
		d.Press("l")
		if got := d.Visited.Calls; len(got) != 2 || !strings.HasSuffix(got[1], " front front") {
			t.Errorf("%v", got)
		}
		d.Press("J")
		d.Read().Shows("SERVICE")
		if row := d.Row("> front"); row == "" {
			t.Errorf("the cursor is not on the service:\n%s", d.Text())
		}
	})
}

func TestTargetsOfNoTaskAreShownAsWhatTheyAre(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Edit(func(data *awsxtest.Data) {
			for arn, h := range data.Health {
				if awsx.GroupName(arn) == "front" {
					h.Targets = append(h.Targets,
						awsx.TargetHealth{ID: "10.0.9.9", Port: 8080, State: "draining", Reason: "Target.DeregistrationInProgress"},
						awsx.TargetHealth{ID: "10.0.9.8", Port: 8080, State: "healthy"})
					data.Health[arn] = h
				}
			}
		})
		d := viewstest.Sit(t, a, viewstest.Standard, onTasks(cluster, "front")).Read()
		d.Shows("2: +2", "2 targets of no task", "- draining", "? foreign")
		d.Press("S", "S").Shows("sort FAULT↓").Press("g").Shows("> (target) ? foreign")
		d.Press("d").Shows("there is no resource behind this row")
		d.Press("enter").Shows("this target belongs to no task")
	})
}

func TestTasksOfTheNewRevisionStandOut(t *testing.T) {
	now := awsxtest.Now
	f := &serviceFacts{diagnose.Evidence{
		Now: now,
		Service: awsx.Service{Name: "api", Desired: 2, Deployments: []awsx.Deployment{
			{ID: "new", Status: "PRIMARY", TaskDefinition: "task-definition/api:2"}, {ID: "old", Status: "ACTIVE", TaskDefinition: "task-definition/api:1"},
		}},
		Running: []awsx.Task{
			{ID: "a", LastStatus: "RUNNING", StartedBy: "new", TaskDefinition: "task-definition/api:2"},
			{ID: "b", LastStatus: "RUNNING", StartedBy: "old", TaskDefinition: "task-definition/api:1"},
			{ID: "c", LastStatus: "PENDING", TaskDefinition: "task-definition/api:2"},
		},
	}}
	rows := taskRows(f)
	for i, want := range []string{"2 new", "1", "2 new"} {
		if got := rows[i].revisionCell().Text; got != want {
			t.Errorf("task %d: %q, expected %q", i, got, want)
		}
	}
	if rows[2].status != theme.StatusPending || rows[0].status != theme.StatusOK {
		t.Errorf("%v, %v", rows[2].status.Word(), rows[0].status.Word())
	}
}

// TestSeveralGroupsAndContainers is a task behind two groups, on dual-stack
// bindings, of which one target is not well.
func TestSeveralGroupsAndContainers(t *testing.T) {
	const group = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/"
	service := awsx.Service{Name: "api", LoadBalancers: []awsx.LoadBalancer{
		{TargetGroup: group + "public/1", Container: "api", ContainerPort: 8080},
		{TargetGroup: group + "admin/2", Container: "admin", ContainerPort: 9090},
	}}
	both := func(containerPort, hostPort int) []awsx.Binding {
		return []awsx.Binding{
			{ContainerPort: containerPort, HostPort: hostPort, Protocol: "tcp", BindIP: "0.0.0.0"},
			{ContainerPort: containerPort, HostPort: hostPort, Protocol: "tcp", BindIP: "::"},
		}
	}
	f := &serviceFacts{diagnose.Evidence{
		Now: awsxtest.Now, Service: service,
		Running: []awsx.Task{{ID: "a", LastStatus: "RUNNING", ContainerInstance: "ci", Containers: []awsx.Container{
			{Name: "sidecar", Bindings: both(8125, 32000)}, {Name: "api", Bindings: both(8080, 32771)}, {Name: "admin", Bindings: both(9090, 32772)},
		}}},
		Instance: func(string) (awsx.Instance, bool) { return awsx.Instance{EC2ID: "i-1"}, true },
		Groups: []awsx.Group{
			{ARN: group + "public/1", Read: true, Targets: []awsx.TargetHealth{{ID: "i-1", Port: 32771, State: "healthy"}}},
			{ARN: group + "admin/2", Read: true, Settings: awsx.TargetGroup{Check: awsx.HealthCheck{
				Enabled: true, Protocol: "HTTP", Path: "/ready", Matcher: "200", Interval: 10 * time.Second, Timeout: 5 * time.Second, Healthy: 2, Unhealthy: 3,
			}}, Targets: []awsx.TargetHealth{{ID: "i-1", Port: 32772, State: "unhealthy", Reason: "Target.Timeout"}}},
		},
	}}
	r := taskRows(f)[0]
	if got := r.portsText(); got != "8080>32771 9090>32772 8125>32000" {
		t.Errorf("ports %q", got)
	}
	if c := r.targetCell(); c.Text != "public healthy, admin unhealthy" || c.Role != theme.Degraded {
		t.Errorf("targets %+v", c)
	}
	if got := r.reason(); !strings.Contains(got, "timeout") {
		t.Errorf("reason %q", got)
	}
	evidence := prose.PlainText(taskEvidence(r))
	for _, want := range []string{"public: healthy i-1:32771", "admin: timeout /ready i-1:32772; check HTTP /ready 200 every 10s, timeout 5s", "security group"} {
		if !strings.Contains(evidence, want) {
			t.Errorf("the evidence misses %q:\n%s", want, evidence)
		}
	}
	if len(f.Groups[0].Targets) != 1 {
		t.Error("the facts were changed")
	}
}
