package store_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// TestMachinesAreReadOnce, a hundred instances by one call, and new ones when they come.
func TestMachinesAreReadOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		var list []awsx.Instance
		add := func(n int) {
			id := fmt.Sprintf("i-%017d", n)
			list = append(list, awsx.Instance{Ref: awsx.Ref{Context: a.ID}, EC2ID: id})
			a.Edit(func(d *awsxtest.Data) {
				d.Machines = append(d.Machines, awsx.Machine{ID: id, PrivateIP: fmt.Sprintf("10.9.0.%d", n)})
			})
		}
		for n := range 60 {
			add(n)
		}
		for range 3 {
			if _, err := s.ReadHosts(t.Context(), list); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.Housed(list[7]).PrivateIP; got != "10.9.0.7" || a.Count(awsxtest.Machines) != 1 {
			t.Errorf("%s after %d calls", got, a.Count(awsxtest.Machines))
		}
		add(60)
		if news, err := s.ReadHosts(t.Context(), list); !news || err != nil || s.Housed(list[60]).PrivateIP != "10.9.0.60" || a.Count(awsxtest.Machines) != 2 {
			t.Errorf("the new one: %v %v after %d calls", news, err, a.Count(awsxtest.Machines))
		}
	})
}

// TestDeniedMachinesAreNotAskedForAgainAndAgain, and say why they are not known.
func TestDeniedMachinesAreNotAskedForAgainAndAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		denied := &fault.Error{Class: fault.Denied, Op: "ec2:DescribeInstances", Err: errors.New("no"), Fix: "needs ec2:DescribeInstances"}
		a.Fail(awsxtest.Machines, denied)
		list := []awsx.Instance{{Ref: awsx.Ref{Context: a.ID}, EC2ID: "i-0123"}}
		for range 5 {
			_, _ = s.ReadHosts(t.Context(), list)
		}
		if err := s.HousingErr(list); !errors.Is(err, denied) || a.Count(awsxtest.Machines) != 1 || s.Housed(list[0]).PrivateIP != "" {
			t.Errorf("%v after %d calls", err, a.Count(awsxtest.Machines))
		}
		time.Sleep(time.Minute)
		a.Fail(awsxtest.Machines, nil)
		a.Edit(func(d *awsxtest.Data) { d.Machines = []awsx.Machine{{ID: "i-0123", PrivateIP: "10.9.0.1"}} })
		if _, err := s.ReadHosts(t.Context(), list); err != nil || s.HousingErr(list) != nil || s.Housed(list[0]).PrivateIP != "10.9.0.1" {
			t.Errorf("a minute later: %v", err)
		}
	})
}

// TestWhatAGroupDidIsBelievedForAWhile, shared by who asks at once, and what is denied of it
// takes nothing from the rest.
func TestWhatAGroupDidIsBelievedForAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		a.Edit(func(d *awsxtest.Data) {
			d.Doings = map[string]awsxtest.Doings{"blue": {Activities: []awsx.ScalingActivity{{ID: "1"}}}}
			d.Launches = map[awsx.LaunchSource]awsx.Launch{
				{Template: "t", Version: "$Latest"}: {Image: "ami-1"}, {Template: "t", Version: "4"}: {Image: "ami-2"},
			}
		})
		a.Fail(awsxtest.GroupPolicies, errors.New("no"))
		for range 3 {
			if d, _, err := s.ReadDoings(t.Context(), a.ID, "blue"); err != nil || len(d.Activities) != 1 || len(d.Unread) != 1 {
				t.Errorf("%+v %v", d, err)
			}
		}
		if n := a.Count(awsxtest.GroupActivities); n != 1 {
			t.Errorf("%d calls", n)
		}
		for _, version := range []string{"$Latest", "4"} {
			if _, _, err := s.ReadLaunch(t.Context(), a.ID, awsx.LaunchSource{Template: "t", Version: version}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, version := range []string{"$Latest", "4"} {
			if l, _, err := s.ReadLaunch(t.Context(), a.ID, awsx.LaunchSource{Template: "t", Version: version}); err != nil || l.Image == "" {
				t.Fatal(err)
			}
		}
		if n := a.Count(awsxtest.Launch); n != 3 {
			t.Errorf("%d calls for what is launched: a number never changes", n)
		}
		if _, _, err := s.ReadDoings(t.Context(), a.ID, "blue"); err != nil || a.Count(awsxtest.GroupActivities) != 2 {
			t.Errorf("an hour later: %v, %d calls", err, a.Count(awsxtest.GroupActivities))
		}
	})
}
