package app

import (
	"strings"
	"testing"
)

func TestTheConsoleBeginsWhereItIsTold(t *testing.T) {
	for begin, c := range map[string]struct{ shows, below string }{
		"prod":               {"SERVICE", "CLUSTER"},
		"prod groups":        {"GROUP", "SERVICE"},
		"prod/payments":      {"TASK", "SERVICE"},
		"payments":           {"TASK", "SERVICE"},
		"prod/payments logs": {"following", "SERVICE"},
		"logs prod/payments": {"following", "SERVICE"},
		"prod alarms":        {"ALARM", "SERVICE"},
		"repos":              {"REPOSITORY", "CLUSTER"},
		"clusters":           {"CLUSTER", "CLUSTER"},
		"no-such-place":      {"no-such-place", "CLUSTER"},
		"prod/payments svc":  {"SERVICE", "CLUSTER"},
		"prod metrics":       {"say of what: gantry CLUSTER/SERVICE metrics", "CLUSTER"},
	} {
		t.Run(begin, func(t *testing.T) {
			sit(t, setting{begin: strings.Fields(begin), sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
				if d.read().Shows(c.shows); !d.press("esc").read().showing(c.below) {
					t.Errorf("below it is\n%s", d.Text())
				}
				want := "api-orders" // the worst
				if strings.Contains(begin, "payments") {
					want = "payments"
				}
				if d.showing("SERVICE  ") && d.selected() != want {
					t.Errorf("the cursor is on %s, want %s:\n%s", d.selected(), want, d.Text())
				}
			})
		})
	}
}

func TestWhereToBeginIsChecked(t *testing.T) {
	for args, want := range map[string]string{
		"prod nowhere":     `no screen is named "nowhere"`,
		"metrics":          "say of what: gantry CLUSTER/SERVICE metrics",
		"groups":           "say of what: gantry CLUSTER groups",
		"logs groups prod": `no screen is named "prod"`,
	} {
		if _, err := ParseBeginning(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", args, err)
		}
	}
}

// TestTheConsoleBeginsWhereItWasLeft, of an account that is the operator's own.
func TestTheConsoleBeginsWhereItWasLeft(t *testing.T) {
	sit(t, setting{sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
		keep := func(keys ...string) {
			t.Helper()
			d.press(keys...).read()
			d.app.leave(d.Shell.Host().Screens())
		}
		begins := func(want string) {
			t.Helper()
			got, _ := d.app.left.place(d.app.Context)
			if text := got.Screen + " " + got.ARN; !strings.HasPrefix(text, want) {
				t.Errorf("it would begin at %q, want %q", text, want)
			}
		}
		d.cluster("prod").service("payments")
		keep()
		begins("services arn:aws:ecs:eu-west-1:000000000000:cluster/prod")
		keep("m")
		begins("metrics arn:aws:ecs:eu-west-1:000000000000:service/prod/payments")
		again := d.again(setting{sim: SimOptions{Speed: 0.01}})
		defer again.leave()
		again.Shows("prod payments metrics")
		keep("esc", "esc")
		begins(" ")
		d.app.apart = true
		d.press("enter").read()
		keep()
		begins(" ")
	})
}
