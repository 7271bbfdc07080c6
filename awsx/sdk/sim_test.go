package sdk_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk"
	"gantry/awsx/sdk/access"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/fault"
)

// simulated runs a test against an account that lives, in a bubble where time
// costs nothing.
func simulated(t *testing.T, o sim.Options, test func(*testing.T, *sim.Account, awsx.Account)) {
	synctest.Test(t, func(t *testing.T) {
		world, err := sim.New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- world.Run(ctx) }()
		defer func() {
			stop()
			<-done
		}()
		static := access.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"}
		account, err := sdk.NewStatic(access.Options{Transport: world.RoundTripper(), Version: "test"}, static).
			Open(t.Context(), awsx.ContextID{Profile: "demo", Region: "eu-west-1"})
		if err != nil {
			t.Fatal(err)
		}
		test(t, world, account)
	})
}

func all[T any](t *testing.T, pages awsx.Pages[T]) []T {
	t.Helper()
	var items []T
	complete := false
	for page, err := range pages {
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Missing) > 0 {
			t.Errorf("missing %+v", page.Missing)
		}
		items, complete = append(items, awsx.Values(page.Items)...), complete || page.Complete
	}
	if !complete {
		t.Error("the listing does not say that it is complete")
	}
	return items
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestReaderAgreesWithTheSimulator walks the whole account through every method
// of awsx.Reader and checks that what it finds fits together.
func TestReaderAgreesWithTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx := t.Context()
		if id := must[awsx.Identity](t)(a.Identity(ctx)); len(id.Account) != 12 || id.ARN == "" {
			t.Errorf("identity %+v", id)
		}
		clusters := all(t, a.Clusters(ctx))
		if len(clusters) != 3 {
			t.Fatalf("%d clusters", len(clusters))
		}
		modes := map[string]bool{}
		for _, cluster := range clusters {
			instances := map[string]awsx.Instance{}
			for _, i := range all(t, a.Instances(ctx, cluster.Ref)) {
				instances[i.Ref.ARN] = i
				if i.EC2ID == "" || i.AvailabilityZone == "" || i.InstanceType == "" || i.CPU.Registered == 0 || len(i.UsedPorts) == 0 {
					t.Errorf("instance %+v", i)
				}
			}
			services := all(t, a.Services(ctx, cluster.Ref))
			if len(services) != cluster.Services {
				t.Errorf("%s: %d services, the cluster counts %d", cluster.Name, len(services), cluster.Services)
			}
			tasks := all(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: cluster.Ref}))
			if len(tasks) != cluster.Running+cluster.Pending {
				t.Errorf("%s: %d tasks, the cluster counts %d", cluster.Name, len(tasks), cluster.Running+cluster.Pending)
			}
			for _, s := range services {
				checkService(t, a, s, instances, modes)
			}
		}
		for _, mode := range []string{"bridge", "host", "awsvpc"} {
			if !modes[mode] {
				t.Errorf("no service runs in network mode %s", mode)
			}
		}
	})
}

