package app

import (
	"testing"
	"time"

	"gantry/awsx/sim"
)

// TestTheKeysThatAreUsedMostAreHinted at 80 columns, whatever else has a hint.
func TestTheKeysThatAreUsedMostAreHinted(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod").Shows("<enter>tasks <l>logs <w>why <u>undo <i>image <v>env <r>restart </> <:> <?>")
		d.press("enter").read().Shows("<enter>containers", "<l>logs", "<ctrl+d>stop", "</> <:> <?>")
	})
}

// TestAThrottledAccountIsSaidInTheHeader while its calls are still tried again.
func TestAThrottledAccountIsSaidInTheHeader(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").Shows("● live")
		remove := d.sim.Inject(sim.Fault{Service: "ecs", Operation: "ListTasks", Kind: sim.Throttle})
		d.press("ctrl+r").Shows("throttled").Hides("● live")
		remove()
		d.until(10*time.Minute, "● live")
	})
}
