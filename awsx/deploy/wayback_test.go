package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// past writes a service's deployments, oldest first, as words such as "6a" for a
// success of revision 6 with image a, "7b!" for one that ECS rolled back, "7b*" for
// one that it could not roll back, "7b?" for one that was given up and not rolled back, and "8c…" for one in progress.
func past(words string) (list []awsx.ServiceDeployment, revisions map[string]awsx.ServiceRevision) {
	revisions = map[string]awsx.ServiceRevision{}
	for i, w := range strings.Fields(words) {
		d := awsx.ServiceDeployment{
			ARN: fmt.Sprintf("deployment/%03d", i), Status: "SUCCESSFUL",
			Target: awsx.RevisionShare{ARN: fmt.Sprintf("revision/%03d", i)}, CreatedAt: time.Unix(int64(i)*3600, 0),
		}
		switch {
		case strings.HasSuffix(w, "!"):
			d.Status, w = "ROLLBACK_SUCCESSFUL", strings.TrimSuffix(w, "!")
		case strings.HasSuffix(w, "*"):
			d.Status, w = "ROLLBACK_FAILED", strings.TrimSuffix(w, "*")
		case strings.HasSuffix(w, "?"):
			d.Status, w = "STOPPED", strings.TrimSuffix(w, "?")
		case strings.HasSuffix(w, "…"):
			d.Status, w = "IN_PROGRESS", strings.TrimSuffix(w, "…")
		}
		var number int
		var image string
		_, _ = fmt.Sscanf(w, "%d%s", &number, &image)
		revisions[d.Target.ARN] = awsx.ServiceRevision{
			ARN: d.Target.ARN, TaskDefinition: revisionARN("api", number),
			Images: []awsx.RevisionImage{{Container: "web", Digest: "sha256:" + strings.Repeat(image, 64)}},
		}
		list = append([]awsx.ServiceDeployment{d}, list...) // the API lists the newest first
	}
	return list, revisions
}

func TestTheWayBackIsWhatStoodBefore(t *testing.T) {
	for _, c := range []struct{ history, now, want string }{
		{"6a 7b", "7", "6a"},
		{"5a 6b 7c", "7", "6b"},
		{"6a 7b! 8c", "8", "6a"},      // 7 never stood
		{"6a 7b 6a", "6", ""},         // a return to 6: what is below it is unknown
		{"5a 6b 7c 6b", "6", "5a"},    // a roll back of a roll back does not go forward again
		{"5a 6b 7c 6b 8d", "8", "6b"}, // 7 was rolled back from, though it had succeeded
		{"6a 7b 7c", "7", "7b"},       // the same revision, whose tag was pushed again
		{"6a 7b…", "7", "6a"},         // a rollout returns to what it replaces
		{"6a 7b! 8c…", "8", "6a"},     // the second attempt too
		{"6a 7b?", "7", "6a"},         // given up where it stood
		{"6a 7b 7c?", "7", "7b"},      // so was a restart that pulled another image
		{"6a 7b 7b?", "7", "6a"},      // and one that pulled the same
		{"6a 7c? 7b", "7", "6a"},
		{"6a", "6", ""},
		{"", "6", ""},
		{"6a 7b 8c*", "7", "7b"},      // the way back failed: 7 is where it has to go, not 6
		{"6a 7b 8c*", "8", "7b"},      // wherever that left the service
		{"6a 7b 8c* 9d", "9", "7b"},   // and not once something stands again
		{"5a 6b 7c 8d 5a", "5", "8d"}, // an ancient revision is deployed again
		{"4z 5a 6b 7c 5a", "5", "4z"}, // what is below it is known
		{"5a 6b 7c 8d 5a 9e", "9", "5a"},
		{"6a 7b 9z!", "7", "6a"},
		{"6a 8c", "7", "8c"}, // the record lags: what is on top is not what runs
	} {
		list, revisions := past(c.history)
		svc := awsx.Service{TaskDefinition: revisionARN("api", 0)}
		_, _ = fmt.Sscanf(c.now, "%s", &c.now)
		svc.TaskDefinition = strings.TrimSuffix(revisionARN("api", 0), "0") + c.now
		state := "COMPLETED"
		if strings.HasSuffix(c.history, "…") {
			state = "IN_PROGRESS"
		}
		svc.Deployments = []awsx.Deployment{{ID: "ecs-svc/9", Status: "PRIMARY", TaskDefinition: svc.TaskDefinition, RolloutState: state}}
		run, err := read.Current{Service: svc, History: read.Answer[[]awsx.ServiceDeployment]{Value: list}, Revisions: revisions}.WayBack()
		got := ""
		if err == nil {
			_, n := awsx.SplitRevision(run.Definition)
			got = n + awsx.ShortDigest(run.Digests["web"])[:1]
		} else if fault.ClassOf(err) != fault.NotFound {
			t.Errorf("%s: %v", c.history, err)
		}
		if got != c.want {
			t.Errorf("after %q, %s runs: the way back is %q, want %q", c.history, c.now, got, c.want)
		}
	}
}

