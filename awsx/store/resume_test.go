package store_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// One look that gets through after a login sets everything in motion again.
func TestRefreshThatGetsThroughResumesTheOthers(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("api")
		expired := &fault.Error{Class: fault.Expired}
		a.Fail(awsxtest.Services, expired)
		a.Fail(awsxtest.Tasks, expired)
		services, tasks := s.Services(c.Ref), s.Tasks(c.Ref)
		until(t, services, func(x *store.Snapshot[awsx.Service]) bool { return x.Err != nil })
		until(t, tasks, func(x *store.Snapshot[awsx.Task]) bool { return x.Err != nil })
		a.Fail(awsxtest.Services, nil)
		a.Fail(awsxtest.Tasks, nil)
		pass(time.Hour)
		services.Refresh()
		until(t, services, complete)
		until(t, tasks, func(x *store.Snapshot[awsx.Task]) bool { return x.Err == nil })
	})
}
