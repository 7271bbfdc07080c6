package cwlogs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx/sim/wire"
)

// maxDescribed is the largest page of DescribeLogGroups and DescribeLogStreams,
// and the default.
const maxDescribed = 50

type describeLogGroupsInput struct {
	Prefix    string `json:"logGroupNamePrefix"`
	Pattern   string `json:"logGroupNamePattern"`
	Limit     *int   `json:"limit"`
	NextToken string `json:"nextToken"`
}

func (r *logRegion) describeLogGroups(in *describeLogGroupsInput) ([]byte, error) {
	if in.Prefix != "" && in.Pattern != "" {
		return nil, wire.Invalid("logGroupNamePrefix and logGroupNamePattern are mutually exclusive.")
	}
	names := slices.DeleteFunc(slices.Clone(r.names), func(n string) bool {
		return !strings.HasPrefix(n, in.Prefix) || !strings.Contains(n, in.Pattern)
	})
	p := wire.Paging[string]{Key: func(s string) string { return s }, Fallback: maxDescribed, Max: maxDescribed}
	return p.Answer("logGroups", names, in.NextToken, in.Limit, func(name string) any {
		g := r.groups[name]
		return map[string]any{
			"logGroupName": g.name, "creationTime": g.createdAt.UnixMilli(), "metricFilterCount": 0, "storedBytes": g.bytes(),
			"arn": g.arn + ":*", "logGroupArn": g.arn, "logGroupClass": "STANDARD",
		}
	})
}

func (g *logGroup) bytes() int {
	sum := 0
	for _, e := range g.events {
		sum += len(e.message) + eventOverhead
	}
	return sum
}

type describeLogStreamsInput struct {
	groupName
	Prefix     string `json:"logStreamNamePrefix"`
	OrderBy    string `json:"orderBy"`
	Descending bool   `json:"descending"`
	Limit      *int   `json:"limit"`
	NextToken  string `json:"nextToken"`
}

// spanOf is what is known of the events of a stream.
type spanOf struct{ first, last, ingested int64 }

func (r *logRegion) describeLogStreams(in *describeLogStreamsInput) ([]byte, error) {
	g, err := r.find(in.groupName)
	if err != nil {
		return nil, err
	}
	byTime := in.OrderBy == "LastEventTime"
	if byTime && in.Prefix != "" {
		return nil, wire.Invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	spans := map[*eventStream]*spanOf{}
	for _, e := range r.seen(g, nil, 0, latestLog) {
		s := spans[e.stream]
		if s == nil {
			s = &spanOf{first: e.at}
			spans[e.stream] = s
		}
		s.last, s.ingested = e.at, max(s.ingested, e.ingested)
	}
	key := func(name string) string {
		if !byTime {
			return name
		}
		last := int64(0)
		if s := spans[g.streams[name]]; s != nil {
			last = s.last
		}
		return fmt.Sprintf("%013d %s", last, name)
	}
	names := slices.DeleteFunc(slices.Clone(g.names), func(n string) bool { return !strings.HasPrefix(n, in.Prefix) })
	slices.SortFunc(names, func(x, y string) int {
		c := cmp.Compare(key(x), key(y))
		if in.Descending {
			return -c
		}
		return c
	})
	p := wire.Paging[string]{Key: key, Descending: in.Descending, Fallback: maxDescribed, Max: maxDescribed}
	return p.Answer("logStreams", names, in.NextToken, in.Limit, func(name string) any {
		s := g.streams[name]
		doc := map[string]any{
			"logStreamName": name, "creationTime": s.createdAt.UnixMilli(), "storedBytes": 0,
			"arn": g.arn + ":log-stream:" + name,
		}
		if span := spans[s]; span != nil {
			doc["firstEventTimestamp"], doc["lastEventTimestamp"], doc["lastIngestionTime"] = span.first, span.last, span.ingested
		}
		return doc
	})
}
