package resources

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/ui/theme"
	"gantry/views/livetable"
)

func TestWhatWasNotReadIsNeverWell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		desired := rapid.IntRange(1, 4).Draw(t, "desired")
		s := awsx.Service{Name: "api", Status: "ACTIVE", Desired: desired, Running: desired}
		f := &clusterFacts{
			services: []*awsx.Service{&s}, Cluster: diagnose.Cluster{
				Now:         awsxtest.Now,
				RunningRead: rapid.Bool().Draw(t, "running read"), StoppedRead: rapid.Bool().Draw(t, "stopped read"),
			},
		}
		f.groups = map[string]*store.GroupState{}
		f.own = map[string]*ownTasks{"api": {running: slices.Repeat([]*awsx.Task{{}}, desired)}}
		allRead := f.RunningRead && f.StoppedRead
		for _, name := range []string{"one", "two"} {
			if !rapid.Bool().Draw(t, "balanced") {
				continue
			}
			f.services[0].LoadBalancers = append(f.services[0].LoadBalancers, awsx.LoadBalancer{TargetGroup: name, Container: "api", ContainerPort: 80})
			read := rapid.Bool().Draw(t, "group read")
			allRead = allRead && read
			if rapid.Bool().Draw(t, "group known") || read {
				f.groups[name] = &store.GroupState{Group: awsx.Group{ARN: name, Read: read, Targets: []awsx.TargetHealth{{ID: "i", Port: 1, State: "healthy"}}}}
			}
		}
		r := serviceRows(f)[0]
		if !allRead && (r.status == theme.StatusOK || !r.fault()) {
			t.Fatalf("status %s, fault %v", r.status.Word(), r.fault())
		}
		if allRead && r.status != theme.StatusOK {
			t.Fatalf("all was read and well: %s, %s", r.status.Word(), r.Finding.Why)
		}
		if !f.StoppedRead && r.diedCell().Text != livetable.Unread {
			t.Fatalf("DIED is %q", r.diedCell().Text)
		}
		if r.image != livetable.Unread || r.Finding.Targets.Unread == 0 && r.targetCell().Role == theme.Unknown {
			t.Fatalf("image %q, targets %+v", r.image, r.targetCell())
		}
		if r.Finding.Targets.Unread > 0 && r.targetCell().Role != theme.Unknown {
			t.Fatalf("unread targets are %+v", r.targetCell())
		}
	})
}

func TestServiceCells(t *testing.T) {
	now := awsxtest.Now
	primary := awsx.Deployment{ID: "ecs-svc/2", Status: "PRIMARY", Desired: 4, Running: 0, Failed: 7, RolloutState: "IN_PROGRESS", CreatedAt: now.Add(-11 * time.Minute), TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/api:2"}
	old := awsx.Deployment{ID: "ecs-svc/1", Status: "ACTIVE", Desired: 4, Running: 4, RolloutState: "COMPLETED", CreatedAt: now.Add(-240 * time.Hour), TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/api:1"}
	s := awsx.Service{
		Name: "api-orders", Status: "ACTIVE", Desired: 4, Running: 4, TaskDefinition: primary.TaskDefinition,
		Deployments: []awsx.Deployment{primary, old}, LoadBalancers: []awsx.LoadBalancer{{TargetGroup: "g", Container: "api", ContainerPort: 80}},
	}
	healthy := awsx.TargetHealth{State: "healthy"}
	f := &clusterFacts{
		services: []*awsx.Service{&s}, Cluster: diagnose.Cluster{
			Now: now, RunningRead: true, StoppedRead: true,
		},
		own: map[string]*ownTasks{"api-orders": {stopped: []*awsx.Task{{
			StartedBy: "ecs-svc/2", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", StoppedAt: now.Add(-2 * time.Minute),
			Containers: []awsx.Container{{Name: "api", ExitCode: 1}},
		}}}},
		groups: map[string]*store.GroupState{"g": {Group: awsx.Group{ARN: "g", Read: true, Targets: []awsx.TargetHealth{healthy, healthy, healthy, {State: "unhealthy", ID: "i", Port: 1}}}}},
	}
	r := serviceRows(f)[0]
	for name, c := range map[string][2]string{
		"ST": {r.stateCell().Text, "x fail"}, "RUN/DES": {r.countCell().Text, "4/4"}, "NEW": {r.newCell().Text, "0/4 x7"},
		"TGT": {r.targetCell().Text, "3/4"}, "DIED": {r.diedCell().Text, "1/1h"}, "LAST": {r.lastDeathCell(now).Text, "2m"}, "CHG": {r.changeCell(now).Text, "11m"},
		"REV": {r.revision, "2"}, "IMAGE": {r.image, livetable.Unread},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %q, expected %q", name, c[0], c[1])
		}
	}
	if r.Finding.Why == "" || r.whyCell(r.Finding.Why).Role != theme.Failed || r.newCell().Role != theme.Failed {
		t.Errorf("why %q is painted %v, NEW %v", r.Finding.Why, r.whyCell(r.Finding.Why).Role, r.newCell().Role)
	}
}

func TestAgentsAreCountedOnlyWhenRead(t *testing.T) {
	on, off := awsx.Instance{AgentConnected: true}, awsx.Instance{}
	for _, c := range []struct {
		instances []awsx.Instance
		read, ok  bool
		text      string
		role      theme.Role
	}{
		{nil, false, true, livetable.Unread, theme.Unknown},
		{nil, true, false, "0/0", theme.Text},
		{[]awsx.Instance{on, on}, true, true, "2/2", theme.Text},
		{[]awsx.Instance{on, off}, true, true, "1/2", theme.Degraded},
	} {
		cell, ok := agents(c.instances, c.read)
		if cell.Text != c.text || cell.Role != c.role || ok != c.ok {
			t.Errorf("%v, read %v: %+v, %v", c.instances, c.read, cell, ok)
		}
	}
}

func TestWorstServiceOfACluster(t *testing.T) {
	row := func(name string, s diagnose.Status, why string) *serviceRow {
		return surveyedRow(diagnose.Standing{Evidence: diagnose.Evidence{Service: awsx.Service{Name: name}}, Finding: diagnose.Finding{Status: s, Severity: int(diagnose.OK-s) * 100, Why: why}})
	}
	a, b, c := row("a", diagnose.OK, ""), row("b", diagnose.Failed, "exit 1"), row("c", diagnose.Unknown, "")
	for _, x := range []struct {
		rows     []*serviceRow
		read     bool
		services int
		want     string
		status   theme.Status
	}{
		{nil, true, 3, livetable.Unread, theme.StatusUnknown},
		{nil, true, 0, "-", theme.StatusStopped},
		{[]*serviceRow{a}, false, 3, livetable.Unread, theme.StatusUnknown},
		{[]*serviceRow{a, b, c}, true, 3, "x b: exit 1", theme.StatusFailed},
		{[]*serviceRow{a, c}, true, 2, livetable.Unread, theme.StatusUnknown},
		{[]*serviceRow{a, a}, true, 2, "+ a", theme.StatusOK},
	} {
		cell, status, _ := worstService(insideOf(x.rows, &clusterFacts{servicesRead: x.read}), x.services)
		if cell.Text != x.want || status != x.status {
			t.Errorf("%q, %s; expected %q", cell.Text, status.Word(), x.want)
		}
	}
}
