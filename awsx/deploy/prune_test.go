package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/internal/fault"
)

// deployed deploys an image with a verdict, keeping some revisions.
func (d *desk) deployed(t *testing.T, keep int, v follow.Verdict) Result {
	t.Helper()
	d.policy.KeepRevisions = keep
	o := d.options(d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}}))
	o.Follow = func(context.Context, follow.Spec) (follow.Verdict, error) { return v, nil }
	res, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// ranOnce adds revisions that the service is on record as having run.
func (d *desk) ranOnce(t *testing.T, n int) {
	t.Helper()
	d.register(t, n)
	arns, err := d.Revisions(t.Context(), "api", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.Edit(func(data *awsxtest.Data) {
		for _, arn := range arns {
			id := awsx.ARNName(arn)
			data.Revisions = append(data.Revisions, awsx.ServiceRevision{ARN: "revision/" + id, TaskDefinition: arn})
			data.Deployments[d.api.ARN] = append(data.Deployments[d.api.ARN],
				awsx.ServiceDeployment{ARN: "deployment/" + id, Status: "SUCCESSFUL", Target: awsx.RevisionShare{ARN: "revision/" + id}})
		}
	})
}

func (d *desk) active(t *testing.T) string {
	t.Helper()
	arns, err := d.Revisions(t.Context(), "api", 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, arn := range arns {
		_, n := awsx.SplitRevision(arn)
		names = append(names, n)
	}
	return strings.Join(names, " ")
}

func TestOlderRevisionsGoAfterASuccessAndOnlyThen(t *testing.T) {
	for outcome, want := range map[follow.Outcome]string{
		follow.Succeeded:    "7 6 5 1", // 1 ran before and is the way back
		follow.SucceededBut: "7 6 5 1",
		follow.RolledBack:   "7 6 5 4 3 2 1",
		follow.Failed:       "7 6 5 4 3 2 1",
		follow.TimedOut:     "7 6 5 4 3 2 1",
		follow.Superseded:   "7 6 5 4 3 2 1",
	} {
		d := newDesk()
		d.ranOnce(t, 5)
		res := d.deployed(t, 3, follow.Verdict{Outcome: outcome})
		if got := d.active(t); got != want {
			t.Errorf("%s: active are %s, want %s", outcome, got, want)
		}
		if outcome != follow.Succeeded {
			continue
		}
		if res.Pruned == nil || res.Pruned.Err != nil || strings.Join(res.Pruned.Ended, " ") != "api:2 api:3 api:4" || res.Pruned.ID == res.ID {
			t.Errorf("the result says %+v", res.Pruned)
		}
		want := "begin deploy; RegisterTaskDefinition; UpdateService; end succeeded; begin prune; DeregisterTaskDefinition; DeregisterTaskDefinition; DeregisterTaskDefinition; end done"
		if got := strings.Join(d.lines, "; "); got != want {
			t.Errorf("the journal holds %s", got)
		}
	}
}

func TestKeepingRevisionsIsOffUnlessAsked(t *testing.T) {
	d := newDesk()
	d.ranOnce(t, 5)
	if res := d.deployed(t, 0, follow.Verdict{Outcome: follow.Succeeded}); res.Pruned != nil || d.active(t) != "7 6 5 4 3 2 1" {
		t.Errorf("active are %s: %+v", d.active(t), res.Pruned)
	}
}

func TestARevisionInUseAnywhereStays(t *testing.T) {
	d := newDesk()
	d.ranOnce(t, 5)
	other := d.Account.Cluster("batch")
	used := other.Service("worker")
	td, err := d.TaskDefinition(t.Context(), "api:3")
	if err != nil {
		t.Fatal(err)
	}
	d.Edit(func(data *awsxtest.Data) {
		for i := range data.Services {
			if data.Services[i].Ref == used {
				data.Services[i].Deployments = append(data.Services[i].Deployments, awsx.Deployment{ID: "ecs-svc/9", Status: "ACTIVE", TaskDefinition: td.ARN})
			}
		}
	})
	d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if got := d.active(t); got != "7 6 5 3 1" {
		t.Errorf("active are %s", got)
	}
}

func TestRevisionsStayWhenAClusterCannotBeRead(t *testing.T) {
	for _, op := range []awsxtest.Op{awsxtest.Clusters, awsxtest.Services} {
		d := newDesk()
		d.ranOnce(t, 5)
		d.Fail(op, fault.Errorf(fault.Denied, "ecs:Describe", "", "no"))
		res := d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
		if d.active(t) != "7 6 5 4 3 2 1" {
			t.Errorf("%s: active are %s", op, d.active(t))
		}
		if res.Pruned == nil || res.Pruned.Err == nil || !strings.Contains(res.Pruned.Err.Error(), "may be in use where nothing could be read") {
			t.Errorf("%s: the result says %+v", op, res.Pruned)
		}
	}
}

func TestAFailureToPruneIsNoFailureOfTheDeploy(t *testing.T) {
	d := newDesk()
	d.ranOnce(t, 5)
	d.FailOnce(awsxtest.DeregisterTaskDefinition, nil)
	d.FailOnce(awsxtest.DeregisterTaskDefinition, fault.Errorf(fault.Denied, "ecs:DeregisterTaskDefinition", "", "no"))
	res := d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if res.Verdict.Outcome != follow.Succeeded || res.Pruned == nil || fault.ClassOf(res.Pruned.Err) != fault.Denied || strings.Join(res.Pruned.Ended, " ") != "api:2" {
		t.Errorf("the result says %+v", res.Pruned)
	}
}

func TestNothingToPruneIsNotTold(t *testing.T) {
	d := newDesk()
	if res := d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded}); res.Pruned != nil {
		t.Errorf("the result says %+v", res.Pruned)
	}
}