func checkService(t *testing.T, a awsx.Account, s awsx.Service, instances map[string]awsx.Instance, modes map[string]bool) {
	t.Helper()
	ctx := t.Context()
	td := must[*awsx.TaskDefinition](t)(a.TaskDefinition(ctx, s.TaskDefinition))
	modes[cmp.Or(td.NetworkMode, "bridge")] = true // what is not sent is bridge
	if primary, ok := s.Primary(); !ok || primary.TaskDefinition != td.ARN || primary.CreatedAt.IsZero() {
		t.Errorf("%s: primary deployment %+v", s.Name, primary)
	}
	if revisions := must[[]string](t)(a.Revisions(ctx, td.Family, 5)); len(revisions) == 0 {
		t.Errorf("%s: no revisions of %s", s.Name, td.Family)
	}
	tasks := all(t, a.Tasks(ctx, awsx.TaskQuery{Cluster: s.Ref.ClusterRef(), Service: s.Name}))
	if len(tasks) != s.Running+s.Pending {
		t.Errorf("%s: %d tasks, the service counts %d", s.Name, len(tasks), s.Running+s.Pending)
	}
	for _, task := range tasks {
		if task.Ref.Context != s.Ref.Context || task.Ref.Cluster != s.Ref.Cluster || task.Group != "service:"+s.Name {
			t.Errorf("task %+v", task)
		}
		if task.ContainerInstance != "" && instances[task.ContainerInstance].EC2ID == "" {
			t.Errorf("%s: task %s is on no instance of its cluster", s.Name, task.ID)
		}
		if len(task.Containers) != len(td.Containers) {
			t.Errorf("%s: %d containers, defined are %d", s.Name, len(task.Containers), len(td.Containers))
		}
	}
	for _, c := range td.Containers {
		repository, tag, _ := strings.Cut(c.Image, ":")
		if image, err := a.Image(ctx, repository, tag); err != nil {
			if fault.ClassOf(err) != fault.Invalid {
				t.Errorf("%s: image %s: %v", s.Name, c.Image, err)
			}
		} else if image.Digest == "" || len(all(t, a.Images(ctx, repository))) == 0 {
			t.Errorf("%s: image %+v", s.Name, image)
		}
	}
	for _, lb := range s.LoadBalancers {
		groups := must[[]awsx.TargetGroup](t)(a.TargetGroups(ctx, []string{lb.TargetGroup}))
		if len(groups) != 1 || groups[0].Check.Path == "" || groups[0].Check.Interval == 0 {
			t.Errorf("%s: target groups %+v", s.Name, groups)
		}
		if h := must[awsx.GroupHealth](t)(a.TargetHealth(ctx, lb.TargetGroup)); len(h.Targets) < s.Running {
			t.Errorf("%s: %d targets for %d tasks", s.Name, len(h.Targets), s.Running)
		}
	}
	must[[]awsx.ServiceDeployment](t)(a.ServiceDeployments(ctx, s.Ref, 3))
	for kind, ref := range map[awsx.Kind]awsx.Ref{
		awsx.KindService: s.Ref, awsx.KindCluster: s.Ref.ClusterRef(), awsx.KindTaskDefinition: s.Ref.In(td.ARN), awsx.KindTask: tasks[0].Ref,
	} {
		if raw := must[json.RawMessage](t)(a.Raw(ctx, kind, ref)); !json.Valid(raw) || !strings.Contains(string(raw), ref.ARN) {
			t.Errorf("%s: raw %s %s", s.Name, kind, raw)
		}
	}
}

func TestGeneratedClusterOf3000TasksIsReadWhole(t *testing.T) {
	o := sim.Options{Scenario: seed.Steady, Clusters: 1, Services: 300, Tasks: 10, Latency: 30 * time.Millisecond}
	simulated(t, o, func(t *testing.T, world *sim.Account, a awsx.Account) {
		start := time.Now()
		cluster := all(t, a.Clusters(t.Context()))[0]
		if took := time.Since(start); took != 60*time.Millisecond {
			t.Errorf("the clusters took %s, not two round trips", took)
		}
		before := len(world.Calls())
		if n := len(all(t, a.Services(t.Context(), cluster.Ref))); n != 300 {
			t.Errorf("%d services", n)
		}
		if calls := len(world.Calls()) - before; calls != 33 {
			t.Errorf("the services took %d calls", calls)
		}
		before = len(world.Calls())
		tasks := len(all(t, a.Tasks(t.Context(), awsx.TaskQuery{Cluster: cluster.Ref})))
		if want := (tasks + 99) / 100 * 2; len(world.Calls())-before != want || tasks < 2900 {
			t.Errorf("%d tasks took %d calls", tasks, len(world.Calls())-before)
		}
	})
}

func TestFaultsOfTheSimulatorBecomeStates(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sim.Fault
		class fault.Class
	}{
		{"throttling", sim.Fault{Kind: sim.Throttle}, fault.Throttled},
		{"500s", sim.Fault{Kind: sim.ServerError}, fault.Failed},
		{"resets", sim.Fault{Kind: sim.Reset}, fault.Offline},
		{"a stall", sim.Fault{Kind: sim.Stall}, fault.Offline},
	} {
		t.Run(c.name, func(t *testing.T) {
			simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
				c.fault.Operation = "DescribeClusters"
				remove := world.Inject(c.fault)
				failed := 0
				for _, err := range a.Clusters(t.Context()) {
					if err == nil {
						continue
					}
					failed++
					var own *fault.Error
					if !errors.As(err, &own) || own.Class != c.class || own.Op != "ecs:DescribeClusters" {
						t.Errorf("%v", err)
					}
				}
				if failed != 1 {
					t.Errorf("%d errors", failed)
				}
				remove()
				if n := len(all(t, a.Clusters(t.Context()))); n != 3 {
					t.Errorf("%d clusters afterwards", n)
				}
			})
		})
	}
}

