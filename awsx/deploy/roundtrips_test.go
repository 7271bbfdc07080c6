package deploy

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/read"
)

// far is an account whose every answer takes a second, so that the clock counts
// the answers that were waited for one after the other. Ports that make several
// calls in turn take as long as the adapter does.
type far struct{ *awsxtest.Account }

func wait(answers int) { time.Sleep(time.Duration(answers) * time.Second) }

// late delays what a listing yields.
func late[T any](answers int, pages iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		wait(answers)
		pages(yield)
	}
}

func (f far) DescribeServices(ctx context.Context, cluster awsx.Ref, arns []string) awsx.Pages[awsx.Service] {
	return late(1, f.Account.DescribeServices(ctx, cluster, arns))
}

// Services, Tasks and Instances list, then describe.
func (f far) Services(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Service] {
	return late(4, f.Account.Services(ctx, cluster)) // 300 services are three pages
}

func (f far) Tasks(ctx context.Context, q awsx.TaskQuery) awsx.Pages[awsx.Task] {
	return late(2, f.Account.Tasks(ctx, q))
}

func (f far) Instances(ctx context.Context, cluster awsx.Ref) awsx.Pages[awsx.Instance] {
	return late(2, f.Account.Instances(ctx, cluster))
}

func (f far) TaskDefinition(ctx context.Context, id string) (*awsx.TaskDefinition, error) {
	wait(1)
	return f.Account.TaskDefinition(ctx, id)
}

func (f far) TargetGroups(ctx context.Context, arns []string) ([]awsx.TargetGroup, error) {
	wait(1)
	return f.Account.TargetGroups(ctx, arns)
}

// GroupDetails reads the attributes, then the tags.
func (f far) GroupDetails(ctx context.Context, arns []string) ([]awsx.GroupDetails, error) {
	wait(2)
	return f.Account.GroupDetails(ctx, arns)
}

// ScalableTarget reads the target, then its policies.
func (f far) ScalableTarget(ctx context.Context, service awsx.Ref) (awsx.ScalableTarget, error) {
	wait(2)
	return f.Account.ScalableTarget(ctx, service)
}

func (f far) AlarmsIn(ctx context.Context, state string) ([]awsx.Alarm, error) {
	wait(1)
	return f.Account.AlarmsIn(ctx, state)
}

func (f far) AlarmsByName(ctx context.Context, names []string) ([]awsx.Alarm, error) {
	wait(1)
	return f.Account.AlarmsByName(ctx, names)
}

func (f far) Image(ctx context.Context, repository, reference string) (awsx.Image, error) {
	wait(1)
	return f.Account.Image(ctx, repository, reference)
}

func (f far) Platforms(ctx context.Context, repository, reference string) ([]string, error) {
	wait(1)
	return f.Account.Platforms(ctx, repository, reference)
}

func (f far) ServiceDeployments(ctx context.Context, service awsx.Ref, limit int) ([]awsx.ServiceDeployment, error) {
	wait(1)
	return f.Account.ServiceDeployments(ctx, service, limit)
}

func (f far) ServiceRevisions(ctx context.Context, arns []string) ([]awsx.ServiceRevision, error) {
	wait(1)
	return f.Account.ServiceRevisions(ctx, arns)
}

func (f far) Identity(ctx context.Context) (awsx.Identity, error) {
	wait(1)
	return f.Account.Identity(ctx)
}

