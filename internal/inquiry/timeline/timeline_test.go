package timeline_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/document"
	"gantry/awsx/past"
	"gantry/awsx/sim"
	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
	tl "gantry/awsx/timeline"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/internal/inquiry/timeline"
)

// site is an account to which things happen.
type site struct {
	*simtest.World
	t     *testing.T
	store *store.Store
	made  []tl.Made
}

func open(t *testing.T, o sim.Options) *site {
	t.Helper()
	s := &site{t: t, World: simtest.Open(t, o)}
	s.store = store.New(t.Context(), store.Options{Opener: s.Opener})
	t.Cleanup(s.store.Close)
	return s
}

func (s *site) teller(of awsx.Ref, back time.Duration) *timeline.Teller {
	teller := &timeline.Teller{
		Reader: inquiry.Reader{Context: s.ID, Store: s.store}, Of: of, Journal: func(awsx.Ref) ([]tl.Made, error) { return s.made, nil },
	}
	teller.Since(time.Now().Add(-back))
	return teller
}

func (s *site) told(of awsx.Ref, back time.Duration) timeline.Told {
	s.t.Helper()
	told, err := s.teller(of, back).All(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return told
}

// lines are entries as a person reads them.
func lines(all []tl.Entry) string {
	var b strings.Builder
	for _, e := range all {
		fmt.Fprintf(&b, "%s %s [%s] %s: %s (%s)\n", e.When(time.UTC), e.Kind, e.Severity, e.Subject, e.Text, e.Who)
	}
	return b.String()
}

// changed makes a change of a service of the cluster prod, of which the journal knows.
func (s *site) changed(id, name string, edit func(container, tree *document.Node)) {
	s.t.Helper()
	ref := s.Service(s.t, "prod", name)
	found, err := awsx.Collect(s.Port.DescribeServices(s.t.Context(), ref.ClusterRef(), []string{ref.ARN}))
	s.must(err)
	td, err := s.Port.TaskDefinition(s.t.Context(), found[0].TaskDefinition)
	s.must(err)
	tree, err := document.Registrable(td)
	s.must(err)
	edit(tree.Container(name), tree)
	s.made = append(s.made, tl.Made{ID: id, Began: time.Now(), Target: name, Action: "deploy", Before: "v1", After: "v9", Who: "ana@desk", Outcome: "rolled back"})
	<-time.After(time.Second)
	ctx := awsx.WithChange(s.t.Context(), &awsx.Change{ID: id, Record: func(awsx.Call) error { return nil }})
	next, err := s.Port.RegisterTaskDefinition(ctx, tree.Bytes())
	s.must(err)
	_, err = s.Port.UpdateService(ctx, awsx.ServiceUpdate{Service: ref, TaskDefinition: &next.ARN})
	s.must(err)
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

var layout = []seed.Cluster{{Name: "prod", Services: []seed.Service{
	{Name: "shop", Desired: 3, Env: [][2]string{{"DB_URL", "postgres://shop"}, {"PORT", "8080"}}}, {Name: "till", Desired: 2},
}}}

// TestADeploymentThatFailsIsToldInItsOrder: who deployed, once though CloudTrail and the journal
// know it; the revision with what it changed; the deployment; the tasks that died, together; the
// alarm that rang; and the way back.
func TestADeploymentThatFailsIsToldInItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, sim.Options{Layout: layout})
		s.must(s.PutAlarm(alarms.Alarm{Name: "shop-5xx", Namespace: "AWS/ECS", Metric: "CPUUtilization", Dimensions: map[string]string{"ClusterName": "prod", "ServiceName": "shop"}}))
		s.PushImage("shop", "v9", ecr.Behaviour{ExitAfter: 3 * time.Second, ExitCode: 1})
		<-time.After(time.Hour) // what the account was built with is history
		s.changed("chg-7", "shop", func(c, _ *document.Node) {
			image, _ := c.Get("image").Text()
			c.Set("image", document.Text(image[:strings.LastIndexByte(image, ':')+1]+"v9"))
			env := c.Get("environment")
			env.Items = slices.DeleteFunc(env.Items, func(n *document.Node) bool { return n.Word("name") == "DB_URL" })
		})
		<-time.After(11500 * time.Millisecond)
		s.must(s.SetAlarm("shop-5xx", alarms.Firing))
		<-time.After(20 * time.Minute)
		synctest.Wait()
		of := s.Service(t, "prod", "shop")
		for _, ref := range []awsx.Ref{of, of.ClusterRef()} {
			told := s.told(ref, 30*time.Minute)
			all := lines(told.Entries)
			var main []tl.Entry
			for _, e := range told.Entries {
				if e.Kind != tl.Event && e.Kind != tl.Target && (e.Kind != tl.Task || e.Severity == tl.Failure) {
					main = append(main, e)
				}
			}
			want := []struct {
				kind       tl.Kind
				text, whom string
			}{
				{tl.Change, "deploy: v1 -> v9", "ana@desk"}, {tl.Revision, "shop:2 registered: image shop:v1 -> shop:v9; variable DB_URL removed", "operator/demo"},
				{tl.Deployment, "deployment of shop:2 began, in place of shop:1", ""}, {tl.Task, "of shop:2 stopped: exit 1", ""}, {tl.Alarm, "OK -> ALARM", ""},
				{tl.Deployment, "rolling back from shop:2 to shop:1", ""}, {tl.Deployment, "rolled back from shop:2", ""},
			}
			if len(main) != len(want) {
				t.Fatalf("of %s:\n%s", ref.Name(), all)
			}
			for i, w := range want {
				if e := main[i]; e.Kind != w.kind || !strings.Contains(e.Text, w.text) || e.Who != w.whom {
					t.Errorf("entry %d of %s is %s %q (%s), want %s %q\n%s", i, ref.Name(), e.Kind, e.Text, e.Who, w.kind, w.text, all)
				}
			}
			if main[3].Count < 3 || !slices.ContainsFunc(main[0].Facts, func(f tl.Fact) bool { return f.Name == "CloudTrail" && strings.Contains(f.Text, "UpdateService") }) {
				t.Errorf("%+v\n%+v", main[3], main[0].Facts)
			}
			if len(told.Unread) > 0 || told.Reading {
				t.Errorf("unread: %v", told.Unread)
			}
		}
	})
}

