package timeline_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/awsx/timeline"
)

var (
	noon    = time.Date(2026, 4, 7, 12, 0, 0, 0, time.UTC)
	cluster = awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/shop", ARN: "arn:aws:ecs:eu-west-1:1:cluster/shop"}
	till    = cluster.In("arn:aws:ecs:eu-west-1:1:service/shop/till")
)

// entries draws entries of few times and names, so that many are alike; a kind may be one that
// nobody knows.
func entries(t *rapid.T) []timeline.Entry {
	kinds := append(timeline.Kinds(), "weather")
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) timeline.Entry {
		e := timeline.Entry{
			ID: fmt.Sprint("e", rapid.IntRange(0, 20).Draw(t, "id")), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			Text: rapid.SampledFrom([]string{"a", "bb", "ccc"}).Draw(t, "text"), Count: rapid.IntRange(1, 3).Draw(t, "count"),
		}
		if n := rapid.IntRange(-1, 3).Draw(t, "at"); n >= 0 {
			e.At = noon.Add(time.Duration(n) * time.Second)
		}
		return e
	})).Draw(t, "entries")
}

// TestTheOrderIsTotalAndStable: whatever the order in which entries of distinct names come,
// they end in the same, by time, and nothing is lost or doubled.
func TestTheOrderIsTotalAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := timeline.Merge(entries(t)) // of names that differ
		mixed := slices.Clone(all)
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		shuffle.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		cut := rapid.IntRange(0, len(mixed)).Draw(t, "cut")
		again := timeline.Merge(mixed[:cut], mixed[cut:])
		if d := cmp.Diff(all, again); d != "" {
			t.Fatal(d)
		}
		if twice := timeline.Merge(all, mixed); len(twice) != len(all) {
			t.Fatalf("told twice there are %d of %d", len(twice), len(all))
		}
		for i := range all[:max(len(all)-1, 0)] {
			if timeline.Compare(&all[i], &all[i+1]) >= 0 || all[i].At.After(all[i+1].At) {
				t.Fatalf("%v before %v", all[i], all[i+1])
			}
		}
	})
}

func none(string) *awsx.TaskDefinition { return nil }

func ofGroup(t awsx.Task) awsx.Ref {
	if name, ok := strings.CutPrefix(t.Group, "service:"); ok {
		return cluster.In(strings.Replace(till.ARN, "till", name, 1))
	}
	return awsx.Ref{}
}

// TestGroupingLosesNoDeath: each task is in one group, with others of its service, revision and
// reason, whose times lie within half an hour; the order in which they come does not matter,
// nor that one comes twice, nor a clock that jumped.
func TestGroupingLosesNoDeath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tasks []past.Stopped
		for i := range rapid.IntRange(0, 60).Draw(t, "tasks") {
			task := awsx.Task{
				Ref:   cluster.In(fmt.Sprintf("arn:aws:ecs:eu-west-1:1:task/shop/%04d", i)),
				Group: rapid.SampledFrom([]string{"service:till", "service:cart", "family:job"}).Draw(t, "group"), StopCode: "EssentialContainerExited",
				TaskDefinition: fmt.Sprint("arn:aws:ecs:eu-west-1:1:task-definition/till:", rapid.IntRange(6, 7).Draw(t, "revision")),
				Containers:     []awsx.Container{{Name: "till", ExitCode: rapid.IntRange(1, 2).Draw(t, "code")}},
			}
			if n := rapid.IntRange(-200, 200).Draw(t, "at"); n != 0 {
				task.StoppedAt = noon.Add(time.Duration(n) * time.Minute)
			}
			tasks = append(tasks, past.Stopped{Task: task, Seen: noon})
		}
		twice := append(slices.Clone(tasks), tasks...)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)).Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
		groups := timeline.Deaths(twice, ofGroup, none)
		var found, want []string
		for _, e := range groups {
			if e.Count != len(e.Tasks) || e.Last().Sub(e.At) > 30*time.Minute || !strings.HasPrefix(e.Text, fmt.Sprint(e.Count)) {
				t.Fatalf("%+v", e)
			}
			found = append(found, e.Tasks...)
		}
		for _, s := range tasks {
			want = append(want, s.Task.Ref.ARN)
		}
		slices.Sort(found)
		if d := cmp.Diff(want, found); d != "" {
			t.Fatal(d)
		}
		if merged := timeline.Merge(groups); len(merged) != len(groups) {
			t.Fatalf("%d groups, %d of distinct names", len(groups), len(merged))
		}
		if d := cmp.Diff(timeline.Merge(groups), timeline.Merge(timeline.Deaths(tasks, ofGroup, none))); d != "" {
			t.Fatal(d)
		}
	})
}

