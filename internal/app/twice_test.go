package app

import (
	"fmt"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/internal/saidtest"
)

// TestNoScreenSaysANameTwice, in its header, its status, its plans and what it says of calls
// that failed, in whichever way they do.
func TestNoScreenSaysANameTwice(t *testing.T) {
	for _, kind := range []sim.FaultKind{-1, sim.ServerError, sim.Deny, sim.Page} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			sit(t, setting{}, func(t *testing.T, d *desk) {
				look := func(where string) {
					t.Helper()
					d.wait(5 * time.Second)
					for _, said := range saidtest.Twice(d.Text()) {
						t.Errorf("%s: %s", where, said)
					}
				}
				d.cluster("prod").filter("^web$")
				for _, key := range []string{"r", "u", "i", "s", "z", "w", "E", "t", "R", "a", "o", "=", "d", "y", "l", "enter"} {
					d.press(key)
					look(key)
					if kind >= 0 {
						remove := d.sim.Inject(sim.Fault{Kind: kind})
						d.press("ctrl+r")
						look(key + " read again")
						remove()
					}
					d.press("esc") // out of a form, which takes what is typed
					d.command("services prod").read().filter("^web$")
					d.Shows("> web ")
				}
				d.command("messages")
				look("messages")
			})
		})
	}
}
