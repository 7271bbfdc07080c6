package awsxtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
)

func read[T any](t *testing.T, pages awsx.Pages[T]) (items []T, errs []error) {
	t.Helper()
	complete := false
	for page, err := range pages {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		items, complete = append(items, awsx.Values(page.Items)...), complete || page.Complete
	}
	if len(errs) == 0 && !complete {
		t.Error("no page says that the listing is complete")
	}
	return items, errs
}

func TestServiceComesWithAllThatBelongsToIt(t *testing.T) {
	for _, network := range []string{"bridge", "host", "awsvpc"} {
		t.Run(network, func(t *testing.T) {
			a := awsxtest.New(awsx.ContextID{Profile: "test"})
			cluster := a.Cluster("prod")
			ref := cluster.Service("api", awsxtest.Network(network), awsxtest.Desired(3), awsxtest.Env("A", "b"), awsxtest.Stopped("CannotPullContainerError: not found"))
			ctx := t.Context()

			services, _ := read(t, a.Services(ctx, cluster.Ref))
			if len(services) != 1 || services[0].Ref != ref || services[0].Running != 3 || ref.Context != a.ID {
				t.Fatalf("services %+v", services)
			}
			td, err := a.TaskDefinition(ctx, services[0].TaskDefinition)
			if err != nil || td.NetworkMode != network || td.Containers[0].Env[0].Value.Reveal() != "b" {
				t.Fatalf("%v, %v", td, err)
			}
			repository, tag, _ := strings.Cut(td.Containers[0].Image, ":")
			image, err := a.Image(ctx, repository, tag)
			if err != nil {
				t.Fatal(err)
			}
			tasks, _ := read(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: cluster.Ref, Service: "api"}))
			health, err := a.TargetHealth(ctx, services[0].LoadBalancers[0].TargetGroup)
			if err != nil || len(tasks) != 3 || len(health.Targets) != 3 {
				t.Fatalf("%d tasks, %+v, %v", len(tasks), health, err)
			}
			instances, _ := read(t, a.Instances(ctx, cluster.Ref))
			ids := map[string]string{}
			for _, i := range instances {
				ids[i.Ref.ARN] = i.EC2ID
			}
			for i, task := range tasks {
				c, target := task.Containers[0], health.Targets[i]
				if c.ImageDigest != image.Digest {
					t.Errorf("the task runs %s, the repository has %s", c.ImageDigest, image.Digest)
				}
				var id string
				var port int
				switch network {
				case "bridge":
					id, port = ids[task.ContainerInstance], c.Bindings[0].HostPort
				case "host":
					id, port = ids[task.ContainerInstance], services[0].LoadBalancers[0].ContainerPort
				case "awsvpc":
					id, port = task.ENIs[0].PrivateV4, services[0].LoadBalancers[0].ContainerPort
				}
				if target.ID != id || target.Port != port || target.State != "healthy" {
					t.Errorf("task at %s:%d, target %+v", id, port, target)
				}
			}
			stopped, _ := read(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: cluster.Ref, Stopped: true}))
			if len(stopped) != 1 || stopped[0].StopCode != "TaskFailedToStart" {
				t.Errorf("stopped %+v", stopped)
			}
		})
	}
}

func change(t *testing.T) (context.Context, *[]awsx.Call) {
	var calls []awsx.Call
	return awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1", Record: func(c awsx.Call) error {
		calls = append(calls, c)
		return nil
	}}), &calls
}

func TestChangesAreAppliedAndRecorded(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	ctx, calls := change(t)
	td, err := a.RegisterTaskDefinition(ctx, awsx.Document(`{"family":"api","new":{"x":1},"tags":[{"key":"k","value":"v"}],"containerDefinitions":[{"name":"api","image":"i:2","portMappings":[{"containerPort":80}]}]}`))
	if err != nil || td.Revision != 2 || !strings.Contains(string(td.Raw), `"new":{"x":1}`) || len(td.Tags) != 1 {
		t.Fatalf("%v, %v", td, err)
	}
	before, _ := read(t, a.DescribeServices(ctx, ref.ClusterRef(), []string{ref.ARN}))
	n := 4
	s, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: ref, TaskDefinition: &td.ARN, Desired: &n})
	if err != nil || s.TaskDefinition != td.ARN || s.Desired != 4 || len(s.Deployments) != 2 || s.Deployments[0].RolloutState != "IN_PROGRESS" {
		t.Fatalf("%+v, %v", s, err)
	}
	if before[0].TaskDefinition == td.ARN || len(before[0].Deployments) != 1 {
		t.Error("a service that was read before changed with the update")
	}
	if d := cmp.Diff([]awsx.Call{{Service: "ECS", Operation: "RegisterTaskDefinition"}, {Service: "ECS", Operation: "UpdateService"}}, *calls); d != "" {
		t.Error(d)
	}

	a.Settle("api")
	after, _ := read(t, a.DescribeServices(ctx, ref.ClusterRef(), []string{"api"}))
	tasks, _ := read(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: ref.ClusterRef(), Service: "api"}))
	if after[0].Running != 4 || len(after[0].Deployments) != 1 || after[0].Deployments[0].ID != s.Deployments[0].ID || len(tasks) != 4 || tasks[0].TaskDefinition != td.ARN {
		t.Errorf("%+v, %d tasks", after[0], len(tasks))
	}
}

