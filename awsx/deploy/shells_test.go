package deploy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/session"
	"gantry/internal/fault"
)

// joins is a plugin that keeps the token to itself.
var joins = session.Plugin{Path: "/usr/bin/session-manager-plugin", Version: "1.2.707.0"}

// shelled is a desk whose tasks take shells, and one of them.
func shelled(t *testing.T, change func(*awsx.Task)) (*desk, awsx.Task) {
	t.Helper()
	d := newDesk()
	d.edit(func(s *awsx.Service) { s.ExecEnabled = true })
	first := d.tasks(t)[0].Ref.ARN
	d.Edit(func(data *awsxtest.Data) {
		task := data.Task(first)
		task.ExecEnabled = true
		task.Containers = slices.Clone(task.Containers)
		for i := range task.Containers {
			task.Containers[i].LastStatus, task.Containers[i].ExecAgent = "RUNNING", awsx.ManagedAgent{Status: "RUNNING"}
		}
		if change != nil {
			change(task)
		}
	})
	return d, d.tasks(t)[slices.IndexFunc(d.tasks(t), func(task awsx.Task) bool { return task.Ref.ARN == first })]
}

// TestAShellIsAChangeOfTheSecondTierThatIsHeldAndRecorded: the calls, what is recorded of it,
// and that a session whose end nobody saw is ended.
func TestAShellIsAChangeOfTheSecondTierThatIsHeldAndRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, task := shelled(t, nil)
		p := d.mustPlan(t, task.Ref, OpenShell{Plugin: joins})
		if c := p.Consent(); !p.Production || p.Tier != policy.TierName || c.Word != task.ID[:8] || !p.Holds() || p.Follows() || len(p.Blocking()) > 0 {
			t.Errorf("%+v, %v, blocked by %v", c, p.Tier, p.Blocking())
		}
		if command := p.Commands()[0]; !strings.Contains(command, "ecs execute-command --profile main --region eu-west-1 --cluster prod --task "+task.ID+" --container "+task.Containers[0].Name+" --interactive --command ") {
			t.Error(command)
		}
		o := d.options(p)
		var got awsx.Session
		o.Hold = func(s awsx.Session) (Held, error) {
			got = s
			time.Sleep(90 * time.Second)
			return Held{Words: "exit code 3"}, nil
		}
		res, err := Run(t.Context(), o)
		if err != nil || got.Token == "" || got.Target != awsx.ContainerTarget(task.Ref, task.Containers[0].RuntimeID) {
			t.Errorf("%+v, %v", got, err)
		}
		if want := []string{"begin shell", "ExecuteCommand", "end ended after 1m30s, exit code 3"}; !slices.Equal(d.lines, want) || res.Outcome != "ended after 1m30s, exit code 3" {
			t.Errorf("%q, %q", d.lines, res.Outcome)
		}

		for name, hold := range map[string]func(awsx.Session) (Held, error){
			"nobody":  nil,
			"stopped": func(awsx.Session) (Held, error) { return Held{Words: "stopped", Open: true}, nil },
			"failed":  func(awsx.Session) (Held, error) { return Held{}, errors.New("no pipe") },
		} {
			d.lines = nil
			o := d.options(d.mustPlan(t, task.Ref, OpenShell{Plugin: joins}))
			o.Hold = hold
			_, err := Run(t.Context(), o)
			if (err != nil) != (name == "failed") || !slices.Contains(d.lines, "TerminateSession") || !strings.HasPrefix(d.lines[len(d.lines)-1], "end ended after 0s") {
				t.Errorf("%s: %q, %v", name, d.lines, err)
			}
		}
		d.Fail(awsxtest.TerminateSession, fault.Errorf(fault.Denied, "ssm:TerminateSession", "", "no"))
		res, err = Run(t.Context(), d.options(d.mustPlan(t, task.Ref, OpenShell{Plugin: joins})))
		if err != nil || res.Outcome != "ended after 0s, left to end by itself (denied)" {
			t.Errorf("%q, %v", res.Outcome, err)
		}
	})
}

