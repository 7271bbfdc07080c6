package sim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

func TestABlueGreenDeploymentPassesItsStagesInOrder(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		began := w.service("storefront")
		d := w.current("storefront")
		rules := w.rules("storefront")
		blue, green := w.group(d.SourceServiceRevisions[0].Arn), w.group(d.TargetServiceRevision.Arn)
		if blue == green {
			t.Fatalf("both revisions use %s", blue)
		}
		type seen struct {
			Stage            types.ServiceDeploymentLifecycleStage
			Production, Test float64
			Rule, TestRule   int // weight of green
			Blue, Green      int32
		}
		var stages []seen
		for deadline := time.Now().Add(20 * time.Minute); !ended(d); time.Sleep(200 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s at %s after 20 minutes", d.Status, d.LifecycleStage)
			}
			d = w.serviceDeployment(*d.ServiceDeploymentArn)
			if paused(d) != nil {
				w.answer(d, "")
			}
			source, target := d.SourceServiceRevisions[0], d.TargetServiceRevision
			if sum := *source.RequestedProductionTrafficWeight + *target.RequestedProductionTrafficWeight; sum != 100 {
				t.Fatalf("%g percent of the production traffic at %s", sum, d.LifecycleStage)
			}
			now := seen{
				d.LifecycleStage, *target.RequestedProductionTrafficWeight, *target.RequestedTestTrafficWeight,
				w.weights(rules.ProductionListenerRule)[green], w.weights(rules.TestListenerRule)[green],
				source.RequestedTaskCount, target.RequestedTaskCount,
			}
			if len(stages) == 0 || stages[len(stages)-1] != now {
				stages = append(stages, now)
			}
		}
		want := []seen{
			{"PRE_SCALE_UP", 0, 0, 0, 0, 3, 0},
			{"SCALE_UP", 0, 0, 0, 0, 3, 3},
			{"POST_SCALE_UP", 0, 0, 0, 0, 3, 3},
			{"TEST_TRAFFIC_SHIFT", 0, 100, 0, 100, 3, 3},
			{"POST_TEST_TRAFFIC_SHIFT", 0, 100, 0, 100, 3, 3},
			{"PRE_PRODUCTION_TRAFFIC_SHIFT", 0, 100, 0, 100, 3, 3},
			{"PRODUCTION_TRAFFIC_SHIFT", 100, 100, 100, 100, 3, 3},
			{"POST_PRODUCTION_TRAFFIC_SHIFT", 100, 100, 100, 100, 3, 3},
			{"BAKE_TIME", 100, 100, 100, 100, 3, 3},
			{"CLEAN_UP", 100, 100, 100, 100, 0, 3},
		}
		if diff := cmp.Diff(want, stages); diff != "" {
			t.Errorf("stages (-want +got):\n%s", diff)
		}
		if d.Status != types.ServiceDeploymentStatusSuccessful || d.Rollback != nil {
			t.Errorf("ended as %s, rollback %v; want SUCCESSFUL", d.Status, d.Rollback)
		}
		s := w.until(time.Minute, "storefront", "the steady state", settled(*began.Deployments[0].Id))
		if s.RunningCount != 3 || *s.TaskDefinition != *began.Deployments[0].TaskDefinition {
			t.Errorf("%d tasks of %s", s.RunningCount, *s.TaskDefinition)
		}
		w.until(time.Minute, "storefront", "an empty blue group", func(types.Service) bool { return len(w.health(blue)) == 0 })
		for _, h := range w.health(green) {
			if h.TargetHealth.State != "healthy" {
				t.Errorf("a target of green is %s", h.TargetHealth.State)
			}
		}
	})
}

func TestTheTargetGroupsSwapRolesAtEachDeployment(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		first := w.follow(20*time.Minute, w.service("shipping").CurrentServiceDeployment, ended)
		w.deploy("shipping", w.reviseImage("shipping", "v1.1.0"))
		second := w.follow(20*time.Minute, w.service("shipping").CurrentServiceDeployment, ended)
		if first.Status != types.ServiceDeploymentStatusSuccessful || second.Status != types.ServiceDeploymentStatusSuccessful {
			t.Fatalf("ended as %s and %s", first.Status, second.Status)
		}
		if a, b := w.group(first.TargetServiceRevision.Arn), w.group(second.TargetServiceRevision.Arn); a == b {
			t.Errorf("both deployments put their tasks into %s", a)
		}
		lb := w.service("shipping").LoadBalancers[0]
		if *lb.TargetGroupArn == *lb.AdvancedConfiguration.AlternateTargetGroupArn {
			t.Error("the service's own configuration has one group in both roles")
		}
	})
}

