package diagnose_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

const greenGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/green/0123456789abcdef"

// blueGreen gives the service a second group; its targets move there.
func blueGreen(e *diagnose.Evidence) {
	e.Service.Strategy = "BLUE_GREEN"
	e.Service.LoadBalancers[0].Alternate = greenGroup
	e.Groups = append(e.Groups, awsx.Group{ARN: greenGroup, Read: true, Targets: e.Groups[0].Targets})
	e.Groups[0].Targets = nil
}

const productionRule = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/front/1/2/3"

// weighed has the production rule of a blue/green service read: so much to the first
// of its groups, so much to the second.
func weighed(e *diagnose.Evidence, first, second int) {
	e.Service.LoadBalancers[0].ProductionRule = productionRule
	e.Groups[0].Weights = map[string]int{productionRule: first}
	e.Groups[1].Weights = map[string]int{productionRule: second}
}

// taskSets makes CODE_DEPLOY deploy the service: blue serves, and green comes
// where it is given.
func taskSets(e *diagnose.Evidence, green ...awsx.TaskSet) {
	e.Service.Controller = "CODE_DEPLOY"
	e.Service.TaskSets = append([]awsx.TaskSet{{ID: "ecs-svc/blue", Status: "PRIMARY", TaskDefinition: oldRevision, Desired: 4, Running: 4, Stability: "STEADY_STATE", CreatedAt: ago(30 * time.Hour)}}, green...)
	e.Service.Deployments = awsx.DeploymentsOf(e.Service.TaskSets)
	e.Service.LoadBalancers, e.Groups, e.Service.Events = nil, nil, nil
}

func state(e *diagnose.Evidence, state, reason string, n int) {
	for i := range n {
		e.Groups[0].Targets[i].State, e.Groups[0].Targets[i].Reason = state, reason
	}
}