// TestWhatKeepsAShellFromOpeningIsSaidBefore: each obstacle under its name, and whether
// anybody may try all the same.
func TestWhatKeepsAShellFromOpeningIsSaidBefore(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*awsx.Task)
		account func(*desk)
		plugin  session.Plugin
		finding string
		result  check.Result
		want    string
		final   bool
	}{
		{name: "no plugin", finding: check.Plugin, result: check.Broken, want: "session-manager-plugin is not on PATH", final: true},
		{name: "an old plugin", plugin: session.Plugin{Path: "/p", Version: "1.2.331.0"}, finding: check.Plugin, result: check.Warning, want: "1.2.331.0 takes the session's token on its command line"},
		{name: "an account that is none", plugin: session.Plugin{Path: "/p", Version: "9", Instead: "this is the demo"}, finding: check.Plugin, result: check.Broken, want: "this is the demo", final: true},
		{name: "a container that starts", plugin: joins, change: func(t *awsx.Task) { t.Containers[0].LastStatus = "PENDING" }, finding: check.Container, result: check.Broken, want: "is PENDING", final: true},
		{name: "off", plugin: joins, change: func(t *awsx.Task) { t.ExecEnabled = false }, account: func(d *desk) { d.edit(func(s *awsx.Service) { s.ExecEnabled = false }) },
			finding: check.ExecFlag, result: check.Broken, want: "ECS Exec is off for service api: turn it on", final: true},
		{name: "a task from before", plugin: joins, change: func(t *awsx.Task) { t.ExecEnabled = false }, finding: check.ExecFlag, result: check.Broken, want: "before ECS Exec was turned on for service api", final: true},
		{name: "a task of no service", plugin: joins, change: func(t *awsx.Task) { t.ExecEnabled, t.Group = false, "family:api" }, finding: check.ExecFlag, result: check.Broken, want: "belongs to no service", final: true},
		{name: "an agent that starts", plugin: joins, change: func(t *awsx.Task) { t.Containers[0].ExecAgent.Status = "PENDING" }, finding: check.ExecAgent, result: check.Broken, want: "still starting"},
		{name: "an agent that stopped", plugin: joins, change: func(t *awsx.Task) {
			t.Containers[0].ExecAgent = awsx.ManagedAgent{Status: "STOPPED", Reason: "no space left on device"}
		}, finding: check.ExecAgent, result: check.Broken, want: "is STOPPED: no space left on device"},
		{name: "no agent", plugin: joins, change: func(t *awsx.Task) { t.Containers[0].ExecAgent = awsx.ManagedAgent{} }, finding: check.ExecAgent, result: check.Broken, want: "no agent runs in"},
		{name: "a role that may not", plugin: joins, account: func(d *desk) {
			d.Edit(func(data *awsxtest.Data) { data.Denied = []string{"ssmmessages:OpenDataChannel"} })
		}, finding: check.TaskRole, result: check.Broken, want: "may not ssmmessages:OpenDataChannel"},
		{name: "a role that nobody may look at", plugin: joins, account: func(d *desk) {
			d.Fail(awsxtest.DeniedActions, fault.Errorf(fault.Denied, "iam:SimulatePrincipalPolicy", "", "no"))
		}, finding: check.TaskRole, result: check.Skipped, want: "iam:SimulatePrincipalPolicy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, task := shelled(t, c.change)
			withRole(t, d, task)
			if c.account != nil {
				c.account(d)
			}
			p := d.mustPlan(t, task.Ref, OpenShell{Plugin: c.plugin})
			i := slices.IndexFunc(p.Checks, func(f check.Finding) bool { return f.Name == c.finding })
			if i < 0 || p.Checks[i].Result != c.result || !strings.Contains(p.Checks[i].Text, c.want) || p.Checks[i].Final != c.final {
				t.Errorf("%+v", p.Checks)
			}
			_, err := Run(t.Context(), d.options(p))
			if refused := errors.Is(err, ErrRefused); refused != (c.result == check.Broken) || refused && len(d.sent()) > 0 {
				t.Errorf("sent %v: %v", d.sent(), err)
			}
		})
	}
}

// withRole gives the task's definition a role.
func withRole(t *testing.T, d *desk, task awsx.Task) {
	t.Helper()
	d.Edit(func(data *awsxtest.Data) {
		for i, td := range data.TaskDefinitions {
			if td.ARN == task.TaskDefinition {
				with := *td
				with.TaskRole = "arn:aws:iam::123456789012:role/api-task"
				data.TaskDefinitions[i] = &with
			}
		}
	})
}

