package sdk_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/internal/fault"
)

// TestTheTrailNamesWhoCalledWhat: calls of this run with the change that they belong to, those
// of before with who registered the revision, within the range and the limit that are asked
// for; a call that was refused with its code.
func TestTheTrailNamesWhoCalledWhat(t *testing.T) {
	simulated(t, sim.Options{}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		ctx, began := t.Context(), time.Now()
		past := must[[]awsx.TrailEvent](t)(a.TrailEvents(ctx, "RegisterTaskDefinition", began.Add(-89*24*time.Hour), began, 3))
		if len(past) != 3 || past[0].At.Before(past[1].At) || past[0].Source != "ecs.amazonaws.com" || past[0].User == "" || !json.Valid(past[0].Raw) {
			t.Errorf("before: %+v", past)
		}
		var web awsx.Service
		for _, c := range all(t, a.Clusters(ctx)) {
			for _, s := range all(t, a.Services(ctx, c.Ref)) {
				if s.Name == "web" && c.Name == "prod" {
					web = s
				}
			}
		}
		change := awsx.WithChange(ctx, &awsx.Change{ID: "chg-51", Record: func(awsx.Call) error { return nil }})
		n, bad := 4, "web:999"
		must[awsx.Service](t)(a.UpdateService(change, awsx.ServiceUpdate{Service: web.Ref, Desired: &n}))
		if _, err := a.UpdateService(change, awsx.ServiceUpdate{Service: web.Ref, TaskDefinition: &bad}); err == nil {
			t.Error("a revision that is not there was deployed")
		}
		made := must[[]awsx.TrailEvent](t)(a.TrailEvents(ctx, "UpdateService", began, time.Now(), 0))
		if len(made) != 2 || made[1].User != "demo" || !strings.Contains(string(made[1].Raw), "gantry-change/chg-51") || !strings.Contains(string(made[1].Raw), `"desiredCount":4`) {
			t.Errorf("now: %+v", made)
		}
		if len(made) == 2 && !strings.Contains(string(made[0].Raw)+string(made[1].Raw), `"errorCode"`) {
			t.Errorf("the refusal: %s", made[0].Raw)
		}
		world.Inject(sim.Fault{Service: "cloudtrail", Kind: sim.Deny})
		if _, err := a.TrailEvents(ctx, "UpdateService", began, time.Now(), 0); fault.ClassOf(err) != fault.Denied || fault.Of(err).Op != "cloudtrail:LookupEvents" {
			t.Errorf("denied: %v", err)
		}
	})
}

// TestAlarmsRememberTheirTurns with what each was and became, the newest first.
func TestAlarmsRememberTheirTurns(t *testing.T) {
	simulated(t, sim.Options{}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		began := time.Now()
		name := all(t, a.AllAlarms(t.Context()))[0].Name
		for _, state := range []string{"ALARM", "OK", "INSUFFICIENT_DATA"} {
			if err := world.SetAlarm(name, state); err != nil {
				t.Fatal(err)
			}
			<-time.After(time.Second)
		}
		turns := must[[]awsx.AlarmTurn](t)(a.AlarmTurns(t.Context(), name, began, time.Now(), 0))
		if len(turns) < 2 || turns[0].To != "INSUFFICIENT_DATA" || turns[0].From != "OK" || turns[1].From != "ALARM" || turns[1].To != "OK" || !strings.Contains(turns[1].Reason, "Threshold Crossed") {
			t.Errorf("%+v", turns)
		}
		if all := must[[]awsx.AlarmTurn](t)(a.AlarmTurns(t.Context(), "", began, time.Now(), 1)); len(all) != 1 {
			t.Errorf("%+v", all)
		}
	})
}

// TestScalingsOfAClusterNameTheirServices in few calls, however many services there are.
func TestScalingsOfAClusterNameTheirServices(t *testing.T) {
	simulated(t, sim.Options{}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		if err := world.SetDemand("prod", "sessions", 7); err != nil {
			t.Fatal(err)
		}
		<-time.After(3 * time.Minute)
		for _, c := range all(t, a.Clusters(t.Context())) {
			done := must[[]awsx.ScalingActivity](t)(a.ClusterScalings(t.Context(), c.Ref, time.Now().Add(-time.Hour), 100))
			if c.Name != "prod" {
				continue
			}
			if len(done) == 0 || done[0].Service != "sessions" || done[0].ID == "" {
				t.Errorf("%+v", done)
			}
		}
	})
}
