package diagnose_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/alarms"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
)

// placed puts the tasks of the service on the cluster's instances, and gives them a host port
// each, the one of the target that is theirs.
func placed(a *diagnose.Around) {
	for i := range a.Evidence.Running {
		t := &a.Evidence.Running[i]
		t.LastStatus, t.ContainerInstance, t.StartedAt = "RUNNING", "instance/i-0a1", ago(30*time.Hour)
		t.Containers = []awsx.Container{{Name: "app", Bindings: []awsx.Binding{{ContainerPort: 8080, HostPort: 32768 + i, Protocol: "tcp"}}}}
	}
	a.Evidence.Instance = func(string) (awsx.Instance, bool) { return awsx.Instance{EC2ID: "i-0a1"}, true }
}

// TestWhatOnlyLooksLikeTroubleHasNoFinding: what a hasty rule would tell of.
func TestWhatOnlyLooksLikeTroubleHasNoFinding(t *testing.T) {
	for name, does := range map[string]func(*diagnose.Around){
		"a deployment in its first minute": func(a *diagnose.Around) {
			rollingOut(&a.Evidence, 0, 0)
			a.Evidence.Service.Deployments[0].CreatedAt = ago(40 * time.Second)
		},
		"the first deployment, still pulling": func(a *diagnose.Around) {
			rollingOut(&a.Evidence, 0, 0)
			a.Evidence.Service.Deployments = a.Evidence.Service.Deployments[:1]
			a.Evidence.Service.Deployments[0].CreatedAt = ago(5 * time.Minute)
			a.Evidence.Service.Running, a.Evidence.Running, a.Evidence.Groups[0].Targets = 0, nil, nil
		},
		"old tasks that drain after a deployment": func(a *diagnose.Around) {
			rollingOut(&a.Evidence, 4, 0)
			a.Evidence.Service.Running = 7
			for i := range 3 {
				a.Evidence.Groups[0].Targets = append(a.Evidence.Groups[0].Targets, awsx.TargetHealth{ID: "i-0b2", Port: 33000 + i, State: "draining", Reason: "Target.DeregistrationInProgress"})
				a.Evidence.Stopped = append(a.Evidence.Stopped, awsx.Task{DesiredStatus: "STOPPED", LastStatus: "DEACTIVATING", StoppingAt: ago(3 * time.Minute), StopCode: "ServiceSchedulerInitiated", StoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)"})
			}
		},
		"tasks that scaling in ended by force": func(a *diagnose.Around) {
			a.Evidence.Stopped = append(a.Evidence.Stopped, awsx.Task{StartedBy: "ecs-svc/1", StopCode: "ServiceSchedulerInitiated", StoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)", StoppedAt: ago(time.Minute),
				Containers: []awsx.Container{{Name: "app", ExitCode: 137}}})
		},
		"tasks that wait for a moment": func(a *diagnose.Around) {
			a.Evidence.Service.Desired, a.Evidence.Service.Pending = 5, 1
			a.Evidence.Running = append(a.Evidence.Running, awsx.Task{Ref: awsx.Ref{ARN: "task/new"}, LastStatus: "PROVISIONING", CreatedAt: ago(4 * time.Minute)})
		},
		"green that serves beside blue, and waits before blue goes": func(a *diagnose.Around) {
			blueGreen(&a.Evidence)
			rollingOut(&a.Evidence, 4, 0)
			a.Evidence.Service.Deployments[0].CreatedAt = ago(50 * time.Minute)
			a.Evidence.Service.Running = 8
		},
		"an alarm without data":       rung(awsx.Alarm{State: "INSUFFICIENT_DATA"}),
		"an alarm that is well":       rung(awsx.Alarm{State: "OK"}),
		"the low alarm of a policy":   rung(awsx.Alarm{Name: "TargetTracking-service/prod/api-AlarmLow-7", State: alarms.Ringing}),
		"an alarm of another service": rung(awsx.Alarm{State: alarms.Ringing, Metrics: []awsx.AlarmMetric{{Dimensions: []awsx.Dimension{{Name: "ClusterName", Value: "prod"}, {Name: "ServiceName", Value: "till"}}}}}),
		"an alarm that scales out, with room above": func(a *diagnose.Around) {
			a.Scaling = &awsx.ScalableTarget{Min: 2, Max: 9}
			a.Ringing = []diagnose.Ringing{{Name: "high", Since: ago(time.Minute), Scales: true}}
		},
		"an alarm of the balancer that others share": func(a *diagnose.Around) {
			a.Ringing = []diagnose.Ringing{{Name: "front-5xx", Since: ago(time.Minute), Shared: true}}
		},
		"scaling that failed once, and went on": func(a *diagnose.Around) {
			a.Scaling = &awsx.ScalableTarget{Min: 2, Max: 9}
			a.Scalings = []awsx.ScalingActivity{{Status: "Successful", StartedAt: ago(time.Minute)}, {Status: "Failed", StartedAt: ago(9 * time.Minute)}}
		},
		"a count that somebody set, and that stands": func(a *diagnose.Around) {
			a.SetByHand = []diagnose.CountSet{{At: ago(5 * time.Minute), Count: 4}}
			a.Scalings = []awsx.ScalingActivity{{StartedAt: ago(20 * time.Minute), Description: "Setting desired count to 2."}}
		},
		"an instance that drains, with room for others": func(a *diagnose.Around) {
			hosts(true, "DRAINING")(a)
			for i := range a.Evidence.Running {
				a.Evidence.Running[i].ContainerInstance, a.Evidence.Running[i].LastStatus = "instance/i-1", "RUNNING"
			}
		},
		"an agent that is away where nothing has to start": hosts(false, "ACTIVE"),
		"a full cluster of a service that lacks nothing":   group(scaled(2, "")),
		"a group that weighs nothing beside one that does": func(a *diagnose.Around) {
			r := forwards("1", webGroup, "/*")
			idle := forwards("2", webGroup, "/old/*")
			idle.Actions[0].Groups[0].Weight = 0
			a.Routes, a.RoutesRead = []awsx.Route{{Rules: []awsx.Rule{r}}, {Rules: []awsx.Rule{idle}}}, true
		},
		"a group that two services share": func(a *diagnose.Around) {
			placed(a)
			a.Evidence.Groups[0].Targets = append(a.Evidence.Groups[0].Targets, awsx.TargetHealth{ID: "i-0ff", Port: 40000, State: "healthy"})
		},
		"a target of a task that ended a moment ago": func(a *diagnose.Around) {
			placed(a)
			gone := a.Evidence.Running[0]
			gone.Ref.ARN, gone.LastStatus, gone.DesiredStatus, gone.StopCode, gone.StoppedAt = "task/gone", "STOPPED", "STOPPED", "UserInitiated", ago(20*time.Second)
			gone.Containers = []awsx.Container{{Name: "app", ExitCode: 143, Bindings: []awsx.Binding{{ContainerPort: 8080, HostPort: 41000, Protocol: "tcp"}}}}
			a.Evidence.Stopped = append(a.Evidence.Stopped, gone)
			a.Evidence.Groups[0].Targets = append(a.Evidence.Groups[0].Targets, awsx.TargetHealth{ID: "i-0a1", Port: 41000, State: "healthy"})
		},
		"what could not be placed before it was steady": says(90*time.Minute, "was unable to place a task. Reason: RESOURCE:MEMORY"),
		"throttled for a moment":                        says(time.Minute, "operations are being throttled on Amazon EC2. Will try again later."),
		"errors among many lines": func(a *diagnose.Around) {
			lately(a, "GET /till 200", 180)
			lately(a, "ERROR a client went away", 20)
		},
		"a line that names another port": func(a *diagnose.Around) { lately(a, "metrics listening on 0.0.0.0:9100", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
			a.Evidence.Service.MinHealthyPercent, a.Evidence.Service.MaxPercent = 100, 200
			does(&a)
			if s := a.Stand(); len(s.Troubles) > 0 {
				t.Errorf("%q: %s", kinds(s.Troubles), s.Troubles[0].Cause)
			}
		})
	}
}

