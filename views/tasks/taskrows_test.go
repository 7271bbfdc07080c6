package tasks

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/awsxtest"
	"gantry/awsx/diagnose"
	"gantry/ui/theme"
	"gantry/views/prose"
)

func TestTasksOfTheNewRevisionStandOut(t *testing.T) {
	now := awsxtest.Now
	f := &serviceFacts{Evidence: diagnose.Evidence{
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
	f := &serviceFacts{Evidence: diagnose.Evidence{
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
	if c := r.targetCell(); c.Text != "1 unhealthy, 1 healthy" || c.Role != theme.Degraded {
		t.Errorf("targets %+v", c)
	}
	if got := r.reason(); !strings.Contains(got, "timeout") {
		t.Errorf("reason %q", got)
	}
	evidence := prose.PlainText(taskEvidence(r, awsxtest.Now))
	for _, want := range []string{"public: healthy i-1:32771", "admin: timeout /ready i-1:32772; check HTTP /ready 200 every 10s, timeout 5s", "security group"} {
		if !strings.Contains(evidence, want) {
			t.Errorf("the evidence misses %q:\n%s", want, evidence)
		}
	}
	if len(f.Groups[0].Targets) != 1 {
		t.Error("the facts were changed")
	}
}

func TestATaskShowsNoEventOfAnother(t *testing.T) {
	const own, other = "4be07c1d52f94a0f8d1be5a7c9021f3e", "91d3e6a8f0724c5b9be81a2d6c40fe57"
	at := func(hours int, message string) awsx.ServiceEvent {
		return awsx.ServiceEvent{At: awsxtest.Now.Add(-time.Duration(hours) * time.Hour), Message: "(service till) " + message}
	}
	sick := at(1, "(task "+other+") (port 9000) is unhealthy in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/till/1) due to (reason Request timed out).")
	sickOfInstance := at(1, "(instance i-77aa) (port 32901) is unhealthy in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/till/1) due to (reason Request timed out).")
	started, steady := at(2, "has started 2 tasks: (task "+other+") (task "+own+")."), at(3, "has reached a steady state.")
	for name, c := range map[string]struct {
		events []awsx.ServiceEvent
		want   string
	}{
		"one that names it":        {[]awsx.ServiceEvent{sick, steady, started}, "of this task: has started 2 tasks"},
		"none that names it":       {[]awsx.ServiceEvent{sick, sickOfInstance, steady}, "of the service: has reached a steady state"},
		"only those of other ones": {[]awsx.ServiceEvent{sick, sickOfInstance}, ""},
	} {
		f := &serviceFacts{Evidence: diagnose.Evidence{
			Now: awsxtest.Now, Service: awsx.Service{Name: "till", Events: c.events},
			Running: []awsx.Task{{ID: own, LastStatus: "RUNNING"}},
		}}
		got := prose.PlainText(taskEvidence(taskRows(f)[0], awsxtest.Now))
		if strings.Contains(got, "unhealthy") || !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "of the service") {
			t.Errorf("%s: want %q in\n%s", name, c.want, got)
		}
	}
}

func TestUnreadTargetOfATaskIsNeverWell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var targets []alb.Target
		all := true
		for range rapid.IntRange(0, 3).Draw(t, "groups") {
			standing := rapid.SampledFrom([]alb.Standing{alb.Unread, alb.Unresolved, alb.Registered}).Draw(t, "standing")
			all = all && standing == alb.Registered
			targets = append(targets, alb.Target{Standing: standing, Health: awsx.TargetHealth{State: "healthy"}})
		}
		got := runningStatus(awsx.Task{LastStatus: "RUNNING"}, targets)
		if (got == theme.StatusOK) != all {
			t.Fatalf("%s with %+v", got.Word(), targets)
		}
	})
}
