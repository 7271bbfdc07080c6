package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// digest is what an image of the account's registry resolves to now.
func (w *world) digest(image string) string {
	w.t.Helper()
	repository, tag, _ := strings.Cut(image[strings.IndexByte(image, '/')+1:], ":")
	out := must[*ecr.DescribeImagesOutput](w)(w.ecr.DescribeImages(w.ctx, &ecr.DescribeImagesInput{
		RepositoryName: &repository, ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: &tag}},
	}))
	return *out.ImageDetails[0].ImageDigest
}

// stays checks for ten minutes that the new revision gets nowhere and the old
// one keeps its tasks.
func (w *world) stays(service string, event string) {
	w.t.Helper()
	first := w.service(service)
	time.Sleep(10 * time.Minute)
	s := w.service(service)
	if s.Deployments[0].RunningCount != 0 || s.Deployments[1].RunningCount != first.DesiredCount {
		w.t.Errorf("new %d, old %d tasks, want 0 and %d", s.Deployments[0].RunningCount, s.Deployments[1].RunningCount, first.DesiredCount)
	}
	said := 0
	for _, e := range s.Events {
		if strings.Contains(*e.Message, event) {
			said++
		}
	}
	if said < 3 || said > 6 {
		w.t.Errorf("%q was said %d times in 16 minutes, want every few", event, said)
	}
}

func TestAStaticPortIsTakenOnEveryInstance(t *testing.T) {
	live(t, sim.Options{Scenario: seed.PortConflict}, func(w *world) {
		if n := w.service("legacy").RunningCount; n != 9 {
			t.Errorf("%d tasks, want one on each of 9 instances", n)
		}
		w.stays("legacy", "is already using a port required by your task.")
		// The way out that the texts suggest: fewer must stay healthy.
		id := *w.update(&ecs.UpdateServiceInput{Service: aws.String("legacy"), DeploymentConfiguration: &types.DeploymentConfiguration{
			MinimumHealthyPercent: aws.Int32(50), MaximumPercent: aws.Int32(100),
		}}).Deployments[0].Id
		w.until(10*time.Minute, "legacy", "the rollout once tasks may stop first", settled(id))
	})
}

func TestATaskThatFitsNowhereIsNotStarted(t *testing.T) {
	live(t, sim.Options{Scenario: seed.NoCapacity}, func(w *world) {
		w.stays("api-orders", "has insufficient memory available.")
		s := w.service("api-orders")
		must[*ecs.StopServiceDeploymentOutput](w)(w.ecs.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: s.CurrentServiceDeployment}))
		w.until(3*time.Minute, "api-orders", "the way back", settled(*s.Deployments[1].Id))
	})
}

func TestADeadlockOfThePercentagesEndsWithThem(t *testing.T) {
	live(t, sim.Options{Scenario: seed.MinMaxDeadlock}, func(w *world) {
		w.stays("api-orders", "was unable to stop or start tasks during a deployment because of the service deployment configuration")
		id := *w.update(&ecs.UpdateServiceInput{Service: aws.String("api-orders"), DeploymentConfiguration: &types.DeploymentConfiguration{
			MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(150),
		}}).Deployments[0].Id
		w.until(5*time.Minute, "api-orders", "the rollout with room", settled(id))
	})
}

func TestATagThatMovedPoisonsTheWayBack(t *testing.T) {
	live(t, sim.Options{Scenario: seed.RepushedTag}, func(w *world) {
		s := w.service("api-orders")
		deployments := must[*ecs.ListServiceDeploymentsOutput](w)(w.ecs.ListServiceDeployments(w.ctx, &ecs.ListServiceDeploymentsInput{
			Cluster: aws.String("prod"), Service: aws.String("api-orders"),
		})).ServiceDeployments
		before := must[*ecs.DescribeServiceRevisionsOutput](w)(w.ecs.DescribeServiceRevisions(w.ctx, &ecs.DescribeServiceRevisionsInput{
			ServiceRevisionArns: []string{*deployments[1].TargetServiceRevisionArn},
		})).ServiceRevisions[0]
		image := before.ContainerImages[0]
		if now := w.digest(*image.Image); now == *image.ImageDigest {
			t.Fatalf("%s is still %s", *image.Image, now)
		}
		w.deploy("api-orders", *before.TaskDefinition)
		time.Sleep(5 * time.Minute)
		if got := w.service("api-orders").Deployments[0]; got.RolloutState == types.DeploymentRolloutStateCompleted || got.FailedTasks < 5 {
			t.Errorf("the revision by its tag is %s with %d failures, want it to crash", got.RolloutState, got.FailedTasks)
		}
		pinned := w.revise("api-orders", func(c *types.ContainerDefinition) {
			name, _, _ := strings.Cut(*image.Image, ":")
			c.Image = aws.String(name + "@" + *image.ImageDigest)
		})
		w.until(5*time.Minute, "api-orders", "the revision by its digest", settled(w.deploy("api-orders", pinned)))
		if *s.Deployments[0].TaskDefinition == pinned {
			t.Error("nothing was deployed")
		}
	})
}