func TestAnswerThatIsLostLeavesTheOutcomeOfAWriteUnknown(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		cluster := all(t, a.Clusters(t.Context()))[0]
		service := all(t, a.Services(t.Context(), cluster.Ref))[0]
		world.Inject(sim.Fault{Operation: "UpdateService", Kind: sim.ResetAfter})
		desired := service.Desired + 1
		ctx := awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
		_, err := a.UpdateService(ctx, awsx.ServiceUpdate{Service: service.Ref, Desired: &desired})
		var own *fault.Error
		if !errors.As(err, &own) || !own.Unknown || own.Class != fault.Offline {
			t.Errorf("%v", err)
		}
		sent := 0
		for _, call := range world.Calls() {
			if call.Operation == "UpdateService" {
				sent++
			}
		}
		after := all(t, a.DescribeServices(t.Context(), cluster.Ref, []string{service.Ref.ARN}))
		if sent != 1 || len(after) != 1 || after[0].Desired != desired {
			t.Errorf("sent %d times, desired is %d", sent, after[0].Desired)
		}
	})
}

func TestRegisteredRevisionRunsInTheSimulator(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		ctx := awsx.WithChange(t.Context(), &awsx.Change{ID: "c-1", Record: func(awsx.Call) error { return nil }})
		cluster := all(t, a.Clusters(ctx))[0]
		service := all(t, a.Services(ctx, cluster.Ref))[0]
		before := must[*awsx.TaskDefinition](t)(a.TaskDefinition(ctx, service.TaskDefinition))
		fields := map[string]json.RawMessage{}
		if err := json.Unmarshal(before.Raw, &fields); err != nil {
			t.Fatal(err)
		}
		for _, output := range []string{"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy"} {
			delete(fields, output)
		}
		doc := must[[]byte](t)(json.Marshal(fields))
		td := must[*awsx.TaskDefinition](t)(a.RegisterTaskDefinition(ctx, doc))
		if td.Family != before.Family || td.Revision <= before.Revision {
			t.Fatalf("registered %s:%d after %s:%d", td.Family, td.Revision, before.Family, before.Revision)
		}
		updated := must[awsx.Service](t)(a.UpdateService(ctx, awsx.ServiceUpdate{Service: service.Ref, TaskDefinition: &td.ARN}))
		primary, _ := updated.Primary()
		if primary.TaskDefinition != td.ARN || primary.RolloutState != "IN_PROGRESS" {
			t.Fatalf("primary deployment %+v", primary)
		}
		time.Sleep(10 * time.Minute) // of the bubble: the rollout takes its time
		after := all(t, a.DescribeServices(ctx, cluster.Ref, []string{service.Ref.ARN}))[0]
		done, _ := after.Primary()
		if done.ID != primary.ID || done.RolloutState != "COMPLETED" || len(after.Deployments) != 1 {
			t.Errorf("deployments %+v", after.Deployments)
		}
		d := must[[]awsx.ServiceDeployment](t)(a.ServiceDeployments(ctx, service.Ref, 1))
		if len(d) != 1 || d[0].Status != "SUCCESSFUL" {
			t.Fatalf("service deployments %+v", d)
		}
		r := must[[]awsx.ServiceRevision](t)(a.ServiceRevisions(ctx, []string{d[0].Target.ARN}))
		if len(r) != 1 || r[0].TaskDefinition != td.ARN || len(r[0].Images) == 0 || r[0].Images[0].Digest == "" {
			t.Errorf("service revisions %+v", r)
		}
	})
}

// TestAContextThatIsForgottenLetsGoOfItsListings: they are kept for who reads them again.
func TestAContextThatIsForgottenLetsGoOfItsListings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world, err := sim.New(sim.Options{Layout: []seed.Cluster{{Name: "fig", Services: []seed.Service{{Name: "web", Desired: 1}}}}})
		if err != nil {
			t.Fatal(err)
		}
		opener := sdk.NewStatic(access.Options{Transport: world.RoundTripper(), Version: "test"}, access.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"})
		id := awsx.ContextID{Profile: "demo", Region: "eu-west-1"}
		first := func() *awsx.Service {
			account, err := opener.Open(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			for page, err := range account.Services(t.Context(), all(t, account.Clusters(t.Context()))[0].Ref) {
				if err != nil || len(page.Items) != 1 {
					t.Fatal(page, err)
				}
				return page.Items[0]
			}
			return nil
		}
		kept := first()
		if first() != kept {
			t.Fatal("what was listed is not kept")
		}
		if opener.Forget(id); first() == kept {
			t.Error("what was listed is kept of a context that is forgotten")
		}
	})
}
