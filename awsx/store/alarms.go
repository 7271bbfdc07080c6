package store

import (
	"context"

	"gantry/awsx"
)

// Alarms watches the CloudWatch alarms of a context, by name, every other round. ECS asks for
// alarms too, to fail deployments by them, and draws on the same grant of calls.
func (s *Store) Alarms(id awsx.ContextID) *Watch[awsx.Alarm] {
	return Watched(s, List[awsx.AlarmReader, awsx.Alarm]{
		Kind: "alarms", Scope: awsx.Ref{Context: id}, Rounds: 2,
		ID:    func(a *awsx.Alarm) (string, string) { return a.Name, a.Name },
		Pages: func(ctx context.Context, r awsx.AlarmReader) awsx.Pages[awsx.Alarm] { return r.AllAlarms(ctx) },
	})
}