// TestDeathsAlikeAreToldTogether in one line with how many and since when.
func TestDeathsAlikeAreToldTogether(t *testing.T) {
	var tasks []past.Stopped
	for i := range 7 {
		tasks = append(tasks, past.Stopped{Task: awsx.Task{
			Ref: cluster.In(fmt.Sprint("arn:aws:ecs:eu-west-1:1:task/shop/", i)), Group: "service:till", TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/till:6",
			StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", StoppedAt: noon.Add(time.Duration(i) * 2 * time.Minute),
			Containers: []awsx.Container{{Name: "till", ExitCode: 1}},
		}})
	}
	got := timeline.Deaths(tasks, ofGroup, none)
	if len(got) != 1 || got[0].Text != "7 tasks of till:6 stopped: exit 1" || got[0].When(time.UTC) != "2026-04-07 12:00:00–12:12:00" || got[0].Severity != timeline.Failure || got[0].Subject != "till" {
		t.Errorf("%+v", got)
	}
}

// trail is a record of CloudTrail.
func trail(id string, at time.Time, call, who, agent, asked, more string) awsx.TrailEvent {
	return awsx.TrailEvent{ID: id, At: at, Call: call, Source: "ecs.amazonaws.com", User: "x", Raw: json.RawMessage(
		fmt.Sprintf(`{"userIdentity":{"arn":"arn:aws:sts::1:assumed-role/%s"},"userAgent":%q,"requestParameters":%s%s}`, who, agent, asked, more))}
}

var scope = timeline.Scope{
	Cluster: cluster, Services: map[string]awsx.Ref{"till": till}, Families: map[string]awsx.Ref{"till": till},
	Groups: map[string]awsx.Ref{"shop-ecs": {}}, Balanced: map[string]awsx.Ref{"arn:tg": till},
}

// TestAChangeIsToldOnce: what the journal has and CloudTrail tells too is one entry; so are the
// calls of a change that was made by gantry elsewhere.
func TestAChangeIsToldOnce(t *testing.T) {
	made := []timeline.Made{{ID: "chg-1", Began: noon, Over: noon.Add(time.Minute), Service: till, Target: "till", Action: "deploy", Before: "v1", After: "v2", Outcome: "succeeded", Who: "ana@host", Identity: "arn:aws:sts::1:assumed-role/ops/ana"}}
	events := []awsx.TrailEvent{
		trail("t2", noon.Add(2*time.Second), "UpdateService", "ops/ana", "aws-sdk-go-v2 gantry-change/chg-1", `{"cluster":"shop","service":"till","taskDefinition":"arn:x:task-definition/till:6"}`, ""),
		trail("t1", noon.Add(time.Second), "RegisterTaskDefinition", "ops/ana", "aws-sdk-go-v2 gantry-change/chg-1", `{"family":"till"}`, `,"responseElements":{"taskDefinition":{"taskDefinitionArn":"arn:x:task-definition/till:6"}}`),
		trail("t3", noon.Add(time.Hour), "RegisterTaskDefinition", "ops/bo", "gantry-change/chg-9", `{"family":"till"}`, ""),
		trail("t4", noon.Add(time.Hour+time.Second), "UpdateService", "ops/bo", "gantry-change/chg-9", `{"cluster":"shop","service":"till"}`, ""),
		trail("t4", noon.Add(time.Hour+time.Second), "UpdateService", "ops/bo", "gantry-change/chg-9", `{"cluster":"shop","service":"till"}`, ""),
	}
	got := timeline.Merge(timeline.Changes(made, events, scope))
	if len(got) != 2 {
		t.Fatalf("%d entries: %+v", len(got), got)
	}
	if own := got[0]; own.Text != "deploy: v1 -> v2" || own.Who != "ana@host as ops/ana" || len(own.Facts) != 4 || own.Facts[2].Name != "CloudTrail" {
		t.Errorf("%+v", own)
	}
	if other := got[1]; other.Text != "gantry elsewhere: RegisterTaskDefinition: family till, UpdateService" || other.Who != "ops/bo" {
		t.Errorf("%+v", other)
	}
}

