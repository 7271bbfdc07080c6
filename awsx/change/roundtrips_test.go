package change_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/sim"
)

// TestAPlanWaitsForThreeAnswersOfTheWire bounds what a person waits for before a
// plan is there, through the adapter and on an account of 300 services whose
// every answer takes a second.
func TestAPlanWaitsForThreeAnswersOfTheWire(t *testing.T) {
	inWorld(t, sim.Options{Clusters: 1, Services: 300, Tasks: 2, Latency: time.Second}, func(t *testing.T, w *world) {
		var services []awsx.Service
		var cluster awsx.Ref
		for page, err := range w.account.Clusters(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			cluster = page.Items[0].Ref
		}
		for page, err := range w.account.Services(t.Context(), cluster) {
			if err != nil {
				t.Fatal(err)
			}
			services = append(services, awsx.Values(page.Items)...)
		}
		if len(services) != 300 {
			t.Fatalf("%d services", len(services))
		}
		target := services[0]
		var instances []awsx.Instance
		for page, err := range w.account.Instances(t.Context(), cluster) {
			if err != nil {
				t.Fatal(err)
			}
			instances = append(instances, awsx.Values(page.Items)...)
		}
		held := read.Held{Services: services, Instances: instances}
		for name, intent := range map[string]deploy.Intent{
			"restart": deploy.Restart{}, "scale": deploy.Scale{Count: target.Desired + 1},
			"env": deploy.SetEnv{Containers: map[string]edits.Env{"": {Set: []awsx.EnvVar{{Name: "A", Value: "b"}}}}},
		} {
			var cur read.Current
			for _, h := range []read.Held{{}, held} {
				began := time.Now()
				var err error
				cur, err = deploy.Read(t.Context(), w.account, target.Ref, intent, h)
				if took := time.Since(began); err != nil || took > 3500*time.Millisecond {
					t.Errorf("%s: waited %s (%v)", name, took, err)
				}
			}
			plan, err := deploy.Build(cur, intent, policy.Policy{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range plan.Checks {
				if c.Result == check.Broken || c.Result == check.Skipped && c.Name != check.Platform {
					t.Errorf("%s: %s %s: %s", name, c.Result, c.Name, c.Text)
				}
			}
		}
	})
}
