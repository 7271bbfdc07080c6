package sdk_test

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/internal/fault"
)

// TestWhatStartsTasksIsReadOfBothServices, without what starts something else; one of the two
// that is denied leaves the other.
func TestWhatStartsTasksIsReadOfBothServices(t *testing.T) {
	simulated(t, sim.Options{}, func(t *testing.T, world *sim.Account, a awsx.Account) {
		all := must[[]awsx.Schedule](t)(awsx.Collect(a.Schedules(t.Context())))
		by := map[string]awsx.Schedule{}
		for _, s := range all {
			by[s.Label()] = s
		}
		nightly, weekly, archive := by["rule orders-migrate-nightly"], by["schedule orders-migrate-weekly"], by["schedule jobs/orders-archive"]
		if len(all) != 4 || !nightly.Enabled || !nightly.Starts[0].Pins() || nightly.Starts[0].Count != 1 || weekly.Zone != "Europe/Dublin" || weekly.Starts[0].Pins() ||
			weekly.Made.IsZero() || archive.Enabled || !by["rule orders-imported"].Pattern {
			t.Errorf("%+v", all)
		}
		world.Inject(sim.Fault{Service: "events", Operation: "ListTargetsByRule", Kind: sim.Deny})
		all, err := awsx.Collect(a.Schedules(t.Context()))
		if own := fault.Of(err); len(all) != 2 || own == nil || own.Class != fault.Denied || own.Op != "events:ListTargetsByRule" {
			t.Errorf("%d schedules, %v", len(all), err)
		}
	})
}
