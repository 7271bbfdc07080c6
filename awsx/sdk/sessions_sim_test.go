package sdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/fault"
)

// TestShellsAreTakenByTasksThatWereStartedAfterTheFlag: a task keeps what it was started with,
// its successors take a session, whose token prints as a mask.
func TestShellsAreTakenByTasksThatWereStartedAfterTheFlag(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		ctx := awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
		service := serviceOf(t, a, "staging", "web")
		tasks := func() []awsx.Task {
			return all(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: service.Ref.ClusterRef(), Service: "web"}))
		}
		before := tasks()[0]
		if service.ExecEnabled || before.ExecEnabled || before.Containers[0].ExecAgent.Status != "" {
			t.Fatalf("%v, %+v", service.ExecEnabled, before)
		}
		command := awsx.ExecCommand{Task: before.Ref, Container: before.Containers[0].Name, RuntimeID: before.Containers[0].RuntimeID, Command: "sh"}
		if _, err := a.ExecuteCommand(ctx, command); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "not enabled") {
			t.Errorf("before the flag: %v", err)
		}
		yes := true
		if s := must[awsx.Service](t)(a.UpdateService(ctx, awsx.ServiceUpdate{Service: service.Ref, ExecEnabled: &yes, ForceNew: true})); !s.ExecEnabled {
			t.Error("the flag is not set")
		}
		time.Sleep(10 * time.Minute) // of the simulated clock
		after := tasks()[0]
		c := after.Containers[0]
		if !after.ExecEnabled || c.ExecAgent.Status != "RUNNING" {
			t.Fatalf("%+v", after)
		}
		s := must[awsx.Session](t)(a.ExecuteCommand(ctx, awsx.ExecCommand{Task: after.Ref, Container: c.Name, RuntimeID: c.RuntimeID, Command: "sh"}))
		if s.Target != "ecs:staging_"+after.ID+"_"+c.RuntimeID || !strings.HasPrefix(s.ID, "ecs-execute-command-") || s.URL == "" || s.Region != "eu-west-1" || s.Endpoint == "" {
			t.Errorf("%+v", s)
		}
		if s.Token == "" || strings.Contains(fmt.Sprintf("%+v", s), s.Token.Reveal()) {
			t.Error("the token is missing, or is printed")
		}
		forward := awsx.SessionRequest{Target: s.Target, Document: "AWS-StartPortForwardingSessionToRemoteHost",
			Parameters: map[string][]string{"host": {"db.internal"}, "portNumber": {"5432"}, "localPortNumber": {"5433"}}, Reason: strings.Repeat("w", 300)}
		f := must[awsx.Session](t)(a.StartSession(ctx, forward))
		if f.Document != forward.Document || f.Parameters["host"][0] != "db.internal" {
			t.Errorf("%+v", f)
		}
		delete(forward.Parameters, "host")
		if _, err := a.StartSession(ctx, forward); err == nil {
			t.Error("a forward to no host is taken")
		}
		if err := a.TerminateSession(ctx, f.ID); err != nil {
			t.Error(err)
		}
		if err := a.TerminateSession(ctx, f.ID); err == nil {
			t.Error("a session ends twice")
		}
	})
}

// TestMachinesAndRolesTellWhetherSessionsWork.
func TestMachinesAndRolesTellWhetherSessionsWork(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		ctx := t.Context()
		service := serviceOf(t, a, "prod", "web")
		instance := all(t, a.Instances(ctx, service.Ref.ClusterRef()))[0]
		node := must[awsx.ManagedNode](t)(a.ManagedNode(ctx, instance.EC2ID))
		if !node.Online() || node.AgentVersion == "" {
			t.Errorf("%+v", node)
		}
		if _, err := a.ManagedNode(ctx, "i-0ffffffffffffffff"); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("of a machine that is not known: %v", err)
		}
		actions := []string{"ssmmessages:CreateControlChannel", "ssmmessages:OpenDataChannel"}
		if denied := must[[]string](t)(a.DeniedActions(ctx, "arn:aws:iam::123456789012:role/ecs-web-task", actions)); len(denied) > 0 {
			t.Errorf("denied %v", denied)
		}
		if denied := must[[]string](t)(a.DeniedActions(ctx, "arn:aws:iam::123456789012:role/ecs-web-unshelled", actions)); !slices.Equal(denied, actions) {
			t.Errorf("denied %v", denied)
		}
		session := must[awsx.Session](t)(a.StartSession(awsx.WithChange(ctx, &awsx.Change{ID: "c-2", Record: func(awsx.Call) error { return nil }}), awsx.SessionRequest{Target: instance.EC2ID}))
		if session.Target != instance.EC2ID || session.Document != "" {
			t.Errorf("%+v", session)
		}
	})
}

func serviceOf(t *testing.T, a awsx.Account, cluster, name string) awsx.Service {
	t.Helper()
	for _, c := range all(t, a.Clusters(t.Context())) {
		if c.Name != cluster {
			continue
		}
		for _, s := range all(t, a.Services(t.Context(), c.Ref)) {
			if s.Name == name {
				return s
			}
		}
	}
	t.Fatalf("there is no %s/%s", cluster, name)
	return awsx.Service{}
}