func TestLinearAndCanaryShiftStepByStep(t *testing.T) {
	type step struct {
		percent float64
		lasts   time.Duration // at least; the last one is the bake time
	}
	for service, want := range map[string][]step{
		"shipping": {{25, 2 * time.Minute}, {50, 2 * time.Minute}, {75, 2 * time.Minute}, {100, 2 * time.Minute}},
		"ranking":  {{10, 5 * time.Minute}, {100, 2 * time.Minute}},
	} {
		t.Run(service, func(t *testing.T) {
			live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
				var got []step
				since := time.Now()
				d := w.current(service)
				for ; !ended(d) && time.Since(since) < 30*time.Minute; time.Sleep(time.Second) {
					d = w.serviceDeployment(*d.ServiceDeploymentArn)
					percent := *d.TargetServiceRevision.RequestedProductionTrafficWeight
					if percent == 0 {
						continue
					}
					if len(got) == 0 || got[len(got)-1].percent != percent {
						if len(got) > 0 {
							got[len(got)-1].lasts = time.Since(since).Truncate(time.Minute)
						}
						got, since = append(got, step{percent: percent}), time.Now()
					}
				}
				got[len(got)-1].lasts = time.Since(since).Truncate(time.Minute)
				if d.Status != types.ServiceDeploymentStatusSuccessful || !slices.Equal(got, want) {
					t.Errorf("%s by %v, want SUCCESSFUL by %v", d.Status, got, want)
				}
			})
		})
	}
}

func TestAPercentageWithAFractionBecomesWholeWeights(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		w.follow(20*time.Minute, w.service("ranking").CurrentServiceDeployment, ended)
		w.update(&ecs.UpdateServiceInput{
			Service: aws.String("ranking"), ForceNewDeployment: true,
			DeploymentConfiguration: &types.DeploymentConfiguration{CanaryConfiguration: &types.CanaryConfiguration{
				CanaryPercent: aws.Float64(2.5), CanaryBakeTimeInMinutes: aws.Int32(3),
			}},
		})
		d := w.follow(5*time.Minute, w.service("ranking").CurrentServiceDeployment, func(d types.ServiceDeployment) bool {
			return *d.TargetServiceRevision.RequestedProductionTrafficWeight == 2.5
		})
		weights := w.weights(w.rules("ranking").ProductionListenerRule)
		if green, blue := weights[w.group(d.TargetServiceRevision.Arn)], weights[w.group(d.SourceServiceRevisions[0].Arn)]; green != 25 || blue != 975 {
			t.Errorf("weights %d and %d, want 25 and 975", green, blue)
		}
	})
}

func TestTasksThatDieInGreenTripTheBreakerWhileBlueServes(t *testing.T) {
	for tag, broken := range map[string]string{"v1.3.0": "exits at start", "v1.4.0": "never answers", "v9.9.9": "was never pushed"} {
		t.Run(broken, func(t *testing.T) {
			live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
				w.follow(20*time.Minute, w.service("shipping").CurrentServiceDeployment, ended)
				blue := map[string]bool{}
				for _, task := range w.tasks("shipping", types.DesiredStatusRunning) {
					blue[*task.TaskArn] = true
				}
				id := w.deploy("shipping", w.reviseImage("shipping", tag))
				d := w.follow(15*time.Minute, w.service("shipping").CurrentServiceDeployment, func(d types.ServiceDeployment) bool {
					w.serving("shipping")
					return ended(d)
				})
				if d.Status != types.ServiceDeploymentStatusRollbackSuccessful || d.Rollback == nil ||
					d.DeploymentCircuitBreaker.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered {
					t.Errorf("%s, breaker %s, rollback %v", d.Status, d.DeploymentCircuitBreaker.Status, d.Rollback)
				}
				if *d.TargetServiceRevision.RequestedTestTrafficWeight != 0 || *d.SourceServiceRevisions[0].RequestedProductionTrafficWeight != 100 {
					t.Error("green has traffic after the rollback")
				}
				for _, task := range w.tasks("shipping", types.DesiredStatusRunning) {
					if !blue[*task.TaskArn] {
						t.Errorf("task %s was not there before", *task.TaskArn)
					}
				}
				if s := w.service("shipping"); *s.Deployments[0].Id == id || len(s.Deployments) != 1 {
					t.Errorf("deployments %s", deployments(s))
				}
			})
		})
	}
}