func TestShapesThatSurprise(t *testing.T) {
	const unplaced = "was unable to place a task. Reason: "
	green := awsx.TaskSet{ID: "ecs-svc/green", Status: "ACTIVE", TaskDefinition: newRevision, Desired: 4, Stability: "STABILIZING", CreatedAt: ago(15 * time.Minute)}
	lost := func(e *diagnose.Evidence, code, reason string) {
		e.Stopped = append(e.Stopped, awsx.Task{StartedBy: "ecs-svc/1", StopCode: code, StoppedReason: reason, StoppedAt: ago(time.Minute)})
	}
	tests := []verdict{
		{"blue/green, served from the alternate group", blueGreen, diagnose.OK, ""},
		{"blue/green, the alternate group is sick", func(e *diagnose.Evidence) {
			blueGreen(e)
			e.Groups[1].Targets[0].State = "unhealthy"
		}, diagnose.Degraded, "unhealthy i-0a1:32768"},
		{"blue/green, no group has targets", func(e *diagnose.Evidence) {
			blueGreen(e)
			e.Groups[1].Targets = nil
		}, diagnose.Failed, "no targets registered"},
		{"blue/green, the group with the targets is unread", func(e *diagnose.Evidence) {
			blueGreen(e)
			e.Groups[1].Read, e.Groups[1].Targets = false, nil
		}, diagnose.Unknown, "unread: targets of web"},
		{"blue/green, green in its first checks while blue serves", func(e *diagnose.Evidence) {
			blueGreen(e)
			rollingOut(e, 4, 0)
			e.Groups[0].Targets = []awsx.TargetHealth{{ID: "i-0b2", Port: 1, State: "initial"}}
		}, diagnose.Pending, "rolling out, 4 of 4 new, 1 in first checks"},

		{"blue/green, the rule sends to a group without targets", func(e *diagnose.Evidence) {
			blueGreen(e)
			weighed(e, 100, 0)
		}, diagnose.Failed, "no targets registered"},
		{"blue/green, what still has the traffic is sick while green is well", func(e *diagnose.Evidence) {
			blueGreen(e)
			rollingOut(e, 4, 0)
			e.Groups[0].Targets = []awsx.TargetHealth{{ID: "i-0b2", Port: 1, State: "unhealthy", Reason: "Target.Timeout"}}
			weighed(e, 1, 0)
		}, diagnose.Failed, "timeout /health i-0b2:1"},
		{"blue/green, what lost the traffic is sick while green is well", func(e *diagnose.Evidence) {
			blueGreen(e)
			rollingOut(e, 4, 0)
			e.Groups[0].Targets = []awsx.TargetHealth{{ID: "i-0b2", Port: 1, State: "unhealthy", Reason: "Target.Timeout"}}
			weighed(e, 0, 1)
		}, diagnose.Pending, "rolling out, 4 of 4 new"},
		{"canary, both groups have a share", func(e *diagnose.Evidence) {
			blueGreen(e)
			rollingOut(e, 4, 0)
			e.Groups[0].Targets = []awsx.TargetHealth{{ID: "i-0b2", Port: 1, State: "unhealthy", Reason: "Target.Timeout"}}
			weighed(e, 10, 90)
		}, diagnose.Degraded, "timeout /health i-0b2:1"},
		{"blue/green, the rule sends to the group that is unread", func(e *diagnose.Evidence) {
			blueGreen(e)
			weighed(e, 0, 100)
			e.Groups[1].Read, e.Groups[1].Targets = false, nil
		}, diagnose.Unknown, "unread: targets of web"},
		{"blue/green, the rule sends nothing anywhere", func(e *diagnose.Evidence) {
			blueGreen(e)
			weighed(e, 0, 0)
		}, diagnose.OK, ""},

		{"task sets, at rest", func(e *diagnose.Evidence) { taskSets(e) }, diagnose.OK, ""},
		{"task sets, green rolls out", func(e *diagnose.Evidence) {
			green := green
			green.Running = 1
			taskSets(e, green)
			e.Service.Running = 5
		}, diagnose.Pending, "rolling out, 1 of 4 new"},
		{"task sets, one is to have no task", func(e *diagnose.Evidence) {
			green := green
			green.Desired = 0
			taskSets(e, green)
		}, diagnose.OK, ""},
		{"task sets, green cannot start", func(e *diagnose.Evidence) {
			taskSets(e, green)
			for i := range 3 {
				died(e, "ecs-svc/green", time.Duration(i+1)*time.Minute, 1)
			}
		}, diagnose.Failed, "exit 1"},
		{"task sets, the one that serves flaps", func(e *diagnose.Evidence) {
			taskSets(e)
			for i := range 3 {
				died(e, "ecs-svc/blue", time.Duration(10+i)*time.Minute, 1)
			}
		}, diagnose.Degraded, "exit 1"},
		{"task sets, another one's steady state ends no trouble", func(e *diagnose.Evidence) {
			green := green
			green.Running = 1
			taskSets(e, green)
			e.Service.Events = []awsx.ServiceEvent{
				{At: ago(time.Minute), Message: "(service api, taskSet ecs-svc/blue) has reached a steady state."},
				{At: ago(2 * time.Minute), Message: "(service api, taskSet ecs-svc/green) is unable to consistently start tasks successfully."},
			}
		}, diagnose.Degraded, "tasks keep failing to start"},

		{"every target on its way out unhealthy", func(e *diagnose.Evidence) { state(e, "unhealthy.draining", "Target.FailedHealthChecks", 4) },
			diagnose.Failed, "refused or malformed /health i-0a1:32768, serves nobody new and 3 more"},
		{"every target in first checks though the tasks are old", func(e *diagnose.Evidence) {
			state(e, "initial", "Elb.InitialHealthChecking", 4)
			for i := range e.Running {
				e.Running[i].StartedAt = ago(2 * time.Hour)
			}
		}, diagnose.Failed, "4 targets in first checks, none healthy"},
		{"every target in first checks of young tasks", func(e *diagnose.Evidence) {
			state(e, "initial", "Elb.InitialHealthChecking", 4)
			for i := range e.Running {
				e.Running[i].StartedAt = ago(time.Minute)
			}
		}, diagnose.Pending, "4 targets in first checks"},
		{"a target in a state nobody knows", func(e *diagnose.Evidence) { state(e, "hibernating", "Target.Cold", 1) }, diagnose.OK, ""},
		{"words that nobody knows", func(e *diagnose.Evidence) {
			e.Service.Status, e.Service.Strategy, e.Service.SchedulingStrategy = "HUMMING", "SWIRLING", "ON_TUESDAYS"
			e.Service.Deployments[0].RolloutState = "SHIMMERING"
			e.Running[0].Health, e.Running[1].LastStatus = "PEAKY", "YAWNING"
			lost(e, "CosmicRay", "A ray hit the task.")
			event(e, time.Minute, "has begun to hum.")
		}, diagnose.OK, ""},
		{"the load balancer's own fault", func(e *diagnose.Evidence) { state(e, "unavailable", "Elb.InternalError", 1) },
			diagnose.Degraded, "load balancer internal error i-0a1:32768"},

		{"a task taken back with its spot instance", func(e *diagnose.Evidence) { lost(e, "SpotInterruption", "Your Spot Task was interrupted.") }, diagnose.OK, ""},
		{"a host that was terminated", func(e *diagnose.Evidence) { lost(e, "TerminationNotice", "Host EC2 (instance i-0a1) terminated.") }, diagnose.OK, ""},
		{"a host that was terminated, and no task in its place", func(e *diagnose.Evidence) {
			lost(e, "TerminationNotice", "Host EC2 (instance i-0a1) terminated.")
			e.Service.Running = 3
		}, diagnose.Degraded, "instance terminated"},
		{"maintenance", func(e *diagnose.Evidence) {
			lost(e, "TerminationNotice", "ECS is performing maintenance on the underlying infrastructure hosting the task.")
		}, diagnose.OK, ""},

		{"a task that was listed and could not be described", func(e *diagnose.Evidence) { e.Running, e.Untold = e.Running[1:], 1 }, diagnose.Unknown, "unread: 1 of 4 tasks"},
		{"a task that was started since the tasks were listed", func(e *diagnose.Evidence) {
			e.Running = e.Running[1:]
		}, diagnose.OK, ""},

		{"a daemon without instances", func(e *diagnose.Evidence) {
			e.Service.SchedulingStrategy = "DAEMON"
			e.Service.Desired, e.Service.Running, e.Running, e.Groups[0].Targets = 0, 0, nil, nil
		}, diagnose.Pending, "no instance to run on"},
		{"a surplus under protection", func(e *diagnose.Evidence) {
			e.Service.Desired = 2
			event(e, time.Minute, "was unable to reach steady state because (taskSet ecs-svc/1) was unable to scale in due to (reason 2 tasks under protection)")
		}, diagnose.Pending, "stopping 2, tasks under protection"},

		{"trouble from before the rollout", func(e *diagnose.Evidence) {
			rollingOut(e, 2, 0)
			e.Service.Events = nil
			event(e, 40*time.Minute, "is unable to consistently start tasks successfully.")
		}, diagnose.Pending, "rolling out, 2 of 4 new"},
		{"trouble from before that names the rollout", func(e *diagnose.Evidence) {
			rollingOut(e, 2, 0)
			e.Service.Events = nil
			event(e, 12*time.Minute, "could not launch 2 tasks for deployment ecs-svc/2. Reason: RESOURCE:MEMORY")
		}, diagnose.Degraded, "no instance fits: memory"},
		{"everyday events of a rollout", func(e *diagnose.Evidence) {
			rollingOut(e, 2, 0)
			event(e, time.Minute, "stopped 2 pending tasks.")
			event(e, time.Minute, "is not AZ balanced with 2 tasks in a, 1 tasks in b. AZ Rebalancing in progress.")
			event(e, time.Minute, "did what nobody has seen yet.")
		}, diagnose.Pending, "rolling out, 2 of 4 new"},
		{"a rollout whose image wants a login", func(e *diagnose.Evidence) {
			rollingOut(e, 2, 0)
			event(e, time.Minute, unplaced+"CannotPullContainerError: failed to resolve ref ghcr.io/acme/shop:v3: failed to authorize: unexpected status: 401 Unauthorized")
		}, diagnose.Degraded, "registry wants a login: shop:v3"},
		{"no capacity provider has instances", func(e *diagnose.Evidence) {
			e.Service.Running, e.Running = 0, nil
			event(e, time.Minute, "was unable to reach steady state. Reason: No Container Instances were found in your capacity provider.")
		}, diagnose.Failed, "no container instances in the capacity provider"},
	}
	judged(t, tests)
}