func TestTheAutoscalerMovesTheCountWhileECSGoesBack(t *testing.T) {
	live(t, sim.Options{Scenario: seed.AutoscalerMidRollback}, func(w *world) {
		first := w.service("api-orders")
		deployment := *first.CurrentServiceDeployment
		moved := w.until(3*time.Minute, "api-orders", "the count to move", func(s types.Service) bool { return s.DesiredCount != first.DesiredCount })
		if d := w.serviceDeployment(deployment); d.Status != types.ServiceDeploymentStatusRollbackInProgress || moved.DesiredCount != 6 {
			t.Errorf("deployment is %s with a count of %d, want 6 while it goes back", d.Status, moved.DesiredCount)
		}
		s := w.until(5*time.Minute, "api-orders", "the rollback", settled(*first.Deployments[1].Id))
		if d := w.serviceDeployment(deployment); d.Status != types.ServiceDeploymentStatusRollbackSuccessful || s.RunningCount != 6 {
			t.Errorf("deployment ended %s with %d tasks, want a rollback and 6", d.Status, s.RunningCount)
		}
		if done := w.activities("api-orders"); len(done) != 1 || *done[0].Description != "Setting desired count to 6." {
			t.Errorf("activities %+v", done)
		}
	})
}

func TestSomebodyElseSupersedesADeployment(t *testing.T) {
	live(t, sim.Options{Scenario: seed.SecondOperator}, func(w *world) {
		time.Sleep(10 * time.Second)
		ours := w.reviseImage("api-orders", "v2.30.1")
		id := w.deploy("api-orders", ours)
		deployment := *w.service("api-orders").CurrentServiceDeployment
		time.Sleep(9 * time.Second)
		if s := w.service("api-orders"); *s.Deployments[0].Id != id {
			t.Fatal("somebody deployed too early")
		}
		time.Sleep(2 * time.Second)
		s := w.service("api-orders")
		theirs := w.definition(*s.Deployments[0].TaskDefinition)
		if *s.Deployments[0].Id == id || !strings.HasSuffix(*theirs.RegisteredBy, "/second") || !strings.HasSuffix(*theirs.ContainerDefinitions[0].Image, ":v2.32.1") {
			t.Errorf("deployment of %s by %s", *theirs.ContainerDefinitions[0].Image, *theirs.RegisteredBy)
		}
		if d := w.serviceDeployment(deployment); d.Status != types.ServiceDeploymentStatusStopped {
			t.Errorf("our deployment is %s, want it stopped", d.Status)
		}
		w.until(3*time.Minute, "api-orders", "their rollout", settled(*s.Deployments[0].Id))
		w.until(4*time.Minute, "api-orders", "their return", func(again types.Service) bool {
			return *again.Deployments[0].Id != *s.Deployments[0].Id
		})
	})
}

func TestAnotherOperatorDeploysWhenATestSaysSo(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		revision, err := w.account.OperatorDeploys("prod", "catalog", "v3.3.1")
		if err != nil {
			t.Fatal(err)
		}
		s := w.service("catalog")
		if *s.TaskDefinition != revision || len(s.Deployments) != 2 {
			t.Errorf("it runs %s, want %s", *s.TaskDefinition, revision)
		}
		w.until(5*time.Minute, "catalog", "their rollout", settled(*s.Deployments[0].Id))
		if _, err := w.account.OperatorDeploys("prod", "nope", "v1"); err == nil {
			t.Error("a service was deployed that does not exist")
		}
	})
}
