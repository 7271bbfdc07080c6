package awsx

import (
	"context"
	"encoding/json"
	"time"
)

// AlarmTurn is a change of an alarm's state, as CloudWatch remembers it.
type AlarmTurn struct {
	Alarm    string // name
	At       time.Time
	From, To string // OK, ALARM, INSUFFICIENT_DATA; empty where the record does not tell
	Reason   string // for the new state
}

// TrailEvent is a management event of CloudTrail: a call that somebody made.
type TrailEvent struct {
	ID string
	At time.Time
	// Call is its name, such as UpdateService, and Source the service that answered it,
	// such as ecs.amazonaws.com.
	Call, Source string
	// User is who called, as CloudTrail lists it: a user's or a session's name.
	User string
	// Raw is the whole record. It holds what was asked for, secrets included: mask it before
	// it is shown.
	Raw json.RawMessage
}

// HistoryReader reads what the account remembers of what happened. Each of its calls brings
// the newest first, from one instant to another, at most limit of them: where there are as
// many, there may be more.
type HistoryReader interface {
	// AlarmTurns are those of an alarm by its name, or of all when it is empty, 100 a call.
	AlarmTurns(ctx context.Context, alarm string, from, to time.Time, limit int) ([]AlarmTurn, error)
	// TrailEvents are the calls of a name, 50 a call. CloudTrail allows two calls a second, and
	// tells of an event some minutes after it, for 90 days.
	TrailEvents(ctx context.Context, call string, from, to time.Time, limit int) ([]TrailEvent, error)
	// ClusterScalings are the activities of Application Auto Scaling on the services of a
	// cluster, 50 a call. Those of other clusters count for the limit.
	ClusterScalings(ctx context.Context, cluster Ref, from time.Time, limit int) ([]ScalingActivity, error)
}
