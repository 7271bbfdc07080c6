package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwl "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"gantry/awsx/sim"
)

// groups is a client of CloudWatch Logs in a region.
func (w *world) groups(region string) *cwl.Client {
	return cwl.NewFromConfig(config(w.account.RoundTripper()), func(o *cwl.Options) { o.Region = region })
}

const group, stream = "/app/test", "one/web/1"

// lately is live in a year in which CloudWatch Logs answers backwards too: fake
// time begins before that.
func lately(t *testing.T, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, time.November, 22, 3, 0, 0, 0, time.UTC)))
		moving(t, sim.Options{}, test)
	})
}

// write puts n events into a stream, ten milliseconds apart, which were received
// at once, and returns the time of the first.
func (w *world) write(stream string, n, size int) time.Time {
	start := time.Now().Add(-time.Hour).Truncate(time.Second)
	for i := range n {
		at := start.Add(time.Duration(i) * 10 * time.Millisecond)
		w.account.WriteLogEvent(group, stream, at, at, fmt.Sprintf("%06d %s", i, strings.Repeat("x", size)))
	}
	return start
}

// filtered reads an answer to its end and returns the messages and the pages.
func (w *world) filtered(c *cwl.Client, in cwl.FilterLogEventsInput) (messages []string, pages, empty int) {
	w.t.Helper()
	seen := map[string]bool{}
	for {
		out, err := c.FilterLogEvents(w.ctx, &in)
		if err != nil {
			w.t.Fatal(err)
		}
		pages++
		if len(out.Events) == 0 {
			empty++
		}
		for _, e := range out.Events {
			if seen[*e.EventId] || len(*e.EventId) != 56 {
				w.t.Fatalf("the id %q came twice or is no id", *e.EventId)
			}
			seen[*e.EventId] = true
			messages = append(messages, *e.Message)
		}
		if out.NextToken == nil {
			return messages, pages, empty
		}
		in.NextToken = out.NextToken
	}
}

func refused(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return fmt.Sprint(err)
}

func TestLogEventsComeInPages(t *testing.T) {
	lately(t, func(w *world) {
		start := w.write(stream, 9000, 200)
		c := w.groups("eu-west-1")
		all := cwl.FilterLogEventsInput{LogGroupName: aws.String(group), StartTime: aws.Int64(start.UnixMilli())}
		got, pages, _ := w.filtered(c, all)
		if len(got) != 9000 || !slices.IsSorted(got) || pages < 3 {
			t.Errorf("%d events in %d pages, sorted %v", len(got), pages, slices.IsSorted(got))
		}
		back := all
		back.StartFromHead = aws.Bool(false)
		newest, _, _ := w.filtered(c, back)
		slices.Reverse(newest)
		if !slices.Equal(got, newest) {
			t.Error("backwards are other events than forwards")
		}
		few := all
		few.FilterPattern = aws.String(`"008999"`)
		if got, pages, empty := w.filtered(c, few); len(got) != 1 || pages < 3 || empty < 2 {
			t.Errorf("%d events in %d pages, %d of them empty", len(got), pages, empty)
		}
		some := all
		some.EndTime = aws.Int64(start.Add(100 * time.Millisecond).UnixMilli())
		if got, _, _ := w.filtered(c, some); len(got) != 11 {
			t.Errorf("%d events up to a time, want it included", len(got))
		}
	})
}

func TestAStreamIsReadFromBothEnds(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		start := w.write(stream, 25, 1)
		c := w.groups("eu-west-1")
		in := cwl.GetLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream), Limit: aws.Int32(10)}
		var got []string
		for {
			out, err := c.GetLogEvents(w.ctx, &in)
			if err != nil {
				t.Fatal(err)
			}
			if in.NextToken != nil && *out.NextBackwardToken == *in.NextToken {
				break
			}
			var page []string
			for _, e := range out.Events {
				page = append(page, (*e.Message)[:6])
			}
			if !slices.IsSorted(page) {
				t.Errorf("a page goes from new to old: %v", page)
			}
			got, in.NextToken = append(page, got...), out.NextBackwardToken
		}
		if len(got) != 25 || !slices.IsSorted(got) {
			t.Errorf("%d events: %v", len(got), got)
		}
		out, err := c.GetLogEvents(w.ctx, &cwl.GetLogEventsInput{
			LogGroupName: aws.String(group), LogStreamName: aws.String(stream), StartFromHead: aws.Bool(true),
			EndTime: aws.Int64(start.Add(20 * time.Millisecond).UnixMilli()),
		})
		if err != nil || len(out.Events) != 2 {
			t.Errorf("%d events before a time, %v: want it left out", len(out.Events), err)
		}
	})
}