// TestATargetThatATaskLeftBehindIsTold, while it still gets requests.
func TestATargetThatATaskLeftBehindIsTold(t *testing.T) {
	a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
	placed(&a)
	gone := a.Evidence.Running[0]
	gone.Ref.ARN, gone.LastStatus, gone.DesiredStatus, gone.StopCode, gone.StoppedAt = "task/gone", "STOPPED", "STOPPED", "UserInitiated", ago(20*time.Minute)
	gone.Containers = []awsx.Container{{Name: "app", ExitCode: 143, Bindings: []awsx.Binding{{ContainerPort: 8080, HostPort: 41000, Protocol: "tcp"}}}}
	a.Evidence.Stopped = append(a.Evidence.Stopped, gone)
	a.Evidence.Groups[0].Targets = append(a.Evidence.Groups[0].Targets, awsx.TargetHealth{ID: "i-0a1", Port: 41000, State: "healthy"})
	s := a.Stand()
	if len(s.Troubles) != 1 || s.Troubles[0].Kind != cause.StrayTarget || s.Finding.Why != "target of no task: healthy i-0a1:41000" {
		t.Errorf("%q %q", kinds(s.Troubles), s.Finding.Why)
	}
}

// rung has an alarm, of the service unless it says of what, that is in some state.
func rung(alarm awsx.Alarm) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		a.Evidence.Service.Ref = awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", ARN: "arn:aws:ecs:eu-west-1:1:service/prod/api"}
		if alarm.Metrics == nil {
			alarm.Metrics = []awsx.AlarmMetric{{Dimensions: []awsx.Dimension{{Name: "ClusterName", Value: "prod"}, {Name: "ServiceName", Value: "api"}}}}
		}
		a.Ringing = diagnose.NewAlarms([]awsx.Alarm{alarm}, nil).Ringing(a.Evidence.Service)
	}
}