// TestWhatIsDeniedIsToldOnceAndTheRestGoesOn, and who may not look into CloudTrail is refused
// one lookup, not one of each name.
func TestWhatIsDeniedIsToldOnceAndTheRestGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, sim.Options{Layout: layout})
		for _, f := range []sim.Fault{{Service: "cloudtrail"}, {Service: "cloudwatch", Operation: "DescribeAlarmHistory"}, {Service: "application-autoscaling"}, {Service: "ecs", Operation: "ListServiceDeployments"}} {
			f.Kind = sim.Deny
			s.Inject(f)
		}
		s.must(s.PutAlarm(alarms.Alarm{Name: "till-cpu", State: alarms.Firing, Namespace: "AWS/ECS", Metric: "CPUUtilization", Dimensions: map[string]string{"ClusterName": "prod", "ServiceName": "till"}}))
		told := s.told(s.Service(t, "prod", "till"), 90*24*time.Hour)
		said := map[string]int{}
		for _, err := range told.Unread {
			said[fault.Of(err).Op]++
		}
		for _, op := range []string{"cloudtrail:LookupEvents", "cloudwatch:DescribeAlarmHistory", "application-autoscaling:DescribeScalingActivities", "ecs:ListServiceDeployments"} {
			if said[op] != 1 {
				t.Errorf("%s is not told once: %v", op, told.Unread)
			}
		}
		if n := s.Count("LookupEvents"); n != 1 {
			t.Errorf("%d lookups", n)
		}
		if all := lines(told.Entries); !strings.Contains(all, "? -> ALARM: Threshold Crossed") || !strings.Contains(all, "deployment of till:1 began") || !strings.Contains(all, "event") {
			t.Error(all)
		}
	})
}

