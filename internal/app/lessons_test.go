package app

import (
	"strings"
	"testing"

	"gantry/internal/config"
	"gantry/views"
	"gantry/views/lessons"
)

// newcomer is the setting of somebody's first run; hints are as the configuration has them.
func newcomer(hints bool) setting {
	return setting{sim: SimOptions{Speed: 0.01}, configure: func(c *config.Config) { c.Screen.Hints, c.Screen.NoColor = hints, true }}
}

// hint is what is told in the line above the keys, empty for nothing.
func (d *desk) hint() string {
	rows := d.Screen()
	said, ok := strings.CutPrefix(rows[len(rows)-2], "hint: ")
	if !ok {
		return ""
	}
	return said
}

func (d *desk) hints(want string) *desk {
	d.t.Helper()
	if got := d.hint(); got != want {
		d.t.Errorf("it hints at %q, want %q, on\n%s", got, want, d.Text())
	}
	return d
}

// TestANewcomerIsToldOfKeysThatHelp, one at a time, in a line that is free, and of each no
// more once it was used, in this run or in one before.
func TestANewcomerIsToldOfKeysThatHelp(t *testing.T) {
	const why, undo, last, related = "w tells why", "u plans the way back; a plan changes nothing by itself", "L shows the last lines of the task that died last", ". lists all that it is tied to"
	sit(t, newcomer(true), func(t *testing.T, d *desk) {
		d.Shows("welcome: ").cluster("prod").hints(why)
		rows := d.Screen()
		if d.press("j", "j", "j", "j").read().hints(related); d.hint() == "" || len(d.Screen()) != len(rows) {
			t.Errorf("a row that is well shows\n%s", d.Text())
		}
		d.press("g").read().hints(why).press("w").read().press("esc").read().hints(undo)
		d.press("/").hints("").press("esc").press("b").hints("").press("b").hints(undo).press("u").read().press("esc").read().hints(last)
		next := d.again(newcomer(true))
		defer next.leave()
		next.read().hints(last).press("L").read().press("esc").read()
		if got := next.hint(); got == why || got == last || got == "" {
			t.Errorf("it hints at %q", got)
		}
		off := next.again(newcomer(false))
		defer off.leave()
		off.read().hints("")
	})
}

// TestAHintThatNobodyHeedsGoes by itself.
func TestAHintThatNobodyHeedsGoes(t *testing.T) {
	sit(t, newcomer(true), func(t *testing.T, d *desk) {
		d.cluster("prod")
		for range lessons.Most {
			d.hints("w tells why").press("j", "k", "esc").read().press("enter").read()
		}
		if got := d.hint(); got == "" || strings.HasPrefix(got, "w ") {
			t.Errorf("it hints at %q", got)
		}
	})
}

// TestWhoKnowsTheConsoleIsToldNothing: whose first run was without hints.
func TestWhoKnowsTheConsoleIsToldNothing(t *testing.T) {
	sit(t, newcomer(false), func(t *testing.T, d *desk) {
		d.cluster("prod").press("N").hints("")
		next := d.again(newcomer(true))
		defer next.leave()
		next.read().hints("")
	})
}

// TestWhoIsLedByTheTourIsToldNothingElse.
func TestWhoIsLedByTheTourIsToldNothingElse(t *testing.T) {
	led := newcomer(true)
	led.tour = true
	sit(t, led, func(t *testing.T, d *desk) { d.press("j", "k").Shows("Tour 1/6").hints("") })
}

// TestLessonsAreDeclaredWithTheirActions as short phrases that stand behind a key.
func TestLessonsAreDeclaredWithTheirActions(t *testing.T) {
	n := 0
	c := views.Catalog()
	check := func(id, lesson string) {
		if lesson == "" {
			return
		}
		if n++; len(lesson) > 65 || strings.ToLower(lesson[:1]) != lesson[:1] || strings.HasSuffix(lesson, ".") {
			t.Errorf("of %s it is told: %s", id, lesson)
		}
	}
	for _, b := range c.Everywhere {
		check(b.ID, b.Lesson)
	}
	for _, s := range c.Screens {
		for _, b := range s.Bindings {
			check(b.ID, b.Lesson)
		}
	}
	if n == 0 {
		t.Error("there are no lessons")
	}
}
