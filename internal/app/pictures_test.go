package app

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"gantry/internal/config"
	"gantry/ui/uitest"
)

// picture compares a picture of docs/pictures with what the program draws, and with -update
// writes it.
func picture(t *testing.T, name, title string, shots []uitest.Shot, each []time.Duration) {
	t.Helper()
	path, drawn := "../../docs/pictures/"+name+".svg", uitest.Film(title, shots, each)
	if u := flag.Lookup("update"); u != nil && u.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(drawn), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != drawn {
		is, was := strings.Split(drawn, "\n"), strings.Split(string(b), "\n")
		for i := range min(len(is), len(was)) {
			if is[i] != was[i] {
				t.Fatalf("%s has\n%s\nand the program draws\n%s\nif that is meant: make pictures", path, was[i], is[i])
			}
		}
		t.Fatalf("%s has %d lines, and the program draws %d: make pictures", path, len(was), len(is))
	}
}

// TestThePagesAndPicturesShowTheProgram draws each of them on the account of the demo, in
// which hardly anything goes on meanwhile: what is drawn when is then the same each time.
func TestThePagesAndPicturesShowTheProgram(t *testing.T) {
	sit(t, setting{profile: "simulated", alone: true, sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
		frame := func(name, title string) {
			t.Helper()
			var b strings.Builder
			for _, row := range d.Screen() {
				b.WriteString(strings.TrimRight(row, " ") + "\n")
			}
			part(t, tourPage, "<!-- frame "+name+" -->\n```\n", "```\n", b.String())
			picture(t, name, title, []uitest.Shot{d.Shot()}, nil)
		}
		d.cluster("prod").press("j", "k").read()
		frame("services", "The services of a cluster, the worst first")
		d.press("w").read()
		frame("why", "Why a service fails, with the evidence and what helps")
		d.press("esc").read().press("l").read()
		d.press("E").read().press("ctrl+u")
		frame("log", "The lines of all tasks of a service")
		d.press("esc").read().press("u").read()
		frame("plan", "The plan to undo the last change")
		d.press("esc").read()
		d.take(":routing", "enter")
		d.read().press("j", "j").read()
		frame("routing", "The way of a request to the cluster, rule by rule")
		d.take("esc", ":metrics prod/catalog", "enter")
		d.read()
		frame("metrics", "What CloudWatch measures of a service")
	})
}

// TestThePicturesShowAnIncidentFromItsBeginningToItsEnd is the tour of the demo, as somebody
// takes it. Up to the answer hardly anything goes on in the account, so that every run draws
// the same; then a second account lives through the way back at its usual speed, and is
// looked at when it has come to rest.
func TestThePicturesShowAnIncidentFromItsBeginningToItsEnd(t *testing.T) {
	still := func(c *config.Config) { c.Screen.Still = true }
	var shots []uitest.Shot
	var each []time.Duration
	shoot := func(d *desk, seconds int) {
		shots, each = append(shots, d.Shot()), append(each, time.Duration(seconds)*time.Second)
	}
	sit(t, setting{profile: "simulated", configure: still, alone: true, sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("j", "k").read()
		shoot(d, 4)
		d.press("w").read()
		shoot(d, 5)
		d.press("l").read()
		d.press("E").read().press("ctrl+u")
		shoot(d, 5)
		d.press("esc").read().press("esc").read().press("u").read()
		shoot(d, 5)
		d.press("enter")
		shoot(d, 3)
	})
	sit(t, setting{profile: "simulated", configure: still, alone: true, sim: SimOptions{Scenario: "crash-loop"}}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("j", "k").read().press("u").read().press("enter").wait(time.Second).press("y").wait(5*time.Minute + 30*time.Second)
		d.press("esc").read()
		shoot(d, 5)
	})
	picture(t, "tour", "From a service that fails to one that is well: found, read, rolled back", shots, each)
}