func TestNothingChangesWithoutAChange(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	ref := a.Cluster("prod").Service("api")
	with, calls := change(t)
	for name, ctx := range map[string]context.Context{"no change": t.Context(), "read-only": with} {
		a.ReadOnly = name == "read-only"
		if _, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: ref, ForceNew: true}); fault.ClassOf(err) != fault.Denied {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := a.RegisterTaskDefinition(ctx, awsx.Document(`{"family":"api"}`)); fault.ClassOf(err) != fault.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(*calls) != 0 || a.Count(awsxtest.UpdateService) != 0 {
		t.Error("a refused call was recorded")
	}
}

func TestOperationsFailAsArranged(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	cluster := a.Cluster("prod")
	lost := cluster.Service("lost")
	cluster.Service("kept")
	boom := errors.New("boom")

	a.FailOnce(awsxtest.Services, boom)
	if _, errs := read(t, a.Services(t.Context(), cluster.Ref)); len(errs) != 1 || errs[0] != boom {
		t.Errorf("%v", errs)
	}
	if items, errs := read(t, a.Services(t.Context(), cluster.Ref)); len(items) != 2 || len(errs) != 0 {
		t.Errorf("%v, %v", items, errs)
	}
	a.Lose(awsxtest.Services, boom, lost.ARN)
	if items, errs := read(t, a.Services(t.Context(), cluster.Ref)); len(items) != 1 || items[0].Name != "kept" || len(errs) != 1 {
		t.Errorf("%v, %v", items, errs)
	}
	a.Fail(awsxtest.Services, boom)
	for range 2 {
		if _, errs := read(t, a.Services(t.Context(), cluster.Ref)); len(errs) != 1 {
			t.Errorf("%v", errs)
		}
	}
	if n := a.Count(awsxtest.Services); n != 5 {
		t.Errorf("%d calls", n)
	}
}

func TestBlockedCallWaitsForItsReleaseOrItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{})
		release := a.Block(awsxtest.Identity)
		done := make(chan error, 2)
		ctx, cancel := context.WithCancel(t.Context())
		for _, c := range []context.Context{ctx, t.Context()} {
			go func() {
				_, err := a.Identity(c)
				done <- err
			}()
		}
		synctest.Wait()
		if len(done) != 0 {
			t.Fatal("a blocked call returned")
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		release()
		if err := <-done; err != nil {
			t.Errorf("%v", err)
		}
		if _, err := a.Identity(t.Context()); err != nil {
			t.Errorf("after the release: %v", err)
		}
	})
}

func TestPagesHaveTheSizeThatWasSet(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{})
	cluster := a.Cluster("prod")
	cluster.Service("api", awsxtest.Desired(7))
	a.PageSize = 3
	var sizes []int
	for page := range a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster.Ref}) {
		sizes = append(sizes, len(page.Items))
		if page.Total != 7 {
			t.Errorf("total %d", page.Total)
		}
	}
	if d := cmp.Diff([]int{3, 3, 1}, sizes); d != "" {
		t.Error(d)
	}
}

func TestOpenerOpensItsAccounts(t *testing.T) {
	a := awsxtest.New(awsx.ContextID{Profile: "prod"})
	o := awsxtest.NewOpener(a)
	if got, err := o.Open(t.Context(), a.ID); got != awsx.Account(a) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := o.Open(t.Context(), awsx.ContextID{Profile: "other"}); fault.ClassOf(err) != fault.Invalid {
		t.Error(err)
	}
	boom := errors.New("boom")
	o.Fail(a.ID, boom)
	if _, err := o.Open(t.Context(), a.ID); err != boom {
		t.Error(err)
	}
	if n := len(o.Opened()); n != 3 {
		t.Errorf("%d contexts were asked for", n)
	}
}
