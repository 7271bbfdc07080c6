package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sim"
	"gantry/awsx/sim/output"
	"gantry/awsx/sim/seed"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/cloudwatch"
	"gantry/logs/tail"
)

// discard takes what the containers write elsewhere.
type discard struct{}

func (discard) WriteLog(output.Doc) {}

var loggedContext = awsx.ContextID{Profile: "demo", Region: "eu-west-1"}

// logGroups returns the log groups of an account that is reached by a transport.
func logGroups(rt http.RoundTripper) cloudwatch.Port {
	static := access.Static{Region: loggedContext.Region, AccessKey: "AKID", SecretKey: "SECRET"}
	return groupsOf(sdk.NewStatic(access.Options{Transport: rt}, static))(loggedContext)
}

// logging runs a test against an account whose containers write to log groups, in
// a year in which CloudWatch Logs answers with the newest events first.
func logging(t *testing.T, test func(*testing.T, *sim.Account, *cloudwatch.Source)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, time.November, 22, 3, 0, 0, 0, time.UTC)))
		world, err := sim.New(sim.Options{Scenario: seed.Steady, Logs: discard{}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- world.Run(ctx) }()
		defer func() {
			stop()
			<-done
		}()
		synctest.Wait()
		test(t, world, cloudwatch.New(logGroups(world.RoundTripper()), loggedContext.Region))
	})
}

func inGroup(name string) logs.Match {
	return logs.Match{Fields: []string{logs.FieldGroup}, Values: []string{name}}
}

var recommendations = logs.Query{Where: logs.All{
	inGroup("/ecs/recommendations"),
	logs.Match{Fields: []string{logs.FieldStream}, Op: logs.Prefix, Values: []string{"ecs/recommendations/"}},
}}

// everything reads a range page by page.
func everything(t *testing.T, src logs.Source, q logs.Query, r logs.Range) []logs.Entry {
	t.Helper()
	h := logs.OpenHistory(src, q, r, logs.Newer, logs.Known{})
	defer func() { _ = h.Close(t.Context()) }()
	var out []logs.Entry
	for {
		page, err := h.Next(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page.Entries...)
		if !page.Full {
			return out
		}
	}
}

// followed reads a tail into a ring for a while.
func followed(src logs.Source, q logs.Query, o tail.Options, d time.Duration) (ring *logs.Ring, last tail.Status, words []string) {
	ring = logs.NewRing(0, 0)
	live := tail.Follow(context.Background(), src, q, o)
	take := func(b tail.Batch) {
		ring.Add(b.Entries)
		last = b.Status
		words = append(words, b.Status.Words(time.Now()))
	}
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	for b := range live.All(ctx) {
		take(b)
	}
	live.Close()
	for b := range live.Batches() {
		take(b)
	}
	return ring, last, words
}