// TestWhoChangedWhatIsToldOfTheScopeAlone: calls about other clusters and services are left
// out, what was refused says so, and a revision joins what its definition tells of it.
func TestWhoChangedWhatIsToldOfTheScopeAlone(t *testing.T) {
	for _, c := range []struct{ call, asked, more, want string }{
		{"UpdateService", `{"cluster":"arn:aws:ecs:eu-west-1:1:cluster/shop","service":"till","desiredCount":4}`, "", "change till UpdateService: desiredCount 4"},
		{"UpdateService", `{"cluster":"shop","service":"cart"}`, "", ""},
		{"UpdateService", `{"cluster":"other","service":"till"}`, "", ""},
		{"UpdateService", `{"service":"till"}`, "", ""}, // of the default cluster
		{"UpdateService", `{"cluster":"shop","service":"till","forceNewDeployment":true}`, `,"errorCode":"AccessDenied","errorMessage":"no"`, "change till UpdateService: forceNewDeployment true; refused: AccessDenied"},
		{"RegisterTaskDefinition", `{"family":"till","containerDefinitions":[{"environment":[{"name":"PIN","value":"4711-0815"}]}]}`, `,"responseElements":{"taskDefinition":{"taskDefinitionArn":"a:task-definition/till:8"}}`, "revision till till:8 registered"},
		{"RegisterTaskDefinition", `{"family":"cart"}`, "", ""},
		{"RegisterScalableTarget", `{"resourceId":"service/shop/till","minCapacity":2,"maxCapacity":9}`, "", "change till RegisterScalableTarget: minCapacity 2, maxCapacity 9"},
		{"SetDesiredCapacity", `{"autoScalingGroupName":"shop-ecs","desiredCapacity":3}`, "", "change shop-ecs SetDesiredCapacity: desiredCapacity 3"},
		{"SetDesiredCapacity", `{"autoScalingGroupName":"x","desiredCapacity":3}`, "", ""},
		{"ModifyRule", `{"actions":[{"forwardConfig":{"targetGroups":[{"targetGroupArn":"arn:tg"}]}}]}`, "", "change till ModifyRule"},
		{"StopServiceDeployment", `{"serviceDeploymentArn":"arn:aws:ecs:eu-west-1:1:service-deployment/shop/till/abc"}`, "", "change till StopServiceDeployment: serviceDeploymentArn abc"},
		{"StopServiceDeployment", `{"serviceDeploymentArn":"odd"}`, "", ""},
		{"MakeTea", `null`, "", ""},
		{"UpdateService", `[1`, "", ""},
	} {
		got := ""
		for _, e := range timeline.Changes(nil, []awsx.TrailEvent{trail("t", noon, c.call, "ci/run-7", "aws-cli", c.asked, c.more)}, scope) {
			got += string(e.Kind) + " " + e.Subject + " " + e.Text
			if e.Who != "ci/run-7" || strings.Contains(fmt.Sprint(e), "4711") {
				t.Errorf("%s: %+v", c.call, e)
			}
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.call, c.asked, got, c.want)
		}
	}
	td := &awsx.TaskDefinition{ARN: "a:task-definition/till:8", RegisteredAt: noon, RegisteredBy: "arn:aws:iam::1:user/ci"}
	event := trail("t", noon, "RegisterTaskDefinition", "ci/run-7", "aws-cli", `{"family":"till"}`, `,"responseElements":{"taskDefinition":{"taskDefinitionArn":"a:task-definition/till:8"}}`)
	if both := timeline.Merge([]timeline.Entry{timeline.Registered(till, td, nil)}, timeline.Changes(nil, []awsx.TrailEvent{event}, scope)); len(both) != 1 || both[0].Who != "ci" || len(both[0].Facts) != 1 {
		t.Errorf("%+v", both)
	}
}

// TestADeploymentIsToldFromBeginToEnd, with the reason for which it went back.
func TestADeploymentIsToldFromBeginToEnd(t *testing.T) {
	names := map[string]string{"r6": "till:6", "r5": "till:5"}
	record := awsx.ServiceDeployment{
		ARN: "d1", Status: "ROLLBACK_SUCCESSFUL", Target: awsx.RevisionShare{ARN: "r6"}, Sources: []awsx.RevisionShare{{ARN: "r5"}}, CreatedAt: noon, FinishedAt: noon.Add(9 * time.Minute),
		Rollback: &awsx.RollbackRecord{Reason: "tasks failed to start.", Revision: "r5", At: noon.Add(6 * time.Minute)}, Stage: "CLEAN_UP",
	}
	var got []string
	for _, e := range timeline.Deployed(till, []awsx.ServiceDeployment{record}, func(arn string) string { return names[arn] }) {
		got = append(got, e.At.Format("15:04 ")+e.Severity.String()+" "+e.Text)
	}
	if d := cmp.Diff([]string{
		"12:00 info deployment of till:6 began, in place of till:5", "12:06 failure rolling back from till:6 to till:5: tasks failed to start",
		"12:09 warning rolled back from till:6 after 9m0s",
	}, got); d != "" {
		t.Error(d)
	}
}