// A person who always takes the way back visits what they would remember: the
// states they went through, each once, in the reverse order.
func TestWaysBackUndoOneDeployAfterTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var words []string
		var stood []string // the model: what a person would say stood, without what was undone
		for range rapid.IntRange(1, 12).Draw(t, "deployments") {
			next := fmt.Sprintf("%da", len(words)+1)
			words = append(words, next)
			if rapid.Bool().Draw(t, "fails") {
				words[len(words)-1] += "!"
				continue
			}
			stood = append(stood, next)
		}
		for len(stood) > 1 {
			list, revisions := past(strings.Join(words, " "))
			svc := awsx.Service{Deployments: []awsx.Deployment{{Status: "PRIMARY", RolloutState: "COMPLETED"}}}
			var now int
			_, _ = fmt.Sscanf(stood[len(stood)-1], "%da", &now)
			svc.TaskDefinition = revisionARN("api", now)
			run, err := read.Current{Service: svc, History: read.Answer[[]awsx.ServiceDeployment]{Value: list}, Revisions: revisions}.WayBack()
			stood = stood[:len(stood)-1]
			_, n := awsx.SplitRevision(run.Definition)
			if want := stood[len(stood)-1]; err != nil || n+"a" != want {
				t.Fatalf("after %v the way back is %sa (%v), want %s", words, n, err, want)
			}
			words = append(words, stood[len(stood)-1])
		}
	})
}

func (f *fake) ServiceDeployments(context.Context, awsx.Ref, int) ([]awsx.ServiceDeployment, error) {
	return f.history, f.historyErr
}

func (f *fake) ServiceRevisions(_ context.Context, arns []string) (list []awsx.ServiceRevision, err error) {
	for _, arn := range arns {
		list = append(list, f.revisions[arn])
	}
	return list, nil
}

func (f *fake) StopServiceDeployment(ctx context.Context, arn string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.permit(ctx, "StopServiceDeployment"); err != nil {
		return err
	}
	for i := range f.history {
		if f.history[i].ARN == arn {
			f.history[i].Status = "ROLLBACK_REQUESTED"
		}
	}
	if f.lostAnswer {
		return &fault.Error{Class: fault.Offline, Op: "ecs:StopServiceDeployment", Unknown: true, Err: fmt.Errorf("timeout")}
	}
	return nil
}

func TestARollBackOfARolloutIsLeftToECS(t *testing.T) {
	f := newFake(t)
	f.history, f.revisions = past("6a 7b…")
	f.service.Deployments = []awsx.Deployment{
		{ID: "ecs-svc/7", Status: "PRIMARY", TaskDefinition: revisionARN("api", 7), Desired: 4, Failed: 3, RolloutState: "IN_PROGRESS"},
		{ID: "ecs-svc/6", Status: "ACTIVE", TaskDefinition: revisionARN("api", 6), Desired: 4, Running: 4},
	}
	for _, lost := range []bool{false, true} {
		f.sent, f.lostAnswer = nil, lost
		plan := f.plan(t, RollBack{})
		if blocking := plan.Blocking(); len(blocking) > 0 || plan.Tier > policy.TierConfirm {
			t.Errorf("the incident itself stands in the way: %v, tier %d", blocking, plan.Tier)
		}
		o, _ := options(f, plan)
		res, err := Run(t.Context(), o)
		if err != nil || !slices.Equal(f.sent, []string{"StopServiceDeployment"}) {
			t.Fatalf("lost %v: sent %v (%v)", lost, f.sent, err)
		}
		if !res.Spec.Cancels || res.Spec.Deployment != "ecs-svc/7" {
			t.Errorf("follows %+v", res.Spec)
		}
		f.history[0].Status = "IN_PROGRESS"
	}
}

func TestARollBackWithoutARecordTakesWhatStillRuns(t *testing.T) {
	f := newFake(t)
	f.historyErr = fault.Errorf(fault.Invalid, "ecs:ListServiceDeployments", "", "unknown operation")
	f.service.Deployments = []awsx.Deployment{
		{ID: "ecs-svc/7", Status: "PRIMARY", TaskDefinition: revisionARN("api", 7), Desired: 4, RolloutState: "IN_PROGRESS"},
		{ID: "ecs-svc/6", Status: "ACTIVE", TaskDefinition: revisionARN("api", 6), Desired: 4, Running: 4},
	}
	if got := f.plan(t, RollBack{}).After; !strings.HasPrefix(got, "api:6") {
		t.Errorf("goes back to %s", got)
	}
	f.service.Deployments = f.service.Deployments[:1]
	f.service.Deployments[0].RolloutState = "COMPLETED"
	if _, err := f.tryPlan(RollBack{}); fault.ClassOf(err) != fault.NotFound || !strings.Contains(err.Error(), "choose the revision") {
		t.Errorf("without any record: %v", err)
	}
}