func TestFewerThanThreeRevisionsCannotBeKept(t *testing.T) {
	for _, n := range []int{-1, 1, 2} {
		d := newDesk()
		d.policy.KeepRevisions = n
		if _, err := d.plan(d.api, Restart{}); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "at least 3") {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestARuleMayKeepRevisionsFromBeingPruned(t *testing.T) {
	d := newDesk()
	d.ranOnce(t, 5)
	d.policy.Rules = []policy.Rule{{Action: "prune", Deny: true, Reason: "auditors look at them"}}
	res := d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if d.active(t) != "7 6 5 4 3 2 1" || res.Pruned == nil || !errors.Is(res.Pruned.Err, ErrRefused) {
		t.Errorf("active are %s: %+v", d.active(t), res.Pruned)
	}
}

func TestARevisionOfWhichATaskIsSeenStays(t *testing.T) {
	d := newDesk()
	d.ranOnce(t, 5)
	for revision, status := range map[string]string{"api:2": "RUNNING", "api:4": "STOPPED"} {
		td, err := d.TaskDefinition(t.Context(), revision)
		if err != nil {
			t.Fatal(err)
		}
		d.Edit(func(data *awsxtest.Data) {
			data.Tasks = append(data.Tasks, awsx.Task{
				Ref: d.cluster.Ref.In("arn:aws:ecs:eu-west-1:123456789012:task/prod/" + status), ID: status, TaskDefinition: td.ARN,
				Group: "service:api", LastStatus: status, DesiredStatus: status,
			})
		})
	}
	d.policy.KeepRevisions = 3
	if p := d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}}); !strings.Contains(p.Leaves, "but for the newest 3, those in use and those of which a task is seen, and none while tasks are seen that no service started: EventBridge rules and schedules are not read") {
		t.Errorf("the plan says %q", p.Leaves)
	}
	ran := 0
	o := d.options(d.mustPlan(t, d.api, SetImages{Images: map[string]string{"": ":v2"}}))
	o.Follow = func(context.Context, follow.Spec) (follow.Verdict, error) {
		return follow.Verdict{Outcome: follow.Succeeded}, nil
	}
	o.Prune = func(p Plan) (Result, error) {
		ran++
		return Run(t.Context(), RunOptions{ID: NewID(), Account: o.Account, Plan: p, Gate: o.Gate, Audit: o.Audit})
	}
	res, err := Run(t.Context(), o)
	if err != nil || ran != 1 || res.Pruned == nil || strings.Join(res.Pruned.Ended, " ") != "api:3" {
		t.Errorf("as %d changes of their own: %+v (%v)", ran, res.Pruned, err)
	}
}

