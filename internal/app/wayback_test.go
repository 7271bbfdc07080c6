package app

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim/seed"
)

// TestACrashLoopIsRolledBackByOneKey takes a rollout that cannot succeed back, by
// the record that the service deployments API keeps.
func TestACrashLoopIsRolledBackByOneKey(t *testing.T) {
	sit(t, setting{sim: SimOptions{Scenario: string(seed.CrashLoop)}}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		name := d.selected()
		d.press("z").until(2*time.Minute, "exited with code 1", "Last lines of").until(time.Minute, "KeyError: 'DB_URL'")
		d.Shows("u plans the way back").press("W", "u").read().Shows("roll back prod/"+name, "by rolling the deployment back", "asks yes or no")
		d.press("p").Shows("ECS returns to what ran before by itself")
		d.press("enter").Shows("[ No ]")
		d.answer("y")
		d.until(20*time.Minute, "+ succeeded").Hides("x rolled back")
		if got, want := d.kinds(), "begin, call ECS:StopServiceDeployment, end succeeded"; got != want {
			t.Errorf("the journal holds %q, want %q", got, want)
		}
		d.press("esc", "esc").read()
		d.until(2*time.Minute, "● live").service(name)
		d.press("z").read().Shows("x rolled back", "+ succeeded", "deployments")
	})
}

// TestAPausedDeploymentIsContinued lets a blue/green deployment go on that waits
// for somebody, and sees its traffic move.
func TestAPausedDeploymentIsContinued(t *testing.T) {
	sit(t, setting{sim: SimOptions{Scenario: string(seed.BlueGreen)}}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("storefront")
		d.press("z").until(10*time.Minute, "~ paused at post test traffic shift until", "then ECS rolls it back", "100% of test", "(6 of 11)", "enter plans to continue it")
		d.Shows("storefront-alt: 3 healthy", "100% of production")
		d.press("enter").read().Shows("continue prod/storefront", "the deployment goes on", "asks for the service's name")
		d.press("enter").answer("storefront")
		d.until(5*time.Minute, "bake time (10 of 11)")
		d.until(15*time.Minute, "+ succeeded")
		if got, want := d.kinds(), "begin, call ECS:ContinueServiceDeployment, end succeeded"; got != want {
			t.Errorf("the journal holds %q, want %q", got, want)
		}
	})
}

// TestAPushedOverTagIsPinnedOnTheWayBack returns to what ran, although its tag
// names something else by now.
func TestAPushedOverTagIsPinnedOnTheWayBack(t *testing.T) {
	sit(t, setting{sim: SimOptions{Scenario: string(seed.RepushedTag)}}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("api-orders")
		d.press("u").read().Shows("roll back prod/api-orders", "a copy of api-orders:", "pinned to the digest that ran where a tag moved")
		d.press("j", "j").Shows("@sha256:")
		d.press("enter").answer("y")
		d.until(20*time.Minute, "+ succeeded")
		if got := d.kinds(); !strings.HasPrefix(got, "begin, call ECS:RegisterTaskDefinition, call ECS:UpdateService") {
			t.Errorf("the journal holds %q", got)
		}
	})
}

// TestServicesOfOtherControllersAreLeftToThem shows task sets and refuses by name.
func TestServicesOfOtherControllersAreLeftToThem(t *testing.T) {
	sit(t, setting{sim: SimOptions{Scenario: string(seed.BlueGreen)}, w: 120, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W")
		for name, owner := range map[string]string{"billing": "CODE_DEPLOY", "reports": "EXTERNAL"} {
			d.service(name).read().Shows(owner+" deploys this service", "of the count")
			d.press("v").read().Shows("environment", "LOG_LEVEL")
			d.press("esc", "r").read().Shows("the deployment controller " + owner + " owns this change").press("esc")
		}
	})
}
