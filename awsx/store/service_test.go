package store_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// ecsCalls counts what port calls cost in calls to ECS, for up to 100 tasks.
func ecsCalls(calls []awsxtest.Call) int {
	cost := map[awsxtest.Op]int{awsxtest.DescribeServices: 1, awsxtest.Tasks: 2, awsxtest.ServiceDeployments: 2}
	n := 0
	for _, c := range calls {
		n += cost[c.Op]
	}
	return n
}

func whole(x *store.Snapshot[store.ServiceState]) bool {
	return len(x.Items) == 1 && !x.Items[0].RunningAt.IsZero() && !x.Items[0].StoppedAt.IsZero()
}

func TestAServiceComesWithItsTasksAndTargets(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		ref := c.Service("api", awsxtest.Desired(3), awsxtest.Stopped("Essential container in task exited"))
		start := time.Now()
		got := until(t, s.Service(ref), whole).Items[0]
		if len(got.Running) != 3 || len(got.Stopped) != 1 || len(got.Groups) != 1 || !got.Groups[0].Read || len(got.Groups[0].Targets) != 3 || got.Groups[0].Settings.ARN == "" {
			t.Errorf("%+v", got)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("whole after %s", took)
		}
		if got.Deployment != nil || a.Count(awsxtest.ServiceDeployments) != 0 {
			t.Error("service deployments were read although none is in progress")
		}
	})
}

func TestAFollowStaysWithinItsCalls(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		ref := c.Service("api")
		a.Edit(func(d *awsxtest.Data) {
			d.Services[0].Deployments[0].RolloutState = "IN_PROGRESS"
			d.Deployments[ref.ARN] = []awsx.ServiceDeployment{{ARN: "arn:sd", Status: "IN_PROGRESS"}}
		})
		w := s.Service(ref)
		w.Need(store.Need{MaxAge: 2 * time.Second})
		got := until(t, w, func(x *store.Snapshot[store.ServiceState]) bool { return whole(x) && x.Items[0].Deployment != nil })
		if got.Items[0].Deployment.ARN != "arn:sd" {
			t.Errorf("%+v", got.Items[0].Deployment)
		}
		a.Forget()
		pass(time.Minute)
		polls := a.Count(awsxtest.DescribeServices)
		if polls < 27 || polls > 34 {
			t.Errorf("%d polls in a minute, want one in 2 s", polls)
		}
		between := 0
		var inPoll []awsxtest.Call
		for _, call := range append(a.Calls(), awsxtest.Call{Op: awsxtest.DescribeServices}) {
			if call.Op == awsxtest.DescribeServices {
				if between = ecsCalls(inPoll); between > 4 {
					t.Errorf("%d calls in one poll: %v", between, inPoll)
				}
				inPoll = nil
			}
			inPoll = append(inPoll, call)
		}
		if n := a.Count(awsxtest.TargetHealth); n < 5 || n > 7 {
			t.Errorf("%d target calls in a minute, want one in 10 s", n)
		}
		if n := a.Count(awsxtest.ServiceDeployments); n < 4 || n > 6 {
			t.Errorf("%d service deployment calls in a minute", n)
		}
	})
}

func TestAnAccountWithoutServiceDeploymentsIsBorne(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		ref := c.Service("api")
		a.Edit(func(d *awsxtest.Data) { d.Services[0].Deployments[0].RolloutState = "IN_PROGRESS" })
		a.Fail(awsxtest.ServiceDeployments, fault.Errorf(fault.Failed, "ecs:ListServiceDeployments", ref.ARN, "<html>"))
		w := s.Service(ref)
		w.Need(store.Need{MaxAge: 2 * time.Second})
		pass(5 * time.Minute)
		got := w.Snapshot()
		if f := got.State(time.Now()); f.State != store.Fresh || f.Partial || got.Items[0].DeploymentErr == nil {
			t.Errorf("%+v, %v", f, got.Items[0].DeploymentErr)
		}
		if n := a.Count(awsxtest.ServiceDeployments); n < 4 || n > 6 {
			t.Errorf("%d tries in five minutes", n)
		}
	})
}

