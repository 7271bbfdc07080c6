package sim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx/sim"
	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/seed"
)

func (w *world) fire(name string) {
	w.t.Helper()
	if err := w.account.SetAlarm(name, alarms.Firing); err != nil {
		w.t.Fatal(err)
	}
}

// alarmed deploys a service anew that watches two alarms, the second of which
// fires already.
func alarmed(w *world, service string, rollback bool) types.ServiceDeployment {
	w.t.Helper()
	w.follow(20*time.Minute, w.service(service).CurrentServiceDeployment, ended)
	for name, state := range map[string]string{"errors-high": alarms.OK, "old-trouble": alarms.Firing} {
		if err := w.account.PutAlarm(alarms.Alarm{Name: name, State: state}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.update(&ecs.UpdateServiceInput{
		Service: aws.String(service), ForceNewDeployment: true,
		DeploymentConfiguration: &types.DeploymentConfiguration{Alarms: &types.DeploymentAlarms{
			AlarmNames: []string{"errors-high", "old-trouble"}, Enable: true, Rollback: rollback,
		}},
	})
	return w.current(service)
}

func TestAnAlarmTakesTheTrafficBack(t *testing.T) {
	for _, stage := range []types.ServiceDeploymentLifecycleStage{
		types.ServiceDeploymentLifecycleStageScaleUp, types.ServiceDeploymentLifecycleStageProductionTrafficShift, types.ServiceDeploymentLifecycleStageBakeTime,
	} {
		t.Run(string(stage), func(t *testing.T) {
			live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
				d := alarmed(w, "ranking", true)
				before := w.service("ranking").Deployments
				d = w.follow(20*time.Minute, d.ServiceDeploymentArn, func(d types.ServiceDeployment) bool { return d.LifecycleStage == stage })
				time.Sleep(5 * time.Second)
				w.fire("errors-high")
				d = w.follow(10*time.Minute, d.ServiceDeploymentArn, func(d types.ServiceDeployment) bool {
					w.serving("ranking")
					return ended(d)
				})
				if d.Status != types.ServiceDeploymentStatusRollbackSuccessful || d.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered ||
					!slices.Equal(d.Alarms.TriggeredAlarmNames, []string{"errors-high"}) {
					t.Errorf("%s, alarms %s by %v", d.Status, d.Alarms.Status, d.Alarms.TriggeredAlarmNames)
				}
				if blue := d.SourceServiceRevisions[0]; *blue.RequestedProductionTrafficWeight != 100 {
					t.Errorf("blue has %g percent of the traffic", *blue.RequestedProductionTrafficWeight)
				}
				if s := w.service("ranking"); !hasEvent(s, "deployment failed: alarm detected") || *s.Deployments[0].Id != *before[1].Id {
					t.Errorf("events %s\ndeployments %s", events(s, 3), deployments(s))
				}
			})
		})
	}
}

func TestAnAlarmWithoutRollbackLeavesTheTrafficWhereItIs(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen}, func(w *world) {
		d := alarmed(w, "ranking", false)
		d = w.follow(5*time.Minute, d.ServiceDeploymentArn, func(d types.ServiceDeployment) bool {
			return *d.TargetServiceRevision.RequestedProductionTrafficWeight == 10
		})
		w.fire("errors-high")
		d = w.follow(time.Minute, d.ServiceDeploymentArn, ended)
		if d.Status != types.ServiceDeploymentStatusStopped || d.StoppedAt == nil {
			t.Errorf("%s, want STOPPED", d.Status)
		}
		time.Sleep(10 * time.Minute)
		if green := w.weights(w.rules("ranking").ProductionListenerRule)[w.group(d.TargetServiceRevision.Arn)]; green != 10 {
			t.Errorf("green has a weight of %d, want the 10 that it had", green)
		}
		w.serving("ranking")
		w.deploy("ranking", w.reviseImage("ranking", "v1.1.0"))
		if d := w.follow(20*time.Minute, w.service("ranking").CurrentServiceDeployment, ended); d.Status != types.ServiceDeploymentStatusSuccessful ||
			d.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusMonitoringComplete {
			t.Errorf("the next one is %s, alarms %s", d.Status, d.Alarms.Status)
		}
	})
}