// TestARevisionThatASchedulesTaskMayNameStays: what starts tasks without a service, a
// schedule for one, is known by such tasks alone, and may name any revision of their family;
// what the service never ran may be somebody else's altogether.
func TestARevisionThatASchedulesTaskMayNameStays(t *testing.T) {
	nightly := func(d *desk) {
		d.Edit(func(data *awsxtest.Data) {
			data.Tasks = append(data.Tasks, awsx.Task{
				Ref: d.cluster.Ref.In("arn:aws:ecs:eu-west-1:123456789012:task/prod/77aa"), ID: "77aa", TaskDefinition: data.Services[0].TaskDefinition,
				Group: "family:api", StartedBy: "events-rule/nightly", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
			})
		})
	}
	d := newDesk()
	d.ranOnce(t, 5)
	nightly(d)
	res := d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if got := d.active(t); got != "7 6 5 4 3 2 1" || res.Pruned == nil || !strings.Contains(fmt.Sprint(res.Pruned.Err), "started by events-rule/nightly") {
		t.Errorf("beside a schedule's task active are %s: %+v", got, res.Pruned)
	}

	d = newDesk()
	d.register(t, 5) // which no service ran
	res = d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if got := d.active(t); got != "7 6 5 4 3 2 1" || res.Pruned != nil {
		t.Errorf("of what the service never ran active are %s: %+v", got, res.Pruned)
	}

	d = newDesk()
	d.ranOnce(t, 5)
	plan := func(revision string) Plan { return d.mustPlan(t, d.cluster.Ref.In(revision), Deregister{}) }
	if p := plan("api:3"); len(p.Blocking()) > 0 || !strings.Contains(p.Checks[0].Text, "no service, rule or schedule of the account and region uses it") {
		t.Errorf("before any task is seen: %+v", p.Checks)
	}
	before := plan("api:3")
	nightly(d)
	if p := plan("api:3"); len(p.Blocking()) > 0 || p.Checks[0].Result != check.Warning || !strings.Contains(p.Checks[0].Text, "may name this revision") {
		t.Errorf("beside a task of another revision: %+v", p.Checks)
	}
	td, err := d.TaskDefinition(t.Context(), "api:3")
	if err != nil {
		t.Fatal(err)
	}
	d.Edit(func(data *awsxtest.Data) { data.Tasks[len(data.Tasks)-1].TaskDefinition = td.ARN })
	if p := plan("api:3"); len(p.Blocking()) != 1 || !strings.Contains(p.Checks[0].Text, "task prod/77aa, started by events-rule/nightly, is of it") {
		t.Errorf("beside a task of it: %+v", p.Checks)
	}
	if _, err := Run(t.Context(), d.options(before)); fault.ClassOf(err) != fault.Drift {
		t.Errorf("a task that came meanwhile: %v", err)
	}
}

// TestWhatASchedulePinsStays, of whichever of the two services it is, and is not deregistered by
// hand either; what starts the family's latest pins none. What of them could not be read leaves
// every revision.
func TestWhatASchedulePinsStays(t *testing.T) {
	scheduled := func(t *testing.T) *desk {
		d := newDesk()
		d.ranOnce(t, 5)
		td, err := d.TaskDefinition(t.Context(), "api:3")
		if err != nil {
			t.Fatal(err)
		}
		d.Edit(func(data *awsxtest.Data) {
			starts := func(definition string) []awsx.ScheduledTask {
				return []awsx.ScheduledTask{{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/elsewhere", Definition: definition}}
			}
			data.Schedules = []awsx.Schedule{
				{Name: "nightly", Starts: starts(td.ARN)}, {Name: "weekly", Group: "jobs", Starts: starts(td.ARN)}, {Name: "hourly", Starts: starts(strings.TrimSuffix(td.ARN, ":3"))},
			}
		})
		return d
	}
	d := scheduled(t)
	d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if got := d.active(t); got != "7 6 5 3 1" {
		t.Errorf("active are %s", got)
	}
	_, err := d.plan(d.cluster.Ref.In("api:3"), Deregister{})
	if fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "in use by rule nightly, schedule jobs/weekly") {
		t.Errorf("by hand: %v", err)
	}
	d = scheduled(t)
	d.Fail(awsxtest.Schedules, fault.Errorf(fault.Denied, "scheduler:ListSchedules", "", "no"))
	res := d.deployed(t, 3, follow.Verdict{Outcome: follow.Succeeded})
	if got := d.active(t); got != "7 6 5 4 3 2 1" || res.Pruned == nil || !strings.Contains(res.Pruned.Err.Error(), "scheduler:ListSchedules is denied") {
		t.Errorf("unread: active are %s, %+v", got, res.Pruned)
	}
}
