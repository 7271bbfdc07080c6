package app

import (
	"strings"
	"testing"

	"gantry/awsx/deploy/policy"
	"gantry/internal/config"
)

// TestProductionLooksAsItIsConfigured, in the header and in plans; what is none does not.
func TestProductionLooksAsItIsConfigured(t *testing.T) {
	configure := func(c *config.Config) {
		c.Looks = []policy.Look{{Cluster: "other-*", Word: "OTHER"}, {Cluster: "pr*", Profile: "main", Word: "LIVE", Colour: "magenta"}}
	}
	sit(t, setting{sim: SimOptions{Speed: 0.01}, configure: configure}, func(t *testing.T, d *desk) {
		d.cluster("staging").Shows("NONPROD").Hides("LIVE").press("esc").press("esc").read()
		d.cluster("prod").Shows("LIVE main/eu-west-1 prod").Hides("PROD ", "OTHER")
		d.service("catalog").press("r").read()
		d.wait(2e9)
		if d.Row("its name has") == "" || !strings.Contains(d.Row("its name has"), "LIVE") {
			t.Errorf("the plan does not name it:\n%s", d.Text())
		}
	})
}