func TestATagThatWasPushedAgainIsPinnedToWhatRan(t *testing.T) {
	f := newFake(t)
	f.history, f.revisions = past("6a 7b")
	web := registry + "/web"
	f.images[web+" "+digestA] = awsx.Image{Digest: digestA}
	f.images[web+" 1.0"] = awsx.Image{Digest: digestB} // both revisions name 1.0
	plan := f.plan(t, RollBack{})
	if !strings.Contains(plan.New, web+"@"+digestA) || len(plan.Steps) != 2 {
		t.Errorf("%d steps to\n%s", len(plan.Steps), plan.New)
	}
	if !strings.Contains(plan.After, "a copy of api:6 (1.0@aaaaaaaa)") {
		t.Errorf("after: %s", plan.After)
	}
	bare := f.plan(t, RollBack{Pin: PinNone})
	if i := slices.IndexFunc(bare.Checks, func(c check.Finding) bool { return c.Name == check.Tag && c.Result == check.Broken }); i < 0 {
		t.Errorf("by tag it would pull another image, and no check says so: %+v", bare.Checks)
	}
	f.images[web+" 1.0"] = awsx.Image{Digest: digestA}
	if plan := f.plan(t, RollBack{}); len(plan.Steps) != 1 {
		t.Errorf("a tag that stayed is pinned: %s", plan.After)
	}
	if plan := f.plan(t, RollBack{Pin: PinAll}); len(plan.Steps) != 2 {
		t.Errorf("pinning was asked for: %s", plan.After)
	}
}

func TestACopyPinnedToADigestIsTheStateItCopies(t *testing.T) {
	f := newFake(t)
	pinned := strings.Replace(exampleJSON(8), registry+"/web:1.0", registry+"/web@"+digestA, 1)
	f.add(t, pinned)
	f.add(t, exampleJSON(5))
	f.history, f.revisions = past("5c 6a 7b 8a") // 8 is 6, pinned
	f.service.TaskDefinition = revisionARN("api", 8)
	f.service.Deployments[0].TaskDefinition = revisionARN("api", 8)
	if got := f.plan(t, RollBack{Pin: PinNone}).After; !strings.HasPrefix(got, "api:5") {
		t.Errorf("the way back from the way back is %s", got)
	}
}

func TestGoingBackToTheRevisionInUseForcesADeployment(t *testing.T) {
	f := newFake(t)
	f.history, f.revisions = past("7a 7b")
	p := f.plan(t, RollBack{Pin: PinNone})
	u, ok := p.Steps[0].(*step.Update)
	if !ok || len(p.Steps) != 1 || !u.Set.ForceNew || u.Set.TaskDefinition != nil {
		t.Errorf("the steps are %v", p.Commands())
	}
}

func TestWhatIsRolledBackAlreadyIsNotStoppedAgain(t *testing.T) {
	for _, status := range []string{"STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"} {
		f := newFake(t)
		f.history, f.revisions = past("6a 7b…")
		f.history[0].Status = status
		f.service.Deployments[0].RolloutState = "IN_PROGRESS"
		if _, err := f.tryPlan(RollBack{}); !nothing(err) || !strings.Contains(err.Error(), status) {
			t.Errorf("%s: %v", status, err)
		}
	}
}

func TestOfTwoOpenDeploymentsTheNewerIsTheServices(t *testing.T) {
	f := newFake(t)
	f.add(t, exampleJSON(8))
	f.history, f.revisions = past("6a 7b… 8c…")
	f.service.TaskDefinition = revisionARN("api", 8)
	f.service.Deployments = []awsx.Deployment{
		{ID: "ecs-svc/8", Status: "PRIMARY", TaskDefinition: revisionARN("api", 8), Desired: 4, RolloutState: "IN_PROGRESS"},
		{ID: "ecs-svc/7", Status: "ACTIVE", TaskDefinition: revisionARN("api", 7), Desired: 4, Running: 1, RolloutState: "IN_PROGRESS"},
	}
	newest := f.history[0].ARN
	for _, in := range []Intent{RollBack{}, Cancel{}} {
		stop, ok := f.plan(t, in).Steps[0].(*step.StopDeployment)
		if !ok || stop.Record != newest {
			t.Errorf("%s would stop %+v, want %s", in.Action(), stop, newest)
		}
	}
}

func TestAWayBackPastWhichTheServiceWentIsDoubted(t *testing.T) {
	f := newFake(t)
	for _, n := range []int{5, 8} {
		f.add(t, exampleJSON(n))
	}
	f.history, f.revisions = past("5a 6b 7c 8d 5a")
	f.service.TaskDefinition, f.service.Deployments[0].TaskDefinition = revisionARN("api", 5), revisionARN("api", 5)
	p := f.plan(t, RollBack{})
	doubt := slices.ContainsFunc(p.Checks, func(c check.Finding) bool { return c.Name == check.Record && c.Result == check.Warning })
	if !strings.Contains(p.After, "api:8") || !doubt {
		t.Errorf("goes back to %s; checks %+v", p.After, p.Checks)
	}
}
