package app

import (
	"strings"
	"testing"
	"time"

	"gantry/internal/config"
)

// TestTheTourLeadsThroughARealIncident, whole, at 80x24 and without colour: each step is over
// when what it asks for is so, and the service of the account is well at its end.
func TestTheTourLeadsThroughARealIncident(t *testing.T) {
	sit(t, setting{everyFrame: true, configure: func(c *config.Config) { c.Screen.NoColor = true }, tour: true}, func(t *testing.T, d *desk) {
		d.Shows("Tour 1/6", "CLUSTER").press("j").Shows("Tour 1/6").press("k")
		d.press("enter").read().Shows("Tour 2/6", "> api-orders", "x fail")
		d.press("l").read().Shows("Tour 3/6", "DB_URL")
		d.press("esc").read().Shows("Tour 4/6", "u plans the way back")
		d.press("u").read().Shows("Tour 5/6", "roll back prod/api-orders")
		d.press("enter").Shows("Arm for 15 minutes and go on?", "Tour 5/6").wait(time.Second).press("y")
		d.until(time.Minute, "+ succeeded").Shows("Done: found, read and rolled back")
		d.wait(3 * time.Minute)
		d.press("esc").read()
		if row := d.Row("api-orders  "); !strings.Contains(row, "+ ok") {
			t.Errorf("it is not healed: %q\n%s", row, d.Text())
		}
		d.command("tour").Hides("Done: found", "Tour ").command("tour").Shows("what was wrong is mended").Hides("Tour ")
		if w, h := len(d.Screen()[0]), len(d.Screen()); h != 24 {
			t.Errorf("it is drawn on %dx%d", w, h)
		}
	})
}

// TestTheTourFollowsWhereOneIs: who goes back is told again what to do there, and who strays
// how to come back; nothing that was done is asked for again.
func TestTheTourFollowsWhereOneIs(t *testing.T) {
	sit(t, setting{configure: func(c *config.Config) { c.Screen.NoColor = true }, tour: true}, func(t *testing.T, d *desk) {
		d.Shows("Tour 1/6", "enter opens it")
		d.press("j", "enter").read().Shows("preprod", "Tour 1/6", "Look around", "esc goes back")
		d.press("esc").read().Shows("Tour 1/6", "enter opens it")
		d.press("g", "enter").read().Shows("Tour 2/6", "press l to read").press("esc").read().Shows("Tour 1/6", "enter opens it").press("enter").read()
		for _, way := range []string{"enter", "w", "z"} {
			d.press(way).read().Shows("Tour 2/6", "esc goes back").press("esc").read().Shows("Tour 2/6", "press l to read")
		}
		d.press("j", "l").read().Shows("Tour 2/6", "esc goes back").press("esc", "g").read()
		d.press("r").read().Shows("This plans something else", "esc leaves it").press("esc").read().Shows("Tour 2/6")
		d.press("l").read().Shows("Tour 3/6").press("esc").read().Shows("Tour 4/6", "u plans")
		d.press("esc").read().Shows("Tour 1/6", "enter opens it").press("enter").read().Shows("Tour 4/6", "u plans")
		d.press("u").read().Shows("Tour 5/6").press("esc").read().Shows("Tour 4/6").press("u").read().Shows("Tour 5/6")
		d.press("enter").wait(time.Second).press("y").wait(time.Second).Shows("Tour 6/6").press("esc").read()
		d.wait(3 * time.Minute).read().Shows("Done: found, read and rolled back")
	})
}

// TestTheTourIsLeftByEsc on the first screen, and is there in the demo alone.
func TestTheTourIsLeftByEsc(t *testing.T) {
	sit(t, setting{tour: true, sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
		d.Shows("Tour 1/6").press("esc").Shows("the tour is over").Hides("Tour 1/6").press("esc").Shows("this is the first screen")
	})
}
