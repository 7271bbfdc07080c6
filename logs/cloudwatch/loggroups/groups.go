package loggroups

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"
	"unique"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwlogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"gantry/internal/fault"
	"gantry/logs/cloudwatch"
)

// Account is an opened context of AWS, as far as a client of CloudWatch Logs needs
// it. Two values that compare equal have the same configuration.
type Account interface {
	// ClientConfig returns what a client is made from, with the account's
	// credentials, its guard, its rate limits and its retries, and the base endpoint
	// of all clients; nil leaves the endpoint to the SDK.
	ClientConfig() (cfg aws.Config, endpoint *string)
	// Classify turns the failure of a call about a resource into a *fault.Error; the
	// end of a context stays what it is.
	Classify(ctx context.Context, resource string, err error) error
}

// Groups reads the log groups of an account; it implements cloudwatch.Port and is
// safe for concurrent use.
type Groups struct {
	open func(context.Context) (Account, error)

	mu     sync.Mutex
	opened Account // whose client it is
	client *cwlogs.Client
}

var _ cloudwatch.Port = (*Groups)(nil)

// New returns the log groups of an account that is opened at each call, so that a
// login renews it. It makes no call.
func New(open func(context.Context) (Account, error)) *Groups { return &Groups{open: open} }

// clientOf returns the client of an account, which is made once.
func (g *Groups) clientOf(a Account) *cwlogs.Client {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.client == nil || g.opened != a {
		cfg, endpoint := a.ClientConfig()
		g.opened, g.client = a, cwlogs.NewFromConfig(cfg, func(o *cwlogs.Options) { o.BaseEndpoint = cmp.Or(endpoint, o.BaseEndpoint) })
	}
	return g.client
}

// describedGroups and describedStreams are the largest pages of DescribeLogGroups
// and DescribeLogStreams.
const (
	describedGroups  = 50
	describedStreams = 50
)

// Events returns one page of FilterLogEvents.
func (g *Groups) Events(ctx context.Context, r cloudwatch.Request) (cloudwatch.Events, error) {
	in := &cwlogs.FilterLogEventsInput{
		LogGroupName: aws.String(r.Group.Name), LogStreamNames: r.Streams,
		LogStreamNamePrefix: set(r.Prefix), FilterPattern: set(r.Pattern), NextToken: set(r.Token),
		StartTime: milliseconds(r.From), EndTime: milliseconds(r.To),
	}
	if r.Limit > 0 {
		in.Limit = aws.Int32(int32(min(r.Limit, cloudwatch.MaxEvents)))
	}
	if r.Descending {
		in.StartFromHead = aws.Bool(false)
	}
	out, err := call(ctx, g, r.Group, func(c *cwlogs.Client, region func(*cwlogs.Options)) (*cwlogs.FilterLogEventsOutput, error) {
		return c.FilterLogEvents(ctx, in, region)
	})
	if err != nil {
		return cloudwatch.Events{}, err
	}
	if out.Events == nil {
		return cloudwatch.Events{}, lacks(r.Group, "logs:FilterLogEvents", "events")
	}
	page := cloudwatch.Events{Events: make([]cloudwatch.Event, len(out.Events)), Next: aws.ToString(out.NextToken)}
	for i, e := range out.Events {
		page.Events[i] = cloudwatch.Event{
			ID: aws.ToString(e.EventId), Stream: unique.Make(aws.ToString(e.LogStreamName)).Value(), Message: aws.ToString(e.Message),
			Time: instant(e.Timestamp), Ingested: instant(e.IngestionTime),
		}
	}
	return page, nil
}

// Newest returns the newest event of a log stream. The service may answer with
// empty pages before the one that has it.
func (g *Groups) Newest(ctx context.Context, s cloudwatch.StreamID) (cloudwatch.Event, bool, error) {
	in := &cwlogs.GetLogEventsInput{
		LogGroupName: aws.String(s.Group.Name), LogStreamName: aws.String(s.Name),
		Limit: aws.Int32(1), StartFromHead: aws.Bool(false),
	}
	for range emptyPages {
		out, err := call(ctx, g, s.Group, func(c *cwlogs.Client, region func(*cwlogs.Options)) (*cwlogs.GetLogEventsOutput, error) {
			return c.GetLogEvents(ctx, in, region)
		})
		if err != nil {
			return cloudwatch.Event{}, false, err
		}
		if out.Events == nil {
			return cloudwatch.Event{}, false, lacks(s.Group, "logs:GetLogEvents", "events")
		}
		if n := len(out.Events); n > 0 {
			e := out.Events[n-1]
			return cloudwatch.Event{
				Stream: s.Name, Message: aws.ToString(e.Message), Time: instant(e.Timestamp), Ingested: instant(e.IngestionTime),
			}, true, nil
		}
		// The token that was given comes back at the stream's end.
		if out.NextBackwardToken == nil || aws.ToString(in.NextToken) == *out.NextBackwardToken {
			break
		}
		in.NextToken = out.NextBackwardToken
	}
	return cloudwatch.Event{}, false, nil
}

