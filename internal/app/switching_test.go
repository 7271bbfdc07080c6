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
		d.Type("prod")
		d.press("enter").read().Shows("prod-us/us-east-1", "CLUSTER", "staging")
		d.press("esc").Shows("main/eu-west-1 prod", "SERVICE")
		d.command("region ap-southeast-2").read().Shows("main/ap-southeast-2", "CLUSTER")
		d.press("esc").command("region nowhere").Shows(`nothing`)
	})
}

// TestEachContextIsFoundAsItWasLeft when one goes to and fro: the screen, its filter, and
// whether its production is armed, which holds for one account alone. What was open stays
// behind esc.
func TestEachContextIsFoundAsItWasLeft(t *testing.T) {
	contexts := func(cfg *config.Config) {
		cfg.Contexts = []config.NamedContext{{Name: "near", ID: awsx.ContextID{Profile: "main", Region: "eu-west-1"}}, {Name: "far", ID: awsx.ContextID{Profile: "far", Region: "eu-west-3"}}}
	}
	sit(t, setting{configure: contexts}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").filter("^cat")
		d.Shows("PROD near/eu-west-1 prod", "ARMED", "/^cat", "catalog").Hides("payments")
		d.command("ctx far").read().Shows("far/eu-west-3", "CLUSTER").Hides("ARMED")
		d.cluster("prod").Shows("PROD far/eu-west-3 prod", "READ-ONLY").Hides("ARMED", "/^cat")
		d.filter("pay")
		d.command("ctx near").read().Shows("PROD near/eu-west-1 prod", "ARMED", "/^cat", "catalog", "● live").Hides("payments")
		d.command("ctx far").read().Shows("PROD far/eu-west-3 prod", "READ-ONLY", "/pay", "payments").Hides("catalog")
		d.command("ctx far").read().Shows("far/eu-west-3", "CLUSTER").press("esc").Shows("PROD far/eu-west-3 prod", "/pay")
		d.press("esc", "esc").read().Shows("far/eu-west-3", "CLUSTER").Hides("PROD")
		d.press("esc").press("esc").read().Shows("PROD near/eu-west-1 prod", "ARMED")
	})
}

// TestAProfileIsNotSentToTheAddressOfAnother that a profile or a context has for itself; one
// that flags or environment give is every profile's.
func TestAProfileIsNotSentToTheAddressOfAnother(t *testing.T) {
	const address = "http://127.0.0.1:4566"
	here := awsx.ContextID{Profile: "lab", Region: "eu-west-1", Endpoint: address}
	for _, c := range []struct{ everywhere, lab, base string }{
		{"", address, ""},
		{address, address, address},
		{"http://127.0.0.1:1", address, ""},
	} {
		a := &App{Config: config.Config{Endpoint: c.everywhere}, profiles: []awsx.ContextID{{Profile: "lab"}, {Profile: "base"}}}
		got := map[string]string{}
		for _, offered := range a.switchable(here) {
			got[offered.ID.Profile] = offered.ID.Endpoint
		}
		if got["lab"] != c.lab || got["base"] != c.base || len(got) != 2 {
			t.Errorf("with %q everywhere: %v", c.everywhere, got)
		}
	}
}