func TestWhatIsReasonedFromIsKeptWhole(t *testing.T) {
	e := healthy()
	rollingOut(&e, 2, 0)
	event(&e, time.Minute, "was unable to place a task. Reason: the stars are wrong.")
	if got := diagnose.Service(e).Reason.Text; got != "the stars are wrong." {
		t.Errorf("kept %q", got)
	}
}

func TestAServiceBehindAClassicLoadBalancerSaysSoOnce(t *testing.T) {
	e := healthy()
	e.Service.LoadBalancers = []awsx.LoadBalancer{{Classic: "old-elb", Container: "app"}}
	said := 0
	for _, l := range diagnose.Panel(e) {
		if l.Text == "behind the classic load balancer old-elb, whose health is not read" {
			said++
		}
	}
	if f := diagnose.Service(e); said != 1 || f.Status != diagnose.OK || f.Targets.String() != "-" {
		t.Errorf("said %d times, %s, targets %s", said, f.Status, f.Targets)
	}
}

func TestATargetIsForeignOnlyWhenEveryTaskWasRead(t *testing.T) {
	e := healthy()
	sick(&e, 1)
	for i := range e.Running {
		e.Running[i].LastStatus, e.Running[i].ContainerInstance = "RUNNING", "ci"
		e.Running[i].Containers = []awsx.Container{{Name: "app", Bindings: []awsx.Binding{{ContainerPort: 8080, HostPort: 32768 + i, Protocol: "tcp"}}}}
	}
	e.Instance = func(string) (awsx.Instance, bool) { return awsx.Instance{EC2ID: "i-0a1"}, true }
	if got := diagnose.Stand(e).Finding; got.Status != diagnose.Degraded {
		t.Errorf("its own sick target: %s %q", got.Status, got.Why)
	}
	e.Groups[0].Targets = append(e.Groups[0].Targets, awsx.TargetHealth{ID: "i-0ff", Port: 1, State: "unhealthy"})
	e.Groups[0].Targets[0].State = "healthy"
	if got := diagnose.Stand(e).Finding; got.Status != diagnose.OK {
		t.Errorf("somebody else's sick target: %s %q", got.Status, got.Why)
	}
	e.Running = e.Running[1:]
	if got := diagnose.Stand(e); got.Finding.Status != diagnose.Degraded || got.Joined().Foreign(webGroup, e.Groups[0].Targets[4]) {
		t.Errorf("with a task unread: %s %q", got.Finding.Status, got.Finding.Why)
	}
}

