package store_test

import (
	"testing"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

func TestWhatIsHeldIsWhatWasReadWholeAndLately(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		api := c.Service("api")
		cluster := api.ClusterRef()
		if s.HeldServices(cluster) != nil || s.HeldInstances(cluster) != nil {
			t.Error("something is held that nobody read")
		}
		release := a.Block(awsxtest.Services)
		services, instances := s.Services(cluster), s.Instances(cluster)
		if s.HeldServices(cluster) != nil {
			t.Error("something is held before it was read")
		}
		release()
		until(t, services, complete)
		until(t, instances, complete)
		if got := names(s.HeldServices(cluster)); len(got) != 1 || got[0] != "api" {
			t.Errorf("held are %v", got)
		}
		if s.HeldInstances(cluster) == nil {
			t.Error("the instances are not held")
		}
		a.Lose(awsxtest.DescribeServices, fault.Errorf(fault.Failed, "ecs:DescribeServices", "", "internal"), api.ARN)
		a.Lose(awsxtest.Services, fault.Errorf(fault.Failed, "ecs:DescribeServices", "", "internal"), api.ARN)
		services.Refresh()
		pass(time.Second)
		if got := s.HeldServices(cluster); got != nil {
			t.Errorf("half a reading is held: %v", names(got))
		}
		services.Close()
		instances.Close()
		calls := len(a.Calls())
		pass(4 * time.Minute)
		if s.HeldInstances(cluster) != nil {
			t.Error("an old reading is held")
		}
		if more := len(a.Calls()) - calls; more != 0 {
			t.Errorf("asking what is held made %d calls", more)
		}
	})
}

func TestAClusterWithoutInstancesIsHeldAsEmpty(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		api := c.Service("api")
		a.Edit(func(d *awsxtest.Data) { d.Instances = nil })
		w := s.Instances(api.ClusterRef())
		defer w.Close()
		until(t, w, complete)
		if got := s.HeldInstances(api.ClusterRef()); got == nil || len(got) != 0 {
			t.Errorf("held is %#v", got)
		}
	})
}