func TestPatternsChooseEvents(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		at := time.Now().Add(-time.Minute)
		for i, m := range []string{"[ERROR] disk full", "[WARN] disk slow", "error: no disk", "all is well"} {
			w.account.WriteLogEvent(group, stream, at.Add(time.Duration(i)*time.Second), at, m)
		}
		c := w.groups("eu-west-1")
		for pattern, want := range map[string]string{
			"ERROR":               "[ERROR] disk full",
			"disk -ERROR":         "[WARN] disk slow|error: no disk",
			"?ERROR ?WARN":        "[ERROR] disk full|[WARN] disk slow",
			`"disk full"`:         "[ERROR] disk full",
			"%[eE][rR]+[oO][rR]%": "[ERROR] disk full|error: no disk",
			"disk full":           "[ERROR] disk full",
		} {
			got, _, _ := w.filtered(c, cwl.FilterLogEventsInput{LogGroupName: aws.String(group), FilterPattern: aws.String(pattern)})
			if s := strings.Join(got, "|"); s != want {
				t.Errorf("%s chooses %q, want %q", pattern, s, want)
			}
		}
		for _, pattern := range []string{`{ $.level = "error" }`, "[a, b]", "x-y", `"open`, "%(a|b)%", "%a"} {
			_, err := c.FilterLogEvents(w.ctx, &cwl.FilterLogEventsInput{LogGroupName: aws.String(group), FilterPattern: aws.String(pattern)})
			if !strings.HasPrefix(refused(err), "InvalidParameterException: Invalid filter pattern") {
				t.Errorf("%s gives %v", pattern, refused(err))
			}
		}
	})
}

func TestWhatIsWrongWithARequestForEventsIsSaid(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		w.write(stream, 1, 1)
		c := w.groups("eu-west-1")
		for want, in := range map[string]cwl.FilterLogEventsInput{
			"ResourceNotFoundException: The specified log group does not exist.":  {LogGroupName: aws.String("/nope")},
			"ResourceNotFoundException: The specified log stream does not exist.": {LogGroupName: aws.String(group), LogStreamNames: []string{stream, "two"}},
			"InvalidParameterException: logStreamNamePrefix":                      {LogGroupName: aws.String(group), LogStreamNames: []string{stream}, LogStreamNamePrefix: aws.String("one")},
			"InvalidParameterException: startFromHead":                            {LogGroupName: aws.String(group), StartFromHead: aws.Bool(false)},
			"InvalidParameterException: The specified nextToken":                  {LogGroupName: aws.String(group), NextToken: aws.String("x")},
		} {
			if _, err := c.FilterLogEvents(w.ctx, &in); !strings.HasPrefix(refused(err), want) {
				t.Errorf("got %s, want %s", refused(err), want)
			}
		}
		other := w.groups("us-east-1")
		if _, err := other.FilterLogEvents(w.ctx, &cwl.FilterLogEventsInput{LogGroupName: aws.String(group)}); !strings.Contains(refused(err), "log group does not exist") {
			t.Errorf("another region has the group: %v", err)
		}
	})
}

func TestAnEventIsSeenOnceItWasReceived(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		now := time.Now()
		w.account.WriteLogEvent(group, stream, now, now.Add(20*time.Second), "late")
		c := w.groups("eu-west-1")
		in := cwl.FilterLogEventsInput{LogGroupName: aws.String(group)}
		if got, _, _ := w.filtered(c, in); len(got) != 0 {
			t.Errorf("it is seen before: %v", got)
		}
		time.Sleep(21 * time.Second)
		if got, _, _ := w.filtered(c, in); len(got) != 1 {
			t.Errorf("it is not seen after: %v", got)
		}
	})
}

func TestGroupsAndStreamsAreListed(t *testing.T) {
	live(t, sim.Options{}, func(w *world) {
		for i := range 120 {
			w.write(fmt.Sprintf("one/web/%03d", i), 1+i%3, 1)
		}
		c := w.groups("eu-west-1")
		out, err := c.DescribeLogGroups(w.ctx, &cwl.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/app/")})
		if err != nil || len(out.LogGroups) != 1 || *out.LogGroups[0].LogGroupName != group {
			t.Errorf("groups %+v, %v", out, err)
		}
		var names []string
		in := cwl.DescribeLogStreamsInput{LogGroupName: aws.String(group), LogStreamNamePrefix: aws.String("one/")}
		for {
			out, err := c.DescribeLogStreams(w.ctx, &in)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range out.LogStreams {
				names = append(names, *s.LogStreamName)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if len(names) != 120 || !slices.IsSorted(names) {
			t.Errorf("%d streams, sorted %v", len(names), slices.IsSorted(names))
		}
		latest, err := c.DescribeLogStreams(w.ctx, &cwl.DescribeLogStreamsInput{
			LogGroupName: aws.String(group), OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true), Limit: aws.Int32(3),
		})
		if err != nil || len(latest.LogStreams) != 3 || *latest.LogStreams[0].LogStreamName != "one/web/119" {
			t.Errorf("the latest are %+v, %v", latest, err)
		}
	})
}
