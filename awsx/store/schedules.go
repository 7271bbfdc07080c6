package store

import (
	"context"

	"gantry/awsx"
)

// Schedules watches what starts tasks by itself in a context, by name. It changes seldom, and
// costs a call a rule.
func (s *Store) Schedules(id awsx.ContextID) *Watch[awsx.Schedule] {
	return Watched(s, List[awsx.ScheduleReader, awsx.Schedule]{
		Kind: "schedules", Scope: awsx.Ref{Context: id}, Rounds: 10,
		ID:    func(x *awsx.Schedule) (string, string) { return x.Name, x.Ref.ARN },
		Pages: func(ctx context.Context, r awsx.ScheduleReader) awsx.Pages[awsx.Schedule] { return r.Schedules(ctx) },
	})
}