func TestADeploymentThatReplacesAnotherReconcilesFirst(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		first := w.follow(5*time.Minute, w.service("ranking").CurrentServiceDeployment, func(d types.ServiceDeployment) bool {
			return *d.TargetServiceRevision.RequestedProductionTrafficWeight == 10
		})
		w.deploy("ranking", w.reviseImage("ranking", "v1.1.0"))
		s := w.service("ranking")
		if d := w.current("ranking"); d.LifecycleStage != types.ServiceDeploymentLifecycleStageReconcileService || len(s.Deployments) != 3 ||
			len(d.SourceServiceRevisions) != 2 {
			t.Errorf("%s with %d deployments of %d sources, want RECONCILE_SERVICE with 3 of 2", d.LifecycleStage, len(s.Deployments), len(d.SourceServiceRevisions))
		}
		if d := w.serviceDeployment(*first.ServiceDeploymentArn); d.Status != types.ServiceDeploymentStatusStopped {
			t.Errorf("the first one is %s, want STOPPED", d.Status)
		}
		second := w.follow(20*time.Minute, s.CurrentServiceDeployment, func(d types.ServiceDeployment) bool {
			w.serving("ranking")
			return ended(d)
		})
		if second.Status != types.ServiceDeploymentStatusSuccessful {
			t.Errorf("the second one is %s, want SUCCESSFUL", second.Status)
		}
		if s := w.service("ranking"); len(s.Deployments) != 1 || s.RunningCount != 2 {
			t.Errorf("%d deployments, %d tasks", len(s.Deployments), s.RunningCount)
		}
	})
}

func TestNoTrafficShiftsAfterAStopWasAskedFor(t *testing.T) {
	for chance := range uint64(12) {
		live(t, sim.Options{Scenario: seed.BlueGreen, Seed: chance}, func(w *world) {
			d := w.follow(5*time.Minute, w.service("storefront").CurrentServiceDeployment, func(d types.ServiceDeployment) bool { return paused(d) != nil })
			w.answer(d, types.DeploymentLifecycleHookActionContinue)
			must[*ecs.StopServiceDeploymentOutput](w)(w.ecs.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: d.ServiceDeploymentArn}))
			for range 100 {
				if d = w.serviceDeployment(*d.ServiceDeploymentArn); *d.TargetServiceRevision.RequestedProductionTrafficWeight != 0 {
					t.Fatalf("seed %d: green has traffic, %s at %s", chance, d.Status, d.LifecycleStage)
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
}

func TestACountThatChangesOnTheWayHoldsForBothRevisions(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		d := w.follow(5*time.Minute, w.service("storefront").CurrentServiceDeployment, func(d types.ServiceDeployment) bool { return paused(d) != nil })
		w.update(&ecs.UpdateServiceInput{Service: aws.String("storefront"), DesiredCount: aws.Int32(5)})
		d = w.follow(5*time.Minute, d.ServiceDeploymentArn, func(d types.ServiceDeployment) bool {
			return d.TargetServiceRevision.RunningTaskCount == 5 && d.SourceServiceRevisions[0].RunningTaskCount == 5
		})
		w.update(&ecs.UpdateServiceInput{Service: aws.String("storefront"), DesiredCount: aws.Int32(1)})
		w.follow(5*time.Minute, d.ServiceDeploymentArn, func(d types.ServiceDeployment) bool {
			return d.TargetServiceRevision.RunningTaskCount == 1 && d.SourceServiceRevisions[0].RunningTaskCount == 1
		})
	})
}