// TestTheFilterKeepsWhatItCannotPlace: what has no time, and what only ends within the range,
// is shown rather than lost; a time that a clock put into the future is too.
func TestTheFilterKeepsWhatItCannotPlace(t *testing.T) {
	f := timeline.Filter{From: noon, Kinds: []timeline.Kind{timeline.Task}}
	for _, c := range []struct {
		e    timeline.Entry
		want bool
	}{
		{timeline.Entry{Kind: timeline.Task}, true},
		{timeline.Entry{Kind: timeline.Task, At: noon.Add(-time.Hour)}, false},
		{timeline.Entry{Kind: timeline.Task, At: noon.Add(-time.Hour), Until: noon}, true},
		{timeline.Entry{Kind: timeline.Task, At: noon.Add(48 * time.Hour)}, true},
		{timeline.Entry{Kind: timeline.Alarm, At: noon}, false},
	} {
		if f.Keeps(c.e) != c.want {
			t.Errorf("%+v: %t", c.e, !c.want)
		}
	}
}

// TestTheReportIsTheSkeletonOfOne and nothing in it breaks out of its table.
func TestTheReportIsTheSkeletonOfOne(t *testing.T) {
	report := timeline.Report{Title: "shop/till", From: noon, To: noon.Add(time.Hour), Zone: time.UTC, Clean: func(s string) string { return s }, Findings: []string{"exits: exit 1"}, Found: noon.Add(time.Hour + 5*time.Second), Unread: []string{"needs cloudtrail:LookupEvents"},
		Entries: []timeline.Entry{{At: noon, Kind: timeline.Event, Subject: "till", Text: "a | b\n<b>`", Severity: timeline.Failure}}}
	got := report.Markdown()
	for _, want := range []string{"# shop/till\n\nFrom 2026-04-07 12:00 to 2026-04-07 13:00, times in UTC.", "## What is wrong\n\n- exits: exit 1\n\nAs of 2026-04-07 13:00:05.\n", "| 2026-04-07 12:00:00 | event | till | **a \\| b &lt;b>\\`** |  |", "- needs cloudtrail", "## Impact"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// BenchmarkMerge puts ten thousand entries of several sources in order, some told twice.
func BenchmarkMerge(b *testing.B) {
	lists := make([][]timeline.Entry, 5)
	for i := range 10_000 {
		lists[i%5] = append(lists[i%5], timeline.Entry{
			ID: fmt.Sprint("event ", i), At: noon.Add(time.Duration((i*7919)%86_400) * time.Second), Kind: timeline.Kinds()[i%9], Subject: "till", Text: "(task 1) something was said", Count: 1,
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := timeline.Merge(lists...); len(got) != 10_000 {
			b.Fatal(len(got))
		}
	}
}

// TestWhatIsEverydayIsToldTogether until the service says something else; each message is kept.
func TestWhatIsEverydayIsToldTogether(t *testing.T) {
	var events []past.Event
	for i, m := range []string{
		"(service till) has started 1 tasks: (task 1).", "(service till) registered 1 targets in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/till/1f).",
		"(service till) has started 2 tasks: (task 2) (task 3).", "(service till) has reached a steady state.", "(service till) has stopped 1 running tasks: (task 1).", "(service till) weather is fine.",
		"(service till) (deployment ecs-svc/7) deployment completed.",
	} {
		events = append(events, past.Event{Service: till, ServiceEvent: awsx.ServiceEvent{ID: fmt.Sprint(i), At: noon.Add(time.Duration(i) * time.Minute), Message: m}})
	}
	slices.Reverse(events) // as ECS tells them
	var got []string
	facts := 0
	for _, e := range timeline.Said(append(events, events[2]), new(timeline.Heard)) {
		got = append(got, fmt.Sprintf("%s %s %d: %s", e.When(time.UTC)[11:], e.Severity, e.Count, e.Text))
		facts += len(e.Facts)
	}
	if d := cmp.Diff([]string{
		"12:00:00–12:02:00 everyday 3: has started x2, registered", "12:03:00 good 1: has reached a steady state",
		"12:04:00 everyday 1: has stopped 1 running tasks: (task 1)", "12:05:00 info 1: weather is fine", "12:06:00 everyday 1: deployment completed",
	}, got); d != "" || facts != len(events) {
		t.Errorf("%d facts: %s", facts, d)
	}
}

// TestWhatCameOfAChangeIsItsSeverity, by the words of the journal.
func TestWhatCameOfAChangeIsItsSeverity(t *testing.T) {
	for outcome, want := range map[string]timeline.Severity{
		"": timeline.Info, "done": timeline.Info, "done, left till:7": timeline.Info, "succeeded": timeline.Info, "lasted 4m0s": timeline.Info,
		"failed": timeline.Failure, "failed: denied, left till:7": timeline.Failure, "unknown: offline": timeline.Failure,
		"rolled back": timeline.Warning, "timed out": timeline.Warning, "superseded": timeline.Warning, "stopped": timeline.Warning, "succeeded-but": timeline.Warning, "ended before the next call": timeline.Warning,
	} {
		got := timeline.Changes([]timeline.Made{{ID: "c1", Began: noon, Target: "till", Action: "deploy", Outcome: outcome}}, nil, timeline.Scope{})
		if len(got) != 1 || got[0].Severity != want || want.Trouble() != strings.Contains(got[0].Text, outcome) && outcome != "" {
			t.Errorf("%q is %s: %q", outcome, got[0].Severity, got[0].Text)
		}
	}
}

// TestADeploymentWithoutARecordIsToldByStages, as far as the service and its events tell.
func TestADeploymentWithoutARecordIsToldByStages(t *testing.T) {
	said := func(minute int, text string) awsx.ServiceEvent {
		return awsx.ServiceEvent{At: noon.Add(time.Duration(minute) * time.Minute), Message: "(service till) " + text}
	}
	s := awsx.Service{Ref: till, Name: "till",
		Deployments: []awsx.Deployment{
			{ID: "ecs-svc/7", TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/till:7", RolloutState: "COMPLETED", RolloutReason: "ECS deployment ecs-svc/7 completed.", CreatedAt: noon.Add(20 * time.Minute), UpdatedAt: noon.Add(50 * time.Minute)},
			{ID: "ecs-svc/5", TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/till:5", RolloutState: "COMPLETED", CreatedAt: noon},
		},
		Events: []awsx.ServiceEvent{
			said(26, "(deployment ecs-svc/7) deployment completed."), said(25, "has reached a steady state."),
			said(12, "rolling back to deployment ecs-svc/5."), said(11, "(deployment ecs-svc/6) deployment failed: tasks failed to start."), said(9, "has started 1 tasks: (task 7a7a)."),
		}}
	var got []string
	for _, e := range timeline.Merge(timeline.Underway(s)) {
		got = append(got, e.At.Format("15:04 ")+e.Severity.String()+" "+e.Text)
	}
	if d := cmp.Diff([]string{
		"12:00 info deployment of till:5 began", "12:11 failure deployment of ecs-svc/6 failed: tasks failed to start", "12:12 failure rolling back to till:5",
		"12:20 info deployment of till:7 began", "12:26 good deployment of till:7 is steady",
	}, got); d != "" {
		t.Error(d)
	}
}

// TestALaunchThatFailsAgainIsToldOnce, with how often, until something else happens to its group.
func TestALaunchThatFailsAgainIsToldOnce(t *testing.T) {
	var did []awsx.ScalingActivity
	for i := range 9 {
		a := awsx.ScalingActivity{ID: string(rune('a' + i)), StartedAt: noon.Add(time.Duration(i) * 40 * time.Minute), Status: "Failed", Description: "Launching a new EC2 instance.  Status Reason: no such key pair", Message: "no such key pair"}
		if i == 6 {
			a.Status, a.Description, a.Message = "Successful", "Terminating EC2 instance: i-0a1", ""
		}
		did = append([]awsx.ScalingActivity{a}, did...) // they come newest first
	}
	var got []string
	for _, e := range timeline.Did(timeline.Instances, awsx.Ref{}, "hosts", did) {
		got = append(got, e.When(time.UTC)[11:]+" "+e.Text)
		if len(e.Facts) < e.Count {
			t.Errorf("%d facts of %d failures", len(e.Facts), e.Count)
		}
	}
	if d := cmp.Diff([]string{
		"12:00:00–15:20:00 6 times Launching a new EC2 instance.  Status Reason: no such key pair: no such key pair",
		"16:00:00 Terminating EC2 instance: i-0a1",
		"16:40:00–17:20:00 2 times Launching a new EC2 instance.  Status Reason: no such key pair: no such key pair",
	}, got); d != "" {
		t.Error(d)
	}
}
