package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/views"
)

func TestProductionIsReadOnlyUntilArmedAndOnlyForAWhile(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		for _, other := range []string{"staging", "preprod"} {
			d.cluster(other).Shows("NONPROD").Hides("READ-ONLY", "ARMED")
			d.press("W").Shows("writing is not locked here").press("esc").press("esc").read()
		}
		d.cluster("prod").Shows("PROD main", "READ-ONLY (W arms)")
		d.press("W").Shows("ARMED 15m")
		d.wait(5 * time.Minute).Shows("ARMED 10m")
		d.wait(9 * time.Minute).Shows("ARMED 1m")
		d.wait(time.Minute).Shows("READ-ONLY (W arms)").Hides("ARMED")
		d.press("W").Shows("ARMED 15m").press("W").Shows("READ-ONLY (W arms)", "writing is locked again")
	})
}

// TestADialogLeftOpenUntilTheTimeIsUpChangesNothing: the gate is asked again when
// the change is made.
func TestADialogLeftOpenUntilTheTimeIsUpChangesNothing(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("catalog")
		scaleTo("5")(d)
		d.press("enter").Shows("[ No ]").wait(16 * time.Minute)
		d.press("y").read().Shows("read-only until writing is armed")
		if got := d.changes(); len(got) > 0 {
			t.Errorf("calls left: %v", got)
		}
	})
}

func TestReadOnlyCannotBeArmed(t *testing.T) {
	sit(t, setting{configure: func(c *config.Config) { c.Writing.ReadOnly = true }}, func(t *testing.T, d *desk) {
		for _, name := range []string{"staging", "prod"} {
			d.cluster(name).Shows("READ-ONLY").Hides("W arms")
			d.press("W").Shows("gantry is read-only").Hides("ARMED")
			d.press("esc").press("esc").read()
		}
	})
}

func TestThePaletteFindsPlaces(t *testing.T) {
	other := awsx.ContextID{Profile: "other", Region: "eu-central-1"}
	configure := func(c *config.Config) {
		c.Contexts = []config.NamedContext{{Name: "home", ID: awsx.ContextID{Profile: "main"}}, {Name: "away", ID: other}}
		c.Context = c.Contexts[0].ID
	}
	sit(t, setting{configure: configure}, func(t *testing.T, d *desk) {
		d.press(":").Type("staging").Shows("cluster staging")
		d.press("enter").read().Shows("NONPROD home/eu-west-1 staging", "● live", "catalog")

		d.press(":").Type("context").Shows("context home", "main/eu-west-1", "context away", "other/eu-central-1").Press("esc")
		d.press(":").Type("away").press("enter").read().Shows("away/eu-central-1", "prod", "● live")
		d.cluster("prod").Shows("PROD away/eu-central-1 prod", "api-orders", "● live")

		const arn = "arn:aws:ecs:eu-west-1:000000000000:"
		d.Paste(arn + "cluster/preprod\n")
		d.Shows("cluster preprod").press("enter").read().Shows("this is of region eu-west-1", "context home has it")
		d.press("enter").read().Shows("NONPROD home/eu-west-1 preprod", "● live")
		d.Paste("  " + arn + "service/prod/web")
		d.Shows("service prod/web").press("enter").read().Shows("PROD home/eu-west-1 prod web", "● live", "4: +4")
		d.press("esc").Shows("preprod")
		d.Paste(strings.Replace(arn, "eu-west-1", "us-east-1", 1) + "service/prod/web")
		d.press("enter").read().Shows("this is of region us-east-1", "with the same profile").press("enter").read().Shows("main/us-east-1 prod web")
		for _, nonsense := range []string{"arn:aws:ecs:eu-west-1:000000000000:service/web", "arn:aws:s3:::cluster/x", "arn:", "\x1b]0;x\x07"} {
			before := d.Row("main/us-east-1")
			d.Paste(nonsense)
			d.press("enter").press("esc").press("esc")
			if d.Row("main/") == "" {
				t.Errorf("%q leads from %q to\n%s", nonsense, before, d.Text())
			}
			d.Paste(strings.Replace(arn, "eu-west-1", "us-east-1", 1) + "service/prod/web").Settle()
			d.press("enter").read().press("enter").read()
		}
	})
}

