package store

import (
	"context"
	"time"

	"gantry/awsx"
)

// protectionAge is how long it is believed that a task is protected, or not.
const protectionAge = time.Minute

// Protection returns until when a task is protected as it was last read, the zero time for
// one that is not. The error says why that is not known. It makes no call.
func (s *Store) Protection(id awsx.ContextID, task string) (until time.Time, err error) {
	until, _, err = s.protection.get(ofContext[string]{id, task})
	return until, err
}

// ReadProtection reads which of some tasks of a cluster are protected, unless that was read
// within a minute, and reports whether it asked.
func (s *Store) ReadProtection(ctx context.Context, cluster awsx.Ref, tasks []string) (news bool) {
	var due []string
	for _, arn := range tasks {
		if s.protection.due(ofContext[string]{cluster.Context, arn}, protectionAge) {
			due = append(due, arn)
		}
	}
	if len(due) == 0 {
		return false
	}
	account, err := s.opener.Open(ctx, cluster.Context)
	if err != nil {
		return false
	}
	found, err := account.TaskProtection(ctx, cluster, due)
	if ctx.Err() != nil {
		return false
	}
	until := map[string]time.Time{}
	for _, p := range found {
		until[p.Task] = p.Until
	}
	for _, arn := range due {
		before, _ := s.Protection(cluster.Context, arn)
		s.protection.put(ofContext[string]{cluster.Context, arn}, until[arn], err)
		news = news || !before.Equal(until[arn]) || err != nil
	}
	return news
}
