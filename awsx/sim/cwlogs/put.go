package cwlogs

import (
	"time"

	"gantry/awsx/sim/wire"
)

type logStreamInput struct {
	groupName
	Stream string `json:"logStreamName"`
}

func (r *logRegion) createLogStream(in *logStreamInput) ([]byte, error) {
	g, err := r.find(in.groupName)
	if err != nil {
		return nil, err
	}
	if in.Stream == "" {
		return nil, wire.Invalid("1 validation error detected: Value at 'logStreamName' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	if g.streams[in.Stream] != nil {
		return nil, wire.Fail("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	g.stream(in.Stream, r.world.Now)
	return []byte("{}"), nil
}

const (
	// oldestLog and newestLog bound the times of events that the service takes.
	oldestLog = 14 * 24 * time.Hour
	newestLog = 2 * time.Hour
	// maxBatch is how many events a call may bring.
	maxBatch = 10_000
)

type putLogEventsInput struct {
	logStreamInput
	Events []struct {
		At      int64  `json:"timestamp"`
		Message string `json:"message"`
	} `json:"logEvents"`
}

// putLogEvents takes what lies in time and says which events it did not take. Sequence
// tokens are not asked for any more.
func (a *Store) putLogEvents(r *logRegion, in *putLogEventsInput) ([]byte, error) {
	g, err := r.find(in.groupName)
	if err != nil {
		return nil, err
	}
	stream := g.streams[in.Stream]
	if stream == nil {
		return nil, wire.Fail("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	if len(in.Events) == 0 || len(in.Events) > maxBatch {
		return nil, wire.Invalid("1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and 10000")
	}
	now := r.world.Now
	rejected := map[string]int{}
	for i, e := range in.Events {
		if i > 0 && e.At < in.Events[i-1].At {
			return nil, wire.Invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	for i, e := range in.Events {
		at := time.UnixMilli(e.At)
		switch {
		case at.Before(now.Add(-oldestLog)):
			rejected["tooOldLogEventEndIndex"] = i + 1
		case at.After(now.Add(newestLog)):
			if _, ok := rejected["tooNewLogEventStartIndex"]; !ok {
				rejected["tooNewLogEventStartIndex"] = i
			}
		default:
			a.insert(g, stream, at, now, e.Message)
		}
	}
	answer := map[string]any{"nextSequenceToken": "49039859626600000000000000000000000000000000000000000000"}
	if len(rejected) > 0 {
		answer["rejectedLogEventsInfo"] = rejected
	}
	return wire.Encode(answer), nil
}