func TestTheDefinitionsThatAVerdictHangsOnAreAskedFor(t *testing.T) {
	e := healthy()
	if n := e.Needs(); len(n) != 0 {
		t.Errorf("a healthy service needs %v", n)
	}
	for i := range e.Running {
		e.Running[i].TaskDefinition = oldRevision
	}
	sick(&e, 1)
	if n := e.Needs(); len(n) != 1 || n[0] != oldRevision {
		t.Errorf("a sick target needs %v", n)
	}
	e = healthy()
	died(&e, "ecs-svc/1", time.Minute, 2)
	e.Stopped[0].TaskDefinition = newRevision
	e.Stopped[0].Containers = append(e.Stopped[0].Containers, awsx.Container{Name: "sidecar", ExitCode: 0})
	if n := e.Needs(); len(n) != 1 || n[0] != newRevision {
		t.Errorf("a death of two containers needs %v", n)
	}
	e.Definition = func(string) *awsx.TaskDefinition { return &awsx.TaskDefinition{} }
	if n := e.Needs(); len(n) != 0 {
		t.Errorf("what was read is needed again: %v", n)
	}
}

func TestTheRolesOfAPairOfGroupsAreTold(t *testing.T) {
	e := healthy()
	blueGreen(&e)
	for _, l := range diagnose.Panel(e) {
		if l.Text == "served from the target group green, idle is web" {
			return
		}
	}
	t.Errorf("the panel tells no roles: %+v", diagnose.Panel(e))
}

// A green task that fails its checks serves nobody yet: it is the rollout that is in
// trouble, and the service is not down.
func TestTheIdleGroupTellsOfTheRolloutAlone(t *testing.T) {
	e := healthy()
	blueGreen(&e)
	rollingOut(&e, 1, 0)
	weighed(&e, 0, 1)
	e.Service.Running = 5
	e.Groups[0].Targets = []awsx.TargetHealth{{ID: "i-0a1", Port: 40000, State: "unhealthy", Reason: "Target.Timeout"}}
	e.Running = append(e.Running, awsx.Task{Ref: awsx.Ref{ARN: "task/green"}})
	for i := range e.Running {
		e.Running[i].LastStatus, e.Running[i].ContainerInstance, e.Running[i].StartedBy = "RUNNING", "ci", "ecs-svc/1"
		e.Running[i].Containers = []awsx.Container{{Name: "app", Bindings: []awsx.Binding{{ContainerPort: 8080, HostPort: 32768 + i, Protocol: "tcp"}}}}
	}
	green := &e.Running[4]
	green.StartedBy, green.Containers[0].Bindings[0].HostPort = "ecs-svc/2", 40000
	e.Instance = func(string) (awsx.Instance, bool) { return awsx.Instance{EC2ID: "i-0a1"}, true }
	if got := diagnose.Stand(e).Finding; got.Status != diagnose.Degraded || got.Why != "timeout /health i-0a1:40000" || got.Targets.String() != "4/4" {
		t.Errorf("green is sick: %s %q, targets %s", got.Status, got.Why, got.Targets)
	}
	green.StartedBy = "ecs-svc/1"
	if got := diagnose.Stand(e).Finding; got.Status != diagnose.Pending {
		t.Errorf("what is idle and not being rolled out is sick: %s %q", got.Status, got.Why)
	}
}
