package sim_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

// pausedStorefront is the blue/green deployment at its hook.
func pausedStorefront(w *world) types.ServiceDeployment {
	return w.follow(5*time.Minute, w.service("storefront").CurrentServiceDeployment, func(d types.ServiceDeployment) bool { return paused(d) != nil })
}

func TestAPauseLastsUntilItIsContinued(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		d := pausedStorefront(w)
		hook := paused(d)
		if hook.TargetType != types.DeploymentLifecycleHookTargetTypePause || hook.TimeoutAction != types.DeploymentLifecycleHookActionRollback ||
			!strings.HasPrefix(*hook.HookId, "ecs-pause-") {
			t.Errorf("hook %s of type %s, at its timeout %s", *hook.HookId, hook.TargetType, hook.TimeoutAction)
		}
		if left := time.Until(*hook.ExpiresAt); left > time.Hour || left < 59*time.Minute {
			t.Errorf("the pause times out in %s, want an hour", left)
		}
		time.Sleep(50 * time.Minute)
		if d := w.current("storefront"); paused(d) == nil || d.LifecycleStage != types.ServiceDeploymentLifecycleStagePostTestTrafficShift {
			t.Fatalf("%s after 50 minutes, want the pause", d.LifecycleStage)
		}
		w.answer(d, types.DeploymentLifecycleHookActionContinue)
		d = w.follow(20*time.Minute, d.ServiceDeploymentArn, ended)
		if d.Status != types.ServiceDeploymentStatusSuccessful || d.LifecycleHookDetails[0].Status != types.DeploymentLifecycleHookStatusSucceeded {
			t.Errorf("%s, hook %s", d.Status, d.LifecycleHookDetails[0].Status)
		}
	})
}

func TestAPauseCanEndInARollback(t *testing.T) {
	for name, test := range map[string]struct {
		end    func(*world, types.ServiceDeployment)
		status types.DeploymentLifecycleHookStatus
	}{
		"asked for": {func(w *world, d types.ServiceDeployment) {
			w.answer(d, types.DeploymentLifecycleHookActionRollback)
		}, types.DeploymentLifecycleHookStatusFailed},
		"stopped": {func(w *world, d types.ServiceDeployment) {
			must[*ecs.StopServiceDeploymentOutput](w)(w.ecs.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{
				ServiceDeploymentArn: d.ServiceDeploymentArn,
			}))
		}, types.DeploymentLifecycleHookStatusFailed},
		"timed out": {func(*world, types.ServiceDeployment) { time.Sleep(time.Hour) }, types.DeploymentLifecycleHookStatusTimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
				d := pausedStorefront(w)
				test.end(w, d)
				d = w.follow(5*time.Minute, d.ServiceDeploymentArn, func(d types.ServiceDeployment) bool {
					w.serving("storefront")
					return ended(d)
				})
				if d.Status != types.ServiceDeploymentStatusRollbackSuccessful || d.LifecycleHookDetails[0].Status != test.status {
					t.Errorf("%s, hook %s; want ROLLBACK_SUCCESSFUL, %s", d.Status, d.LifecycleHookDetails[0].Status, test.status)
				}
				if *d.TargetServiceRevision.RequestedTestTrafficWeight != 0 {
					t.Errorf("green has %g percent of the test traffic", *d.TargetServiceRevision.RequestedTestTrafficWeight)
				}
			})
		})
	}
}

func TestATimeoutMayContinue(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		first := w.follow(20*time.Minute, w.service("shipping").CurrentServiceDeployment, ended)
		w.update(&ecs.UpdateServiceInput{
			Service: aws.String("shipping"), ForceNewDeployment: true,
			DeploymentConfiguration: &types.DeploymentConfiguration{LifecycleHooks: []types.DeploymentLifecycleHook{
				{
					TargetType:      types.DeploymentLifecycleHookTargetTypePause,
					LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreProductionTrafficShift},
					TimeoutConfiguration: &types.DeploymentLifecycleHookTimeoutConfiguration{
						TimeoutInMinutes: aws.Int32(7), Action: types.DeploymentLifecycleHookActionContinue,
					},
				},
				{
					HookTargetArn: aws.String("arn:aws:lambda:eu-west-1:000000000000:function:verify"), RoleArn: aws.String("arn:aws:iam::000000000000:role/hooks"),
					LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePostScaleUp},
				},
			}},
		})
		d := w.follow(60*time.Minute, w.service("shipping").CurrentServiceDeployment, ended)
		if *d.ServiceDeploymentArn == *first.ServiceDeploymentArn || d.Status != types.ServiceDeploymentStatusSuccessful {
			t.Fatalf("ended as %s", d.Status)
		}
		counts := map[types.DeploymentLifecycleHookStatus]int{}
		for _, h := range d.LifecycleHookDetails {
			counts[h.Status]++
		}
		// The stage comes before each of the four steps.
		if counts[types.DeploymentLifecycleHookStatusTimedOut] != 4 || counts[types.DeploymentLifecycleHookStatusSucceeded] != 1 {
			t.Errorf("hooks ended as %v, want four that timed out and one that succeeded", counts)
		}
	})
}

func TestContinuingIsRefusedWhereNothingWaits(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		d := pausedStorefront(w)
		hook := paused(d).HookId
		refused := func(code string, in *ecs.ContinueServiceDeploymentInput) {
			t.Helper()
			_, err := w.ecs.ContinueServiceDeployment(w.ctx, in)
			if api := (smithy.APIError)(nil); !errors.As(err, &api) || api.ErrorCode() != code {
				t.Errorf("%v, want %s", err, code)
			}
		}
		refused("ServiceDeploymentNotFoundException", &ecs.ContinueServiceDeploymentInput{ServiceDeploymentArn: aws.String(*d.ServiceDeploymentArn + "x"), HookId: hook})
		refused("InvalidParameterException", &ecs.ContinueServiceDeploymentInput{ServiceDeploymentArn: d.ServiceDeploymentArn, HookId: aws.String("ecs-pause-other")})
		refused("InvalidParameterException", &ecs.ContinueServiceDeploymentInput{ServiceDeploymentArn: d.ServiceDeploymentArn, HookId: hook, Action: "ABORT"})
		w.answer(d, types.DeploymentLifecycleHookActionContinue)
		refused("InvalidParameterException", &ecs.ContinueServiceDeploymentInput{ServiceDeploymentArn: d.ServiceDeploymentArn, HookId: hook})
		w.follow(20*time.Minute, d.ServiceDeploymentArn, ended)
		refused("InvalidParameterException", &ecs.ContinueServiceDeploymentInput{ServiceDeploymentArn: d.ServiceDeploymentArn, HookId: hook})
	})
}
