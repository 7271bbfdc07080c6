package app

import (
	"testing"

	"gantry/awsx"
	"gantry/internal/config"
)

// TestProfilesAndRegionsAreSwitchedInPlace by one key: contexts of the configuration first,
// then the profiles of the shared config; what was open is behind esc.
func TestProfilesAndRegionsAreSwitchedInPlace(t *testing.T) {
	contexts := func(cfg *config.Config) {
		cfg.Contexts = []config.NamedContext{{Name: "lab", ID: awsx.ContextID{Profile: "lab", Region: "eu-west-1"}}}
	}
	sit(t, setting{configure: contexts}, func(t *testing.T, d *desk) {
		d.app.profiles = []awsx.ContextID{{Profile: "lab", Region: "eu-north-1"}, {Profile: "prod-us", Region: "us-east-1"}, {Profile: "bare"}}
		d.cluster("prod")
		d.press("ctrl+p").Shows("context lab", "lab/eu-west-1", "context prod-us", "prod-us/us-east-1", "context bare", "bare/eu-west-1").Hides("eu-north-1")
		d.Type(" prod")
		d.press("enter").read().Shows("prod-us/us-east-1", "CLUSTER", "staging")
		d.press("esc").Shows("main/eu-west-1 prod", "SERVICE")
		d.command("region ap-southeast-2").read().Shows("main/ap-southeast-2", "CLUSTER")
		d.press("esc").command("region nowhere").Shows(`nothing`)
	})
}