// same fails the test unless the ring holds the wanted lines, each once, in the
// order of their times.
func same(t *testing.T, ring *logs.Ring, want []logs.Entry) {
	t.Helper()
	got := map[string]int{}
	var before time.Time
	for _, e := range ring.From(0) {
		if e.Gap != nil {
			t.Errorf("a gap line: %+v", e.Gap)
			continue
		}
		got[e.ID]++
		if e.Time.Before(before) {
			t.Errorf("%s comes after %s", e.Time, before)
		}
		before = e.Time
	}
	for _, e := range want {
		if got[e.ID] != 1 {
			t.Errorf("%s of %s came %d times", e.Message, e.Time, got[e.ID])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
}

func TestATailOfLogGroupsBringsEveryLineOnce(t *testing.T) {
	logging(t, func(t *testing.T, world *sim.Account, src *cloudwatch.Source) {
		began := time.Now().Add(-5 * time.Minute)
		// The driver sends every five seconds; these come later than that.
		for i := range 40 {
			at := time.Now().Add(time.Duration(i) * time.Second)
			world.WriteLogEvent("/ecs/recommendations", "ecs/recommendations/late", at, at.Add(time.Duration(i%4)*6*time.Second), fmt.Sprint("late ", i))
		}
		ring, last, _ := followed(src, recommendations, tail.Options{From: began, PageSize: 50}, 3*time.Minute)
		if last.LateLines == 0 || last.Lateness < 5*time.Second {
			t.Errorf("%d late lines, by up to %s: the test shows nothing", last.LateLines, last.Lateness)
		}
		// Without the lines that came after the last poll.
		var want []logs.Entry
		for _, e := range everything(t, src, recommendations, logs.Range{From: began, To: time.Now()}) {
			v, _ := e.Field("ingestion_time")
			if received, err := time.Parse(time.RFC3339, v); err != nil || received.Before(time.Now().Add(-6*time.Second)) {
				want = append(want, e)
			}
		}
		known := map[string]bool{}
		for _, e := range want {
			known[e.ID] = true
		}
		seen := logs.NewRing(0, 0)
		for _, e := range ring.From(0) {
			if known[e.ID] || e.Gap != nil {
				seen.Add([]logs.Entry{*e})
			}
		}
		if len(want) < 100 {
			t.Fatalf("only %d lines were written", len(want))
		}
		same(t, seen, want)
	})
}

func TestTheNewestLinesOfALogGroupComeFirst(t *testing.T) {
	logging(t, func(t *testing.T, world *sim.Account, src *cloudwatch.Source) {
		all := everything(t, src, recommendations, logs.Range{To: time.Now()})
		page, err := src.Latest(t.Context(), recommendations, logs.Range{}, 10)
		if err != nil || len(page.Entries) != 10 || !page.Full {
			t.Fatalf("%d lines, %v", len(page.Entries), err)
		}
		slices.Reverse(page.Entries)
		for i, e := range all[len(all)-10:] {
			if page.Entries[i].ID != e.ID {
				t.Errorf("line %d is %q, want %q", i, page.Entries[i].Message, e.Message)
			}
		}
		for _, c := range world.Calls() {
			if c.Operation == "FilterLogEvents" && strings.Contains(string(c.Body), `"startFromHead":false`) {
				return
			}
		}
		t.Error("they were not asked for from the end")
	})
}

func TestWordsAreSearchedForInLogGroups(t *testing.T) {
	logging(t, func(t *testing.T, world *sim.Account, src *cloudwatch.Source) {
		q := recommendations
		q.Text = "get HEALTH"
		found := everything(t, src, q, logs.Range{To: time.Now()})
		want := 0
		for _, e := range everything(t, src, recommendations, logs.Range{To: time.Now()}) {
			if strings.Contains(e.Message, "GET /health") {
				want++
			}
		}
		if len(found) != want || want == 0 {
			t.Errorf("%d lines, want %d", len(found), want)
		}
		sent := false
		for _, c := range world.Calls() {
			sent = sent || strings.Contains(string(c.Body), "[Hh][Ee][Aa][Ll][Tt][Hh]")
		}
		if !sent {
			t.Error("the service was not told to filter")
		}
	})
}

func TestThrottlingOfLogGroupsIsWaitedOut(t *testing.T) {
	logging(t, func(t *testing.T, world *sim.Account, src *cloudwatch.Source) {
		began := time.Now()
		go func() {
			time.Sleep(20 * time.Second)
			world.Inject(sim.Fault{Service: "logs", Operation: "FilterLogEvents", Kind: sim.Throttle, Times: 9})
		}()
		ring, last, words := followed(src, recommendations, tail.Options{From: began}, 2*time.Minute)
		if last.Err != nil || ring.Len() < 20 {
			t.Errorf("%d lines, %s", ring.Len(), last.Words(time.Now()))
		}
		if !slices.ContainsFunc(words, func(w string) bool {
			return strings.HasPrefix(w, "retrying in ") && strings.Contains(w, "logs:FilterLogEvents /ecs/recommendations: throttled: ThrottlingException")
		}) {
			t.Errorf("it says %q", words)
		}
		// All but what the last poll could not see yet.
		until := time.Now().Add(-20 * time.Second) // reading what was turned away before takes a while
		want := everything(t, src, recommendations, logs.Range{From: began, To: until})
		got := logs.NewRing(0, 0)
		for _, e := range ring.From(0) {
			if e.Time.Before(until) {
				got.Add([]logs.Entry{*e})
			}
		}
		same(t, got, want)
	})
}

func TestALogGroupOfAnotherRegionIsReadThere(t *testing.T) {
	logging(t, func(t *testing.T, _ *sim.Account, src *cloudwatch.Source) {
		q := recommendations
		q.Where = logs.All{q.Where, logs.Match{Fields: []string{logs.FieldRegion}, Values: []string{"us-east-1"}}}
		_, err := src.Latest(t.Context(), q, logs.Range{}, 10)
		if fault.ClassOf(err) != fault.NotFound || !strings.Contains(err.Error(), "logs:FilterLogEvents /ecs/recommendations: not found") {
			t.Errorf("got %v", err)
		}
		x, err := src.Explain(t.Context(), q, logs.Range{})
		if err != nil || x.String() != "log group /ecs/recommendations in us-east-1 does not exist" {
			t.Errorf("got %q, %v", x, err)
		}
		if page, err := src.Latest(t.Context(), logs.Query{Where: logs.All{
			logs.Match{Fields: []string{logs.FieldGroup}, Op: logs.Prefix, Values: []string{"/ecs/"}},
			logs.Match{Fields: []string{logs.FieldRegion}, Values: []string{"eu-west-1"}},
		}}, logs.Range{}, 10); err != nil || len(page.Entries) != 10 {
			t.Errorf("by prefix: %d lines, %v", len(page.Entries), err)
		}
	})
}

// answering answers every request alike.
type answering struct {
	status int
	body   string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

func TestARefusalNamesTheActionThatIsMissing(t *testing.T) {
	for body, want := range map[string]struct {
		class fault.Class
		says  string
	}{
		`{"__type":"AccessDeniedException","message":"User: arn:aws:iam::0:user/x is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:eu-west-1:0:log-group:/g because no identity-based policy allows it"}`: {
			fault.Denied, "needs logs:FilterLogEvents on arn:aws:logs:eu-west-1:0:log-group:/g",
		},
		`{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}`: {
			fault.NotFound, "check awslogs-group and awslogs-region in the task definition",
		},
		`{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}`: {
			fault.Expired, "use other keys",
		},
		`{"__type":"InvalidParameterException","message":"Invalid filter pattern"}`: {fault.Invalid, "Invalid filter pattern"},
	} {
		src := cloudwatch.New(logGroups(answering{400, body}), "eu-west-1")
		_, err := src.Since(t.Context(), logs.Query{Where: inGroup("/g")}, logs.Range{}, 10)
		if fault.ClassOf(err) != want.class || !strings.Contains(err.Error(), want.says) || !strings.Contains(err.Error(), "logs:FilterLogEvents /g") {
			t.Errorf("got  %v\nwant %s, %s", err, want.class, want.says)
		}
	}
}