// TestATimelineOfALargeClusterCostsFewCalls: none for each service, whether or not they change.
func TestATimelineOfALargeClusterCostsFewCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var many []seed.Service
		for i := range 60 {
			many = append(many, seed.Service{Name: fmt.Sprintf("svc-%02d", i), Desired: 1})
		}
		s := open(t, sim.Options{Layout: []seed.Cluster{{Name: "prod", Services: many}}})
		cluster := s.Service(t, "prod", "svc-00").ClusterRef()
		before := len(s.Calls())
		told := s.told(cluster, 6*time.Hour)
		counts := map[string]int{}
		for _, c := range s.Calls()[before:] {
			counts[c.Operation]++
		}
		t.Logf("%d entries, %v", len(told.Entries), counts)
		for op, most := range map[string]int{"ListServiceDeployments": 20, "DescribeServiceDeployments": 20, "DescribeServiceRevisions": 20, "DescribeTaskDefinition": 40, "DescribeScalingActivities": 10, "DescribeAlarmHistory": 10, "LookupEvents": 75} {
			if counts[op] > most {
				t.Errorf("%d calls of %s, at most %d", counts[op], op, most)
			}
		}
	})
}

// TestWhatWasSeenOutlivesWhatECSTells: tasks and events that it has forgotten, and steps of
// targets that it never told.
func TestWhatWasSeenOutlivesWhatECSTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, sim.Options{Layout: layout})
		of := s.Service(t, "prod", "till")
		found, err := awsx.Collect(s.Port.DescribeServices(t.Context(), of.ClusterRef(), []string{of.ARN}))
		s.must(err)
		keeper := s.store.Past().(past.Observer)
		at := time.Now().Add(-40 * time.Minute)
		keeper.SeenStoppedTask(awsx.Task{Ref: of.In(of.Cluster + "/old"), ID: "old", Group: "service:till", TaskDefinition: "till:1", StopCode: "SpotInterruption", StoppedReason: "Your Spot Task was interrupted.", StoppedAt: at}, at)
		keeper.SeenEvent(of, awsx.ServiceEvent{ID: "gone", At: at, Message: "(service till) something that no version knows."})
		for i := range 2 {
			keeper.SeenTargetChange(past.TargetChange{Context: s.ID, Group: found[0].TargetGroups()[0], At: at.Add(time.Duration(i) * time.Second),
				From: awsx.TargetHealth{ID: "i-0a", Port: 32768 + i, State: "healthy"}, To: awsx.TargetHealth{ID: "i-0a", Port: 32768 + i, State: "unhealthy", Reason: "Target.Timeout"}})
		}
		all := lines(s.told(of, time.Hour).Entries)
		for _, want := range []string{"1 task of till:1 stopped", "something that no version knows", "2 targets healthy -> unhealthy: Target.Timeout"} {
			if !strings.Contains(all, want) {
				t.Errorf("%q is not in\n%s", want, all)
			}
		}
	})
}

// TestReadingAgainAsksForWhatIsNewAlone: CloudTrail is asked from a while before the last
// lookup on, and what it told stays.
func TestReadingAgainAsksForWhatIsNewAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, sim.Options{Layout: layout})
		of := s.Service(t, "prod", "till")
		teller := s.teller(of, 6*time.Hour)
		if _, err := teller.All(t.Context()); err != nil {
			t.Fatal(err)
		}
		if teller.Next(t.Context()) {
			t.Error("there is something to read at once")
		}
		<-time.After(2 * time.Minute)
		n := 2
		_, err := s.Port.UpdateService(awsx.WithChange(t.Context(), &awsx.Change{ID: "x", Record: func(awsx.Call) error { return nil }}), awsx.ServiceUpdate{Service: of, Desired: &n})
		s.must(err)
		<-time.After(time.Second)
		for teller.Next(t.Context()) {
		}
		if all := lines(teller.Tell().Entries); !strings.Contains(all, "gantry elsewhere: UpdateService: desiredCount 2 (operator/demo)") {
			t.Error(all)
		}
		var last sim.Call
		for _, c := range s.Calls() {
			if c.Operation == "LookupEvents" {
				last = c
			}
		}
		var asked struct{ StartTime float64 }
		if err := json.Unmarshal(last.Body, &asked); err != nil || time.Since(time.UnixMilli(int64(asked.StartTime*1000))) > 30*time.Minute {
			t.Errorf("asked from %v: %s", asked, last.Body)
		}
	})
}
