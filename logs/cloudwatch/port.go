package cloudwatch

import (
	"context"
	"time"
)

// Port is what a Source needs of CloudWatch Logs. Methods make one request each,
// may be called concurrently, and return errors that carry a *fault.Error: of
// class not found when the log group, or a log stream that was named, does not
// exist.
type Port interface {
	// Events returns one page of FilterLogEvents. A page may be empty although more
	// follow.
	Events(ctx context.Context, r Request) (Events, error)
	// Newest returns the newest event of one log stream, by GetLogEvents; ok is
	// false when it has none.
	Newest(ctx context.Context, s StreamID) (e Event, ok bool, err error)
	// Streams returns one page of the log streams of a group whose names begin with
	// a prefix, in the order of their names (DescribeLogStreams).
	Streams(ctx context.Context, group GroupID, prefix string, limit int) ([]Stream, error)
	// RecentStreams returns the log streams of a group that received events last,
	// the latest first. The service updates that order within an hour.
	RecentStreams(ctx context.Context, group GroupID, limit int) ([]Stream, error)
	// Groups returns all log groups whose names begin with a prefix (DescribeLogGroups).
	Groups(ctx context.Context, region, prefix string) ([]Group, error)
}

// The service's bounds, as its API reference gives them.
const (
	// MaxEvents is how many events a page has at most; 1 MiB may end it sooner.
	MaxEvents = 10_000
	// MaxStreams is how many log streams one request may name.
	MaxStreams = 100
)

// GroupID names a log group. The region is an AWS region, such as eu-west-1;
// empty is the Port's own.
type GroupID struct{ Region, Name string }

// StreamID names a log stream.
type StreamID struct {
	Group GroupID
	Name  string
}

// Request asks for events of one log group.
type Request struct {
	Group GroupID
	// Streams are log streams, at most MaxStreams; Prefix is how their names begin.
	// With neither all streams are read; both together are refused.
	Streams []string
	Prefix  string
	// Pattern is a filter pattern; empty matches every event.
	Pattern string
	// From and To bound the events' times, both included, in milliseconds; a zero
	// time is open.
	From, To time.Time
	// Descending asks for the newest events first. From must then be
	// descendingSince or later.
	Descending bool
	Limit      int
	// Token continues an answer.
	Token string
}

// descendingSince is the earliest beginning that FilterLogEvents accepts with
// startFromHead false.
var descendingSince = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// Events is one page of an answer.
type Events struct {
	Events []Event
	// Next continues the answer; empty at its end.
	Next string
}

// Event is one log event. Its id is unique within the group; times are in
// milliseconds.
type Event struct {
	ID, Stream, Message string
	Time                time.Time
	// Ingested is when the service received it.
	Ingested time.Time
}

// Group is a log group.
type Group struct {
	Name string
	// Infrequent is true for one of the class Infrequent Access, which FilterLogEvents
	// and GetLogEvents refuse: only Logs Insights reads it.
	Infrequent bool
}

// Stream is a log stream.
type Stream struct{ Name string }