func TestATaskThatVanishesIsLookedForAmongTheStopped(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		ref := c.Service("api")
		w := s.Service(ref)
		w.Need(store.Need{MaxAge: 2 * time.Second})
		until(t, w, whole)
		pass(10 * time.Second)
		var stopped string
		a.Edit(func(d *awsxtest.Data) {
			stopped = d.Tasks[0].Ref.ARN
			d.Tasks[0].DesiredStatus, d.Tasks[0].LastStatus, d.Tasks[0].StoppedAt = "STOPPED", "STOPPED", time.Now()
			d.Services[0].Running--
		})
		at := time.Now()
		got := until(t, w, func(x *store.Snapshot[store.ServiceState]) bool { return len(x.Items[0].Stopped) == 1 })
		if got.Items[0].Stopped[0].Ref.ARN != stopped || time.Since(at) > 5*time.Second {
			t.Errorf("after %s: %+v", time.Since(at), got.Items[0].Stopped)
		}
	})
}

func TestPartsThatFailLeaveTheRest(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		ref := c.Service("api")
		a.Fail(awsxtest.Tasks, &fault.Error{Class: fault.Denied, Op: "ecs:ListTasks"})
		w := s.Service(ref)
		got := until(t, w, complete)
		if len(got.Items) != 1 || !got.Items[0].RunningAt.IsZero() || !got.Items[0].Groups[0].Read || len(got.Partial) == 0 {
			t.Errorf("%+v", got)
		}
		if missing := until(t, s.Service(ref.In("nobody")), func(x *store.Snapshot[store.ServiceState]) bool { return x.Err != nil }); fault.ClassOf(missing.Err) != fault.NotFound || len(missing.Items) != 0 {
			t.Errorf("%+v", missing)
		}
	})
}

func TestTwoLooksAtAGroupShareItsReading(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		ref := c.Service("api")
		targets := s.Targets(c.Ref)
		until(t, targets, func(x *store.Snapshot[store.GroupState]) bool { return x.Done == 1 })
		until(t, s.Service(ref), whole)
		if n := a.Count(awsxtest.TargetHealth); n != 1 {
			t.Errorf("%d readings of one group", n)
		}
	})
}

// describing counts the tasks that stopped-task queries describe.
type describing struct {
	awsx.Account
	described atomic.Int64
}

func (d *describing) Open(context.Context, awsx.ContextID) (awsx.Account, error) { return d, nil }

func (d *describing) Tasks(ctx context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	return func(yield func(awsx.Page[awsx.Task], error) bool) {
		for page, err := range d.Account.Tasks(ctx, q) {
			if q.Stopped {
				d.described.Add(int64(len(page.Items)))
			}
			if !yield(page, err) {
				return
			}
		}
	}
}

func TestTaskThatHasStoppedIsDescribedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		ref := a.Cluster("prod").Service("api", awsxtest.Stopped("first"), awsxtest.Stopped("second"))
		d := &describing{Account: a}
		s := store.New(t.Context(), store.Options{Opener: d})
		t.Cleanup(s.Close)
		w := s.Service(ref)
		w.Need(store.Need{MaxAge: 2 * time.Second})
		until(t, w, whole)
		pass(time.Minute)
		if n := d.described.Load(); n != 2 {
			t.Errorf("%d descriptions of two tasks", n)
		}

		// A task that is still on its way out is looked at until it has stopped.
		var ending string
		a.Edit(func(data *awsxtest.Data) {
			task := &data.Tasks[0]
			ending = task.Ref.ARN
			task.DesiredStatus, task.LastStatus, task.StoppingAt = "STOPPED", "STOPPING", time.Now()
			data.Services[0].Running--
		})
		shows := func(status string) awsx.Task {
			var found awsx.Task
			until(t, w, func(x *store.Snapshot[store.ServiceState]) bool {
				i := slices.IndexFunc(x.Items[0].Stopped, func(task awsx.Task) bool { return task.Ref.ARN == ending && task.LastStatus == status })
				if i >= 0 {
					found = x.Items[0].Stopped[i]
				}
				return i >= 0
			})
			return found
		}
		shows("STOPPING")
		at := time.Now()
		a.EndTask(ending, 137)
		if got := shows("STOPPED"); got.Containers[0].ExitCode != 137 || time.Since(at) > 5*time.Second {
			t.Errorf("after %s: %+v", time.Since(at), got)
		}

		// What the service forgets is gone, although it is known.
		a.Edit(func(data *awsxtest.Data) {
			data.Tasks = slices.DeleteFunc(slices.Clone(data.Tasks), func(x awsx.Task) bool { return x.StoppedReason == "first" })
		})
		until(t, w, func(x *store.Snapshot[store.ServiceState]) bool { return len(x.Items[0].Stopped) == 2 })
	})
}