// TestAForwardAsksForItsPortsAndASessionForItsInstance.
func TestAForwardAsksForItsPortsAndASessionForItsInstance(t *testing.T) {
	d, task := shelled(t, nil)
	target := awsx.ContainerTarget(task.Ref, task.Containers[0].RuntimeID)
	p := d.mustPlan(t, task.Ref, Forward{Ports: session.Forwarding{Local: 5433, Host: "db.internal", Remote: 5432}, Plugin: joins})
	if want := "ssm start-session --profile main --region eu-west-1 --target " + target + ` --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters `; !strings.Contains(strings.ReplaceAll(p.Commands()[0], "'", ""), want) {
		t.Error(p.Commands()[0])
	}
	if !strings.HasPrefix(p.After, "localhost:5433 to db.internal:5432 through container ") {
		t.Error(p.After)
	}
	if _, err := Run(t.Context(), d.options(p)); err != nil || !slices.Equal(d.lines[:2], []string{"begin forward", "StartSession"}) {
		t.Errorf("%q, %v", d.lines, err)
	}

	instance := d.instances(t)[0]
	for _, c := range []struct {
		node awsx.ManagedNode
		want check.Result
	}{{awsx.ManagedNode{Ping: "Online", AgentVersion: "3.3"}, check.OK}, {awsx.ManagedNode{Ping: "ConnectionLost"}, check.Broken}, {awsx.ManagedNode{}, check.Broken}} {
		d.Edit(func(data *awsxtest.Data) {
			data.Nodes = map[string]awsx.ManagedNode{instance.EC2ID: c.node}
			if c.node.Ping == "" {
				data.Nodes = nil
			}
		})
		p := d.mustPlan(t, instance.Ref, OpenSession{Plugin: joins})
		i := slices.IndexFunc(p.Checks, func(f check.Finding) bool { return f.Name == check.NodeAgent })
		if p.Checks[i].Result != c.want || p.Consent().Word != instance.EC2ID || !strings.HasSuffix(p.Commands()[0], "--target "+instance.EC2ID) {
			t.Errorf("%+v, %+v, %s", p.Checks[i], p.Consent(), p.Commands()[0])
		}
	}
}

// TestTheContainerIsNamedWhereThereAreSeveral, unless the load balancer leads to one.
func TestTheContainerIsNamedWhereThereAreSeveral(t *testing.T) {
	two := func(task *awsx.Task) {
		beside := task.Containers[0]
		beside.Name, beside.RuntimeID = "envoy", "fedcba9876543210"
		task.Containers = append([]awsx.Container{beside}, task.Containers...)
	}
	d, task := shelled(t, two)
	for in, want := range map[string]string{"": "a shell in container " + task.Containers[1].Name, "envoy": "a shell in container envoy"} {
		if p := d.mustPlan(t, task.Ref, OpenShell{Container: in, Plugin: joins}); p.After != want {
			t.Errorf("%q: %s", in, p.After)
		}
	}
	if _, err := d.plan(task.Ref, OpenShell{Container: "nope", Plugin: joins}); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "its containers are envoy, ") {
		t.Errorf("%v", err)
	}
	d.edit(func(s *awsx.Service) { s.LoadBalancers = nil })
	if _, err := d.plan(task.Ref, OpenShell{Plugin: joins}); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "2 containers: name one of envoy, ") {
		t.Errorf("%v", err)
	}
}

// TestAContainerThatWasReplacedMeanwhileIsAnother.
func TestAContainerThatWasReplacedMeanwhileIsAnother(t *testing.T) {
	d, task := shelled(t, nil)
	p := d.mustPlan(t, task.Ref, OpenShell{Plugin: joins})
	d.Edit(func(data *awsxtest.Data) {
		t := data.Task(task.Ref.ARN)
		t.Containers = slices.Clone(t.Containers)
		t.Containers[0].RuntimeID = "0000000000000000"
	})
	if _, err := Run(t.Context(), d.options(p)); fault.ClassOf(err) != fault.Drift || len(d.sent()) > 0 {
		t.Errorf("sent %v: %v", d.sent(), err)
	}
}

// TestECSExecIsTurnedOnByADeployment: with the flag in the same call, and not twice.
func TestECSExecIsTurnedOnByADeployment(t *testing.T) {
	d := newDesk()
	p := d.mustPlan(t, d.api, AllowExec{})
	if p.Tier != policy.TierName || !strings.HasSuffix(p.Commands()[0], "--force-new-deployment --enable-execute-command") || p.After != "ECS Exec on, all tasks started anew" || !p.Follows() {
		t.Errorf("%v, %s, %s", p.Tier, p.After, p.Commands()[0])
	}
	before := d.service(t)
	d.run(t, p)
	after := d.service(t)
	if !after.ExecEnabled || len(after.Deployments) != len(before.Deployments)+1 {
		t.Errorf("%+v", after)
	}
	if _, err := d.plan(d.api, AllowExec{}); !nothing(err) {
		t.Errorf("%v", err)
	}
	if p := d.mustPlan(t, d.api, AllowExec{Off: true}); !strings.HasSuffix(p.Commands()[0], "--disable-execute-command") {
		t.Error(p.Commands()[0])
	}
}