func TestBindingsAreCheckedAtTheStart(t *testing.T) {
	for name, c := range map[string]struct {
		keys config.Keys
		says []string
	}{
		"fine":           {keys: config.Keys{Bind: map[string][]string{"logs": {"K"}, "palette": {":", "ctrl+x"}}}},
		"an editor's":    {keys: config.Keys{Bind: map[string][]string{"paste-block": {"P"}, "plan": {"ctrl+w"}}}},
		"a log window's": {keys: config.Keys{Bind: map[string][]string{"log-tail": {"U"}}}},
		"vim":            {keys: config.Keys{Preset: "vim"}},
		"a batch's":      {keys: config.Keys{Bind: map[string][]string{"leave-out": {"f9"}, "compare": {"f8"}, "undo-other": {"f7"}}}},
		"misspelt":       {config.Keys{Bind: map[string][]string{"log": {"L"}}}, []string{`no action is named "log"`}},
		"two on a screen": {config.Keys{Bind: map[string][]string{"logs": {"s"}}},
			[]string{`key "s" runs logs and scale on `}},
		"over a global":  {config.Keys{Bind: map[string][]string{"scale": {"?"}}}, []string{`key "?" runs help and scale`}},
		"no such key":    {config.Keys{Bind: map[string][]string{"logs": {"hyper+x"}}}, []string{"hyper", "logs"}},
		"no such preset": {config.Keys{Preset: "emacs"}, []string{"emacs", "k9s"}},
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := views.Catalog().Keymap(c.keys.Preset, c.keys.Bind)
			if (err == nil) != (len(c.says) == 0) {
				t.Fatalf("error %v", err)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in %q", want, err)
				}
			}
			if err == nil && keys == nil {
				t.Error("no keymap")
			}
		})
	}
}

func TestAWrongSettingIsInvalid(t *testing.T) {
	a := &App{Config: config.Config{Keys: config.Keys{Bind: map[string][]string{"nope": {"x"}}}}}
	if _, err := a.console(utf8); fault.ClassOf(err) != fault.Invalid {
		t.Errorf("error %v", err)
	}
	a = &App{Config: config.Config{Screen: config.Screen{Colours: "mauve"}}}
	if _, err := a.console(utf8); fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), "mauve") {
		t.Errorf("error %v", err)
	}
}

// walk visits every screen and calls visit on each.
func (d *desk) walk(visit func()) {
	d.t.Helper()
	visit()
	d.press("y").read()
	visit()
	d.press("esc").filter("^prod$").press("enter").read()
	visit()
	for _, key := range []string{"d", "y", "l"} {
		d.press(key).read()
		visit()
		d.press("esc")
	}
	for _, key := range []string{"u", "i", "v"} {
		d.press(key).read()
		visit()
		d.press("esc")
	}
	d.press("r").read()
	visit()
	d.press("esc", "enter").read()
	visit()
	d.press("x").read()
	visit()
	d.press("x", "d").read()
	visit()
	d.press("esc", "enter").read()
	visit()
	d.press("d").read()
	visit()
}

// TestEveryActionIsDeclared: an action of a screen that its kind does not declare
// could not be bound.
func TestEveryActionIsDeclared(t *testing.T) {
	catalog := views.Catalog()
	sit(t, setting{sim: SimOptions{Scenario: "steady"}}, func(t *testing.T, d *desk) {
		d.press(":").Type("cluster prod").press("enter").read().press("W", "esc")
		screens := map[string]bool{}
		d.walk(func() {
			top := d.Shell.Top()
			screens[top.Name()] = true
			if undeclared := catalog.Undeclared(top); len(undeclared) > 0 {
				t.Errorf("%s: %q", top.Name(), undeclared)
			}
			offered := slices.Clone(catalog.Everywhere)
			for _, a := range top.Actions() {
				offered = append(offered, a.Binding)
			}
			if c := (&ui.Keymap{}).Conflicts(offered); len(c) > 0 {
				t.Errorf("%s: %v", top.Name(), c)
			}
		})
		if len(screens) < 9 {
			t.Errorf("only %d screens were seen: %v", len(screens), screens)
		}
	})
}

// TestNoKeyChangesAnythingWithoutAnAnswer presses every key of every screen, and
// then counts what left for the account: nothing but reads, locked or armed.
func TestNoKeyChangesAnythingWithoutAnAnswer(t *testing.T) {
	for _, armed := range []bool{false, true} {
		name := map[bool]string{false: "read-only", true: "armed"}[armed]
		t.Run(name, func(t *testing.T) {
			sit(t, setting{}, func(t *testing.T, d *desk) {
				pressed := 0
				d.walk(func() {
					if armed {
						d.Press("W")
					}
					top := d.Shell.Top()
					for _, a := range top.Actions() {
						for _, key := range a.Keys {
							pressed++
							d.Press(key)
							d.Advance(400 * time.Millisecond)
							d.Press("enter") // No has the focus, and nothing was typed
							d.Advance(100 * time.Millisecond)
							d.back(top)
						}
					}
				})
				if got := d.changes(); len(got) > 0 {
					t.Errorf("%d keys made calls: %v", pressed, got)
				}
				if pressed < 200 {
					t.Errorf("only %d keys were pressed", pressed)
				}
				if kinds := d.kinds(); kinds != "" {
					t.Errorf("the journal holds %q", kinds)
				}
			})
		})
	}
}

// back leaves dialogs, prompts and screens until the given one is on top and has
// the keys.
func (d *desk) back(to ui.Screen) {
	d.t.Helper()
	for range 8 {
		rows := d.Screen()
		if d.Shell.Top() == to && strings.HasSuffix(rows[len(rows)-1], "<:> <?>") {
			return
		}
		d.Press("esc")
		d.Advance(100 * time.Millisecond)
	}
	d.t.Fatalf("no way back to %s:\n%s", to.Name(), d.Text())
}