// emptyPages bounds the pages that are read in search of one event.
const emptyPages = 5

// Streams returns the first log streams whose names begin with a prefix.
func (g *Groups) Streams(ctx context.Context, group cloudwatch.GroupID, prefix string, limit int) ([]cloudwatch.Stream, error) {
	return g.streams(ctx, group, &cwlogs.DescribeLogStreamsInput{LogStreamNamePrefix: set(prefix)}, limit)
}

// RecentStreams returns the log streams that received events last.
func (g *Groups) RecentStreams(ctx context.Context, group cloudwatch.GroupID, limit int) ([]cloudwatch.Stream, error) {
	return g.streams(ctx, group, &cwlogs.DescribeLogStreamsInput{OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true)}, limit)
}

func (g *Groups) streams(ctx context.Context, group cloudwatch.GroupID, in *cwlogs.DescribeLogStreamsInput, limit int) ([]cloudwatch.Stream, error) {
	in.LogGroupName = aws.String(group.Name)
	in.Limit = aws.Int32(int32(min(max(limit, 1), describedStreams)))
	out, err := call(ctx, g, group, func(c *cwlogs.Client, region func(*cwlogs.Options)) (*cwlogs.DescribeLogStreamsOutput, error) {
		return c.DescribeLogStreams(ctx, in, region)
	})
	if err != nil {
		return nil, err
	}
	if out.LogStreams == nil {
		return nil, lacks(group, "logs:DescribeLogStreams", "logStreams")
	}
	streams := make([]cloudwatch.Stream, len(out.LogStreams))
	for i, s := range out.LogStreams {
		streams[i].Name = aws.ToString(s.LogStreamName)
	}
	return streams, nil
}

// Groups returns all log groups whose names begin with a prefix.
func (g *Groups) Groups(ctx context.Context, region, prefix string) ([]cloudwatch.Group, error) {
	var groups []cloudwatch.Group
	in := &cwlogs.DescribeLogGroupsInput{LogGroupNamePrefix: set(prefix), Limit: aws.Int32(describedGroups)}
	for {
		out, err := call(ctx, g, cloudwatch.GroupID{Region: region, Name: prefix + "*"},
			func(c *cwlogs.Client, region func(*cwlogs.Options)) (*cwlogs.DescribeLogGroupsOutput, error) {
				return c.DescribeLogGroups(ctx, in, region)
			})
		if err != nil {
			return nil, err
		}
		if out.LogGroups == nil {
			return nil, lacks(cloudwatch.GroupID{Region: region, Name: prefix + "*"}, "logs:DescribeLogGroups", "logGroups")
		}
		for _, l := range out.LogGroups {
			groups = append(groups, cloudwatch.Group{
				Name: aws.ToString(l.LogGroupName), Infrequent: l.LogGroupClass == types.LogGroupClassInfrequentAccess,
			})
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return groups, nil
		}
	}
}

// call makes one call for a log group and names the group in its failure.
func call[Out any](ctx context.Context, g *Groups, group cloudwatch.GroupID, do func(*cwlogs.Client, func(*cwlogs.Options)) (Out, error)) (Out, error) {
	var none Out
	account, err := g.open(ctx)
	if err != nil {
		return none, about(group, err)
	}
	out, err := do(g.clientOf(account), func(o *cwlogs.Options) {
		if group.Region != "" {
			o.Region = group.Region
		}
	})
	if err != nil {
		return none, about(group, account.Classify(ctx, group.Name, err))
	}
	return out, nil
}

// lacks is the failure of an answer without its list. The service gives an empty one where
// there is nothing: something else has answered, and says nothing of the group.
func lacks(group cloudwatch.GroupID, op, list string) error {
	return about(group, &fault.Error{
		Class: fault.Offline, Op: op, Err: fmt.Errorf("the answer has no %s", list),
		Fix: "see what answers in place of CloudWatch Logs",
	})
}

// about names the group, as it was given, in a failure's operation. The end of a
// context stays what it is.
func about(group cloudwatch.GroupID, err error) error {
	e := fault.Of(err)
	if e == nil {
		return err
	}
	op := e.Op
	if group.Name != "" {
		op += " " + group.Name
	}
	out := &fault.Error{Class: e.Class, Op: op, Fix: e.Fix, RetryAfter: e.RetryAfter, Err: e.Err}
	if e.Class == fault.NotFound && out.Fix == "" {
		out.Fix = "check awslogs-group and awslogs-region in the task definition"
	}
	return out
}

// set returns a string that is to be sent, nil for an empty one.
func set(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// milliseconds returns a time as the service counts it, nil for none.
func milliseconds(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	return aws.Int64(t.UnixMilli())
}

func instant(ms *int64) time.Time { return time.UnixMilli(aws.ToInt64(ms)).UTC() }