// TestAPlanWaitsForThreeAnswers bounds what a person waits for: three answers
// one after the other, whatever else is held, in an account of 300 services.
func TestAPlanWaitsForThreeAnswers(t *testing.T) {
	d := newDesk()
	for n := range 299 {
		d.cluster.Service(fmt.Sprint("other-", n))
	}
	d.register(t, 2)
	d.edit(func(s *awsx.Service) { s.TaskDefinition = strings.TrimSuffix(s.TaskDefinition, ":1") + ":2" })
	svc := d.service(t)
	d.Edit(func(data *awsxtest.Data) {
		data.Alarms = append(data.Alarms,
			awsx.Alarm{Name: "top", State: "ALARM", Rule: "ALARM(middle)"}, awsx.Alarm{Name: "middle", State: "OK", Rule: "OK(leaf)"}, awsx.Alarm{Name: "leaf", State: "OK"})
		for n := 1; n <= 2; n++ {
			rev := awsx.ServiceRevision{
				ARN: fmt.Sprint("revision-", n), TaskDefinition: fmt.Sprint(strings.TrimSuffix(svc.TaskDefinition, "2"), n),
				Images: []awsx.RevisionImage{{Container: "api", Image: awsxtest.Number + ".dkr.ecr.eu-west-1.amazonaws.com/api:v1", Digest: digestA}},
			}
			if n == 2 {
				rev.Images[0].Digest = digestB
			}
			data.Revisions = append(data.Revisions, rev)
			data.Deployments[svc.Ref.ARN] = append(data.Deployments[svc.Ref.ARN], awsx.ServiceDeployment{
				ARN: fmt.Sprint("deployment-", n), Status: "SUCCESSFUL", Target: awsx.RevisionShare{ARN: rev.ARN}, CreatedAt: awsxtest.Now.Add(time.Duration(n) * time.Hour),
			})
		}
	})
	var held read.Held
	held.Services, _ = awsx.Collect(d.Services(t.Context(), d.api.ClusterRef()))
	held.Instances, _ = awsx.Collect(d.Instances(t.Context(), d.api.ClusterRef()))
	intents := map[string]Intent{
		"image": SetImages{Images: map[string]string{"": ":v3"}}, "restart": Restart{}, "scale up": Scale{50}, "scale down": Scale{1},
		"env": SetEnv{map[string]edits.Env{"": {Set: vars("A", "b")}}}, "revision": UseRevision{"3"}, "roll back": RollBack{},
	}
	for name, intent := range intents {
		for how, held := range map[string]read.Held{"": {}, ", held": held} {
			t.Run(name+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					began := time.Now()
					cur, err := Read(t.Context(), far{d.Account}, d.api, intent, held)
					if took := time.Since(began); err != nil || took > 3*time.Second {
						t.Errorf("waited for %d answers (%v)", took/time.Second, err)
					}
					if len(intent.reads()) > 2 && (!cur.Fleet.Done || len(cur.Alarms.Value) != 3 || !cur.Tasks.Done || !cur.Groups.Done || len(cur.Images) == 0) {
						t.Errorf("not all was read: %+v", cur)
					}
				})
			})
		}
	}
}

// TestWhatIsHeldIsNotReadAgain counts the calls of a plan.
func TestWhatIsHeldIsNotReadAgain(t *testing.T) {
	d := newDesk()
	held := read.Held{Services: []awsx.Service{d.service(t)}, Instances: d.instances(t)}
	d.Forget()
	if _, err := Read(t.Context(), d.Account, d.api, Restart{}, held); err != nil {
		t.Fatal(err)
	}
	if n := d.Count(awsxtest.Instances) + d.Count(awsxtest.Services); n != 0 {
		t.Errorf("%d listings of what is held", n)
	}
	// The service's own, and not its family's.
	if n := d.Count(awsxtest.Tasks); n != 1 {
		t.Errorf("tasks are listed %d times", n)
	}
}

// TestARefusedIntentLeavesNothingBehind makes sure that what was asked early ends
// with the refusal; goleak would find what goes on.
func TestARefusedIntentLeavesNothingBehind(t *testing.T) {
	d := newDesk()
	release := d.Block(awsxtest.Instances)
	defer release()
	if _, err := Read(t.Context(), d.Account, d.api, SetImages{Images: map[string]string{"nobody": ":v3"}}, read.Held{}); err == nil {
		t.Error("an unknown container is no error")
	}
}
